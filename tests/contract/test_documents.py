"""Holds the documents to the code: commands, flags, addresses and links that they name exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from app.cli.main import cli
from app.settings import settings_markdown

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SHELL_BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _commands(document: Path) -> Iterator[list[str]]:
    """Every command in the document's shell blocks, as words, without the variables before it."""
    for block in SHELL_BLOCK.findall(document.read_text("utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                del words[0]
            if words:
                yield words


@pytest.fixture
def makefile(root: Path) -> str:
    """The Makefile's text."""
    return (root / "Makefile").read_text("utf-8")


def test_documents_link_to_files_that_exist(root: Path, documents: list[Path]):
    broken = []
    for document in documents:
        for target in LINK.findall(document.read_text("utf-8")):
            path = target.partition("#")[0]
            if path and "://" not in path and not (document.parent / path).exists():
                broken.append(f"{document.relative_to(root)}: {target}")
    assert not broken, "\n".join(broken)


def test_documents_name_make_targets_and_variables_that_exist(documents: list[Path], makefile: str):
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))
    for document in documents:
        for words in _commands(document):
            if words[0] == "make":
                for name, is_set, _ in (word.partition("=") for word in words[1:]):
                    assert name in (variables if is_set else targets), (document, words)


def test_documents_name_commands_and_flags_that_exist(documents: list[Path]):
    sightline = get_command(cli)
    for document in documents:
        for program, *words in _commands(document):
            if Path(program).name == "sightline":
                command: Any = sightline
                while commands := getattr(command, "commands", None):
                    assert words[0] in commands, (document, words)
                    command = commands[words.pop(0)]
                known = {flag for option in command.params for flag in option.opts}
                used = {word.partition("=")[0] for word in words if word.startswith("--")}
                assert used <= known | {"--help"}, (document, words)


def test_documents_name_addresses_that_exist(root: Path, documents: list[Path]):
    routes = "".join(path.read_text("utf-8") for path in (root / "app/routes").glob("*.py"))
    for document in documents:
        for words in _commands(document):
            for path in re.findall(r"localhost:\d+(/[\w/]+)", " ".join(words)):
                assert f'"{path}"' in routes, (document, words)


def test_documents_name_compose_services_that_exist(root: Path, documents: list[Path]):
    services = yaml.safe_load((root / "docker-compose.yml").read_text("utf-8"))["services"]
    for document in documents:
        for words in _commands(document):
            if words[:2] == ["docker", "compose"]:
                assert set(words) & set(services), (document, words)


def test_readme_begins_with_the_two_commands(root: Path):
    first, second, *_ = _commands(root / "README.md")
    assert first == ["make", "run"]
    assert second == ["make", "run", "IMAGES=~/Pictures"]


def test_settings_page_is_the_table_of_settings(root: Path):
    assert (root / "docs/settings.md").read_text("utf-8") == settings_markdown()
