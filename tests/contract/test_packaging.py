"""Holds pyproject.toml and the constraints to the code.

What is imported is declared, what is declared is used and pinned, and every package and data file
on disk is shipped.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.contract.conftest import PythonFile

PACKAGES = ("app", "indexer", "models")
OURS = (*PACKAGES, "benchmarks", "tests")
# Declared although no module imports them, and why.
NEVER_IMPORTED = {
    "python-multipart": "parses uploads for the web framework",
    "timm": "open_clip builds image towers with it",
    "transformers": "open_clip reads the tokenizers of SigLIP and its kin with it",
}
FAISS = {"faiss-cpu", "faiss-gpu"}  # one module, two builds


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in requirements}


@pytest.fixture(scope="module")
def pyproject(root: Path) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def extras(pyproject: dict[str, Any]) -> dict[str, set[str]]:
    """Names of the distributions that each extra asks for."""
    table: dict[str, list[str]] = pyproject["project"]["optional-dependencies"]
    return {extra: _names(requirements) for extra, requirements in table.items()}


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    """Name → exact version, from the constraints."""
    lines = (root / "docker/constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_every_package_on_disk_is_shipped(root: Path, pyproject: dict[str, Any]):
    found = {
        ".".join(path.parent.relative_to(root).parts)
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
    }
    assert set(pyproject["tool"]["setuptools"]["packages"]) == found


@pytest.mark.parametrize(
    ("package", "folder"), [("app", "static"), ("models", "builtin"), ("models", "texts")]
)
def test_every_data_file_is_shipped(
    root: Path, pyproject: dict[str, Any], package: str, folder: str
):
    patterns = pyproject["tool"]["setuptools"]["package-data"][package]
    shipped = {path for pattern in patterns for path in (root / package).glob(pattern)}
    files = {path for path in (root / package / folder).rglob("*") if path.is_file()}
    assert files
    assert files - shipped == set()


@cache
def _providers() -> Mapping[str, list[str]]:
    return packages_distributions()


def _undeclared(file: PythonFile, declared: set[str]) -> Iterator[str]:
    for line, module in file.imports():
        top = module.split(".")[0]
        owners = {_normal(owner) for owner in _providers().get(top, [top])}
        if top not in (*OURS, *sys.stdlib_module_names) and not owners & declared:
            yield f"{file.name}:{line} {top}"


def test_everything_imported_is_declared(pyproject: dict[str, Any], extras, source_files):
    declared = _names(pyproject["project"]["dependencies"]) | FAISS
    training = declared | extras["train"]
    missing = [
        found
        for file in source_files
        for found in _undeclared(
            file, training if file.name.startswith("models/training/") else declared
        )
    ]
    assert not missing, "\n".join(missing)


def test_everything_tests_import_is_declared(pyproject: dict[str, Any], extras, files_of_tests):
    declared = _names(pyproject["project"]["dependencies"]) | extras["test"] | FAISS
    missing = [found for file in files_of_tests for found in _undeclared(file, declared)]
    assert not missing, "\n".join(missing)


def test_everything_declared_is_imported(pyproject: dict[str, Any], extras, source_files):
    declared = _names(pyproject["project"]["dependencies"]) | extras["train"]
    tops = {module.split(".")[0] for file in source_files for _, module in file.imports()}
    used = {_normal(owner) for top in tops for owner in _providers().get(top, [top])}
    assert declared - used - set(NEVER_IMPORTED) == set()


def test_everything_declared_is_pinned(pyproject: dict[str, Any], extras, pins: dict[str, str]):
    declared = _names(pyproject["project"]["dependencies"]).union(*extras.values())
    assert declared - set(pins) == set()


def test_pins_are_public_versions_that_any_index_has(pins: dict[str, str]):
    assert [f"{name}=={v}" for name, v in pins.items() if not re.fullmatch(r"[0-9.]+", v)] == []


def test_pins_name_no_library_of_one_platform(pins: dict[str, str]):
    assert [name for name in pins if name.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_extras_keep_the_builds_of_faiss_apart(extras: dict[str, set[str]], pyproject):
    assert extras["cpu"] & FAISS == {"faiss-cpu"}
    assert extras["gpu"] & FAISS == {"faiss-gpu"}
    assert _names(pyproject["project"]["dependencies"]) & FAISS == set()
    assert all(not names & FAISS for extra, names in extras.items() if extra not in ("cpu", "gpu"))


def test_both_builds_of_faiss_are_of_one_version(pins: dict[str, str]):
    assert pins["faiss-cpu"] == pins["faiss-gpu"]


def test_libraries_have_a_reason_on_record(root: Path, pyproject: dict[str, Any], extras):
    record = (root / "docs/decisions/README.md").read_text("utf-8")
    declared = _names(pyproject["project"]["dependencies"]).union(*extras.values())
    unexplained = [name for name in sorted(declared) if f"`{name}`" not in record]
    assert unexplained == []
