"""From a scene to pixels: setting, weather, things, then the finish of its style.

Never writes files.
"""

from __future__ import annotations

import random

import numpy as np
import pyvips
from numpy.typing import NDArray

from indexer.gallery import places_built, places_land, places_water
from indexer.gallery.brush import Brush
from indexer.gallery.colours import NAMED
from indexer.gallery.finish import finish
from indexer.gallery.kinds import KINDS
from indexer.gallery.layout import Placement, place_things
from indexer.gallery.palette import choose_palette
from indexer.gallery.scenes import Scene, stance
from indexer.gallery.view import View
from indexer.gallery.weather import draw_weather_behind, draw_weather_front

_FORMATS = ((640, 480), (640, 480), (640, 480), (560, 560), (480, 640), (720, 450))
_PLACES = {
    "sea": places_water.sea,
    "lake": places_water.lake,
    "beach": places_water.beach,
    "underwater": places_water.underwater,
    "mountains": places_land.mountains,
    "meadow": places_land.meadow,
    "desert": places_land.desert,
    "snowfield": places_land.snowfield,
    "forest": places_land.forest,
    "sky": places_land.sky,
    "city": places_built.city,
    "room": places_built.room,
    "studio": places_built.studio,
}
_HORIZONS = {
    "sea": (0.56, 0.64),
    "lake": (0.52, 0.58),
    "beach": (0.42, 0.48),
    "city": (0.58, 0.62),
    "forest": (0.54, 0.60),
    "sky": (0.9, 0.9),
}
# So large that a copy of half the size, recompressed, is still the same picture to a model.
_ZOOM = 1.6
_SELF_LIT = frozenset({"studio", "underwater"})


def draw_scene(scene: Scene, long_side: int | None = None) -> NDArray[np.uint8]:
    """Draw a scene; returns (height, width, 3) uint8 RGB, the same pixels for the same scene.

    long_side: longer side in pixels; by default mostly 1,024, for a picture of 1,024 by 768.
    """
    width, height = scene_size(scene)
    zoom = _ZOOM if long_side is None else long_side / max(width, height)
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    return finish(rendered(scene_svg(scene, size)), scene.style, scene.layout)


def rendered(svg: str) -> NDArray[np.uint8]:
    """The pixels of an SVG document on white, (height, width, 3) uint8 RGB."""
    picture = pyvips.Image.svgload_buffer(svg.encode())
    pixels: NDArray[np.uint8] = picture.flatten(background=255).numpy()
    return pixels


def scene_size(scene: Scene) -> tuple[int, int]:
    """The scene's own (width, height) in pixels: mostly 4:3, some square, portrait and wide."""
    side_by_side = scene.count > 1 or (
        scene.companion is not None and scene.companion.relation in ("left of", "right of")
    )
    kind = KINDS[scene.thing]
    wide = side_by_side or 2 * kind.half_width > 1.15 * kind.top
    formats = [f for f in _FORMATS if f[0] >= f[1] or not wide]
    return random.Random(f"format {scene.layout}").choice(formats)


def scene_svg(scene: Scene, size: tuple[int, int]) -> str:
    """The scene as an SVG document of (width, height) pixels, before the finish of its style."""
    brush, view, placements = _composed(scene)
    for index, placement in enumerate(placements):
        _draw_thing(brush, view, placement, f"thing{index}", scene.layout)
    draw_weather_front(brush, view)
    return brush.svg(scene_size(scene), size)


