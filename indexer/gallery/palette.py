"""Palettes and light for each time of day, bent by the weather.

Never draws: it only says which colours a scene is made of.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from indexer.gallery.colours import mix, multiply, saturate

TIMES_OF_DAY = ("dawn", "noon", "sunset", "night")
WEATHERS = ("clear", "cloudy", "rain", "snow", "fog", "storm")


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scene: sky stops top to horizon, the sun or moon, haze, cloud, light."""

    sky: tuple[str, str, str, str]
    orb: str
    haze: str
    cloud: str
    cloud_shade: str
    light: tuple[float, float, float]
    subject_light: tuple[float, float, float]
    shadow: str


_SKIES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "dawn": (
        ("#5f83bd", "#b3a9d3", "#f5c6bb", "#fde9cb"),
        ("#6d93c8", "#d9b6cf", "#fbd0b8", "#fff0d4"),
        ("#7fa9cd", "#c9d0e4", "#f4d6cf", "#fff2dd"),
    ),
    "noon": (
        ("#2f86d6", "#69b3ea", "#b4def4", "#e6f5f6"),
        ("#1f7cc0", "#57b0dc", "#a6dbee", "#def3ef"),
        ("#4aa3df", "#86c9f0", "#c9e9f6", "#f4fbf6"),
    ),
    "sunset": (
        ("#3d3178", "#a4478a", "#f06a45", "#ffc062"),
        ("#34408a", "#c0568d", "#ff875a", "#ffd27a"),
        ("#6b2d6e", "#dc5060", "#ff954a", "#ffdf88"),
    ),
    "night": (
        ("#070b26", "#131c4c", "#27397c", "#4b60a6"),
        ("#0b0f30", "#1b245a", "#3b3c88", "#7561a8"),
        ("#051422", "#0d2b48", "#1c4c6a", "#42828f"),
    ),
}
_ORBS = {"dawn": "#fff3cf", "noon": "#fffbe0", "sunset": "#ffe9a8", "night": "#fdf6dc"}
_CLOUDS = {
    "dawn": ("#fff1ea", "#dcb9cb"),
    "noon": ("#ffffff", "#c9dfee"),
    "sunset": ("#ffc29a", "#b6557d"),
    "night": ("#53619f", "#2b3570"),
}
_LIGHT = {
    "dawn": (1.0, 0.95, 0.95),
    "noon": (1.0, 1.0, 1.0),
    "sunset": (0.98, 0.84, 0.78),
    "night": (0.40, 0.48, 0.70),
}
_SUBJECT_LIGHT = {
    "dawn": (1.0, 0.97, 0.97),
    "noon": (1.0, 1.0, 1.0),
    "sunset": (1.0, 0.92, 0.88),
    "night": (0.80, 0.83, 0.95),
}
_SHADOWS = {"dawn": "#5b5a86", "noon": "#28506a", "sunset": "#4b2350", "night": "#050a22"}

_GREYS = {"dawn": "#b3b6c6", "noon": "#a3b2bf", "sunset": "#a98994", "night": "#39435e"}
_STORM_GREYS = {"dawn": "#5c6078", "noon": "#4a5868", "sunset": "#584460", "night": "#1b2138"}


def choose_palette(time_of_day: str, weather: str | None, rng: random.Random) -> Palette:
    """The palette of a time of day under a weather; the variant is drawn from rng."""
    sky = rng.choice(_SKIES[time_of_day])
    cloud, shade = _CLOUDS[time_of_day]
    clear = Palette(
        sky=sky,
        orb=_ORBS[time_of_day],
        haze=mix(sky[2], sky[3], 0.5),
        cloud=cloud,
        cloud_shade=shade,
        light=_LIGHT[time_of_day],
        subject_light=_SUBJECT_LIGHT[time_of_day],
        shadow=_SHADOWS[time_of_day],
    )
    return _under(clear, weather, time_of_day)


def _under(palette: Palette, weather: str | None, time_of_day: str) -> Palette:
    if weather in (None, "clear", "cloudy"):
        return palette
    storm = weather == "storm"
    grey = (_STORM_GREYS if storm else _GREYS)[time_of_day]
    if weather in ("fog", "snow"):
        grey = mix(grey, palette.sky[3], 0.35)
    share = {"rain": 0.6, "snow": 0.6, "fog": 0.72, "storm": 0.74}[weather or "rain"]
    stops = [mix(saturate(stop, 0.8), grey, share) for stop in palette.sky]
    dim = 0.78 if storm else 0.93
    light = tuple(value * dim for value in palette.light)
    return replace(
        palette,
        sky=(multiply(stops[0], (0.86, 0.88, 0.92)), stops[1], stops[2], stops[3]),
        haze=mix(stops[3], grey, 0.2),
        cloud=mix(palette.cloud, grey, 0.7),
        cloud_shade=mix(palette.cloud_shade, mix(grey, "#1c2233", 0.35), 0.75),
        light=(light[0], light[1], light[2]),
    )
