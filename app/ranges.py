"""Parts of a picture's file (RFC 9110, section 14): which bytes a request asks for, and the answers
that carry them. A header that nobody can read is ignored, as the RFC has it; a part that does not
exist is RangeNotSatisfiableError. Reads nothing itself but files that it is given.
"""

import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from app.failures import RangeNotSatisfiableError

_RANGES = re.compile(r"bytes=([0-9,\- \t]+)", re.IGNORECASE)
_PART = re.compile(r"(\d*)-(\d*)", re.ASCII)
# Readers of pictures ask for one or two; many small ones are an attack that RFC 9110 (14.2) names.
_MAX_PARTS = 8
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes from `start` up to `end`."""

    start: int
    end: int


def wanted_parts(headers: Headers, size_bytes: int, etag: str | None) -> list[Part]:
    """The parts that a request asks for, in order and apart; none for the whole file.

    With If-Range, parts are given only of the version that the client has: `etag`. Raises
    RangeNotSatisfiableError when all of them lie behind the file's end.
    """
    written = _RANGES.fullmatch(headers.get("range", "").strip())
    condition = headers.get("if-range")
    if written is None or (condition is not None and condition.strip() != etag):
        return []
    texts = [text.strip() for text in written[1].split(",") if text.strip()]
    matches = [_PART.fullmatch(text) for text in texts]
    if not texts or len(texts) > _MAX_PARTS or not all(matches):
        return []
    parts = [_part(match[1], match[2], size_bytes) for match in matches if match]
    if None in parts:
        return []
    existing = sorted((part.start, part.end) for part in parts if part and part.start < part.end)
    if not existing:
        raise RangeNotSatisfiableError(size_bytes)
    if any(end > start for (_, end), (start, _) in pairwise(existing)):
        return []  # parts that overlap: whoever asks for that wants the whole, or no good
    return [Part(start, end) for start, end in existing]


def _part(first: str, last: str, size_bytes: int) -> Part | None:
    """A part as far as it exists, empty if it does not; None for what is no part."""
    if not (first or last) or max(len(first), len(last)) > _MAX_DIGITS:
        return None
    if not first:
        return Part(max(size_bytes - int(last), 0), size_bytes)
    if last and int(last) < int(first):
        return None
    return Part(int(first), min(int(last) + 1, size_bytes) if last else size_bytes)


class FileParts(FileResponse):
    """A file, or parts of it, as `wanted_parts` has them."""

    def __init__(
        self,
        path: Path,
        status: os.stat_result,
        parts: list[Part],
        headers: dict[str, str],
        media_type: str,
    ) -> None:
        super().__init__(path, headers=headers, media_type=media_type, stat_result=status)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what was decided, whatever else the request's headers may be read to say."""
        names = (b"range", b"if-range")
        headers = [pair for pair in scope["headers"] if pair[0] not in names]
        if self._parts:
            texts = (f"{part.start}-{part.end - 1}" for part in self._parts)
            headers.append((b"range", f"bytes={','.join(texts)}".encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)


def bytes_response(
    data: bytes, parts: list[Part], headers: dict[str, str], media_type: str
) -> Response:
    """A picture in memory, or one part of it; who asks for several gets the whole instead."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    if len(parts) != 1:
        return Response(data, headers=headers, media_type=media_type)
    start, end = parts[0].start, parts[0].end
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(data)}"
    return Response(data[start:end], status_code=206, headers=headers, media_type=media_type)
