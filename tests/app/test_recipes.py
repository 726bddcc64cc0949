"""docs/recipes.md, run with a real curl against a real service, and the transcript of that."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.app.conftest import MakePicture

ROOT = Path(__file__).resolve().parents[2]
TRANSCRIPT = ROOT / "docs/recipes-transcript.md"
RECIPES = (ROOT / "docs/recipes.md").read_text("utf-8")
HEAD = """# What the recipes answer

[recipes.md](recipes.md), run by `tests/app/test_recipes.py` on six pictures of one colour each. Ids
and scores are those of a model for tests that knows colours only. To write it again:
`SIGHTLINE_WRITE_TRANSCRIPT=1 pytest tests/app/test_recipes.py`.
"""


def _blocks() -> list[tuple[str, str]]:
    """The title and the script of every recipe; the first has none."""
    return [
        (title, script)
        for title, section in re.findall(
            r"(?:^## (.*)\n|\A# .*\n)((?:(?!^## )[^\n]*\n)*)", RECIPES, re.MULTILINE
        )
        for script in re.findall(r"```shell\n(.*?)```", section, re.DOTALL)
    ]


def test_recipes_answer_what_the_transcript_says(
    client: httpx.Client, picture: MakePicture, tmp_path: Path
):
    assert shutil.which("curl"), "the recipes need curl"
    (tmp_path / "photo.jpg").write_bytes(picture("red", kind="JPEG"))
    (_, preparation), *recipes = _blocks()
    said = [HEAD]
    for title, script in recipes:
        done = subprocess.run(
            ["sh", "-euc", preparation + script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "SERVICE": str(client.base_url).rstrip("/")},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, ""), (title, done.stderr)
        said.append(f"## {title}\n\n```text\n{done.stdout}```\n")
    assert (tmp_path / "best-match").read_bytes().startswith((b"\x89PNG", b"\xff\xd8"))
    text = "\n".join(said)
    if os.environ.get("SIGHTLINE_WRITE_TRANSCRIPT"):
        TRANSCRIPT.write_text(text, "utf-8")
    assert _plain(TRANSCRIPT.read_text("utf-8")) == _plain(text)


def _plain(text: str) -> str:
    """Ids depend on where the pictures lie."""
    return re.sub(r"\b[a-z2-7]{16}\b", "ID", text)


@pytest.mark.parametrize("title", [title for title, _ in _blocks() if title])
def test_every_recipe_has_its_answer_in_the_transcript(title: str):
    assert f"\n## {title}\n" in TRANSCRIPT.read_text("utf-8")
