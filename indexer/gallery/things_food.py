"""Fruit, cakes and other food, each drawn in its own frame, resting at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_LEAF = ("#86c255", "#3d7f3a")
_STEM = "#6b4528"


def _shine(b: Brush, x: float, y: float, rx: float, ry: float, turn: float) -> None:
    b.ellipse(x, y, rx, ry, "#ffffff", turn=turn, opacity=0.45, edge=False)


def apple(b: Brush, c: Tones) -> None:
    """An apple with a stem and one leaf."""
    b.path(
        "M0 -76 Q14 -92 36 -84 Q58 -74 50 -38 Q42 -2 18 0 Q6 0 0 -4 Q-6 0 -18 0 Q-42 -2 -50 -38 "
        "Q-58 -74 -36 -84 Q-14 -92 0 -76 Z",
        (c.light, c.dark),
    )
    b.path(
        "M-44 -20 Q-20 -6 0 -10 Q20 -6 44 -20 Q36 -2 18 0 Q6 0 0 -4 Q-6 0 -18 0 Q-36 -2 -44 -20 Z",
        c.deep,
        opacity=0.3,
        edge=False,
    )
    b.ellipse(0, -77, 13, 4.5, c.deep, opacity=0.5, edge=False)
    b.line("M0 -77 Q0 -92 7 -102", _STEM, 5)
    b.path("M6 -92 Q20 -112 42 -104 Q30 -86 6 -92 Z", _LEAF)
    _shine(b, -28, -60, 7, 14, 22)


def pear(b: Brush, c: Tones) -> None:
    """A pear with a stem and one leaf."""
    b.path(
        "M0 -112 Q20 -110 20 -84 Q22 -66 38 -50 Q52 -30 40 -12 Q28 "
        "0 0 0 Q-28 0 -40 -12 Q-52 -30 -38 -50 "
        "Q-22 -66 -20 -84 Q-20 -110 0 -112 Z",
        (c.light, c.dark),
    )
    b.line("M0 -110 Q2 -124 -4 -132", _STEM, 5)
    b.path("M0 -118 Q14 -136 36 -128 Q24 -110 0 -118 Z", _LEAF)
    _shine(b, -20, -44, 7, 17, 24)
    for x, y in ((10, -30), (18, -44), (2, -20), (24, -24), (8, -60), (-4, -34)):
        b.circle(x, y, 1.3, c.deep, opacity=0.5, edge=False)


def lemon(b: Brush, c: Tones) -> None:
    """A lemon lying on its side, with a leaf."""
    b.path(
        "M-66 -34 Q-60 -40 -54 -42 Q-36 -70 0 -70 Q36 -70 52 -44 Q60 "
        "-42 70 -34 Q62 -26 52 -24 Q36 0 0 0 "
        "Q-36 0 -54 -26 Q-60 -28 -66 -34 Z",
        (c.light, c.dark),
    )
    for x, y in (
        (0, -30),
        (14, -44),
        (22, -26),
        (-14, -22),
        (30, -38),
        (6, -14),
        (-26, -36),
        (-4, -52),
    ):
        b.circle(x, y, 1.5, c.dark, opacity=0.6, edge=False)
    _shine(b, -20, -54, 17, 6, -14)
    b.line("M-64 -35 L-74 -40", _STEM, 4)
    b.path("M-70 -40 Q-66 -64 -40 -72 Q-38 -46 -70 -40 Z", _LEAF)


def banana(b: Brush, c: Tones) -> None:
    """A pair of bananas."""
    b.path(
        "M-60 -66 Q-52 -8 20 -12 Q58 -16 74 -48 L66 -54 Q40 -34 6 -38 Q-36 -42 -48 -72 Z",
        (c.main, c.dark),
    )
    b.path(
        "M-58 -70 Q-66 -2 6 0 Q48 0 70 -28 L64 -35 Q36 -20 4 -24 Q-34 -30 -46 -74 Z",
        (c.light, c.main),
    )
    b.line("M-54 -66 Q-50 -14 8 -10 Q42 -10 64 -30", c.dark, 2, opacity=0.7)
    b.path("M-60 -68 L-62 -86 L-50 -88 L-44 -70 Z", ("#8a6a30", "#5a4420"))
    b.circle(68, -31, 4.5, "#5a4420", edge=False)
    b.circle(70, -51, 4.5, "#5a4420", edge=False)


def strawberry(b: Brush, c: Tones) -> None:
    """A strawberry with seeds and a green crown."""
    b.path("M0 0 Q-50 -30 -46 -66 Q-40 -88 0 -84 Q40 -88 46 -66 Q50 -30 0 0 Z", (c.light, c.dark))
    for row, xs in (
        (-66, (-28, -9, 9, 28)),
        (-50, (-34, -18, 0, 18, 34)),
        (-34, (-24, -8, 8, 24)),
        (-19, (-11, 4, 14)),
    ):
        for x in xs:
            b.ellipse(x, row, 2, 3.2, "#ffe3a0", edge=False)
    b.path(
        "M0 -78 L-36 -92 L-22 -76 L-40 -66 L-14 -72 L0 -58 L14 -72 L40 -66 L22 -76 L36 -92 Z", _LEAF
    )
    b.line("M0 -80 Q2 -96 10 -102", "#4d8a3a", 5)
    _shine(b, -24, -58, 5, 10, 18)


def cherries(b: Brush, c: Tones) -> None:
    """Two cherries on one stalk."""
    b.line("M-26 -44 Q-22 -84 14 -106 M30 -40 Q34 -80 14 -106", "#5d7a35", 4)
    b.path("M14 -106 Q34 -128 62 -112 Q44 -92 14 -106 Z", _LEAF)
    for x, y, r in ((-28, -26, 27), (32, -24, 25)):
        b.circle(x, y, r, (c.light, c.dark))
        b.ellipse(x, y - r * 0.86, 7, 2.6, c.deep, opacity=0.6, edge=False)
        _shine(b, x - r * 0.4, y - r * 0.35, 5, 8, 30)


def pumpkin(b: Brush, c: Tones) -> None:
    """A ribbed pumpkin with a curled stalk."""
    b.ellipse(0, -36, 66, 36, (c.main, c.dark))
    for x in (-40, 40):
        b.ellipse(x, -36, 28, 35, (c.main, c.dark))
    for x in (-20, 20):
        b.ellipse(x, -37, 24, 36, (c.light, c.main))
    b.ellipse(0, -37, 16, 37, (c.light, c.main))
    b.path("M-8 -70 Q-4 -88 -18 -98 L-4 -102 Q10 -90 8 -70 Z", ("#8aa04a", "#4f6a2c"))
    b.line("M8 -76 Q30 -88 40 -78 Q46 -70 38 -68", "#6b8a3a", 3)
    _shine(b, -30, -52, 6, 12, 24)


def cake(b: Brush, c: Tones) -> None:
    """A two-layer cake with icing in the colour and one candle."""
    b.ellipse(0, -2, 74, 10, ("#ffffff", "#cdd2dc"))
    b.rect(-58, -44, 116, 40, ("#f6d9a8", "#c99a5e"), r=6)
    b.rect(-58, -27, 116, 6, "#fff6e8", edge=False)
    b.path(
        "M-60 -50 Q-60 -58 0 -58 Q60 -58 60 -50 L60 -38 Q52 -24 44 "
        "-38 Q34 -22 24 -38 Q12 -20 0 -38 "
        "Q-12 -22 -24 -38 Q-34 -26 -44 -38 Q-54 -24 -60 -38 Z",
        (c.light, c.main),
    )
    b.rect(-36, -84, 72, 30, ("#f6d9a8", "#c99a5e"), r=5)
    b.path(
        "M-38 -88 Q-38 -95 0 -95 Q38 -95 38 -88 L38 -76 Q30 -64 22 "
        "-76 Q12 -62 0 -76 Q-12 -64 -22 -76 "
        "Q-32 -64 -38 -76 Z",
        (c.light, c.main),
    )
    b.rect(-3.5, -116, 7, 24, ("#fffaf0", "#e6d2c0"), r=2)
    b.glow(0, -122, 16, "#ffd36b", 0.8)
    b.path("M0 -134 Q7 -124 0 -116 Q-7 -124 0 -134 Z", ("#fff1a8", "#ff9f3a"), edge=False)
    for x in (-48, -16, 16, 48):
        b.circle(x, -58, 6, (c.main, c.deep))


def ice_cream(b: Brush, c: Tones) -> None:
    """Two scoops in the colour in a waffle cone."""
    b.path("M-26 -66 L26 -66 L0 0 Z", ("#f0bd74", "#b97a38"))
    b.line("M-18 -62 L6 -16 M-4 -64 L12 -32 M18 -62 L-6 -16 M4 -64 L-12 -32", "#9a6228", 1.6)
    b.circle(0, -84, 30, (c.light, c.main))
    b.circle(0, -116, 25, (c.light, c.main))
    b.path(
        "M-30 -78 Q-26 -60 -18 -66 Q-10 -54 -2 -66 Q8 -54 14 -66 Q24 -58 30 -78 Q0 -66 -30 -78 Z",
        c.main,
    )
    b.circle(6, -146, 8, ("#f4604f", "#ac1d2c"))
    b.line("M6 -152 Q8 -162 16 -164", "#5d7a35", 2)
    _shine(b, -10, -124, 5, 9, 25)
    _shine(b, -14, -92, 5, 9, 25)


def cupcake(b: Brush, c: Tones) -> None:
    """A cupcake with swirled icing in the colour."""
    b.path("M-38 -46 L38 -46 L28 0 L-28 0 Z", ("#e9c79a", "#a9743f"))
    b.line(
        "M-26 -44 L-19 -2 M-13 -44 L-9 -2 M0 -44 V-2 M13 -44 L9 -2 M26 -44 L19 -2", "#8a5a2c", 1.8
    )
    b.path("M-46 -46 Q-52 -66 -30 -68 L30 -68 Q52 -66 46 -46 Q0 -38 -46 -46 Z", (c.light, c.dark))
    b.path("M-34 -64 Q-38 -84 -18 -86 L18 -86 Q38 -84 34 -64 Q0 -56 -34 -64 Z", (c.light, c.main))
    b.path("M-20 -82 Q-20 -100 0 -110 Q20 -100 20 -82 Q0 -76 -20 -82 Z", (c.light, c.main))
    b.circle(0, -114, 8, ("#f4604f", "#ac1d2c"))
    for x, y in (
        (-28, -56),
        (-8, -52),
        (14, -55),
        (30, -54),
        (-18, -74),
        (6, -72),
        (22, -76),
        (-4, -92),
    ):
        b.rect(x, y, 6, 2.4, "#fffbe0", r=1, edge=False)


def carrot(b: Brush, c: Tones) -> None:
    """A carrot standing tip down, leafy on top."""
    for turn in (-34, -12, 12, 34):
        b.ellipse(turn * 0.55, -116, 7, 27, _LEAF, turn=turn)
    b.path("M-27 -88 Q0 -102 27 -88 Q20 -30 2 0 Q-1 2 -4 0 Q-20 -30 -27 -88 Z", (c.light, c.dark))
    b.line("M-22 -70 H-6 M22 -60 H8 M-16 -44 H-2 M12 -30 H2", c.deep, 2.4, opacity=0.55)
    _shine(b, -13, -74, 3.5, 9, 8)


def watermelon(b: Brush, c: Tones) -> None:
    """A slice of watermelon, flesh in the colour."""
    b.path("M-74 -66 Q-62 0 0 0 Q62 0 74 -66 Z", ("#5fae4d", "#2c6b38"))
    b.path("M-66 -66 Q-54 -9 0 -9 Q54 -9 66 -66 Z", "#eef7d6", edge=False)
    b.path("M-60 -66 Q-48 -15 0 -15 Q48 -15 60 -66 Z", (c.light, c.main), edge=False)
    for x, y in (
        (-38, -54),
        (-16, -56),
        (8, -54),
        (32, -54),
        (-26, -38),
        (-2, -40),
        (22, -38),
        (-10, -25),
        (10, -26),
    ):
        b.ellipse(x, y, 2.6, 4.4, "#33262b", turn=x * 0.5, edge=False)
