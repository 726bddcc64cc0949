"""Holds the tests themselves to their rules: sentences for names, no skips, nothing vacuous."""

import ast
from collections.abc import Iterator

# The browser is the one thing a developer's machine may lack; CI insists on it.
MAY_SKIP = {"tests/e2e/conftest.py"}
SKIPS = ("skip", "skipif", "xfail", "importorskip")
FEWEST_WORDS = 4  # test_<thing>_<behaviour> in words: test, thing, verb, object


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_tests_are_never_skipped(files_of_tests):
    skips = [
        f"{file.name}:{node.lineno} {ast.unparse(node)}"
        for file in files_of_tests
        if file.name not in MAY_SKIP
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in SKIPS
        and ast.unparse(node.value) in ("pytest", "pytest.mark", "mark", "unittest")
    ]
    assert not skips, "\n".join(skips)


def test_test_names_read_as_sentences(files_of_tests):
    short = [
        f"{file.name}:{node.lineno} {node.name}"
        for file in files_of_tests
        for node in _functions(file.tree)
        if node.name.startswith("test_")
        and len(node.name.split("_")) < FEWEST_WORDS
        and not _is_fixture(node)
    ]
    assert not short, "\n".join(short)


def test_no_assertion_is_true_whatever_happens(files_of_tests):
    vacuous = [
        f"{file.name}:{node.lineno} {ast.unparse(node)}"
        for file in files_of_tests
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant | ast.Tuple)
    ]
    assert not vacuous, "\n".join(vacuous)


def _is_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
