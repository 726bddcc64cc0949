"""Patterns of shard names: `train-{0000..0099}.tar`, `{a,b}.tar`, `shards/*.tar`.

Names in braces are all expected to be there; what `*`, `?` and `[…]` match is what is there.
"""

import glob
import re
from collections.abc import Iterator
from pathlib import Path

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MOST_NAMES = 1_000_000  # a slip of the finger should not fill the memory


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return bool(_BRACES.search(name)) or glob.has_magic(name)


def expand_braces(pattern: str) -> list[str]:
    """Every name that the braces spell, in order. Raises ValueError if they are too many."""
    names = [pattern]
    while _BRACES.search(names[0]):
        names = [name for one in names for name in _first_spelt(one)]
        if len(names) > _MOST_NAMES:
            raise ValueError(f"the braces spell more than {_MOST_NAMES:,} names")
    return names


def matching_paths(pattern: str) -> Iterator[Path]:
    """The paths that a pattern names, those of its braces whether they exist or not."""
    for name in expand_braces(pattern):
        if glob.has_magic(name):
            yield from (Path(path) for path in sorted(glob.glob(name)))  # noqa: PTH207 (any root)
        else:
            yield Path(name)


def _first_spelt(name: str) -> Iterator[str]:
    braces = _BRACES.search(name)
    if braces is None:
        yield name
        return
    for choice in _choices(braces[1]):
        yield name[: braces.start()] + choice + name[braces.end() :]


def _choices(inside: str) -> Iterator[str]:
    numbers = _RANGE.fullmatch(inside)
    if numbers is None:
        yield from inside.split(",")
        return
    first, last = int(numbers[1]), int(numbers[2])
    if last - first > _MOST_NAMES:
        raise ValueError(f"the braces spell more than {_MOST_NAMES:,} names")
    for number in range(first, last + 1):
        yield str(number).zfill(len(numbers[1]))
