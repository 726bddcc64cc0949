"""One kind of thing a picture can show, and the word lists its tables share.

Never draws and lists no kinds itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

Draw = Callable[[Brush, Tones], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing. half_width and top give its extent in its own frame (top above y = 0)."""

    name: str
    words: tuple[tuple[str, str], ...]  # (singular, plural) pairs, the commonest first
    draw: Draw
    half_width: float
    top: float
    colours: tuple[str, ...]
    places: tuple[str, ...]
    size: int  # 1: fits in a hand, 2: an animal or piece of furniture, 3: larger
    flies: bool = False
    floats: bool = False
    aloft: Draw | None = None  # how it looks in the air, when that differs
    draught: float = 0.0  # how much of it is under water when afloat
    perch: tuple[float, float] | None = None  # where another thing can sit on it


BRIGHT = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "turquoise")
PAINT = (*BRIGHT, "white", "black")
LAND = ("mountains", "forest", "desert", "meadow", "beach", "snowfield", "lake", "city")
WILD = ("mountains", "forest", "meadow", "snowfield", "lake")
INDOORS = ("room", "studio")
PICNIC = ("room", "studio", "meadow", "beach")
AIR = ("sky", "mountains", "meadow", "sea", "desert", "lake", "city", "snowfield", "beach")


def words(*pairs: str) -> tuple[tuple[str, str], ...]:
    """(singular, plural) pairs from `singular/plural` texts; without a slash the plural adds s."""
    split = (pair.split("/") for pair in pairs)
    return tuple((parts[0], parts[1] if len(parts) > 1 else parts[0] + "s") for parts in split)
