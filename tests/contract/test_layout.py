"""Holds the tree to its form: what lies at the top, what front pages may hold, no drawers."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "app",
    "benchmarks",
    "docker",
    "docker-compose.yml",
    "docs",
    "indexer",
    "models",
    "pyproject.toml",
    "tests",
}
GENERATED = {"build", "dist", "reports", "sightline.egg-info"}  # all in .gitignore
DRAWERS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}


def test_top_level_holds_only_what_is_agreed(root: Path):
    found = {path.name for path in root.iterdir() if not path.name.startswith(".")}
    assert found - GENERATED == TOP_LEVEL


def test_package_front_pages_hold_a_docstring_and_nothing_else(source_files):
    wrong = [
        file.name
        for file in source_files
        if file.path.name == "__init__.py"
        and (ast.get_docstring(file.tree) is None or len(file.tree.body) != 1)
    ]
    assert not wrong, "\n".join(wrong)


def test_packages_name_every_module_on_their_front_page(source_files):
    pages = {
        file.path.parent: re.findall(r"[\w*]+", ast.get_docstring(file.tree) or "")
        for file in source_files
        if file.path.name == "__init__.py"
    }
    missing = [
        file.name
        for file in source_files
        if file.path.stem not in ("__init__", "__main__")
        and not any(
            fnmatch(file.path.stem, word) for word in pages.get(file.path.parent, []) if word != "*"
        )
    ]
    assert not missing, "\n".join(missing)


def test_files_have_a_noun_for_a_name(python_files):
    drawers = [
        file.name
        for file in python_files
        if DRAWERS & {part.removesuffix(".py") for part in Path(file.name).parts}
    ]
    assert not drawers, "\n".join(drawers)


def test_files_open_with_a_docstring(python_files):
    silent = [file.name for file in python_files if not ast.get_docstring(file.tree)]
    assert not silent, "\n".join(silent)


def test_tests_are_no_package(root: Path):
    assert not list((root / "tests").rglob("__init__.py"))
