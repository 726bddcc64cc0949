"""Holds every file and function to a size that can be read in one sitting."""

import ast
from pathlib import Path

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40


def test_python_files_stay_short(python_files):
    long = [f"{file.name}: {file.lines}" for file in python_files if file.lines > MAX_FILE_LINES]
    assert not long, "\n".join(long)


def test_page_files_stay_short(root: Path):
    files = [
        path for end in ("js", "css", "html") for path in (root / "app/static").rglob(f"*.{end}")
    ]
    counts = {path.relative_to(root): len(path.read_text("utf-8").splitlines()) for path in files}
    long = [f"{path}: {count}" for path, count in counts.items() if count > MAX_FILE_LINES]
    assert not long, "\n".join(long)


def test_functions_stay_short(python_files):
    long = []
    for file in python_files:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > MAX_FUNCTION_LINES:
                    long.append(f"{file.name}:{node.lineno} {node.name}: {count}")
    assert not long, "\n".join(long)
