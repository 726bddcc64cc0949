"""Class embeddings that were computed before: asking about the same names again encodes nothing,
and asking at the same time encodes them once.

Bounded, least recently used out first, and safe to share between threads. Never scores anything.
"""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from threading import Lock

import numpy as np

from models.encoder import Embeddings
from models.prompts import SIMPLE_TEMPLATES, TextEncoder, class_embeddings
from models.recent_rows import RecentRows, Row
from models.templates import check_templates

# Ten requests of the most names that one may hold, at 768 dimensions.
DEFAULT_MAX_BYTES = 32 * 2**20

_Flight = Future[Row | None]  # of a name that a thread is encoding


class ClassEmbeddingCache:
    """Embeddings by (fingerprint, templates, class name).

    Keys are digests, so that long names and many templates cost no more than short ones.
    """

    def __init__(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.hits = 0
        self.misses = 0
        self._rows = RecentRows(max_bytes)
        self._flights: dict[bytes, _Flight] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def size_bytes(self) -> int:
        """How much is remembered."""
        return self._rows.size_bytes

    def class_embeddings(
        self,
        encoder: TextEncoder,
        fingerprint: str,
        classnames: Sequence[str],
        templates: Sequence[str] = SIMPLE_TEMPLATES,
    ) -> Embeddings:
        """As `models.prompts.class_embeddings`, encoding only the names that are not here yet.

        `fingerprint` is that of the encoder's model. Threads that ask for the same new name at once
        have it encoded once; if that fails, each tries for itself. Returns (len(classnames), dim),
        unit length.
        """
        check_templates(templates)
        if not classnames:
            return class_embeddings(encoder, classnames, templates)
        scope = _digest(fingerprint, *templates)
        keys = [_digest(classname, key=scope) for classname in classnames]
        names = dict(zip(keys, classnames, strict=True))
        found = self._remembered(keys)
        while len(found) < len(names):
            mine, others = self._take(names, found)
            if mine:
                found |= self._encoded(encoder, {key: names[key] for key in mine}, templates, mine)
            for key, flight in others.items():
                row = flight.result()
                if row is not None:
                    found[key] = row
        return np.stack([found[key] for key in keys])  # (len(classnames), dim)

    def _remembered(self, keys: Sequence[bytes]) -> dict[bytes, Row]:
        with self._lock:
            found = {key: row for key in keys if (row := self._rows.get(key)) is not None}
            held = sum(key in found for key in keys)
            self.hits += held
            self.misses += len(keys) - held
        return found

    def _take(
        self, names: Iterable[bytes], found: dict[bytes, Row]
    ) -> tuple[dict[bytes, _Flight], dict[bytes, _Flight]]:
        """Of what is not found yet, what the caller shall encode, and what others are encoding.

        What has come meanwhile is added to what is found.
        """
        mine: dict[bytes, _Flight] = {}
        others: dict[bytes, _Flight] = {}
        with self._lock:
            for key in names:
                if key in found:
                    continue
                if key in self._flights:
                    others[key] = self._flights[key]
                elif (row := self._rows.get(key)) is not None:
                    found[key] = row
                else:
                    mine[key] = self._flights[key] = Future()
        return mine, others

    def _encoded(
        self,
        encoder: TextEncoder,
        names: dict[bytes, str],
        templates: Sequence[str],
        flights: dict[bytes, _Flight],
    ) -> dict[bytes, Row]:
        """Encode names, for whoever waits for them too; those get None if it fails."""
        rows: dict[bytes, Row] = {}
        try:
            encoded = class_embeddings(encoder, list(names.values()), templates)
            rows = dict(zip(names, encoded, strict=True))
        finally:
            with self._lock:
                for key, row in rows.items():
                    self._rows.put(key, row)
                for key in flights:
                    del self._flights[key]
            for key, flight in flights.items():
                flight.set_result(rows.get(key))
        return rows


def _digest(*texts: str, key: bytes = b"") -> bytes:
    digest = hashlib.blake2b(key=key, digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()
