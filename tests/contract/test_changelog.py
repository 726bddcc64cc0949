"""Holds CHANGELOG.md to its form: known sections, newest first, one line a change."""

import re
import tomllib
from pathlib import Path

import pytest

SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
HEADING = re.compile(r"## \[(Unreleased|\d+\.\d+\.\d+)\](?: - (\d{4}-\d{2}-\d{2}))?")


@pytest.fixture
def changelog(root: Path) -> list[str]:
    """Its lines."""
    return (root / "CHANGELOG.md").read_text("utf-8").splitlines()


def test_changelog_headings_are_versions_with_their_day(changelog: list[str]):
    headings = [HEADING.fullmatch(line) for line in changelog if line.startswith("## ")]
    assert headings
    assert all(headings)
    assert all((match[1] == "Unreleased") == (match[2] is None) for match in headings if match)


def test_changelog_versions_run_from_new_to_old(changelog: list[str]):
    matches = [match for line in changelog if (match := HEADING.fullmatch(line))]
    assert all(match[1] != "Unreleased" for match in matches[1:])
    versions = [tuple(map(int, m[1].split("."))) for m in matches if m[1] != "Unreleased"]
    assert versions == sorted(set(versions), reverse=True)


def test_changelog_holds_the_version_of_the_package(root: Path, changelog: list[str]):
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert any(line.startswith((f"## [{version}]", "## [Unreleased]")) for line in changelog)


def test_changelog_says_each_change_in_one_line(changelog: list[str]):
    start = next(number for number, line in enumerate(changelog) if line.startswith("## "))
    for line in changelog[start:]:
        if line.startswith("### "):
            assert line.removeprefix("### ") in SECTIONS
        else:
            assert not line or line.startswith(("## ", "- ")), line
