"""Patterns of shard names: `train-{0000..0099}.tar`, `{a,b}.tar`, `shards/*.tar`.

Names in braces are all expected to be there; what `*`, `?` and `[…]` match is what is there.
"""

import glob
import itertools
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")
_MOST_NAMES = 1_000_000  # a slip of the finger should not fill the memory
_TOO_MANY = f"the braces spell more than {_MOST_NAMES:,} names"


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return bool(_BRACES.search(name)) or glob.has_magic(name)


def expand_braces(pattern: str) -> list[str]:
    """Every name that the braces spell, in order. Raises ValueError if they are too many."""
    names = [pattern]
    while _BRACES.search(names[0]):  # again where braces stand in braces
        spelt = itertools.chain.from_iterable(map(_spelt, names))
        names = list(itertools.islice(spelt, _MOST_NAMES + 1))
        if len(names) > _MOST_NAMES:
            raise ValueError(_TOO_MANY)
    return list(dict.fromkeys(names))


def matching_paths(pattern: str) -> Iterator[Path]:
    """The paths that a pattern names, those of its braces whether they exist or not."""
    for name in expand_braces(pattern):
        if glob.has_magic(name):
            yield from (Path(path) for path in sorted(glob.glob(name)))  # noqa: PTH207 (any root)
        else:
            yield Path(name)


def _spelt(name: str) -> Iterator[str]:
    """The name with each of its innermost braces replaced by each of its choices."""
    parts = _BRACES.split(name)  # what is around braces, and at odd places what is in them
    choices = [_choices(part) if at % 2 else [part] for at, part in enumerate(parts)]
    if math.prod(len(these) for these in choices) > _MOST_NAMES:
        raise ValueError(_TOO_MANY)
    return map("".join, itertools.product(*choices))


def _choices(inside: str) -> Sequence[str]:
    numbers = _RANGE.fullmatch(inside)
    if numbers is None:
        return inside.split(",")
    first, last = int(numbers[1]), int(numbers[2])
    step = 1 if first <= last else -1
    if abs(last - first) >= _MOST_NAMES:
        raise ValueError(_TOO_MANY)
    return [str(number).zfill(len(numbers[1])) for number in range(first, last + step, step)]
