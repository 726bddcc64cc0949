"""A top-to-bottom gradient as bands of one colour each, as fine as eight bits can tell apart.

A renderer fills a band of one colour several times faster than it shades a gradient, and whole
skies and grounds are gradients. Never draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.gallery.colours import difference, mix


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the gradient: where it begins and ends, in shares of the whole."""

    start: float
    end: float
    colour: str
    opacity: float


def bands_of(colours: Sequence[str], opacities: Sequence[float]) -> list[Band]:
    """The gradient through evenly spaced stops, of which there are at least two."""
    spans = list(zip(colours, colours[1:], opacities, opacities[1:], strict=False))
    levels = sum(max(difference(a, b), 255 * abs(p - q)) for a, b, p, q in spans)
    count = 1 + round(levels)
    bands = []
    for number in range(count):
        place = (number + 0.5) / count * len(spans)
        a, b, p, q = spans[int(place)]
        share = place - int(place)
        band = Band(number / count, (number + 1) / count, mix(a, b, share), p + (q - p) * share)
        bands.append(band)
    return bands
