"""What every contract test reads: the files of the repository, once parsed. Never changes them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "indexer", "models")


@dataclass(frozen=True, slots=True)
class PythonFile:
    """One parsed source file; `name` is its path below the repository's root."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return len(self.text.splitlines())

    def calls(self) -> Iterator[tuple[int, str]]:
        """Every call in it: line number and dotted name, as `os.environ.get`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node.lineno, ast.unparse(node.func)

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every absolute import in it: line number and module."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.lineno, node.module
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _parsed(*folders: str) -> list[PythonFile]:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [
        PythonFile(path, path.relative_to(ROOT).as_posix(), text, ast.parse(text, path.name))
        for path in paths
        for text in [path.read_text(encoding="utf-8")]
    ]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def source_files() -> list[PythonFile]:
    """Every Python file of the three packages."""
    return _parsed(*PACKAGES)


@pytest.fixture(scope="session")
def files_of_tests() -> list[PythonFile]:
    """Every Python file below tests/."""
    return _parsed("tests")


@pytest.fixture(scope="session")
def python_files() -> list[PythonFile]:
    """Every Python file of ours: packages, tests and benchmarks."""
    return _parsed(*PACKAGES, "tests", "benchmarks")


@pytest.fixture(scope="session")
def documents() -> list[Path]:
    """Every Markdown file of ours."""
    folders = (ROOT / name for name in (*PACKAGES, "docs", "docker", "benchmarks", "tests"))
    return sorted(
        [*ROOT.glob("*.md"), *(path for folder in folders for path in folder.rglob("*.md"))]
    )
