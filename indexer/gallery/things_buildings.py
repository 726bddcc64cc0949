"""Buildings and tents, each drawn in its own frame with the ground at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_LIT = ("#fff0b3", "#f5c469")
_CREAM = ("#fff8ea", "#ded2c0")
_STONE = ("#d9d4cf", "#948f99")


def house(b: Brush, c: Tones) -> None:
    """A cottage with walls in the colour, a slate roof and lit windows."""
    roof = ("#6d5a68", "#43374a") if c.main != "#2b2d38" else ("#c9beb0", "#8f8478")
    b.rect(26, -104, 14, 30, ("#b5715a", "#7d4436"))
    b.rect(-52, -62, 104, 62, (c.light, c.main))
    b.rect(-52, -12, 104, 12, c.dark, opacity=0.5, edge=False)
    b.path("M-64 -58 L-40 -104 L40 -104 L64 -58 Z", roof)
    b.line("M-58 -68 H58 M-53 -79 H53 M-47 -91 H47", roof[1], 1.2, opacity=0.6)
    b.path("M-16 -58 L0 -92 L16 -58 Z", (c.light, c.dark))
    b.line("M-20 -57 L0 -97 L20 -57", roof[1], 5)
    b.circle(0, -68, 6, _LIT)
    for x in (-42, 20):
        b.rect(x - 2, -48, 26, 26, _CREAM, r=1)
        b.rect(x, -46, 22, 22, _LIT, edge=False)
        b.line(f"M{x + 11} -46 V-24 M{x} -35 H{x + 22}", "#fff8ea", 2)
        b.rect(x - 3, -22, 28, 4, ("#fff8ea", "#cbbba8"), r=1)
    b.path("M-10 0 L-10 -26 Q-10 -36 0 -36 Q10 -36 10 -26 L10 0 Z", (c.dark, c.deep))
    b.circle(5, -17, 1.8, "#f7d77a", edge=False)
    for x in (-44, -34, 26, 38, 48):
        b.circle(x, -2, 6 + (x % 3), ("#6fa85a", "#386b40"), edge=False)


def lighthouse(b: Brush, c: Tones) -> None:
    """A striped lighthouse on a rock."""
    b.path("M-46 6 Q-38 -18 -18 -18 L22 -20 Q42 -16 50 6 Z", ("#8a8494", "#4c4858"))
    b.path("M-21 -16 L-14 -112 L14 -112 L21 -16 Z", _CREAM)
    for top in (-40, -72, -104):
        low, wide, narrow = top + 17, 14 + (112 + top + 17) * 0.073, 14 + (112 + top) * 0.073
        b.path(
            f"M{-wide:.1f} {low} L{-narrow:.1f} {top} L{narrow:.1f} {top} L{wide:.1f} {low} Z",
            (c.light, c.dark),
            edge=False,
        )
    b.rect(-19, -117, 38, 6, ("#5d6270", "#33363f"), r=1)
    b.rect(-10, -134, 20, 17, _LIT)
    b.line("M-10 -134 V-117 M0 -134 V-117 M10 -134 V-117", "#3f434f", 1.6)
    b.path("M-15 -134 Q-10 -146 0 -148 Q10 -146 15 -134 Z", (c.main, c.dark))
    b.circle(0, -150, 3, c.dark)
    b.glow(0, -126, 34, "#fff0b0", 0.7)
    b.rect(-5, -34, 10, 18, ("#6b4a36", "#3c2a20"), r=4)
    b.rect(-3, -62, 6, 9, "#4a5866", r=3)
    b.rect(-3, -94, 6, 9, "#4a5866", r=3)


def tent(b: Brush, c: Tones) -> None:
    """A ridge tent, open in front, light inside."""
    b.line("M-64 0 L-44 -20 M72 0 L56 -18", "#e9e0d2", 1.5)
    b.path("M-14 -76 L34 -68 L70 0 L26 0 Z", (c.main, c.dark))
    b.path("M-14 -76 L-60 0 L30 0 Z", (c.light, c.main))
    b.path("M-14 -62 L-38 0 L12 0 Z", ("#ffe5a0", "#b8752f"))
    b.path("M-14 -66 L-40 0 L-27 0 Q-18 -30 -14 -66 Z", (c.main, c.dark))
    b.path("M-14 -66 L16 0 L6 0 Q-8 -30 -14 -66 Z", (c.dark, c.deep))
    b.line("M-14 -76 L-14 -84 M34 -68 L36 -75", "#6b4a36", 3)
    b.path("M-14 -84 L2 -80 L-14 -75 Z", c.dark)


def windmill(b: Brush, c: Tones) -> None:
    """A Dutch windmill: tower in the colour, four lattice sails."""
    b.path("M-28 0 L-18 -84 L18 -84 L28 0 Z", (c.light, c.dark))
    b.rect(-32, -34, 64, 5, ("#efe3cf", "#a89c8c"), r=2)
    b.path("M-20 -82 Q-18 -108 0 -110 Q18 -108 20 -82 Z", ("#7a5a48", "#4a3630"))
    b.path("M-8 0 L-8 -18 Q0 -28 8 -18 L8 0 Z", ("#6b4a36", "#3c2a20"))
    for y in (-50, -70):
        b.rect(-5, y, 10, 11, _LIT, r=2)
    turn = b.rng.choice((12, 24, 38))
    for quarter in range(4):
        with b.at(0, -92, 1.0, turn=turn + 90 * quarter):
            b.line("M0 0 L0 -62", "#5b4636", 3)
            b.rect(1, -62, 15, 48, ("#fffaf0", "#e0d4c0"), opacity=0.92)
            b.line("M1 -50 H16 M1 -38 H16 M1 -26 H16 M8.5 -62 V-14", "#a08a70", 1)
    b.circle(0, -92, 5, "#3f3430")


def castle(b: Brush, c: Tones) -> None:
    """A castle with three towers; roofs and banners in the colour."""
    b.rect(-46, -56, 92, 56, _STONE)
    for x in range(-44, 44, 16):
        b.rect(x, -64, 9, 9, _STONE)
    for x, top, half in ((-50, -84, 14), (50, -84, 14), (0, -104, 18)):
        b.rect(x - half, top, 2 * half, -top, ("#e6e1db", "#9d97a1"))
        b.path(
            f"M{x - half - 5} {top} L{x} {top - half * 2.5:.0f} L{x + half + 5} {top} Z",
            (c.light, c.dark),
        )
        tip = top - half * 2.5
        b.line(f"M{x} {tip + 2:.0f} V{tip - 14:.0f}", "#5b4636", 1.6)
        b.path(f"M{x} {tip - 14:.0f} L{x + 14} {tip - 10:.0f} L{x} {tip - 5:.0f} Z", c.main)
        b.path(f"M{x - 4} {top + 26} v-8 q4 -6 8 0 v8 Z", _LIT)
    b.path("M-13 0 L-13 -22 Q-13 -38 0 -38 Q13 -38 13 -22 L13 0 Z", ("#6b4a36", "#38271e"))
    b.line("M-6 0 V-34 M0 0 V-37 M6 0 V-34", "#2a1c15", 1)


def snowman(b: Brush, c: Tones) -> None:
    """A snowman; hat and scarf in the colour."""
    b.line("M-28 -66 L-54 -86 M-46 -80 L-50 -94 M28 -66 L54 -84 M46 -78 L58 -74", "#5b4030", 3.5)
    b.circle(0, -28, 33, ("#ffffff", "#c3d3e8"))
    b.circle(0, -72, 24, ("#ffffff", "#c9d8eb"))
    b.circle(0, -106, 18, ("#ffffff", "#cfdcee"))
    b.path("M-20 -92 Q0 -82 20 -92 L22 -83 Q0 -73 -22 -83 Z", (c.main, c.dark))
    b.path("M10 -84 L22 -84 L25 -56 L13 -56 Z", (c.main, c.deep))
    b.rect(-24, -122, 48, 6, (c.main, c.dark), r=3)
    b.rect(-15, -148, 30, 28, (c.light, c.dark), r=3)
    b.rect(-15, -129, 30, 6, "#fff6e6", edge=False)
    for x in (-7, 7):
        b.circle(x, -109, 2.6, "#22242d", edge=False)
    b.path("M-2 -106 L22 -101 L-2 -99 Z", ("#ffa24a", "#e06b1f"))
    for y in (-74, -62, -40):
        b.circle(0, y, 2.8, "#22242d", edge=False)
