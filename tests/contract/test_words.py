"""Holds the page's words to its modules: each key in both languages, none unused, none in code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

LANGUAGES = ("en", "zh")
# One entry a line: a text, or an object of plural forms.
ENTRY = re.compile(r'^  "([a-z][\w.]*)": (".+"|\{ .+ \}),$')
FORM = re.compile(r'(?:^|(?:zero|one|two|few|many|other): )"((?:[^"\\]|\\.)+)"')
KEY = re.compile(r'"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"')
SAID = re.compile(r"""\bsay(?:Parts)?\(\s*(["'`])(.*?)\1""")
PLACE = re.compile(r"\{(\w+)\}")
COMMENT = re.compile(r"^\s*(?://|/\*|\*)")
LITERAL = re.compile(r"""(["'`])((?:(?!\1)[^\\]|\\.)*)\1""")
PLACE_IN_CODE = re.compile(r"\$\{[^}]*\}")
SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]|^(?:[a-z]+ ){3,}[a-z]+\.?$|^[A-Z][a-z]{2,}$")
# Keys of the keyboard as browsers name them and as they are printed, names, tags of elements.
NO_WORDS = {"Backspace", "Ctrl", "Delete", "End", "English", "Enter", "Esc", "Escape", "Files"}
NO_WORDS |= {"Home", "Shift", "Sightline", "Space", "Tab"}
QUERY = re.compile(r"^const (?:GENERAL|ANYTHING) = ")  # asked, not said: in the model's language


@pytest.fixture
def static(root: Path) -> Path:
    """The page's folder."""
    return root / "app/static"


@pytest.fixture
def tables(static: Path) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Part → language → key → its texts; the part of the page itself is called ""."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for path in sorted((static / "js").glob("words_*.js")):
        *part, language = path.stem.removeprefix("words_").split("_")
        assert language in LANGUAGES, f"{path.name}: no language"
        found.setdefault("_".join(part), {})[language] = dict(_entries(path))
    return found


def _entries(path: Path) -> Iterator[tuple[str, list[str]]]:
    lines = path.read_text("utf-8").splitlines()
    first, last = lines.index("export default {"), lines.index("};")
    keys = []
    for number, line in enumerate(lines[first + 1 : last], first + 2):
        entry = ENTRY.match(line)
        assert entry, f"{path.name}:{number}: one entry a line, as the others"
        keys.append(entry[1])
        yield entry[1], FORM.findall(entry[2])
    assert keys == sorted(set(keys)), f"{path.name}: keys in their order, each once"


def _places(texts: list[str]) -> set[str]:
    return {name for text in texts for name in PLACE.findall(text)} - {"count"}


def test_every_word_is_there_in_every_language(tables):
    for part, languages in tables.items():
        assert sorted(languages) == sorted(LANGUAGES), part
        english, chinese = (languages[one] for one in LANGUAGES)
        assert set(english) == set(chinese), part
        differing = [key for key in english if _places(english[key]) != _places(chinese[key])]
        assert differing == [], part


def test_words_of_a_part_carry_its_name(tables):
    wrong = [
        key
        for part, languages in tables.items()
        for key in languages["en"]
        if part and not key.startswith(f"{part}.")
    ]
    assert wrong == []


def test_words_that_are_said_exist_and_none_is_left_over(static: Path, tables):
    known = {key for languages in tables.values() for key in languages["en"]}
    rooms = {key.partition(".")[0] for key in known}
    modules = [path for path in (static / "js").rglob("*.js") if not path.stem.startswith("words_")]
    used: set[str] = set()
    for path in [*modules, static / "index.html"]:
        text = path.read_text("utf-8")
        used |= {key for key in KEY.findall(text) if key.partition(".")[0] in rooms}
        for quote, said in SAID.findall(text):
            assert quote == '"', f"{path.name}: {said} is not a whole key"
            used.add(said)
    assert used - known == set()
    assert known - used == set()


def test_modules_hold_no_sentence_of_their_own(static: Path):
    """Heuristics: a capital with small letters behind it and a space, or four small words."""
    left = []
    for path in sorted((static / "js").rglob("*.js")):
        if path.stem.startswith("words_"):
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if COMMENT.match(line) or "new Error(" in line or QUERY.search(line):
                continue
            code = line.partition(" // ")[0]
            left += [
                f"{path.name}:{number}: {text}"
                for _, text in LITERAL.findall(code)
                if text not in NO_WORDS and SENTENCE.search(PLACE_IN_CODE.sub("", text))
            ]
    assert left == []


def test_page_itself_holds_no_sentence(static: Path):
    text = (static / "index.html").read_text("utf-8")
    body = text[text.index("<body>") : text.index("<noscript>")]
    assert set(re.findall(r">\s*([^<>\s][^<>]*)<", body)) == {"Sightline"}
    assert re.findall(r'\s(?:aria-label|title|placeholder)="[^"]', body) == []