def scene_boxes(scene: Scene) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Where things are: each with left, top, right, bottom in shares of the picture."""
    _, view, placements = _composed(scene)
    boxes = []
    for p in placements:
        half, tall = p.kind.half_width * p.scale, p.kind.top * p.scale
        left, right = max(p.x - half, 0), min(p.x + half, view.width)
        top, bottom = max(p.y - tall, 0), min(p.y, view.height)
        shares = (left / view.width, top / view.height, right / view.width, bottom / view.height)
        boxes.append((p.kind.name, shares))
    return boxes


def _composed(scene: Scene) -> tuple[Brush, View, list[Placement]]:
    """The setting, drawn, and the things that are yet to be drawn into it, farthest first."""
    view = scene_view(scene)
    brush = Brush(scene.style, view.light_side)
    _PLACES[scene.place](brush, view)
    draw_weather_behind(brush, view)
    return brush, view, place_things(scene, view)


def scene_view(scene: Scene) -> View:
    """The frame a scene is composed in: its size, horizon, palette and light."""
    width, height = scene_size(scene)
    rng = random.Random(f"layout {scene.layout}")
    time_of_day = scene.time_of_day or "noon"
    low, high = _HORIZONS.get(scene.place, (0.54, 0.62))
    side = rng.choice((-1, 1))
    kind = KINDS[scene.thing]
    stances = {stance(kind, scene.place)}
    if scene.companion:
        stances.add(stance(KINDS[scene.companion.thing], scene.place))
    return View(
        width=width,
        height=height,
        horizon=height * rng.uniform(low, high),
        place=scene.place,
        weather=scene.weather,
        time_of_day=time_of_day,
        palette=choose_palette(time_of_day, scene.weather, rng),
        rng=rng,
        light_side=side,
        orb_x=width * (0.5 + side * rng.uniform(0.2, 0.36)),
        has_table="table" in stances,
        has_ground_subject="ground" in stances,
    )


def _draw_thing(b: Brush, v: View, p: Placement, name: str, layout: int) -> None:
    b.light = (1.0, 1.0, 1.0) if v.place in _SELF_LIT else v.palette.subject_light
    wide, tall = p.kind.half_width * p.scale, p.kind.top * p.scale
    on_ground = p.stance in ("ground", "table") and v.place != "sea"
    if on_ground and b.style != "neon":
        b.soft_shadow(
            p.x - v.light_side * wide * 0.16,
            p.y,
            wide * 1.2,
            max(6.0, tall * 0.09),
            v.palette.shadow,
            0.62,
        )
    draw = p.kind.aloft if p.stance == "air" and p.kind.aloft else p.kind.draw
    turn = random.Random(layout).uniform(-6, 6) if p.stance in ("air", "deep") else 0.0
    draught = p.kind.draught if p.stance == "water" else 0.0
    cut = -draught if draught else None
    y = p.y + draught * p.scale
    with b.cutout(), b.at(p.x, y, p.scale, flip=p.flip, turn=turn, name=name, down_to=cut):
        b.rng = random.Random(f"{name} {layout}")
        draw(b, NAMED[p.colour])
    if p.stance == "water" or (v.place == "sea" and p.stance == "ground"):
        _reflect(b, v, p, name)


def _reflect(b: Brush, v: View, p: Placement, name: str) -> None:
    wide = p.kind.half_width * p.scale
    squash = min(0.55, (v.height - p.y) / (p.kind.top * p.scale) * 1.1)
    b.again(name, f"translate(0 {p.y * (1 + squash) + 3:.1f}) scale(1 {-squash:.3f})", 0.30)
    rng, strokes = random.Random(f"waves {name}"), []
    for index in range(16):
        y = p.y + 2 + index * (v.height - p.y) / 17
        span = wide * rng.uniform(0.3, 0.9)
        x = p.x + rng.uniform(-1.1, 0.6) * wide
        strokes.append(f"M{x:.1f} {y:.1f} q{span / 2:.1f} -2 {span:.1f} 0")
    b.line(" ".join(strokes), places_water.water_colour(v), 2.6, opacity=0.75)
    foam = "#ffffff" if not v.night else "#8fa5d8"
    b.line(
        f"M{p.x - wide * 0.95:.1f} {p.y + 2:.1f} q{wide * 0.3:.1f} 5 "
        f"{wide * 0.6:.1f} 1 t{wide * 0.6:.1f} 0 "
        f"t{wide * 0.65:.1f} -1",
        foam,
        3,
        opacity=0.7,
    )
