"""The order of the test files, for runs in several processes.

Browser tests wait more than they compute, and what several files share (a drawn gallery) is made by
the first while the others wait. So files of one folder of tests are spread among those of the
others: what waits and what computes goes on at the same time, from the beginning to the end. The
linters come first: the type check is the longest of all tests.
"""

from pathlib import Path

import pytest

_FIRST = "test_linters.py"
_SPREAD = ("e2e", "integration")  # folders whose files wait, each spread among all others


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files that wait evenly among the others; a file's tests stay together."""
    folders: dict[str, dict[Path, list[pytest.Item]]] = {}
    # Backwards: the files that take longest (models) do not come last and alone.
    for item in sorted(items, key=lambda item: item.path, reverse=True):
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        files = folders.setdefault(folder if folder in _SPREAD else "", {})
        files.setdefault(item.path, []).append(item)
    placed = [
        ((number + 0.5) / len(files), tests)
        for files in folders.values()
        for number, tests in enumerate(files.values())
    ]
    ordered = [item for _, tests in sorted(placed, key=lambda one: one[0]) for item in tests]
    items[:] = sorted(ordered, key=lambda item: item.path.name != _FIRST)
