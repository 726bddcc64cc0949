"""Four-legged and swimming animals, each drawn in its own frame with the ground at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_EYE = "#1c1b26"
_NOSE = "#e58b95"


def _eyes(b: Brush, left: float, right: float, y: float, r: float) -> None:
    for x in (left, right):
        b.circle(x, y, r, _EYE, edge=False)
        b.circle(x + r * 0.35, y - r * 0.35, r * 0.35, "#ffffff", edge=False)


def cat(b: Brush, c: Tones) -> None:
    """A sitting cat, facing us, tail curled to the side."""
    belly = c.light if c.main != "#f4f1ea" else "#ffffff"
    b.line("M24 -8 Q58 -6 54 -38 Q52 -54 42 -50", c.dark, 10)
    b.path("M-28 0 Q-40 -44 -14 -64 L16 -64 Q40 -44 30 0 Z", (c.light, c.dark))
    b.path("M-13 0 Q-16 -34 0 -48 Q16 -34 13 0 Z", belly, opacity=0.55, edge=False)
    b.path("M-31 -76 L-30 -112 L-8 -98 Z", (c.main, c.dark))
    b.path("M31 -76 L30 -112 L8 -98 Z", (c.main, c.dark))
    b.path("M-27 -86 L-26 -103 L-14 -95 Z", _NOSE, edge=False)
    b.path("M27 -86 L26 -103 L14 -95 Z", _NOSE, edge=False)
    b.ellipse(0, -78, 33, 27, (c.light, c.main))
    for x in (-12, 12):
        b.ellipse(x, -82, 6.5, 7.5, ("#e9f58c", "#9cc23f"))
        b.ellipse(x, -82, 2.4, 6.5, _EYE, edge=False)
        b.circle(x + 2, -85, 1.6, "#ffffff", edge=False)
    b.path("M-4 -72 L4 -72 L0 -67 Z", _NOSE, edge=False)
    whisker = "#fffdf5" if c.main == "#2b2d38" else "#4a4550"
    b.line("M0 -67 Q-5 -61 -10 -65 M0 -67 Q5 -61 10 -65", whisker, 1.6)
    b.line(
        "M-18 -69 L-42 -73 M-18 -66 L-42 -64 M18 -69 L42 -73 M18 -66 L42 -64",
        whisker,
        1,
        opacity=0.8,
    )
    b.line("M-6 -103 L-4 -94 M0 -104 L0 -94 M6 -103 L4 -94", c.deep, 2.6, opacity=0.6)
    b.ellipse(-13, -3, 11, 7, (c.light, c.main))
    b.ellipse(13, -3, 11, 7, (c.light, c.main))


def dog(b: Brush, c: Tones) -> None:
    """A sitting dog with hanging ears and a collar."""
    collar = "#d9463e" if c.main not in ("#8a5730",) else "#3f8fd0"
    b.line("M28 -14 Q54 -22 56 -46", c.main, 9)
    b.path("M-30 0 Q-36 -40 -16 -66 L14 -66 Q40 -40 34 0 Z", (c.light, c.dark))
    b.ellipse(24, -12, 17, 14, (c.main, c.dark))
    b.path("M-14 0 L-14 -44 Q0 -34 12 -44 L12 0 Z", (c.light, c.main))
    b.line("M-1 -4 V-34", c.dark, 1.6)
    b.path(
        "M-28 -104 Q0 -124 28 -104 Q36 -76 20 -62 Q0 -52 -20 -62 Q-36 -76 -28 -104 Z",
        (c.light, c.main),
    )
    muzzle = "#fff6e8" if c.main != "#f4f1ea" else "#e6ddd2"
    b.ellipse(0, -72, 17, 14, muzzle)
    b.path("M-26 -108 Q-48 -104 -44 -68 Q-34 -58 -28 -72 Q-22 -92 -18 -106 Z", (c.main, c.deep))
    b.path("M26 -108 Q48 -104 44 -68 Q34 -58 28 -72 Q22 -92 18 -106 Z", (c.dark, c.deep))
    _eyes(b, -11, 11, -91, 4.2)
    b.ellipse(0, -79, 7, 5, _EYE, edge=False)
    b.line("M0 -74 V-68 M-8 -67 Q-3 -62 0 -67 Q3 -62 8 -67", _EYE, 1.8)
    b.path("M-4 -65 L4 -65 Q5 -55 0 -54 Q-5 -55 -4 -65 Z", "#ef7f8a", edge=False)
    b.path("M-20 -62 Q0 -48 20 -62 L20 -55 Q0 -42 -20 -55 Z", collar, edge=False)
    b.circle(0, -46, 4.5, ("#ffe08a", "#d69d2a"))
    b.ellipse(-8, -2, 10, 6, (c.light, c.main))
    b.ellipse(9, -2, 10, 6, (c.light, c.main))


def rabbit(b: Brush, c: Tones) -> None:
    """A sitting rabbit, ears up."""
    for x, turn in ((-12, -9), (12, 9)):
        b.ellipse(x, -112, 8.5, 29, (c.light, c.main), turn=turn)
        b.ellipse(x, -110, 4.2, 21, "#f4b3b8", turn=turn, edge=False)
    b.circle(32, -16, 11, ("#ffffff", "#dcd7dc"))
    b.path("M-32 0 Q-42 -44 -12 -56 L14 -56 Q44 -42 34 0 Z", (c.light, c.dark))
    b.ellipse(0, -20, 17, 20, "#fff8ee", opacity=0.6, edge=False)
    b.circle(0, -72, 26, (c.light, c.main))
    _eyes(b, -11, 11, -76, 4.4)
    b.path("M-4 -67 L4 -67 L0 -62 Z", "#e0707f", edge=False)
    b.line("M0 -62 Q-4 -56 -8 -59 M0 -62 Q4 -56 8 -59", _EYE, 1.5)
    b.circle(-15, -64, 5, "#f7a8b0", opacity=0.6, edge=False)
    b.circle(15, -64, 5, "#f7a8b0", opacity=0.6, edge=False)
    b.ellipse(-17, -3, 15, 7, (c.light, c.main))
    b.ellipse(17, -3, 15, 7, (c.light, c.main))


def fox(b: Brush, c: Tones) -> None:
    """A sitting fox with a bushy tail."""
    b.path("M20 -4 Q66 4 68 -40 Q68 -62 52 -72 Q58 -44 40 -30 Q30 -22 20 -22 Z", (c.light, c.dark))
    b.path("M68 -40 Q68 -62 52 -72 Q54 -58 52 -48 Q62 -50 68 -40 Z", "#fff6e8", edge=False)
    b.path("M-26 0 Q-34 -42 -12 -62 L12 -62 Q36 -42 30 0 Z", (c.light, c.dark))
    b.path("M-12 -60 Q0 -20 12 -60 Q8 -28 0 -22 Q-8 -28 -12 -60 Z", "#fff6e8", edge=False)
    b.path("M-36 -84 L-32 -120 L-8 -100 Z", (c.main, c.deep))
    b.path("M36 -84 L32 -120 L8 -100 Z", (c.main, c.deep))
    b.path(
        "M-40 -84 Q-26 -108 0 -104 Q26 -108 40 -84 Q22 -60 0 -50 Q-22 -60 -40 -84 Z",
        (c.light, c.main),
    )
    b.path("M-40 -84 Q-22 -82 -8 -72 L0 -50 Q-22 -60 -40 -84 Z", "#fff6e8", edge=False)
    b.path("M40 -84 Q22 -82 8 -72 L0 -50 Q22 -60 40 -84 Z", "#fff6e8", edge=False)
    _eyes(b, -14, 14, -84, 4.2)
    b.ellipse(0, -54, 5.5, 4.5, _EYE, edge=False)
    b.ellipse(-10, -3, 10, 6, ("#5a4038", "#3a2823"))
    b.ellipse(10, -3, 10, 6, ("#5a4038", "#3a2823"))


def sheep(b: Brush, c: Tones) -> None:
    """A woolly sheep standing sideways."""
    for x in (-28, -14, 14, 28):
        b.rect(x - 4, -26, 8, 26, ("#57505c", "#2f2b36"), r=3)
    puffs = (
        (-34, -44, 18),
        (-22, -62, 20),
        (2, -68, 21),
        (26, -60, 19),
        (36, -42, 17),
        (18, -32, 17),
        (-8, -30, 18),
        (-28, -34, 15),
    )
    for x, y, r in puffs:
        b.circle(x, y, r, (c.light, c.dark))
    b.ellipse(2, -48, 36, 22, (c.light, c.main), edge=False)
    b.ellipse(40, -78, 8, 5, ("#57505c", "#2f2b36"), turn=-25)
    b.ellipse(64, -78, 8, 5, ("#57505c", "#2f2b36"), turn=25)
    b.path(
        "M40 -80 Q52 -92 64 -80 Q66 -58 56 -50 Q52 -47 48 -50 Q38 -58 40 -80 Z",
        ("#6a626e", "#3a3540"),
    )
    for x in (44, 52, 60):
        b.circle(x, -86, 8, (c.light, c.main))
    for x in (47, 57):
        b.circle(x, -72, 3, "#ffffff", edge=False)
        b.circle(x, -72, 1.7, _EYE, edge=False)


def elephant(b: Brush, c: Tones) -> None:
    """An elephant standing sideways, trunk raised."""
    b.line("M-56 -62 Q-68 -48 -62 -34", c.dark, 4)
    for x in (-44, 12):
        b.rect(x + 8, -40, 18, 40, (c.dark, c.deep), r=6)
    b.path("M-58 -50 Q-58 -96 -10 -98 Q34 -98 40 -60 L38 -30 L-52 -30 Z", (c.light, c.main))
    for x in (-54, 14):
        b.rect(x, -42, 20, 42, (c.light, c.main), r=6)
        b.line(f"M{x + 4} -2 h4 M{x + 11} -2 h4", "#fff3e4", 3)
    b.line("M64 -58 Q88 -50 88 -76 Q88 -92 78 -96", c.main, 12)
    b.circle(46, -76, 27, (c.light, c.main))
    b.path("M56 -52 Q70 -42 80 -48 Q70 -54 62 -60 Z", "#fffaf0")
    b.path("M34 -100 Q2 -108 6 -72 Q10 -48 30 -52 Q42 -62 40 -84 Z", (c.main, c.dark))
    b.path("M30 -92 Q12 -94 14 -72 Q18 -58 28 -60 Z", "#e9a9ac", opacity=0.6, edge=False)
    _eyes(b, 56, 56, -82, 3.6)


def whale(b: Brush, c: Tones) -> None:
    """A whale, head to the right."""
    b.path(
        "M-58 -52 Q-86 -64 -92 -92 Q-72 -88 -62 -76 Q-58 -92 -42 -98 Q-38 -72 -50 -54 Z",
        (c.main, c.dark),
    )
    b.path(
        "M-64 -58 Q-30 -46 -6 -64 Q30 -88 64 -72 Q92 -56 84 -26 Q76 0 26 0 Q-40 0 -64 -58 Z",
        (c.light, c.dark),
    )
    b.path("M84 -30 Q76 0 26 0 Q-18 0 -44 -28 Q20 -6 84 -30 Z", "#f4f1ea", edge=False)
    b.line("M70 -14 Q40 -4 10 -6 M62 -7 Q40 0 20 -1", "#b9c3d2", 1.6)
    b.path("M6 -22 Q-6 8 -26 6 Q-22 -12 -10 -26 Z", (c.main, c.deep))
    _eyes(b, 60, 60, -40, 4.2)
    b.line("M58 -28 Q72 -24 84 -32", c.deep, 2)


def fish(b: Brush, c: Tones) -> None:
    """A plump fish, head to the right."""
    accent = "#fff3df" if c.main != "#f4f1ea" else "#f2a35a"
    b.path("M-36 -34 Q-70 -70 -74 -58 Q-66 -34 -74 -10 Q-70 2 -36 -34 Z", (c.main, c.dark))
    b.path("M-20 -58 Q0 -86 30 -60 Z", (c.main, c.deep))
    b.path("M-14 -12 Q0 12 18 -10 Z", (c.main, c.deep))
    b.path(
        "M-44 -34 Q-10 -74 34 -60 Q60 -50 64 -34 Q60 -18 34 -8 Q-10 6 -44 -34 Z", (c.light, c.main)
    )
    b.path("M26 -62 Q12 -34 26 -6 L14 -4 Q0 -34 14 -64 Z", accent, edge=False)
    b.path("M-14 -57 Q-24 -34 -14 -10 L-24 -16 Q-32 -34 -24 -52 Z", accent, edge=False)
    b.path("M12 -32 Q-6 -40 -14 -28 Q-6 -16 12 -28 Z", (c.main, c.dark))
    b.circle(46, -40, 7.5, "#ffffff")
    b.circle(48, -40, 4.2, _EYE, edge=False)
    b.circle(49.6, -42, 1.5, "#ffffff", edge=False)
    b.line("M62 -30 Q56 -24 50 -26", c.deep, 2)


def turtle(b: Brush, c: Tones) -> None:
    """A turtle seen from the side, shell in the colour."""
    skin = ("#b9cf7a", "#76974a") if c.main != "#3f9f4a" else ("#e0cf8a", "#a8904a")
    b.path("M-50 -14 L-66 -6 L-46 -6 Z", skin)
    for x in (-34, 26):
        b.rect(x - 10, -18, 22, 18, skin, r=7)
    b.path("M36 -22 Q50 -30 54 -44 Q62 -58 76 -48 Q84 -38 74 -30 Q62 -26 52 -12 Z", skin)
    b.circle(70, -42, 3.4, _EYE, edge=False)
    b.line("M78 -35 Q72 -31 66 -34", "#5a6a34", 1.6)
    b.path("M-54 -14 Q-52 -64 0 -66 Q50 -64 52 -14 Z", (c.light, c.dark))
    b.path("M-16 -52 L14 -52 L24 -34 L12 -20 L-14 -20 L-26 -34 Z", c.dark, opacity=0.75, edge=False)
    b.path(
        "M-22 -56 L-32 -38 L-44 -34 Q-38 -50 -22 -56 Z M20 -56 L30 -38 L43 -34 Q38 -50 20 -56 Z",
        c.dark,
        opacity=0.55,
        edge=False,
    )
    b.rect(-58, -20, 114, 9, (c.main, c.deep), r=4)
