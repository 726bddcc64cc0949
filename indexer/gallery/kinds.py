"""Every kind of thing a picture can show, by name.

A table; never draws.
"""

from __future__ import annotations

from indexer.gallery.kind import Kind
from indexer.gallery.kinds_creatures import ANIMALS, BIRDS
from indexer.gallery.kinds_household import FRUIT, HOME, SWEETS
from indexer.gallery.kinds_outdoors import BUILDINGS, PLANTS, VEHICLES

KINDS: dict[str, Kind] = {
    kind.name: kind
    for group in (VEHICLES, BUILDINGS, ANIMALS, BIRDS, FRUIT, SWEETS, HOME, PLANTS)
    for kind in group
}


def folder_name(name: str) -> str:
    """The folder a kind's pictures go into: its plural, without colour and measure words."""
    many = KINDS[name].words[0][1]
    if " with " in many:
        many = many.split(" with ")[0]
    return many.split("{} ")[-1].replace(" ", "-")
