"""Places that fit → places of their own on a lattice, so that no picture hides another.

For a whole map the plane is halved again and again, and so are the pictures, in proportion: dense
areas get the room that empty ones leave. Pictures that come later take the nearest place that is
free. Knows no embedding.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from indexer.picture_map.keys import Keys, keys_of

# So much of the lattice is taken when it is new: the rest is room for what comes.
FILL = 0.65
# How far off its place a picture looks for one that is free, in places.
_FARTHEST = 24

# Knuth's multiplicative hash: a lot for each rectangle, the same ones each time.
_MIXER, _LOTS = 2_654_435_761, 2**32

Points = NDArray[np.float32]


def lattice_side(count: int) -> int:
    """Places in a row and in a column of a new map of so many pictures.

    At the fourth level and below, its edge is that of a slot: no slot is half beyond it.
    """
    side = max(1, int(np.ceil(np.sqrt(count / FILL))))
    step = 1 << max(0, (side - 1).bit_length() - 4)
    return -(-side // step) * step


def spread(points: Points, side: int) -> NDArray[np.int32]:
    """Points (n, 2) → distinct places (n, 2) on a lattice that has at least n of them.

    Work is n log n: a sort for each halving.
    """
    count = len(points)
    corner = np.zeros((count, 2), np.int32)
    size = np.full((count, 2), side, np.int32)
    members = np.arange(count)  # those whose rectangle is more than one place
    while len(members):
        along = (size[members, 1] > size[members, 0]).astype(np.intp)  # the longer side
        rectangle = corner[members, 1].astype(np.int64) * side + corner[members, 0]
        order = np.lexsort((points[members, along], rectangle))
        members, along, rectangle = members[order], along[order], rectangle[order]
        starts = np.flatnonzero(np.r_[True, rectangle[1:] != rectangle[:-1]])
        sizes = np.diff(np.r_[starts, len(members)])
        rank = np.arange(len(members)) - np.repeat(starts, sizes)
        length, breadth = size[members, along], size[members, 1 - along]
        near = length // 2  # the half that keeps the corner
        held = np.repeat(sizes, sizes)
        # Rounded up or down by lot, else all that is free would lie in the same rows.
        lots = (rectangle * _MIXER % _LOTS) / _LOTS
        wanted = np.floor(held * near / length + lots)
        # Neither half takes more than it has places.
        in_near = np.clip(wanted, held - (length - near) * breadth, near * breadth)
        is_far = rank >= in_near
        corner[members, along] += np.where(is_far, near, 0)
        size[members, along] = np.where(is_far, length - near, near)
        members = members[(size[members] > 1).any(axis=1)]
    return corner


def settle(
    wanted: Points, side: int, is_taken: Callable[[Keys], NDArray[np.bool_]]
) -> NDArray[np.int32]:
    """Wanted places (n, 2), in places → the nearest free ones (n, 2), the first ones first.

    Where nothing is free far around, pictures share the place that they want.
    """
    places = np.floor(wanted).astype(np.int32).clip(0, side - 1)
    result = places.copy()
    waiting = np.arange(len(places))
    given = np.empty(0, np.uint32)
    for offset in _offsets():
        if not len(waiting):
            break
        tried = places[waiting] + offset
        inside = ((tried >= 0) & (tried < side)).all(axis=1)
        keys = keys_of(*tried.clip(0, side - 1).T)
        free = inside & ~is_taken(keys) & ~np.isin(keys, given)
        candidates = np.flatnonzero(free)
        keys, first = np.unique(keys[candidates], return_index=True)
        chosen = candidates[first]
        result[waiting[chosen]] = tried[chosen]
        given = np.concatenate([given, keys])
        waiting = np.delete(waiting, chosen)
    return result


def _offsets() -> NDArray[np.int32]:
    """Steps (m, 2) from a place to those around it, the nearest first."""
    reach = np.arange(-_FARTHEST, _FARTHEST + 1)
    y, x = np.meshgrid(reach, reach, indexing="ij")
    steps = np.stack([x.ravel(), y.ravel()], axis=1)
    far = np.square(steps).sum(axis=1)
    return steps[np.argsort(far, kind="stable")].astype(np.int32)
