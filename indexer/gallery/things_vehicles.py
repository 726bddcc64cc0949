"""Things that travel, each drawn in its own frame: x about 0, y up to 0 at the ground or waterline.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_GLASS = ("#e3f4fb", "#8fc1dc")
_TYRE = ("#4a4d59", "#22242d")
_WOOD = ("#c58a55", "#7c4c2c")
_CREAM = ("#fffaf0", "#dcd3c8")
_STEEL = ("#e6eaf0", "#98a1b0")


def _wheel(b: Brush, x: float, y: float, r: float) -> None:
    b.circle(x, y, r, _TYRE)
    b.circle(x, y, r * 0.55, _STEEL)
    b.circle(x, y, r * 0.18, "#5d6573")


def sailboat(b: Brush, c: Tones) -> None:
    """A sailing boat: hull and mainsail in the colour, a cream jib."""
    b.line("M2 -22 L2 -124", "#7a5236", 3)
    coloured, pale = (c.light, c.main), _CREAM
    stripes = b.rng.random() < 0.5
    b.path("M-2 -120 Q-14 -66 -54 -34 L-2 -30 Z", pale if stripes else coloured)
    b.path("M6 -114 Q40 -76 46 -32 L6 -30 Z", coloured)
    if stripes:
        b.path("M-13.5 -86 L-2 -92 L-2 -78 L-20 -72 Z", c.main, edge=False)
        b.path("M-27 -61 L-2 -64 L-2 -50 L-37 -48 Z", c.main, edge=False)
    else:
        b.path(
            "M14 -102 Q33 -74 38 -38 L28 -37 Q27 -70 14 -102 Z", c.light, opacity=0.5, edge=False
        )
    b.path("M2 -124 L18 -119 L2 -113 Z", c.dark)
    b.path("M-66 -24 L70 -26 Q60 -2 42 4 L-44 4 Q-60 -4 -66 -24 Z", (c.main, c.dark))
    b.path("M-66 -24 L70 -26 L68 -19 L-63.5 -17 Z", _CREAM)
    b.path("M-52 -5 Q0 1 52 -5 L42 4 L-44 4 Z", c.deep, opacity=0.6, edge=False)


def car(b: Brush, c: Tones) -> None:
    """A small rounded car seen from the side."""
    b.path("M-46 -30 Q-38 -56 -14 -57 L12 -57 Q32 -56 44 -31 Z", (c.light, c.dark))
    b.path("M-38 -32 Q-32 -50 -15 -51 L-3 -51 L-3 -32 Z", _GLASS)
    b.path("M3 -51 L11 -51 Q27 -50 35 -32 L3 -32 Z", _GLASS)
    b.path(
        "M-70 -10 Q-74 -30 -56 -33 Q0 -40 48 -34 Q72 -32 72 -14 Q72 "
        "-8 66 -8 L-64 -8 Q-70 -8 -70 -10 Z",
        (c.light, c.main),
    )
    b.path(
        "M-70 -14 Q0 -20 72 -15 L72 -12 Q72 -8 66 -8 L-64 -8 Q-70 -8 -70 -14 Z", c.dark, edge=False
    )
    b.circle(-42, -10, 17, c.deep, edge=False)
    b.circle(42, -10, 17, c.deep, edge=False)
    _wheel(b, -42, -13, 13.5)
    _wheel(b, 42, -13, 13.5)
    b.ellipse(67, -25, 4, 5, "#fff3b8")
    b.rect(-71, -28, 5, 8, "#e0473d", r=2)
    b.rect(8, -29, 10, 2.4, c.deep, r=1, edge=False)


def bus(b: Brush, c: Tones) -> None:
    """A bus with a row of windows."""
    b.rect(-76, -74, 152, 64, (c.light, c.main), r=10)
    b.path(
        "M-76 -34 L76 -34 L76 -20 Q76 -10 66 -10 L-66 -10 Q-76 -10 -76 -20 Z",
        (c.main, c.dark),
        edge=False,
    )
    b.rect(-76, -37, 152, 4, "#fff6e6", edge=False)
    for x in (-68, -41, -14, 13):
        b.rect(x, -66, 22, 24, _GLASS, r=4)
    b.rect(42, -66, 30, 30, _GLASS, r=5)
    b.rect(42, -33, 16, 23, (c.light, c.dark), r=2)
    b.rect(44.5, -30, 11, 14, _GLASS, r=2)
    _wheel(b, -46, -11, 13)
    _wheel(b, 26, -11, 13)
    b.circle(73, -20, 4, "#fff3b8")
    b.rect(-40, -78, 70, 5, c.dark, r=2)


def bicycle(b: Brush, c: Tones) -> None:
    """A bicycle seen from the side, the frame in the colour."""
    for x in (-43, 43):
        b.line(f"M{x - 29} -31 a29 29 0 1 0 58 0 a29 29 0 1 0 -58 0", "#2b2d38", 5)
        b.line(
            f"M{x - 24} -31 H{x + 24} M{x} -55 V-7 M{x - 17} -48 L{x + 17} "
            f"-14 M{x + 17} -48 L{x - 17} -14",
            "#aab0bd",
            1,
        )
        b.circle(x, -31, 3.5, "#5d6573")
    b.line("M-43 -31 L-6 -31 L26 -72 L-22 -72 Z M-6 -31 L-26 -84", c.main, 6.5)
    b.line("M43 -31 L24 -84", c.dark, 6)
    b.line("M24 -84 Q22 -92 34 -93 Q43 -92 42 -84", "#3a3d49", 4.5)
    b.path("M-42 -88 Q-26 -94 -10 -86 Q-14 -80 -26 -82 Q-38 -80 -42 -88 Z", ("#8a5730", "#4d2f18"))
    b.circle(-6, -31, 7, _STEEL)
    b.line("M-6 -31 L2 -18 M-3 -17 L8 -17", "#3a3d49", 3.5)
    if b.rng.random() < 0.5:
        b.path("M38 -80 L66 -80 L62 -60 L42 -60 Z", ("#dcae74", "#a1713f"))
        b.line("M40 -73 H64 M41 -67 H63", "#8d6136", 1.3)


def train(b: Brush, c: Tones) -> None:
    """A steam engine with a carriage, on a piece of track."""
    b.line("M-100 -1 H96", "#6b6470", 3)
    for x in range(-96, 96, 12):
        b.rect(x, 0, 7, 4, "#6a4a35", edge=False)
    for x, y, r in ((64, -96, 9), (50, -108, 13), (30, -116, 17), (6, -118, 14)):
        b.circle(x, y, r, ("#ffffff", "#cfd4de"), opacity=0.8, edge=False)
    b.rect(-98, -56, 62, 42, (c.light, c.dark), r=4)
    b.rect(-102, -62, 70, 8, c.deep, r=4)
    for x in (-91, -72, -53):
        b.rect(x, -48, 13, 16, ("#fff2bd", "#f1c879"), r=2)
    b.rect(-24, -70, 34, 56, (c.main, c.dark), r=3)
    b.rect(-29, -77, 44, 9, c.deep, r=4)
    b.rect(-17, -62, 20, 20, ("#fff2bd", "#f1c879"), r=3)
    b.rect(8, -54, 66, 38, (c.light, c.main), r=12)
    for x in (24, 44):
        b.rect(x, -54, 4, 38, "#f2cf73", edge=False)
    b.path("M54 -54 L51 -80 L70 -80 L67 -54 Z", (c.dark, c.deep))
    b.rect(49, -86, 23, 7, c.main, r=3)
    b.ellipse(32, -56, 7, 7, "#f2cf73")
    b.path("M70 -20 L92 -2 L62 -2 Z", (c.dark, c.deep))
    b.circle(76, -40, 5, "#fff3b8")
    b.rect(-36, -18, 16, 4, "#4a4d59", edge=False)
    for x, r in ((-84, 9), (-54, 9), (-12, 14), (22, 11), (48, 11)):
        _wheel(b, x, -r, r)
    b.line("M-12 -13 L48 -11", "#c9ced8", 3)


def plane(b: Brush, c: Tones) -> None:
    """A passenger plane, nose to the right, drawn about its middle height."""
    b.path("M-66 -46 L-86 -84 L-66 -84 L-40 -50 Z", (c.light, c.main))
    b.path("M6 -52 L-24 -82 L-8 -82 L34 -54 Z", (c.main, c.dark))
    b.path(
        "M-82 -44 Q-70 -58 -20 -58 L48 -58 Q78 -56 88 -42 Q78 -30 46 "
        "-29 L-24 -30 Q-66 -32 -82 -44 Z",
        ("#ffffff", "#cfd6e2"),
    )
    b.path(
        "M-82 -44 Q-40 -40 88 -42 Q78 -30 46 -29 L-24 -30 Q-66 -32 -82 -44 Z",
        (c.main, c.dark),
        edge=False,
    )
    for x in range(-36, 50, 11):
        b.circle(x, -49, 3, "#6f9fc4", edge=False)
    b.path("M60 -55 Q74 -53 80 -47 L62 -47 Z", "#6f9fc4")
    b.path("M10 -40 L-36 -4 L-14 -4 L42 -38 Z", (c.light, c.main))
    b.path("M-62 -42 L-84 -26 L-70 -26 L-42 -40 Z", (c.light, c.dark))
    b.ellipse(4, -24, 12, 6, _STEEL)


def hot_air_balloon(b: Brush, c: Tones) -> None:
    """A hot-air balloon with gores and a wicker basket."""
    b.line("M-22 -48 L-11 -20 M22 -48 L11 -20 M-8 -46 L-5 -20 M8 -46 L5 -20", "#5b4636", 1.4)
    b.path(
        "M0 -150 C46 -150 60 -116 56 -94 C52 -72 34 -58 24 -46 L-24 -46 C-34 -58 -52 -72 -56 -94 "
        "C-60 -116 -46 -150 0 -150 Z",
        (c.light, c.dark),
    )
    pale = "#fff4e0" if c.main != "#f4f1ea" else "#7fb4dd"
    b.path(
        "M0 -150 C30 -146 38 -116 35 -94 C33 -74 22 -60 15 -46 L7 -46 C11 -62 14 -78 14 -94 "
        "C14 -116 10 -140 0 -150 Z",
        pale,
        opacity=0.85,
        edge=False,
    )
    b.path(
        "M0 -150 C-30 -146 -38 -116 -35 -94 C-33 -74 -22 -60 -15 -46 "
        "L-7 -46 C-11 -62 -14 -78 -14 -94 "
        "C-14 -116 -10 -140 0 -150 Z",
        pale,
        opacity=0.85,
        edge=False,
    )
    b.path("M-56 -97 Q0 -84 56 -97 L54 -86 Q0 -72 -54 -86 Z", c.dark, opacity=0.75, edge=False)
    b.path("M-24 -50 L24 -50 L21 -42 L-21 -42 Z", c.deep)
    b.glow(0, -40, 15, "#ffd36b", 0.7)
    b.path("M-13 -22 L13 -22 L10 0 L-10 0 Z", ("#d39a5a", "#8a5730"))
    b.rect(-14, -24, 28, 4.5, "#6b4226", r=2)
    b.line("M-11 -13 H11 M-10 -7 H10", "#6b4226", 1)


def rocket(b: Brush, c: Tones) -> None:
    """A rocket standing on its flame."""
    b.glow(0, -8, 30, "#ffb347", 0.8)
    b.path("M-13 -30 Q-20 -8 0 8 Q20 -8 13 -30 Z", ("#ffb347", "#f0662f"), edge=False)
    b.path("M-7 -30 Q-10 -14 0 -4 Q10 -14 7 -30 Z", "#fff1b0", edge=False)
    b.path("M-22 -66 Q-46 -50 -44 -22 L-20 -36 Z", (c.main, c.dark))
    b.path("M22 -66 Q46 -50 44 -22 L20 -36 Z", (c.main, c.deep))
    b.path("M0 -150 Q34 -112 24 -34 L-24 -34 Q-34 -112 0 -150 Z", ("#ffffff", "#c4ccd9"))
    b.path("M0 -150 Q16 -132 22 -108 L-22 -108 Q-16 -132 0 -150 Z", (c.light, c.main))
    b.path("M-25.5 -52 L25.5 -52 L24 -34 L-24 -34 Z", (c.light, c.dark), edge=False)
    b.circle(0, -84, 13, (c.light, c.dark))
    b.circle(0, -84, 9, ("#dff3ff", "#5c9cc7"))
    b.path("M-4 -50 L4 -50 L4 -20 L-4 -20 Z", (c.main, c.deep))


def tractor(b: Brush, c: Tones) -> None:
    """A farm tractor with one big and one small wheel."""
    b.line("M40 -52 L40 -84", "#3a3d49", 5)
    b.rect(-50, -96, 62, 7, (c.main, c.dark), r=3)
    b.path("M-42 -90 L4 -90 L10 -50 L-42 -50 Z", _GLASS)
    b.line("M-42 -90 L-42 -48 M6 -90 L10 -50", c.dark, 5)
    b.path("M-56 -54 L10 -56 L58 -54 Q66 -52 66 -44 L66 -24 L-50 -24 Z", (c.light, c.main))
    b.path(
        "M-62 -40 Q-58 -70 -26 -68 Q2 -66 4 -36 L-8 -36 Q-12 -56 -28 -57 Q-48 -56 -50 -38 Z",
        (c.main, c.dark),
    )
    b.rect(44, -48, 16, 14, c.deep, r=2)
    b.rect(60, -46, 8, 8, "#fff3b8", r=2)
    b.circle(-28, -31, 31, _TYRE)
    b.circle(-28, -31, 18, ("#ffe08a", "#d69d2a"))
    b.circle(-28, -31, 6, "#8a6a24")
    b.circle(46, -18, 18, _TYRE)
    b.circle(46, -18, 10, ("#ffe08a", "#d69d2a"))
    b.circle(46, -18, 3.5, "#8a6a24")


def truck(b: Brush, c: Tones) -> None:
    """A lorry: coloured cab and box."""
    b.rect(-80, -82, 98, 64, (c.light, c.main), r=4)
    b.rect(-80, -50, 98, 9, "#fff6e6", opacity=0.9, edge=False)
    b.path(
        "M22 -18 L22 -62 Q22 -66 27 -66 L50 -66 Q58 -66 62 -56 L70 -38 Q78 -36 78 -28 L78 -18 Z",
        (c.main, c.dark),
    )
    b.path("M34 -59 L50 -59 Q54 -59 56 -54 L62 -39 L34 -39 Z", _GLASS)
    b.rect(-82, -20, 160, 8, "#3f434f", r=2)
    for x in (-54, -24, 52):
        _wheel(b, x, -13, 13)
    b.circle(75, -25, 3.6, "#fff3b8")
