"""The order of the test files, for runs in several processes.

Browser tests wait more than they compute, other tests compute more than they wait. Spread among
each other they keep the machine busy throughout; one kind after the other, it is first too busy
and then idle.
"""

from pathlib import Path

import pytest

Files = dict[Path, list[pytest.Item]]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the browser's files evenly among the others; a file's tests stay together."""
    browser: Files = {}
    others: Files = {}
    # Backwards: the files that take longest (models, integration) do not come last and alone.
    for item in sorted(items, key=lambda item: item.path, reverse=True):
        files = others if item.get_closest_marker("browser") is None else browser
        files.setdefault(item.path, []).append(item)
    placed = [
        ((number + 0.5) / len(files), tests)
        for files in (browser, others)
        for number, tests in enumerate(files.values())
    ]
    items[:] = [item for _, tests in sorted(placed, key=lambda one: one[0]) for item in tests]
