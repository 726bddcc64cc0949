"""What a camera wrote into a picture's file: when, where and with what it was taken.

Takes the tags that `models.images` has read, and believes none of them: what makes no sense is left
out, and nothing here raises on it. Opens nothing, and knows no Pillow.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

_MAKE = 0x010F
_MODEL = 0x0110
_DATE_TIME = 0x0132
_ORIENTATION = 0x0112
_DATE_TIME_ORIGINAL = 0x9003
_DATE_TIME_DIGITIZED = 0x9004
_LENS_MODEL = 0xA434
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE = range(1, 7)
# The parts of EXIF that a picture's main tags point to.
EXIF_PART = 0x8769
GPS_PART = 0x8825

_MAX_TEXT_CHARS = 100  # names of cameras and lenses are shorter; rubbish may be long
_MOST_ALTITUDE_M = 100_000

Tags = Mapping[int, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees north and east (WGS 84), and metres above the sea."""

    latitude: float
    longitude: float
    altitude: float | None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a file says of itself; None where it says nothing that makes sense.

    `taken_at` is ISO 8601 by the camera's clock, without a zone. `orientation` is EXIF's number, 1
    to 8, as the file has it; a decoded picture is upright already.
    """

    taken_at: str | None = None
    camera: str | None = None
    lens: str | None = None
    orientation: int | None = None
    gps: Place | None = None

    def known(self) -> dict[str, object]:
        """What is not None, as plain values, `gps` as an object."""
        return _without_none(asdict(self))


def facts_of_tags(main: Tags, exif: Tags, gps: Tags) -> FileFacts:
    """The facts in the main tags and in the two parts."""
    orientation = main.get(_ORIENTATION)
    dates = (exif.get(_DATE_TIME_ORIGINAL), exif.get(_DATE_TIME_DIGITIZED), main.get(_DATE_TIME))
    return FileFacts(
        taken_at=next((date for date in map(_date, dates) if date), None),
        camera=_camera(_text(main.get(_MAKE)), _text(main.get(_MODEL))),
        lens=_text(exif.get(_LENS_MODEL)) or None,
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else None,
        gps=_place(gps),
    )


def _without_none(values: dict[str, object]) -> dict[str, object]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if value is not None
    }


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    printable = "".join(c if c.isprintable() else " " for c in value.partition("\0")[0])
    return " ".join(printable.split())[:_MAX_TEXT_CHARS]


def _camera(make: str, model: str) -> str | None:
    """Most models begin with their maker's name, or with its first word."""
    if not make or model.lower().startswith(make.lower().split()[0]):
        return model or make or None
    return f"{make} {model}".strip()


def _date(value: object) -> str | None:
    try:
        return datetime.strptime(_text(value)[:19], "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def _place(gps: Tags) -> Place | None:
    latitude = _degrees(gps.get(_LATITUDE), gps.get(_LATITUDE_REF), "S", 90)
    longitude = _degrees(gps.get(_LONGITUDE), gps.get(_LONGITUDE_REF), "W", 180)
    if latitude is None or longitude is None:
        return None
    altitude = _number(gps.get(_ALTITUDE))
    if altitude is None or altitude > _MOST_ALTITUDE_M:
        return Place(latitude, longitude, None)
    below = gps.get(_ALTITUDE_REF) in (1, b"\x01")
    return Place(latitude, longitude, round(-altitude if below else altitude, 1))


def _degrees(value: object, ref: object, negative: str, most: int) -> float | None:
    """Degrees, minutes and seconds as one number, to about a tenth of a metre."""
    if not isinstance(value, tuple | list) or not 1 <= len(value) <= 3:
        return None
    degrees = 0.0
    for part, share in zip(value, (1, 60, 3600), strict=False):
        number = _number(part)
        if number is None:
            return None
        degrees += number / share
    if degrees > most:
        return None
    return round(-degrees if _text(ref).upper() == negative else degrees, 6)


def _number(value: object) -> float | None:
    """A finite number that is not negative: EXIF's are fractions, whose divisor may be 0."""
    try:
        number = float(value)  # type: ignore[arg-type]  # what it is, is found out by trying
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
