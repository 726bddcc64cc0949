"""Colour arithmetic on `#rrggbb` strings and the named colours a caption may use.

Never draws and never decides which colour a scene gets.
"""

from __future__ import annotations

from dataclasses import dataclass

WHITE = "#ffffff"
INK = "#20202e"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(red: float, green: float, blue: float) -> str:
    clipped = (min(255, max(0, round(value))) for value in (red, green, blue))
    return "#" + "".join(f"{value:02x}" for value in clipped)


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from first to second (0 gives first, 1 gives second)."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    red, green, blue = (a + (b - a) * share for a, b in pairs)
    return _hex(red, green, blue)


def multiply(colour: str, factors: tuple[float, float, float]) -> str:
    """The colour seen under a light of the given red, green and blue strength."""
    red, green, blue = (a * f for a, f in zip(_channels(colour), factors, strict=True))
    return _hex(red, green, blue)


def saturate(colour: str, factor: float) -> str:
    """The colour with its distance from grey multiplied by factor."""
    red, green, blue = _channels(colour)
    grey = 0.3 * red + 0.59 * green + 0.11 * blue
    return _hex(*(grey + (value - grey) * factor for value in (red, green, blue)))


def luminance(colour: str) -> float:
    """Perceived brightness in [0, 1]."""
    red, green, blue = _channels(colour)
    return (0.3 * red + 0.59 * green + 0.11 * blue) / 255


@dataclass(frozen=True, slots=True)
class Tones:
    """Four tones of one colour: what the light hits, the body, the shade, the deepest shade."""

    light: str
    main: str
    dark: str
    deep: str


NAMED: dict[str, Tones] = {
    "red": Tones("#f4604f", "#dc2f2f", "#ac1d2c", "#7a1223"),
    "orange": Tones("#ffab4d", "#f5841f", "#cf6312", "#93420e"),
    "yellow": Tones("#ffe375", "#fbca2b", "#dc9f16", "#a06f10"),
    "green": Tones("#7cc861", "#3f9f4a", "#28753d", "#174d2d"),
    "blue": Tones("#5fa4f0", "#2a6fd6", "#1c4da6", "#12316f"),
    "purple": Tones("#ab7ee6", "#7d45c4", "#582d95", "#391c66"),
    "pink": Tones("#ffb3cb", "#f67da8", "#d7568a", "#9c3863"),
    "turquoise": Tones("#6fdccf", "#25b5ad", "#178883", "#0d5a5b"),
    "white": Tones("#ffffff", "#f4f1ea", "#d3d2d8", "#a5a7b5"),
    "black": Tones("#565a69", "#2b2d38", "#1b1c25", "#0f1016"),
    "brown": Tones("#b98152", "#8a5730", "#633b20", "#402413"),
    "grey": Tones("#b6bcc6", "#8b929e", "#656c79", "#444a57"),
}
