"""Embeddings of what was asked before, for one model: the same words or the same picture are
encoded once, also when many ask for them at the same time. Bounded in bytes, least recently used
out first. Never encodes anything itself.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from models.encoder import Embeddings
from models.recent_rows import RecentRows, Row

Key = str | bytes  # words, or the digest of a picture
Encode = Callable[[list[Key]], Awaitable[Embeddings]]

_DIGEST_BYTES = 32  # strangers choose the pictures: long enough that none stands for another


def picture_key(data: bytes, *choices: object) -> bytes:
    """The key of a picture's file; `choices` are what else its embedding depends on.

    A large file takes milliseconds: for a thread.
    """
    digest = hashlib.blake2b(repr(choices).encode(), digest_size=_DIGEST_BYTES)
    digest.update(data)
    return digest.digest()


def file_key(data: bytes, crop: object | None) -> bytes:
    """The key of a picture's file, or of a part of it; for a thread."""
    return picture_key(data) if crop is None else picture_key(data, crop)


class EmbeddingMemory:
    """All methods belong to the event loop's thread."""

    def __init__(self, max_bytes: int) -> None:
        self.hits = 0
        self.misses = 0
        self._rows = RecentRows(max_bytes)
        self._flights: dict[Key, _Flight] = {}

    @property
    def size_bytes(self) -> int:
        """How much is remembered."""
        return self._rows.size_bytes

    def knows(self, key: Key) -> bool:
        """Whether asking for it encodes nothing more: it is here, or on its way."""
        return key in self._flights or self._rows.get(key) is not None

    async def recall(self, keys: Sequence[Key], encode: Encode) -> Embeddings:
        """What is remembered, and for the rest what `encode` makes of it: (len(keys), dim).

        `encode` is called once for keys that several callers ask for at the same time, goes on
        when one of them leaves, and is cancelled when all have. What it raises, all of them get.
        """
        found: dict[Key, Row] = {}
        flights: dict[_Flight, None] = {}  # in order, each once
        missing: dict[Key, None] = {}
        for key in keys:
            row = self._rows.get(key)
            if row is not None:
                found[key] = row
            elif key in self._flights:
                flights[self._flights[key]] = None
            else:
                missing[key] = None
        self.hits += len(keys) - len(missing)
        self.misses += len(missing)
        if missing:
            flights[self._begin(list(missing), encode)] = None
        if flights:
            found |= await self._land(list(flights))
        return np.stack([found[key] for key in keys])  # (len(keys), dim)

    def _begin(self, keys: list[Key], encode: Encode) -> "_Flight":
        flight = _Flight(keys, asyncio.ensure_future(self._encode(keys, encode)))
        for key in keys:
            self._flights[key] = flight
        flight.rows.add_done_callback(lambda _: self._forget(flight))
        return flight

    async def _encode(self, keys: list[Key], encode: Encode) -> dict[Key, Row]:
        embeddings = await encode(keys)
        rows = dict(zip(keys, embeddings, strict=True))
        for key, row in rows.items():
            self._rows.put(key, row)
        return rows

    async def _land(self, flights: list["_Flight"]) -> dict[Key, Row]:
        """Wait for all of them; whoever is the last to leave one that is under way ends it."""
        found: dict[Key, Row] = {}
        for flight in flights:
            flight.waiting += 1
        try:
            for flight in flights:
                found |= await asyncio.shield(flight.rows)
        finally:
            for flight in flights:
                flight.waiting -= 1
                if flight.waiting == 0 and not flight.rows.done():
                    self._forget(flight)  # at once: nobody may join what is being cancelled
                    flight.rows.cancel()
        return found

    def _forget(self, flight: "_Flight") -> None:
        for key in flight.keys:
            if self._flights.get(key) is flight:
                del self._flights[key]
        if flight.rows.done() and not flight.rows.cancelled():
            flight.rows.exception()  # seen, also when everybody has left


class _Flight:
    """Keys that are being encoded, for so many callers."""

    def __init__(self, keys: list[Key], rows: asyncio.Task[dict[Key, Row]]) -> None:
        self.keys = keys
        self.rows = rows
        self.waiting = 0
