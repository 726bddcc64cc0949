"""Things of the home and of play, each drawn in its own frame, standing at y = 0.

Never places itself in a scene.
"""

from __future__ import annotations

from indexer.gallery.brush import Brush
from indexer.gallery.colours import Tones

_BRASS = ("#ffe08a", "#b98524")
_CREAM = ("#fffaf0", "#e2d6c4")


def cup(b: Brush, c: Tones) -> None:
    """A mug with steam rising."""
    b.line(
        "M-14 -86 Q-22 -98 -12 -108 Q-4 -118 -12 -128 M12 -86 Q4 -98 14 -108 Q22 -118 14 -128",
        "#ffffff",
        4,
        opacity=0.55,
    )
    b.line("M38 -62 Q70 -64 66 -38 Q62 -16 34 -20", c.dark, 10)
    b.path("M-44 -76 L44 -76 L38 -10 Q36 0 22 0 L-22 0 Q-36 0 -38 -10 Z", (c.light, c.main))
    b.path("M44 -76 L38 -10 Q36 0 22 0 L4 0 Q22 -30 24 -76 Z", c.dark, opacity=0.4, edge=False)
    b.ellipse(0, -76, 44, 10, (c.light, c.dark))
    b.ellipse(0, -75, 38, 7.5, ("#6b4026", "#3a2014"))
    b.rect(-34, -62, 6, 38, "#ffffff", r=3, opacity=0.4, edge=False)


def lamp(b: Brush, c: Tones) -> None:
    """A table lamp, lit, shade in the colour."""
    b.glow(0, -92, 92, "#ffe9a8", 0.6)
    b.ellipse(0, -5, 30, 7, _BRASS)
    b.path("M-5 -6 Q-18 -22 -6 -36 Q-2 -44 -4 -62 L4 -62 Q2 -44 6 -36 Q18 -22 5 -6 Z", _BRASS)
    b.path("M-26 -126 L26 -126 L50 -62 L-50 -62 Z", (c.light, c.main))
    b.path("M-6 -126 L6 -126 L14 -62 L-14 -62 Z", "#fff3c4", opacity=0.45, edge=False)
    b.rect(-50, -66, 100, 6, c.dark, r=3)
    b.rect(-26, -129, 52, 5, c.dark, r=2)


def book(b: Brush, c: Tones) -> None:
    """A closed book standing open a little, cover in the colour."""
    b.path("M-44 -104 L36 -112 L44 -106 L44 -2 L-36 0 Z", ("#fffdf4", "#d8ccb8"))
    b.line("M40 -104 V-4 M36 -106 V-4 M32 -106 V-4", "#c3b49c", 1)
    b.path("M-48 -106 Q-46 -110 -40 -109 L28 -112 L28 -4 L-40 0 Q-48 0 -48 -8 Z", (c.light, c.dark))
    b.path(
        "M-48 -106 Q-46 -110 -40 -109 L-34 -109 L-34 0 L-40 0 Q-48 0 -48 -8 Z",
        c.deep,
        opacity=0.75,
        edge=False,
    )
    b.rect(-24, -94, 42, 34, "#fff0cc", r=3, opacity=0.92, edge=False)
    b.circle(-3, -77, 9, (c.main, c.dark), edge=False)
    b.rect(-20, -36, 34, 4, "#fff0cc", r=2, opacity=0.9, edge=False)
    b.rect(-14, -28, 22, 4, "#fff0cc", r=2, opacity=0.9, edge=False)
    b.path("M8 -4 L18 -4.5 L18 14 L13 8 L8 14 Z", "#f2b33d", edge=False)


def chair(b: Brush, c: Tones) -> None:
    """An armchair on wooden legs."""
    for x in (-42, 36):
        b.path(f"M{x} -18 L{x + 8} -18 L{x + 6} 0 L{x + 2} 0 Z", ("#a06c3f", "#5c3a20"))
    b.path(
        "M-42 -30 L-42 -94 Q-42 -114 -20 -114 L20 -114 Q42 -114 42 -94 L42 -30 Z", (c.light, c.main)
    )
    b.line("M-14 -104 V-58 M14 -104 V-58", c.dark, 1.6, opacity=0.6)
    b.rect(-40, -54, 80, 22, (c.light, c.main), r=9)
    b.rect(-54, -66, 24, 52, (c.main, c.dark), r=11)
    b.rect(30, -66, 24, 52, (c.main, c.deep), r=11)
    b.rect(-42, -34, 84, 20, (c.main, c.dark), r=6)
    if b.rng.random() < 0.6:
        with b.at(6, -52, 0.9, turn=-8):
            b.rect(-17, -32, 34, 32, ("#fff3dc", "#d9c6a4"), r=7)
            b.line("M-10 -22 H10 M-10 -15 H10 M-10 -8 H10", c.main, 2)


