"""What is read from EXIF, and that rubbish in it loses only itself."""

import io
import random
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from models.exif import EXIF_PART, GPS_PART, FileFacts, Place, facts_of_tags
from models.images import decode_image

GPS: dict[int, Any] = {
    1: "S",
    2: (33.0, 51.0, 30.0),
    3: "E",
    4: (151.0, 12.0, 36.0),
    5: b"\x01",
    6: 12.34,
}


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


def _directory(entries: dict[int, tuple[int, bytes]], start: int) -> bytes:
    """One directory of a TIFF, by tag: type and value; what is long lies behind it."""
    behind = start + 2 + 12 * len(entries) + 4
    head, tail = struct.pack("<H", len(entries)), b""
    sizes = {2: 1, 3: 2, 4: 4, 5: 8}
    for tag, (kind, value) in sorted(entries.items()):
        count = len(value) // sizes[kind]
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place = struct.pack("<I", behind + len(tail))
            tail += value + b"\0" * (len(value) % 2)
        head += struct.pack("<HHI", tag, kind, count) + place
    return head + bytes(4) + tail


def _tiff(compression: str) -> bytes:
    """A TIFF whose EXIF and GPS tags stand in directories of their own, as cameras write them;
    Pillow does not.
    """
    file = io.BytesIO()
    Image.fromarray(np.full((20, 30, 3), 90, np.uint8)).save(file, "TIFF", compression=compression)
    with TiffImageFile(io.BytesIO(file.getvalue())) as image:
        ((first,), (length,)) = image.tag_v2[273], image.tag_v2[279]
        scheme = image.tag_v2[259]
    pixels = file.getvalue()[first : first + length]
    short, long = (lambda v: (3, struct.pack("<H", v))), (lambda v: (4, struct.pack("<I", v)))
    text = lambda v: (2, v.encode() + b"\0")  # noqa: E731
    fractions = lambda *v: (5, b"".join(struct.pack("<II", round(x * 100), 100) for x in v))  # noqa: E731
    start = 8 + length + length % 2
    exif = _directory({0x9003: text("2024:05:01 10:20:30"), 0xA434: text("50 mm f/1.8")}, start)
    at_gps = start + len(exif)
    gps = {tag: text(str(GPS[tag])) for tag in (1, 3)} | {
        tag: fractions(*GPS[tag]) for tag in (2, 4)
    }
    places = _directory(gps, at_gps)
    main = {
        256: short(30),
        257: short(20),
        259: short(scheme),
        262: short(2),
        274: short(6),
        258: (3, struct.pack("<HHH", 8, 8, 8)),
        273: long(8),
        277: short(3),
        278: short(20),
        279: long(length),
        0x0110: text("NIKON D70"),
        EXIF_PART: long(start),
        GPS_PART: long(at_gps),
    }
    at_main = at_gps + len(places)
    head = b"II*\0" + struct.pack("<I", at_main) + pixels.ljust(start - 8, b"\0")
    return head + exif + places + _directory(main, at_main)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_facts_in_the_directories_of_a_tiff_are_read(compression: str):
    decoded = decode_image(_tiff(compression), facts=True)
    assert decoded.facts == FileFacts(
        taken_at="2024-05-01T10:20:30",
        camera="NIKON D70",
        lens="50 mm f/1.8",
        orientation=None,  # Pillow turns a TIFF while it reads it, and forgets the tag
        gps=Place(-33.858333, 151.21, None),
    )
    assert (decoded.width, decoded.height) == (20, 30)


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
