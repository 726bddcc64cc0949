"""Birds, insects and other small creatures, each drawn in its own frame, feet at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_EYE = "#1c1b26"
_BEAK = ("#ffc04d", "#ea8a1f")


def bird(b: Brush, c: Tones) -> None:
    """A songbird standing sideways, beak to the right."""
    b.line("M-4 -14 L-6 0 M-12 0 H2 M12 -14 L12 0 M6 0 H20", "#8a5a30", 2.6)
    b.path("M-34 -34 L-76 -18 L-70 -32 L-78 -40 L-32 -52 Z", (c.main, c.deep))
    b.path(
        "M-42 -42 Q-36 -76 0 -74 Q10 -96 32 -92 Q52 -88 52 -68 Q50 -12 6 -10 Q-34 -12 -42 -42 Z",
        (c.light, c.main),
    )
    b.path(
        "M44 -54 Q44 -14 6 -12 Q-8 -12 -18 -18 Q24 -22 44 -54 Z", "#fff3e2", opacity=0.9, edge=False
    )
    b.path("M-46 -40 Q-28 -66 14 -58 Q14 -30 -14 -26 Q-34 -26 -56 -34 Z", (c.main, c.dark))
    b.line("M-38 -38 Q-16 -42 2 -50 M-32 -32 Q-14 -34 0 -40", c.deep, 1.8, opacity=0.7)
    b.path("M50 -76 L70 -68 L50 -62 Z", _BEAK)
    b.circle(37, -76, 4.6, _EYE, edge=False)
    b.circle(38.6, -77.6, 1.6, "#ffffff", edge=False)


def flying_bird(b: Brush, c: Tones) -> None:
    """The same songbird in flight, wings spread, for the open sky."""
    b.path("M-12 -38 Q-30 -88 -64 -98 Q-52 -64 -8 -26 Z", (c.dark, c.deep))
    b.path("M-30 -28 L-74 -14 L-64 -26 L-74 -36 L-28 -42 Z", (c.main, c.deep))
    b.path(
        "M-36 -32 Q-14 -52 20 -50 Q34 -62 50 -52 Q58 -46 54 -36 Q44 -12 6 -12 Q-24 -14 -36 -32 Z",
        (c.light, c.main),
    )
    b.path(
        "M50 -32 Q36 -14 6 -13 Q-6 -13 -16 -18 Q26 -18 50 -32 Z", "#fff3e2", opacity=0.9, edge=False
    )
    b.path("M14 -34 Q14 -92 -18 -116 Q-32 -76 -16 -34 Q0 -26 14 -34 Z", (c.light, c.dark))
    b.line("M-10 -38 Q-20 -76 -16 -104 M-1 -36 Q-6 -74 -10 -94", c.deep, 1.8, opacity=0.6)
    b.path("M54 -50 L72 -42 L54 -38 Z", _BEAK)
    b.circle(44, -48, 3.6, _EYE, edge=False)
    b.circle(45.2, -49.2, 1.3, "#ffffff", edge=False)


def duck(b: Brush, c: Tones) -> None:
    """A duck afloat or sitting, bill to the right."""
    b.path(
        "M-58 -40 Q-50 -34 -40 -38 Q-10 -50 10 -42 Q22 -52 20 -66 Q18 -94 42 -94 Q64 -94 62 -70 "
        "Q60 -58 50 -50 Q64 -28 44 -6 Q30 4 -12 2 Q-54 0 -58 -40 Z",
        (c.light, c.main),
    )
    b.path("M-36 -32 Q-10 -46 18 -30 Q12 -8 -14 -8 Q-30 -10 -42 -24 Z", (c.main, c.dark))
    b.line("M-26 -22 Q-8 -18 8 -24 M-22 -15 Q-8 -12 4 -17", c.deep, 1.8, opacity=0.6)
    b.path("M58 -78 Q72 -80 82 -72 Q76 -64 58 -66 Z", _BEAK)
    b.circle(45, -78, 4.4, _EYE, edge=False)
    b.circle(46.5, -79.5, 1.5, "#ffffff", edge=False)


def penguin(b: Brush, c: Tones) -> None:
    """A penguin facing us."""
    for x in (-14, 14):
        b.ellipse(x, -3, 13, 6, _BEAK)
    b.path("M-30 -70 Q-56 -44 -46 -18 Q-36 -26 -30 -40 Z", (c.dark, c.deep))
    b.path("M30 -70 Q56 -44 46 -18 Q36 -26 30 -40 Z", (c.dark, c.deep))
    b.path(
        "M0 -124 Q34 -124 34 -88 Q40 -60 36 -30 Q30 -2 0 -2 Q-30 -2 "
        "-36 -30 Q-40 -60 -34 -88 Q-34 -124 0 -124 Z",
        (c.light, c.dark),
    )
    b.path(
        "M0 -96 Q12 -112 22 -100 Q30 -86 22 -74 Q32 -40 24 -18 Q14 "
        "-6 0 -6 Q-14 -6 -24 -18 Q-32 -40 -22 -74 "
        "Q-30 -86 -22 -100 Q-12 -112 0 -96 Z",
        ("#ffffff", "#e3e6ee"),
        edge=False,
    )
    for x in (-11, 11):
        b.circle(x, -94, 4, _EYE, edge=False)
        b.circle(x + 1.4, -95.5, 1.4, "#ffffff", edge=False)
    b.path("M-8 -84 Q0 -90 8 -84 Q4 -72 0 -72 Q-4 -72 -8 -84 Z", _BEAK)
    b.path("M-20 -72 Q0 -60 20 -72 L18 -66 Q0 -54 -18 -66 Z", "#f7b23f", opacity=0.7, edge=False)


def owl(b: Brush, c: Tones) -> None:
    """An owl facing us with great round eyes."""
    b.path("M-34 -92 L-38 -118 L-14 -106 L14 -106 L38 -118 L34 -92 Z", (c.main, c.dark))
    b.path(
        "M0 -112 Q44 -110 40 -56 Q38 -2 0 -2 Q-38 -2 -40 -56 Q-44 -110 0 -112 Z", (c.light, c.main)
    )
    b.path("M-38 -66 Q-54 -30 -30 -8 Q-20 -36 -24 -62 Z", (c.main, c.deep))
    b.path("M38 -66 Q54 -30 30 -8 Q20 -36 24 -62 Z", (c.dark, c.deep))
    b.ellipse(0, -34, 22, 29, "#fff1da", opacity=0.85, edge=False)
    b.line(
        "M-12 -48 q4 5 8 0 m4 0 q4 5 8 0 M-16 -36 q4 5 8 0 m4 0 q4 5 8 0 m2 0 q3 5 6 0 "
        "M-10 -24 q4 5 8 0 m4 0 q4 5 8 0",
        c.dark,
        2.2,
    )
    for x in (-17, 17):
        b.circle(x, -82, 17, "#fff6e6")
        b.circle(x, -82, 11, ("#ffd64f", "#f0a020"))
        b.circle(x, -82, 6.5, _EYE, edge=False)
        b.circle(x + 2.5, -85, 2.2, "#ffffff", edge=False)
    b.path("M-5 -74 L5 -74 L0 -62 Z", _BEAK)
    for x in (-12, 12):
        b.ellipse(x, -2, 9, 4, _BEAK)


def butterfly(b: Brush, c: Tones) -> None:
    """A butterfly seen from above, wings open."""
    for side in (-1, 1):
        with b.at(0, -56, 1.0, flip=side < 0):
            b.path("M3 4 Q46 8 48 34 Q44 56 24 48 Q8 38 3 8 Z", (c.main, c.dark))
            b.path("M3 2 Q10 -54 52 -56 Q74 -50 66 -20 Q54 8 3 6 Z", (c.light, c.main))
            b.path("M52 -56 Q74 -50 66 -20 Q60 -8 52 -4 Q62 -30 40 -52 Z", c.deep, edge=False)
            b.circle(44, -28, 7, "#fff3d2", edge=False)
            b.circle(30, 30, 5.5, "#fff3d2", edge=False)
            b.circle(60, -32, 2.6, "#fff3d2", edge=False)
            b.line("M4 2 Q24 -22 38 -40 M4 4 Q30 -6 52 -14", c.deep, 1.4, opacity=0.6)
            b.line("M1 -20 Q8 -44 16 -50", "#33303c", 2)
            b.circle(16, -50, 2.4, "#33303c", edge=False)
    b.ellipse(0, -54, 4.6, 28, ("#5a5360", "#2a2733"))
    b.circle(0, -82, 5.4, ("#5a5360", "#2a2733"))


def snail(b: Brush, c: Tones) -> None:
    """A snail, shell in the colour."""
    body = ("#f0d6a8", "#c09a66")
    b.line("M50 -34 L46 -58 M58 -34 L64 -56", "#c9a672", 3.5)
    b.circle(46, -60, 4, "#3a3340", edge=False)
    b.circle(64, -58, 4, "#3a3340", edge=False)
    b.path("M-64 0 Q-40 -14 0 -14 Q34 -12 42 -32 Q50 -48 64 -38 Q74 -24 60 -6 Q54 0 44 0 Z", body)
    b.line("M58 -20 Q64 -16 68 -21", "#8a6a40", 1.8)
    b.circle(-6, -44, 38, (c.light, c.dark))
    b.line(
        "M-38 -30 Q-42 -72 -4 -74 Q26 -70 24 -42 Q18 -18 -8 -22 Q-26 "
        "-28 -22 -46 Q-16 -60 -2 -54 Q8 -46 0 -38",
        c.deep,
        4.5,
        opacity=0.85,
    )


def ladybird(b: Brush, c: Tones) -> None:
    """A ladybird seen from above and a little behind."""
    for y in (-64, -44, -24):
        b.line(f"M-36 {y} L-58 {y + 8} M36 {y} L58 {y + 8}", "#2a2733", 4)
    b.line("M-10 -94 Q-18 -110 -28 -110 M10 -94 Q18 -110 28 -110", "#2a2733", 3)
    b.ellipse(0, -80, 25, 19, ("#4a4553", "#201d29"))
    b.ellipse(0, -42, 46, 42, (c.light, c.dark))
    b.line("M0 -84 V-1", "#2a2733", 3.5)
    for x, y, r in ((18, -62, 8), (27, -36, 9), (13, -16, 7)):
        b.circle(x, y, r, "#2a2733", edge=False)
        b.circle(-x, y, r, "#2a2733", edge=False)
    for x in (-12, 12):
        b.circle(x, -86, 5, "#fffaf0", edge=False)
    b.ellipse(-20, -64, 9, 5, "#ffffff", turn=-35, opacity=0.4, edge=False)
