"""One self-contained HTML page: headings, figures, tables, pictures. Knows nothing of models.

Whatever it is given is escaped. Pictures stand in the page itself, there is no script, and a
content security policy forbids the browser every request, so a report opens anywhere, alone.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { --ink: #1f2933; --muted: #66727f; --rule: #dfe4ea; --card: #f6f8fa; --accent: #2f6db5; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2.5rem 1.25rem 4rem; color: var(--ink);
  background: #fff; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; }
p { max-width: 46rem; }
.lead, figcaption, .note { color: var(--muted); }
.lead { margin: 0 0 1.5rem; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: .6rem;
  padding: .8rem 1rem; }
.card b { display: block; font-size: 1.65rem; line-height: 1.25;
  font-variant-numeric: tabular-nums; }
.card span { display: block; color: var(--muted); font-size: .85rem; }
figure { margin: 1rem 0; }
figure img { display: block; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--rule);
  vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--muted); font-weight: 600; }
.right { text-align: right; white-space: nowrap; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
  gap: .75rem; padding: 0; list-style: none; }
.gallery li { border: 1px solid var(--rule); border-radius: .6rem; padding: .7rem; }
.gallery p { margin: 0 0 .5rem; font-size: .92rem; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; }
.pair figure { margin: 0; }
.pair img, .blank { width: 100%; height: 7.5rem; object-fit: cover; border-radius: .35rem;
  background: var(--card); }
.pair figcaption { font-size: .78rem; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure: what it is, its value, and a line below it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with two pictures: the right one and the one that came first (JPEG or None)."""

    text: str
    left: bytes | None
    left_name: str
    right: bytes | None
    right_name: str


@dataclass(slots=True)
class Page:
    """Collects parts from top to bottom; `html()` gives the whole file."""

    title: str
    lead: str
    parts: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.parts.append(f"<h2>{escape(text)}</h2>")

    def paragraph(self, text: str) -> None:
        """A paragraph of plain text."""
        self.parts.append(f"<p>{escape(text)}</p>")

    def cards(self, cards: Sequence[Card]) -> None:
        """Headline figures side by side."""
        shown = "".join(
            f'<div class="card"><span>{escape(card.name)}</span><b>{escape(card.value)}</b>'
            f"<span>{escape(card.note)}</span></div>"
            for card in cards
        )
        self.parts.append(f'<div class="cards">{shown}</div>')

    def chart(self, png: bytes, caption: str) -> None:
        """A chart with a sentence that says what it shows."""
        image = f'<img alt="{escape(caption)}" src="{_data_uri(png, "png")}">'
        self.parts.append(f"<figure>{image}<figcaption>{escape(caption)}</figcaption></figure>")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> None:
        """A table; the first `words` columns hold words, the others figures."""
        head = "".join(_cell("th", text, place >= words) for place, text in enumerate(header))
        body = "".join(
            f"<tr>{''.join(_cell('td', t, place >= words) for place, t in enumerate(row))}</tr>"
            for row in rows
        )
        self.parts.append(
            f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def pairs(self, pairs: Sequence[Pair]) -> None:
        """Questions with the picture they should have found and the one they did."""
        items = "".join(
            f'<li><p>{escape(pair.text)}</p><div class="pair">'
            f"{_picture(pair.left, pair.left_name)}{_picture(pair.right, pair.right_name)}"
            "</div></li>"
            for pair in pairs
        )
        self.parts.append(f'<ul class="gallery">{items}</ul>')

    def html(self) -> str:
        """The file."""
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
            f'<h1>{escape(self.title)}</h1>\n<p class="lead">{escape(self.lead)}</p>\n'
            + "\n".join(self.parts)
            + "\n</body>\n</html>\n"
        )


def _cell(tag: str, text: str, is_figure: bool) -> str:
    kind = ' class="right"' if is_figure else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"


def _picture(jpeg: bytes | None, name: str) -> str:
    if jpeg is None:
        shown = '<div class="blank"></div>'
    else:
        shown = f'<img alt="" src="{_data_uri(jpeg, "jpeg")}">'
    return f"<figure>{shown}<figcaption>{escape(name)}</figcaption></figure>"


def _data_uri(data: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
