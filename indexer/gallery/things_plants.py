"""Trees, flowers and other plants, each drawn in its own frame, rooted at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_BARK = ("#9a6a42", "#54351f")
_STALK = "#4d8a3a"
_LEAF = ("#86c255", "#3d7f3a")


def tree(b: Brush, c: Tones) -> None:
    """A broad-leaved tree, crown in the colour."""
    b.path(
        "M-9 0 Q-6 -30 -8 -54 L-26 -74 L-20 -78 L-3 -62 L-2 -86 L5 "
        "-86 L6 -60 L22 -76 L28 -71 L9 -50 Q7 -24 12 0 Z",
        _BARK,
    )
    for x, y, r in ((-34, -84, 26), (34, -82, 26), (0, -74, 24)):
        b.circle(x, y, r, (c.main, c.dark))
    for x, y, r in ((-22, -108, 29), (24, -106, 29), (0, -92, 26), (0, -126, 27)):
        b.circle(x, y, r, (c.light, c.main))
    for _ in range(22):
        across, up = b.rng.uniform(-44, 44), b.rng.uniform(-146, -72)
        if abs(across) + abs(up + 104) * 0.8 < 50:
            leaf = c.light if up < -104 else c.dark
            b.ellipse(
                across, up, 4.4, 2.8, leaf, turn=b.rng.uniform(0, 90), opacity=0.7, edge=False
            )


def pine(b: Brush, c: Tones) -> None:
    """A fir tree, crown in the colour."""
    b.rect(-7, -26, 14, 26, _BARK, r=2)
    for half, base, top in ((46, -18, -72), (39, -48, -100), (31, -78, -126), (22, -104, -152)):
        b.path(
            f"M0 {top} L{half} {base} Q{half / 2:.0f} {base - 7} 0 {base + 2} "
            f"Q{-half / 2:.0f} {base - 7} {-half} {base} Z",
            (c.light, c.dark),
        )


def flower(b: Brush, c: Tones) -> None:
    """A tulip on its stalk with two leaves."""
    b.line("M0 0 Q4 -40 0 -84", _STALK, 6)
    b.path("M2 -4 Q-34 -22 -34 -64 Q-6 -46 2 -4 Z", _LEAF)
    b.path("M0 -4 Q36 -18 40 -54 Q10 -42 0 -4 Z", _LEAF)
    b.path(
        "M-32 -134 Q-40 -92 -18 -80 Q0 -74 18 -80 Q40 -92 32 -134 Q20 -124 16 -112 Q8 -130 0 -140 "
        "Q-8 -130 -16 -112 Q-20 -124 -32 -134 Z",
        (c.light, c.dark),
    )
    b.path("M0 -140 Q18 -116 12 -80 Q0 -74 -12 -80 Q-18 -116 0 -140 Z", (c.light, c.main))


def daisy(b: Brush, c: Tones) -> None:
    """A daisy-like flower with petals in the colour."""
    b.line("M0 0 Q-5 -40 0 -92", _STALK, 5.5)
    b.path("M-2 -26 Q-30 -30 -38 -56 Q-10 -56 -2 -26 Z", _LEAF)
    b.path("M-1 -16 Q26 -22 34 -48 Q6 -46 -1 -16 Z", _LEAF)
    for index in range(12):
        with b.at(0, -104, 1.0, turn=30 * index):
            b.ellipse(0, -27, 8.4, 18, (c.light, c.main))
    heart = ("#ffd64f", "#e09a1f") if c.main != "#fbca2b" else ("#8a5730", "#4d2f18")
    b.circle(0, -104, 14.5, heart)


def mushroom(b: Brush, c: Tones) -> None:
    """A toadstool, cap in the colour with pale spots."""
    b.path("M-17 -54 Q-13 -22 -22 -4 Q0 5 22 -4 Q13 -22 17 -54 Z", ("#fff8ea", "#d6c5ac"))
    b.path("M-24 -42 Q0 -32 24 -42 L18 -58 L-18 -58 Z", "#efe2cc", edge=False)
    b.path(
        "M-62 -54 Q-62 -112 0 -114 Q62 -112 62 -54 Q32 -44 0 -44 Q-32 -44 -62 -54 Z",
        (c.light, c.dark),
    )
    spot = "#fff8ea" if c.main != "#f4f1ea" else "#d9b48a"
    for x, y, rx, ry in (
        (-32, -76, 10, 9),
        (0, -94, 12, 9),
        (32, -80, 9, 9),
        (4, -64, 8, 7),
        (-46, -58, 6, 5),
        (46, -58, 6, 5),
    ):
        b.ellipse(x, y, rx, ry, spot, edge=False)
    for x in (-40, -30, 32, 42):
        b.line(f"M{x} 2 q{2 if x > 0 else -2} -12 {6 if x > 0 else -6} -18", "#5f9a48", 3)


def cactus(b: Brush, c: Tones) -> None:
    """A saguaro cactus in a body of the colour, a pink bloom on top."""
    b.line("M-18 -46 L-38 -46 Q-44 -46 -44 -54 L-44 -84", c.main, 19)
    b.line("M18 -60 L38 -60 Q44 -60 44 -68 L44 -102", c.dark, 19)
    b.rect(-19, -134, 38, 136, (c.light, c.dark), r=19)
    b.line("M-7 -126 V-2 M6 -126 V-2 M-44 -82 V-56 M44 -100 V-70", c.deep, 2, opacity=0.5)
    for turn in (-50, -20, 20, 50):
        b.ellipse(turn * 0.16, -138, 4.6, 10, ("#ffb3cb", "#e55f92"), turn=turn, edge=False)


def palm(b: Brush, c: Tones) -> None:
    """A palm tree, fronds in the colour."""
    b.path("M-9 0 Q-14 -60 10 -108 L18 -104 Q2 -58 9 0 Z", ("#c59a66", "#7c5632"))
    b.line(
        "M-9 -18 L8 -22 M-9 -36 L7 -40 M-6 -54 L8 -58 M-1 -72 L11 -74 M5 -90 L15 -90",
        "#6b4a2c",
        1.6,
    )
    fronds = (
        "M13 -106 Q-20 -140 -58 -118 Q-26 -122 13 -100 Z",
        "M13 -106 Q-12 -104 -42 -74 Q-18 -88 13 -98 Z",
        "M13 -106 Q44 -142 80 -116 Q48 -122 14 -99 Z",
        "M13 -106 Q42 -100 66 -70 Q44 -86 12 -98 Z",
        "M13 -106 Q0 -146 -24 -154 Q10 -150 18 -104 Z",
        "M13 -106 Q28 -150 56 -150 Q30 -140 18 -102 Z",
    )
    for index, frond in enumerate(fronds):
        b.path(frond, (c.light, c.main) if index % 2 else (c.main, c.dark))
    for x in (8, 17, 13):
        b.circle(x, -99 if x != 13 else -94, 5, ("#9a6a42", "#54351f"))
