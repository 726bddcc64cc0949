"""What every part of a picture shares: its size, horizon, palette, light and own random stream.

Never draws.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from indexer.gallery.palette import Palette


@dataclass(frozen=True, slots=True)
class View:
    """One picture's frame. Lengths are in logical pixels; y grows downwards."""

    width: float
    height: float
    horizon: float
    place: str
    weather: str | None
    time_of_day: str
    palette: Palette
    rng: random.Random
    light_side: int  # +1: the light comes from the right, -1: from the left
    orb_x: float
    has_table: bool
    has_ground_subject: bool

    @property
    def night(self) -> bool:
        """Whether it is night."""
        return self.time_of_day == "night"

    @property
    def open_sky(self) -> bool:
        """Whether sun, moon and stars can be seen."""
        return self.weather in ("clear", "cloudy", None)
