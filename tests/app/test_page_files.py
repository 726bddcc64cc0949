"""Holds the page's files to what makes it quick and safe: small, self-contained, nothing inline."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

MAX_BYTES = 150_000  # scripts and styles together, as they are sent
IMPORT = re.compile(r"""^import\s.*?from\s+"([^"]+)";$""", re.MULTILINE)
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


def test_scripts_and_styles_stay_small(static: Path):
    files = [*static.rglob("*.js"), *static.rglob("*.css")]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES


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


def test_every_module_is_reached_and_announced_to_the_browser(static: Path, tags):
    reached: set[str] = set()
    waiting = {"main.js"}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        text = (static / "js" / name).read_text("utf-8")
        waiting |= {path.removeprefix("./") for path in IMPORT.findall(text)} - reached
    modules = {path.name for path in (static / "js").glob("*.js")} - {"first_paint.js"}
    assert reached == modules
    announced = {
        str(attributes["href"]).rpartition("/")[2]
        for tag, attributes in tags
        if tag == "link" and attributes.get("rel") == "modulepreload"
    }
    assert announced == modules - {"main.js"}


def test_strangers_words_never_become_markup(static: Path):
    risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b")
    assert [
        path.name for path in static.rglob("*.js") if risky.search(path.read_text("utf-8"))
    ] == []