def umbrella(b: Brush, c: Tones) -> None:
    """An open umbrella with a hooked handle."""
    b.line("M0 -104 V-12 Q0 2 12 2 Q23 2 22 -10", "#7a5236", 5)
    b.path(
        "M0 -126 Q66 -122 76 -64 Q62 -74 50 -64 Q38 -76 25 -64 Q12 -76 0 -64 Q-12 -76 -25 -64 "
        "Q-38 -76 -50 -64 Q-62 -74 -76 -64 Q-66 -122 0 -126 Z",
        (c.light, c.dark),
    )
    b.path(
        "M0 -126 Q-20 -104 -25 -64 Q-12 -76 0 -64 Q12 -76 25 -64 Q20 -104 0 -126 Z",
        c.light,
        opacity=0.55,
        edge=False,
    )
    b.line(
        "M0 -126 Q-20 -104 -25 -64 M0 -126 Q20 -104 25 -64 M0 -126 "
        "Q-46 -112 -50 -64 M0 -126 Q46 -112 50 -64",
        c.deep,
        1.6,
        opacity=0.6,
    )
    b.line("M0 -126 V-134", "#7a5236", 4)


def clock(b: Brush, c: Tones) -> None:
    """A twin-bell alarm clock, case in the colour."""
    b.line("M-30 -10 L-42 0 M30 -10 L42 0", c.dark, 8)
    for x, turn in ((-28, -30), (28, 30)):
        b.ellipse(x, -103, 19, 12, _BRASS, turn=turn)
    b.line("M0 -100 V-114", "#5d6573", 5)
    b.circle(0, -54, 51, (c.light, c.dark))
    b.circle(0, -54, 40, ("#fffdf6", "#e9e0d0"))
    b.line("M0 -90 V-84 M0 -24 V-18 M-36 -54 H-30 M30 -54 H36", "#4a4550", 3.5)
    hour = b.rng.choice(((18, -68), (-16, -66), (20, -46)))
    b.line(f"M0 -54 L{hour[0]} {hour[1]}", "#33303c", 5.5)
    b.line("M0 -54 L4 -84", "#33303c", 3.5)
    b.circle(0, -54, 4.5, c.dark, edge=False)


def candle(b: Brush, c: Tones) -> None:
    """A burning candle in a brass dish."""
    b.glow(0, -124, 70, "#ffd98a", 0.7)
    b.ellipse(0, -6, 46, 9, _BRASS)
    b.ellipse(0, -9, 34, 5, ("#c99a3a", "#8a6520"))
    b.rect(-20, -98, 40, 90, (c.light, c.main), r=5)
    b.ellipse(0, -96, 20, 5, c.light)
    b.path("M-20 -96 L-20 -76 Q-15 -68 -12 -78 L-10 -92 Z", c.light, edge=False)
    b.line("M0 -96 V-106", "#33262b", 2.5)
    b.path(
        "M0 -140 Q15 -118 7 -106 Q0 -100 -7 -106 Q-15 -118 0 -140 Z",
        ("#fff1a8", "#ff9f3a"),
        edge=False,
    )
    b.path("M0 -122 Q6 -112 0 -105 Q-6 -112 0 -122 Z", "#fffbe6", edge=False)


def vase(b: Brush, c: Tones) -> None:
    """A vase in the colour holding white daisies."""
    for x, y, lean in (
        (-26, -122, -14),
        (0, -136, 0),
        (26, -120, 14),
        (12, -106, 6),
        (-12, -104, -6),
    ):
        b.line(f"M{lean / 3:.0f} -66 Q{lean} -92 {x} {y}", "#4d8a3a", 3)
    for x, y in ((-26, -122), (0, -136), (26, -120), (14, -104), (-13, -102)):
        for turn in range(0, 180, 36):
            b.ellipse(x, y, 12, 3.6, "#fffdf6", turn=turn, edge=False)
        b.circle(x, y, 4.4, "#f7b92e", edge=False)
    b.path(
        "M-14 -76 L14 -76 Q10 -62 22 -50 Q44 -28 20 0 L-20 0 Q-44 -28 -22 -50 Q-10 -62 -14 -76 Z",
        (c.light, c.dark),
    )
    b.path("M-33 -34 Q0 -24 33 -34 L33 -24 Q0 -14 -33 -24 Z", "#fff6e6", opacity=0.85, edge=False)
    b.rect(-17, -80, 34, 7, (c.main, c.deep), r=3)
    b.ellipse(-16, -42, 4, 11, "#ffffff", turn=24, opacity=0.45, edge=False)


