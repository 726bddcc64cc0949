"""A place (x, y) as one number whose bits are those of y and x in turn (Morton's order).

In that order the places of every square whose side and corner are multiples of a power of two
follow each other, so a sorted list of keys is a pyramid of squares without another byte. Source:
G. M. Morton, "A computer oriented geodetic data base" (1966).
"""

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint32]
MOST_LEVELS = 16  # bits of a coordinate
# Shifts by which the bits of a number are moved apart, and the masks of what stays.
_STEPS = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))


def keys_of(x: NDArray[np.integer], y: NDArray[np.integer]) -> Keys:
    """The keys (n,) of places whose coordinates are below 65,536."""
    return _apart(x) | (_apart(y) << np.uint32(1))


def places_of(keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The coordinates x and y, (n,) each."""
    return _together(keys), _together(keys >> np.uint32(1))


def _apart(values: NDArray[np.integer]) -> Keys:
    bits = values.astype(np.uint32)
    for shift, mask in _STEPS:
        bits = (bits | (bits << np.uint32(shift))) & np.uint32(mask)
    return bits


def _together(keys: Keys) -> NDArray[np.int64]:
    bits = keys.astype(np.uint32) & np.uint32(0x55555555)
    for shift, mask in ((1, 0x33333333), (2, 0x0F0F0F0F), (4, 0x00FF00FF), (8, 0x0000FFFF)):
        bits = (bits | (bits >> np.uint32(shift))) & np.uint32(mask)
    return bits.astype(np.int64)
