"""The split of (thing, colour, place) combinations into the shipped half and the training half.

What the shipped gallery shows in combination, training never sees, so that searching the gallery
with a model trained on our drawings is a fair trial. Never draws a scene.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Literal

from indexer.gallery.kinds import KINDS

Split = Literal["gallery", "training"]
Combination = tuple[str, str, str]  # thing, colour, place

# The first query of every tour must find pictures, so its combination is always shipped.
_ALWAYS_SHIPPED: frozenset[Combination] = frozenset({("boat", "red", "sea")})


def _rank(combination: Combination) -> tuple[bool, bytes]:
    digest = blake2b("|".join(combination).encode(), digest_size=8).digest()
    return combination not in _ALWAYS_SHIPPED, digest


@cache
def _halves() -> dict[Split, frozenset[Combination]]:
    halves: dict[Split, set[Combination]] = {"gallery": set(), "training": set()}
    for kind in KINDS.values():
        every = [(kind.name, colour, place) for colour in kind.colours for place in kind.places]
        every.sort(key=_rank)
        halves["gallery"].update(every[::2])
        halves["training"].update(every[1::2])
    return {name: frozenset(half) for name, half in halves.items()}


def combinations_of(split: Split) -> frozenset[Combination]:
    """Every (thing, colour, place) of one half; the two halves share none and cover all kinds."""
    return _halves()[split]


def in_split(combination: Combination, split: Split) -> bool:
    """Whether a combination belongs to a half."""
    return combination in _halves()[split]