def teapot(b: Brush, c: Tones) -> None:
    """A round teapot with spout and lid."""
    b.line("M-42 -60 Q-82 -62 -76 -34 Q-70 -14 -40 -18", c.dark, 9)
    b.path("M38 -46 Q58 -48 66 -74 L80 -72 Q74 -28 40 -16 Z", (c.main, c.dark))
    b.path(
        "M-24 -76 Q-52 -68 -50 -36 Q-48 -2 -20 0 L20 0 Q48 -2 50 -36 Q52 -68 24 -76 Z",
        (c.light, c.dark),
    )
    b.path("M-28 -76 Q0 -98 28 -76 Z", (c.light, c.main))
    b.rect(-30, -79, 60, 6, c.dark, r=3)
    b.circle(0, -93, 7, _BRASS)
    b.path("M-48 -34 Q0 -22 48 -34 L47 -24 Q0 -12 -47 -24 Z", "#fff6e6", opacity=0.8, edge=False)
    b.ellipse(-27, -54, 5, 13, "#ffffff", turn=22, opacity=0.45, edge=False)


def guitar(b: Brush, c: Tones) -> None:
    """An acoustic guitar standing upright, body in the colour."""
    b.rect(-6, -150, 12, 84, ("#8a5730", "#4d2f18"), r=2)
    b.path("M-11 -170 L11 -170 L8 -148 L-8 -148 Z", ("#6b4226", "#38220f"))
    for y in (-166, -158):
        b.circle(-13, y, 3, _BRASS)
        b.circle(13, y, 3, _BRASS)
    b.path(
        "M0 -86 Q30 -88 29 -64 Q27 -52 36 -44 Q50 -26 36 -8 Q22 2 0 "
        "2 Q-22 2 -36 -8 Q-50 -26 -36 -44 "
        "Q-27 -52 -29 -64 Q-30 -88 0 -86 Z",
        (c.light, c.dark),
    )
    b.circle(0, -48, 13, "#2a1c15")
    b.line("M0 -48 m-15.5 0 a15.5 15.5 0 1 0 31 0 a15.5 15.5 0 1 0 -31 0", "#fff0cc", 1.8)
    b.rect(-17, -23, 34, 6, "#3a2418", r=2)
    b.line("M-3.4 -168 V-20 M-1.1 -168 V-20 M1.1 -168 V-20 M3.4 -168 V-20", "#fff6e0", 0.7)
    b.line("M-6 -138 H6 M-6 -126 H6 M-6 -114 H6 M-6 -102 H6", "#d9c9a8", 1)


def gift(b: Brush, c: Tones) -> None:
    """A wrapped present with a pale ribbon and bow."""
    ribbon = _CREAM if c.main != "#f4f1ea" else ("#f4604f", "#ac1d2c")
    b.rect(-46, -70, 92, 70, (c.light, c.main), r=3)
    b.rect(-9, -70, 18, 70, ribbon, edge=False)
    b.rect(-53, -86, 106, 24, (c.light, c.dark), r=4)
    b.rect(-10, -86, 20, 24, ribbon, edge=False)
    b.path("M0 -86 Q-16 -122 -40 -112 Q-48 -94 0 -86 Z", ribbon)
    b.path("M0 -86 Q16 -122 40 -112 Q48 -94 0 -86 Z", ribbon)
    b.circle(0, -88, 7.5, ribbon)


def kite(b: Brush, c: Tones) -> None:
    """A diamond kite with a tail of bows."""
    b.line("M0 -52 Q24 -40 4 -26 Q-16 -12 8 2", "#e9e0d2", 2)
    for x, y, turn in ((12, -40, 20), (0, -23, -20), (-2, -8, 20)):
        with b.at(x, y, 1.0, turn=turn):
            b.path("M0 0 L-12 -6 L-12 6 Z M0 0 L12 -6 L12 6 Z", (c.light, c.dark))
    b.path("M0 -150 L42 -108 L0 -52 Z", (c.main, c.dark))
    b.path("M0 -150 L-42 -108 L0 -52 Z", (c.light, c.main))
    b.path(
        "M0 -150 L42 -108 L0 -108 Z M0 -108 L-42 -108 L0 -52 Z", "#fff6e6", opacity=0.55, edge=False
    )
    b.line("M0 -150 V-52 M-42 -108 H42", "#6b4a36", 1.8)


def toy_balloon(b: Brush, c: Tones) -> None:
    """A party balloon on a string."""
    b.line("M0 -62 Q12 -44 0 -30 Q-12 -16 2 0", "#f2ece2", 2)
    b.path("M0 -66 L-6 -57 L6 -57 Z", (c.main, c.dark))
    b.path(
        "M0 -152 Q42 -150 40 -110 Q36 -78 0 -64 Q-36 -78 -40 -110 Q-42 -150 0 -152 Z",
        (c.light, c.dark),
    )
    b.ellipse(-17, -126, 7, 14, "#ffffff", turn=28, opacity=0.55, edge=False)
