"""Holds the page's files to what makes it quick and safe: small, self-contained, nothing inline."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

# Scripts and styles that are loaded before the first results are painted, together.
MAX_BYTES = 150_000
MAX_COMPRESSED_BYTES = 60_000
IMPORT = re.compile(r"""^import\s(?:.*?from\s+)?"\./([^"]+)";$""", re.MULTILINE | re.DOTALL)
LATER = re.compile(r"""\bimport\("\./([^"]+)"\)""")
FOREIGN = re.compile(r"(?:https?:)?//[\w-]+\.\w")
NAMESPACE = "http://www.w3.org/2000/svg"  # a name, never fetched


class Tags(HTMLParser):
    """Every opening tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def static() -> Path:
    """The page's folder."""
    return Path(__file__).resolve().parents[2] / "app/static"


@pytest.fixture
def tags(static: Path) -> list[tuple[str, dict[str, str | None]]]:
    """The tags of the page itself."""
    parser = Tags()
    parser.feed((static / "index.html").read_text("utf-8"))
    return parser.found


@pytest.fixture
def modules(static: Path) -> dict[str, str]:
    """The page's modules and their texts, by name."""
    paths = (static / "js").glob("*.js")
    return {path.name: path.read_text("utf-8") for path in paths if path.name != "first_paint.js"}


def reached(modules: dict[str, str], begin: set[str], *ways: re.Pattern[str]) -> set[str]:
    """The modules that these ones lead to, themselves included."""
    found: set[str] = set()
    waiting = set(begin)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {to for way in ways for to in way.findall(modules[name])} - found
    return found


def test_first_load_stays_small(static: Path, tags, modules: dict[str, str]):
    sheets = [
        str(attributes["href"])
        for tag, attributes in tags
        if tag == "link" and attributes.get("rel") == "stylesheet"
    ]
    scripts = reached(modules, {"main.js"}, IMPORT) | {"first_paint.js"}
    for language in ("en", "zh"):
        names = [static.parent / sheet for sheet in sheets]
        names += [static / "js" / name for name in {*scripts, f"words_{language}.js"}]
        sent = [path.read_bytes() for path in names]
        assert sum(map(len, sent)) <= MAX_BYTES
        assert sum(len(gzip.compress(body)) for body in sent) <= MAX_COMPRESSED_BYTES


def test_page_asks_nobody_else_for_anything(static: Path):
    texts = {
        path.name: path.read_text("utf-8").replace(NAMESPACE, "")
        for path in static.rglob("*")
        if path.is_file()
    }
    assert [name for name, text in texts.items() if FOREIGN.search(text)] == []


def test_page_holds_no_inline_script_style_or_handler(tags):
    inline = [
        (tag, name)
        for tag, attributes in tags
        for name in attributes
        if name == "style" or name.startswith("on")
    ]
    scripts = [
        attributes for tag, attributes in tags if tag == "script" and "src" not in attributes
    ]
    assert inline == []
    assert scripts == []
    assert "style" not in [tag for tag, _ in tags]


def test_page_names_files_that_exist(static: Path, tags):
    named = [
        value
        for _, attributes in tags
        for name, value in attributes.items()
        if name in ("href", "src") and value and value.startswith("static/")
    ]
    assert named
    assert [name for name in named if not (static.parent / name).is_file()] == []


def test_every_module_is_reached_and_those_of_the_first_load_are_announced(tags, modules):
    first = reached(modules, {"main.js"}, IMPORT)
    tables = {name for name in modules if name.startswith("words_")}  # loaded by their language
    assert reached(modules, {"main.js"}, IMPORT, LATER) | tables == set(modules)
    announced = {
        str(attributes["href"]).rpartition("/")[2]
        for tag, attributes in tags
        if tag == "link" and attributes.get("rel") == "modulepreload"
    }
    assert announced == first - {"main.js"}


def test_strangers_words_never_become_markup(static: Path):
    risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b")
    assert [
        path.name for path in static.rglob("*.js") if risky.search(path.read_text("utf-8"))
    ] == []
