"""The brush: shapes in, SVG text out, each shape lit and outlined the way the style asks.

It knows styles only as a treatment of fill and stroke; it never knows what it is drawing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.gallery.colours import INK, luminance, mix, multiply, saturate

Fill = str | tuple[str, str]  # one colour, or a pair: towards the light, away from it

_NEON_DARK = "#0a0720"
_PENCIL_LINE = "#3b3a45"
_SHADE = "#120b26"
# Offsets of a shadow's copies, in lifts away from the light and down: above a ridge as below it.
_SHADOW_STEPS = ((0.2, -0.75), (0.45, -0.45), (0.6, -0.15), (0.55, 0.4), (0.4, 0.9))


class Brush:
    """Collects SVG for one picture. Fills given as a pair become a gradient facing the light."""

    def __init__(self, style: str, light_side: int) -> None:
        self.style = style
        self.light = (1.0, 1.0, 1.0)
        self.rng = random.Random(0)  # small variations of the thing being drawn
        self._light_side = light_side
        self._parts: list[str] = []
        self._defs: dict[str, str] = {}
        self._scale = 1.0
        self._lift = 0.0
        self._mirrored = False

    def svg(self, frame: tuple[int, int], size: tuple[int, int]) -> str:
        """What was painted in a frame (width, height), as an SVG document of a size in pixels."""
        body = "".join(self._parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame[0]} {frame[1]}" '
            f'width="{size[0]}" height="{size[1]}" preserveAspectRatio="none">'
            f"<defs>{''.join(self._defs.values())}</defs>{body}</svg>"
        )

    # ---- groups -------------------------------------------------------------------------------
    @contextmanager
    def at(
        self,
        x: float,
        y: float,
        scale: float,
        *,
        flip: bool = False,
        turn: float = 0.0,
        name: str = "",
        down_to: float | None = None,
    ) -> Iterator[None]:
        """Draw inside a local frame: moved to (x, y), turned in degrees, scaled, maybe mirrored.

        down_to cuts off what would lie below that height of the frame.
        """
        label = f' id="{name}"' if name else ""
        if down_to is not None:
            label += f' clip-path="url(#{self._cut(down_to)})"'
        across = -scale if flip else scale
        rotate = f" rotate({turn:.1f})" if turn else ""
        self._parts.append(
            f'<g{label} transform="translate({x:.1f} {y:.1f}){rotate} '
            f'scale({across:.4f} {scale:.4f})">'
        )
        before = self._scale, self._mirrored
        self._scale, self._mirrored = self._scale * scale, self._mirrored != flip
        yield
        self._scale, self._mirrored = before
        self._parts.append("</g>")

    def _cut(self, down_to: float) -> str:
        key = f"cut{len(self._defs)}"
        box = f'<rect x="-400" y="-400" width="800" height="{400 + down_to:.2f}"/>'
        self._defs[key] = f'<clipPath id="{key}">{box}</clipPath>'
        return key

    @contextmanager
    def layer(self, lift: float = 5.0) -> Iterator[None]:
        """Sheets of the setting: in papercut each shape casts a shadow, soft by stacked copies.

        A blur over shapes as wide as the picture would take most of the drawing time.
        """
        before, self._lift = self._lift, lift if self.style == "papercut" else 0.0
        yield
        self._lift = before

    @contextmanager
    def cutout(self, lift: float = 6.0) -> Iterator[None]:
        """One thing cut out of paper: in papercut it casts a blurred shadow as a whole."""
        if self.style != "papercut":
            yield
            return
        key = f"lift{lift:g}"
        self._defs[key] = (
            f'<filter id="{key}" x="-5%" y="-8%" width="110%" height="118%" '
            'color-interpolation-filters="sRGB">'
            f'<feDropShadow dx="{-self._light_side * lift * 0.45:g}" dy="{lift * 0.6:g}" '
            f'stdDeviation="{lift * 0.8:g}" flood-color="{_SHADE}" flood-opacity="0.45"/></filter>'
        )
        self._parts.append(f'<g filter="url(#{key})">')
        yield
        self._parts.append("</g>")

    def again(self, name: str, transform: str, opacity: float) -> None:
        """Draw a named group once more under a transform (reflections)."""
        self._parts.append(f'<use href="#{name}" transform="{transform}" opacity="{opacity:.2f}"/>')

    # ---- shapes -------------------------------------------------------------------------------
    def path(self, d: str, fill: Fill, *, opacity: float = 1.0, edge: bool = True) -> None:
        """A filled path."""
        self._shape(f'path d="{d}"', fill, opacity, edge)

    def circle(
        self, x: float, y: float, r: float, fill: Fill, *, opacity: float = 1.0, edge: bool = True
    ) -> None:
        """A filled circle."""
        self._shape(f'circle cx="{x:.2f}" cy="{y:.2f}" r="{r:.2f}"', fill, opacity, edge)

    def ellipse(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        fill: Fill,
        *,
        turn: float = 0.0,
        opacity: float = 1.0,
        edge: bool = True,
    ) -> None:
        """A filled ellipse, turned by degrees about its centre."""
        turned = f' transform="rotate({turn:.1f} {x:.2f} {y:.2f})"' if turn else ""
        body = f'ellipse cx="{x:.2f}" cy="{y:.2f}" rx="{rx:.2f}" ry="{ry:.2f}"{turned}'
        self._shape(body, fill, opacity, edge)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: Fill,
        *,
        r: float = 0.0,
        opacity: float = 1.0,
        edge: bool = True,
    ) -> None:
        """A filled rectangle with corners of radius r."""
        body = f'rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" rx="{r:.2f}"'
        self._shape(body, fill, opacity, edge)

    def polygon(self, points: str, fill: Fill, *, opacity: float = 1.0, edge: bool = True) -> None:
        """A filled polygon; points as `x,y x,y …`."""
        self._shape(f'polygon points="{points}"', fill, opacity, edge)

    def line(
        self, d: str, colour: str, width: float, *, opacity: float = 1.0, cap: str = "round"
    ) -> None:
        """A stroked path without fill."""
        lit = self._stroke_colour(colour)
        self._parts.append(
            f'<path d="{d}" fill="none" stroke="{lit}" stroke-width="{width:.2f}" '
            f'stroke-linecap="{cap}" stroke-linejoin="round" stroke-opacity="{opacity:.2f}"/>'
        )

    def glow(self, x: float, y: float, r: float, colour: str, opacity: float) -> None:
        """A soft disc of light, fading to nothing at radius r; not dimmed by the time of day."""
        key = f"glow{colour[1:]}"
        self._defs[key] = (
            f'<radialGradient id="{key}"><stop offset="0" stop-color="{colour}"/>'
            f'<stop offset="0.35" stop-color="{colour}" stop-opacity="0.5"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        )
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="url(#{key})" '
            f'fill-opacity="{opacity:.2f}"/>'
        )

    def soft_shadow(
        self, x: float, y: float, rx: float, ry: float, colour: str, opacity: float
    ) -> None:
        """A contact shadow: an ellipse that fades towards its edge."""
        self._parts.append(f'<g transform="translate({x:.1f} {y:.1f}) scale(1 {ry / rx:.3f})">')
        self.glow(0, 0, rx, colour, opacity)
        self._parts.append("</g>")

    def sheet(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        stops: tuple[str, ...],
        *,
        fade: tuple[float, ...] = (),
        lit: bool = False,
    ) -> None:
        """A rectangle with a top-to-bottom gradient; fade gives each stop's opacity."""
        colours = [self._lit(stop) if lit else stop for stop in stops]
        if self.style == "neon" and not fade:
            colours = [mix(saturate(stop, 1.5), _NEON_DARK, 0.35) for stop in colours]
        key = f"sheet{len(self._defs)}"
        opacities = fade or (1.0,) * len(stops)
        between = "".join(
            f'<stop offset="{number / (len(stops) - 1):.4f}" stop-color="{colour}" '
            f'stop-opacity="{opacity:.3f}"/>'
            for number, (colour, opacity) in enumerate(zip(colours, opacities, strict=True))
        )
        self._defs[key] = f'<linearGradient id="{key}" x2="0" y2="1">{between}</linearGradient>'
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="url(#{key})"/>'
        )

    # ---- treatment ----------------------------------------------------------------------------
    def _shape(self, body: str, fill: Fill, opacity: float, edge: bool) -> None:
        if self._lift:
            self._cast(body)
        stroke = self._edge(fill) if edge else ""
        see_through = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
        self._parts.append(f'<{body} fill="{self._paint(fill)}"{stroke}{see_through}/>')

    def _cast(self, body: str) -> None:
        copies = "".join(
            f'<{body} transform="translate({-self._light_side * self._lift * across:.1f} '
            f'{self._lift * down:.1f})"/>'
            for across, down in _SHADOW_STEPS
        )
        self._parts.append(f'<g fill="{_SHADE}" fill-opacity="0.09">{copies}</g>')

    def _lit(self, colour: str) -> str:
        return multiply(colour, self.light)

    def _paint(self, fill: Fill) -> str:
        if isinstance(fill, str):
            return self._treated(self._lit(fill))
        first, second = (self._treated(self._lit(colour)) for colour in fill)
        if self.style == "papercut":
            return mix(first, second, 0.4)
        if self.style == "neon":
            first = mix(first, second, 0.6)
        return self._gradient(first, second)

    def _treated(self, colour: str) -> str:
        if self.style == "neon":
            return mix(saturate(colour, 1.3), _NEON_DARK, 0.45)
        return colour

    def _stroke_colour(self, colour: str) -> str:
        if self.style == "neon":
            return mix(_vivid(colour), _NEON_DARK, 0.1 if luminance(colour) > 0.3 else 0.35)
        return self._lit(colour)

    def _edge(self, fill: Fill) -> str:
        colour = fill if isinstance(fill, str) else mix(fill[0], fill[1], 0.35)
        if self.style == "neon":
            return self._stroke(_vivid(colour), 3.4)
        if self.style == "pencil":
            return self._stroke(mix(_PENCIL_LINE, self._lit(colour), 0.18), 1.7)
        return ""

    def _stroke(self, colour: str, width: float) -> str:
        return (
            f' stroke="{colour}" stroke-width="{width / self._scale:.2f}" stroke-linejoin="round"'
        )

    def _gradient(self, first: str, second: str) -> str:
        side = -self._light_side if self._mirrored else self._light_side
        key = f"g{first[1:]}{second[1:]}{'r' if side > 0 else 'l'}"
        near, far = 0.5 + 0.3 * side, 0.5 - 0.3 * side
        self._defs[key] = (
            f'<linearGradient id="{key}" x1="{near:.2f}" y1="0" x2="{far:.2f}" y2="1">'
            f'<stop offset="0.05" stop-color="{first}"/><stop offset="0.95" stop-color="{second}"/>'
            "</linearGradient>"
        )
        return f"url(#{key})"


def _vivid(colour: str) -> str:
    """A tube-light version of a colour: brighter, more saturated; dark colours become violet."""
    if luminance(colour) < 0.16:
        return mix(colour, "#6a5bd0", 0.55) if colour != INK else "#5a4fb0"
    return mix(saturate(colour, 1.35), "#ffffff", 0.12)
