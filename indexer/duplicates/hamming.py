"""All hashes within a Hamming distance of others, exactly, without comparing each with each.

Multi-index hashing (Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index
Hashing", CVPR 2012): a hash is cut into three parts of 21 bits, each with a table. Two hashes that
differ in r bits differ in few bits in one of the parts at least (pigeonhole), so looking up every
part with few bits flipped finds them all. Parts take every third bit, which balances them. Knows
nothing of pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_PARTS = 3
_PART_BITS = 21
_PART_VALUES = 2**_PART_BITS
# How many look-ups, and how many candidates, are in memory at once: some ten megabytes each.
_MOST_LOOKUPS = 2**20
_MOST_CANDIDATES = 2**20


@dataclass(frozen=True, slots=True)
class Near:
    """Pairs of a query and a row of the table, (n,) each, each pair once, in no order."""

    query: NDArray[np.int64]
    row: NDArray[np.int64]
    distance: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Part:
    """One part's table: rows sorted by the part's value, and where each value's rows begin."""

    hashes: Hashes  # (n,), in the order of rows
    rows: NDArray[np.int32]  # (n,)
    starts: NDArray[np.int64]  # (2**21 + 1,)
    occupied: NDArray[np.bool_]  # (2**21,)


class HammingTable:
    """Hashes of 63 bits, to be asked which of them are close. 36 bytes a hash, and 54 MiB."""

    def __init__(self, hashes: Hashes) -> None:
        self._parts = [_build(hashes, keys) for keys in _keys(hashes)]

    def within(self, queries: Hashes, max_distance: int) -> Iterator[Near]:
        """All pairs at most `max_distance` apart, some at a time; memory stays bounded."""
        keys = _keys(queries)
        radii = part_radii(max_distance)
        for place, part in enumerate(self._parts):
            masks = _masks(radii[place])
            step = max(1, _MOST_LOOKUPS // max(1, len(queries)))
            for start in range(0, len(masks), step):
                looked_up = (keys[place][None, :] ^ masks[start : start + step, None]).ravel()
                for slots, positions in _occupied(part, looked_up):
                    query = slots % len(queries)
                    difference = part.hashes.take(positions) ^ queries.take(query)
                    kept = np.flatnonzero(np.bitwise_count(difference) <= max_distance)
                    kept = kept[_first_found(difference[kept], place, radii)]
                    yield Near(
                        query[kept],
                        part.rows[positions[kept]].astype(np.int64),
                        np.bitwise_count(difference[kept]),
                    )


def part_radii(max_distance: int) -> tuple[int, ...]:
    """How many bits may be flipped in each part; -1 for a part that need not be looked at."""
    # If every part differed by more than its radius, the whole would by more than the sum of these.
    spare = max_distance - _PARTS + 1
    each, more = divmod(spare, _PARTS)
    return tuple(each + (place < more) for place in range(_PARTS))


def _keys(hashes: Hashes) -> list[NDArray[np.int64]]:
    """The parts of each hash: part p holds the bits p, p + 3, p + 6 …"""
    keys = []
    for place in range(_PARTS):
        key = np.zeros(len(hashes), dtype=np.int64)
        for bit in range(_PART_BITS):
            shifted = hashes >> np.uint64(_PARTS * bit + place)
            key |= (shifted & np.uint64(1)).astype(np.int64) << bit
        keys.append(key)
    return keys


def _part_mask(place: int) -> np.uint64:
    return np.uint64(sum(1 << (_PARTS * bit + place) for bit in range(_PART_BITS)))


def _build(hashes: Hashes, keys: NDArray[np.int64]) -> _Part:
    order = np.argsort(keys, kind="stable").astype(np.int32)
    counts = np.bincount(keys, minlength=_PART_VALUES)
    starts = np.concatenate(([0], np.cumsum(counts)))
    return _Part(hashes[order], order, starts, counts > 0)


def _masks(radius: int) -> NDArray[np.int64]:
    """Every way to flip up to `radius` bits of a part."""
    flips = [
        sum(1 << bit for bit in bits)
        for count in range(radius + 1)
        for bits in combinations(range(_PART_BITS), count)
    ]
    return np.array(flips, dtype=np.int64)


def _occupied(
    part: _Part, keys: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For all keys the rows that have them: indices of keys and positions in the table."""
    slots = np.flatnonzero(part.occupied.take(keys))  # most values are nobody's: ask first
    keys = keys.take(slots)
    begin = part.starts.take(keys)
    counts = part.starts.take(keys + 1) - begin
    ends = np.cumsum(counts, dtype=np.int64)
    first = 0
    while first < len(slots):
        done = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + _MOST_CANDIDATES, side="right")))
        chosen = slice(first, last)
        total = int(ends[last - 1] - done)
        before = np.repeat(ends[chosen] - counts[chosen] - done, counts[chosen])
        offset = np.arange(total) - before
        yield (
            np.repeat(slots[chosen], counts[chosen]),
            (np.repeat(begin[chosen], counts[chosen]) + offset),
        )
        first = last


def _first_found(difference: Hashes, place: int, radii: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which pairs no earlier part has found: each is given out once."""
    fresh = np.ones(len(difference), dtype=np.bool_)
    for earlier in range(place):
        fresh &= np.bitwise_count(difference & _part_mask(earlier)) > radii[earlier]
    return fresh
