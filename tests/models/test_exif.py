"""What is read from EXIF, and that rubbish in it loses only itself."""

import io
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.exif import EXIF_PART, GPS_PART, FileFacts, Place, facts_of_tags
from models.images import decode_image

GPS = {1: "S", 2: (33.0, 51.0, 30.0), 3: "E", 4: (151.0, 12.0, 36.0), 5: b"\x01", 6: 12.34}


def _photo(kind: str, orientation: int = 6) -> bytes:
    """A file with everything that is read."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D70\0\0 junk"
    exif[0x0112], exif[0x0132] = orientation, "2031:01:01 00:00:00"
    exif.get_ifd(EXIF_PART).update({0x9003: "2024:05:01 10:20:30", 0xA434: "  50 mm\tf/1.8 "})
    exif.get_ifd(GPS_PART).update(GPS)
    file = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(file, kind, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_facts_are_read_from_every_format_that_carries_them(kind: str):
    decoded = decode_image(_photo(kind), facts=True)
    assert decoded.facts == FileFacts(
        taken_at="2024-05-01T10:20:30",
        camera="NIKON D70",
        lens="50 mm f/1.8",
        orientation=6,
        gps=Place(-33.858333, 151.21, -12.3),
    )
    assert (decoded.width, decoded.height) == (20, 30)  # upright, whatever else was read


def test_facts_are_read_only_when_asked_for():
    assert decode_image(_photo("JPEG")).facts is None
    plain = io.BytesIO()
    Image.new("RGB", (4, 4)).save(plain, "PNG")
    facts = decode_image(plain.getvalue(), facts=True).facts
    assert facts == FileFacts()
    assert facts is not None
    assert facts.known() == {}


def test_known_facts_leave_out_what_the_file_does_not_say():
    facts = facts_of_tags({0x0110: "Pixel 8"}, {}, {**GPS, 6: None})
    assert facts.known() == {
        "camera": "Pixel 8",
        "gps": {"latitude": -33.858333, "longitude": 151.21},
    }


@pytest.mark.parametrize(
    "date", ["0000:00:00 00:00:00", "2024:13:01 00:00:00", "    ", "yesterday", 7, b"\xff", None]
)
def test_dates_that_no_calendar_has_are_left_out(date: object):
    assert facts_of_tags({0x0132: "2020:02:03 04:05:06"}, {0x9003: date}, {}).taken_at == (
        "2020-02-03T04:05:06"
    )


def test_rubbish_in_any_tag_loses_only_itself():
    rng = random.Random(1)
    rubbish: list[Any] = [
        None,
        0,
        -1,
        9,
        1e400,
        float("nan"),
        "",
        "x" * 9999,
        b"\xff\xfe",
        (),
        (1,),
    ]
    rubbish += [(1, 2, 3, 4), ("a", "b", "c"), (float("nan"), 0, 0), (999, 0, 0), [[]], object()]
    for _ in range(500):
        gps = {tag: rng.choice(rubbish) for tag in range(1, 7)}
        main = {tag: rng.choice(rubbish) for tag in (0x010F, 0x0110, 0x0112, 0x0132)}
        facts = facts_of_tags(main, {0x9003: rng.choice(rubbish), 0xA434: rng.choice(rubbish)}, gps)
        assert facts.taken_at is None
        assert facts.gps is None or abs(facts.gps.latitude) <= 90
        assert len(facts.camera or "") <= 201


def test_broken_exif_loses_the_facts_and_not_the_picture():
    rng = random.Random(2)
    whole = _photo("JPEG", orientation=1)
    start = whole.index(b"Exif")
    for _ in range(200):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 30)):
            broken[start + 6 + rng.randrange(250)] = rng.randrange(256)
        decoded = decode_image(bytes(broken), facts=True)
        assert decoded.facts is not None
        assert sorted((decoded.width, decoded.height)) == [20, 30]
