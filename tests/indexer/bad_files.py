"""A folder of forty files that want to stop an indexer: truncated, lying, endless, unnameable."""

import errno
import os
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.indexer.workbench import draw_picture

# Names that are legal and hard, all of good pictures.
HARD_NAMES = (
    "line\nbreak.jpg",
    "tab\tand 'quotes\" .jpg",
    "-rf.jpg",
    "100%25.jpg",
    "\u202egpj.txt.jpg",  # right-to-left override: shown as txt.jpg
    "שלום.jpg",
    "写真.JPG",
    "e\u0301te\u0301.jpeg",
    "a#b?c&d.jpg",
    "emoji 🐈‍⬛.jpg",
    ".hidden.jpg",
    "x" * 251 + ".jpg",
    os.fsdecode(b"latin-\xe9\xff.jpg"),
)
# Expected code of every other file.
BAD: dict[str, str] = {
    "truncated_half.jpg": "corrupt",
    "truncated_header.jpg": "corrupt",
    "only_magic.jpg": "unsupported_format",
    "zeros.jpg": "unsupported_format",
    "noise.jpg": "unsupported_format",
    "text.jpg": "unsupported_format",
    "page.png": "unsupported_format",
    "drawing.png": "unsupported_format",
    "truncated.png": "corrupt",
    "half.tif": "corrupt",
    "bomb.png": "too_many_pixels",
    "half.gif": "corrupt",
    "half.webp": "corrupt",
    "half.bmp": "corrupt",
    "empty.jpg": "empty_file",
    "huge.tif": "too_many_bytes",
    "unreadable.jpg": "unreadable",
    "x.png": "not_a_file",
    "pipe.jpg": "not_a_file",
    "socket.jpg": "not_a_file",
    "device.jpg": "not_a_file",
    "dangling.jpg": "not_found",
    "loop.jpg": "not_found",
    "notes.txt": "not_a_picture",
    "no_extension": "not_a_picture",
}
GOOD = ("good.jpg", "png_named.jpg", *HARD_NAMES)


def fill_with_bad_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make them all; `unreadable.jpg` cannot be read even by root."""
    number = 100
    for name in ("good.jpg", "unreadable.jpg", *HARD_NAMES):
        draw_picture(folder / name, number := number + 1)
    _write_contents(folder)
    _make_special(folder, monkeypatch)
    _forbid(folder / "unreadable.jpg", monkeypatch)


def _write_contents(folder: Path) -> None:
    jpeg = draw_picture(folder / "whole.tmp", 7, size=(400, 300)).read_bytes()
    (folder / "whole.tmp").unlink()
    png = _encoded(folder, "PNG")
    contents = {
        "truncated_half.jpg": jpeg[: len(jpeg) // 2],
        "truncated_header.jpg": jpeg[:30],
        "only_magic.jpg": b"\xff\xd8\xff\xe0",
        "zeros.jpg": bytes(5000),
        "noise.jpg": zlib.compress(os.urandom(3000)),
        "text.jpg": b"this is no picture\n" * 20,
        "page.png": b"<!doctype html><title>404</title>",
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "truncated.png": png[: len(png) // 2],
        "half.tif": _encoded(folder, "TIFF")[:300],
        "bomb.png": _png_header(30_000, 30_000),
        "png_named.jpg": png,
        "empty.jpg": b"",
        "notes.txt": b"hello",
        "no_extension": jpeg,
    }
    for picture_format in ("GIF", "WEBP", "BMP"):
        data = _encoded(folder, picture_format)
        contents[f"half.{picture_format.lower()}"] = data[: len(data) // 2]
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    with (folder / "huge.tif").open("wb") as sparse:
        sparse.truncate(300 * 2**30)


def _make_special(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "x.png").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    monkeypatch.chdir(folder)  # a socket's path must be short
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("socket.jpg")
    listener.close()
    (folder / "device.jpg").symlink_to("/dev/zero")
    (folder / "dangling.jpg").symlink_to("nothing")
    (folder / "loop.jpg").symlink_to("loop.jpg")


def _forbid(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the right to read, and have the system say so to root as well."""
    path.chmod(0)
    real_open = os.open

    def refusing_open(name: Path, *arguments: Any) -> int:
        if Path(name) == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real_open(name, *arguments)

    monkeypatch.setattr(os, "open", refusing_open)


def _encoded(folder: Path, picture_format: str) -> bytes:
    path = folder / f"made.{picture_format.lower()}"
    noise = Image.frombytes("RGB", (60, 50), os.urandom(60 * 50 * 3))
    noise.save(path, picture_format)
    data = path.read_bytes()
    path.unlink()
    return data


def _png_header(width: int, height: int) -> bytes:
    """A PNG that says it is this large, and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100)))
