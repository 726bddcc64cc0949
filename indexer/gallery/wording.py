"""The words captions are made of: places, times, weather, styles, verbs.

A table of phrases; never looks at a picture.
"""

from __future__ import annotations

NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}

# place -> how a thing stands there: on the ground (or afloat), or in the air
STANDING: dict[str, tuple[str, ...]] = {
    "sea": ("on the sea", "on the ocean", "out at sea"),
    "lake": ("by a lake", "on the shore of a lake", "beside a lake"),
    "beach": ("on the beach", "on a sandy beach", "on the sand by the sea"),
    "underwater": ("under the sea", "underwater", "below the waves"),
    "mountains": ("in the mountains", "in front of snowy mountains", "below snow-capped peaks"),
    "meadow": ("in a meadow", "in a green field", "on a grassy hill"),
    "desert": ("in the desert", "among sand dunes", "on the desert sand"),
    "snowfield": ("in the snow", "in a snowy landscape", "on a snowy field"),
    "forest": ("in the forest", "in the woods", "among tall trees"),
    "city": ("on a city street", "in the city", "on a street in town"),
    "room": ("in a room", "indoors, near a window", "inside a room with a window"),
    "studio": ("on a plain background", "against a plain backdrop", "in front of a plain wall"),
    "sky": ("in the sky", "high above the clouds", "up in the sky"),
}
AFLOAT: dict[str, tuple[str, ...]] = {
    "sea": STANDING["sea"],
    "lake": ("on a lake", "on the water of a lake", "on a lake below the hills"),
}
ON_TABLE = ("on a table", "on a wooden table", "on a table near a window", "on a table in a room")
FLYING: dict[str, tuple[str, ...]] = {
    "sea": ("over the sea", "above the ocean", "over the water"),
    "lake": ("over a lake", "above a lake"),
    "beach": ("over the beach", "above a sandy beach"),
    "mountains": ("over the mountains", "in front of snowy mountains", "above the hills"),
    "meadow": ("over a meadow", "above green fields"),
    "desert": ("over the desert", "above the sand dunes"),
    "snowfield": ("over the snow", "above a snowy landscape"),
    "forest": ("in the forest", "among the trees"),
    "city": ("over a city street", "above the city"),
    "sky": STANDING["sky"],
    "studio": STANDING["studio"],
}
TIMES: dict[str, tuple[str, ...]] = {
    "dawn": ("at dawn", "at sunrise", "early in the morning"),
    "noon": ("at noon", "in the daytime", "at midday"),
    "sunset": ("at sunset", "at dusk", "in the evening at sunset"),
    "night": ("at night", "by night", "late at night"),
}
_DAY = {"dawn": "morning", "noon": "day", "sunset": "evening", "night": "night"}
_SKIES: dict[tuple[str, str], tuple[str, ...]] = {
    ("clear", "dawn"): ("under a soft pink morning sky", "on a clear morning"),
    ("clear", "noon"): ("on a sunny day", "under a bright blue sky", "in the sunshine"),
    ("clear", "sunset"): (
        "under an orange sunset sky",
        "as the sun goes down",
        "in warm evening light",
    ),
    ("clear", "night"): ("under a starry sky", "in the moonlight", "on a clear night"),
}
_WEATHERS: dict[str, tuple[str, ...]] = {
    "cloudy": ("under a cloudy sky", "on a cloudy {}"),
    "rain": ("in the rain", "on a rainy {}"),
    "snow": ("in falling snow", "on a snowy {}"),
    "fog": ("in the fog", "on a misty {}"),
    "storm": ("in a thunderstorm", "on a stormy {} with lightning"),
}
STYLES: dict[str, tuple[str, ...]] = {
    "flat": ("flat illustration", "illustration", "digital illustration"),
    "watercolour": ("watercolour painting", "watercolor", "soft watercolour"),
    "papercut": ("paper-cut picture", "layered paper collage", "paper cutout"),
    "pencil": ("coloured pencil drawing", "pencil drawing", "hand-drawn sketch"),
    "print": ("screen print", "poster print", "halftone print"),
    "neon": ("glowing neon picture", "neon artwork", "neon light drawing"),
    "mosaic": ("mosaic", "tile mosaic"),
    "pixel": ("pixel art picture", "piece of pixel art"),
}
_CREATURES = frozenset({"cat", "dog", "rabbit", "fox", "owl"})
_SWIMMERS = frozenset({"fish", "whale", "turtle"})
_DRIFTERS = frozenset({"hot-air balloon", "balloon"})


def sky_phrases(weather: str, time_of_day: str) -> tuple[str, ...]:
    """Phrases for a weather at a time of day, each true of both."""
    known = _SKIES.get((weather, time_of_day))
    if known:
        return known
    return tuple(phrase.format(_DAY[time_of_day]) for phrase in _WEATHERS[weather])


def verb(thing: str, stance: str) -> str:
    """What a thing may be said to be doing, or nothing."""
    if stance == "air":
        return "floating" if thing in _DRIFTERS else "flying"
    if stance == "deep" and thing in _SWIMMERS:
        return "swimming"
    if stance == "water":
        return {"boat": "sailing", "duck": "swimming", "whale": "swimming"}.get(thing, "")
    return "sitting" if thing in _CREATURES else ""


def with_article(phrase: str) -> str:
    """The phrase with a or an before it."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"
