"""Class embeddings that were computed before: asking about the same names again encodes nothing.

Bounded, least recently used out first, and safe to share between threads. Never scores anything.
"""

import hashlib
from collections.abc import Sequence
from threading import Lock

import numpy as np

from models.encoder import Embeddings
from models.prompts import SIMPLE_TEMPLATES, TextEncoder, class_embeddings
from models.recent_rows import RecentRows
from models.templates import check_templates

# Ten requests of the most names that one may hold, at 768 dimensions.
DEFAULT_MAX_BYTES = 32 * 2**20


class ClassEmbeddingCache:
    """Embeddings by (fingerprint, templates, class name).

    Keys are digests, so that long names and many templates cost no more than short ones.
    """

    def __init__(self, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.hits = 0
        self.misses = 0
        self._rows = RecentRows(max_bytes)
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

        `fingerprint` is that of the encoder's model. Two threads that ask for the same new name at
        once both encode it. Returns (len(classnames), dim), unit length.
        """
        check_templates(templates)
        if not classnames:
            return class_embeddings(encoder, classnames, templates)
        scope = _digest(fingerprint, *templates)
        keys = [_digest(classname, key=scope) for classname in classnames]
        with self._lock:
            found = {key: row for key in keys if (row := self._rows.get(key)) is not None}
            held = sum(key in found for key in keys)
            self.hits += held
            self.misses += len(keys) - held
        missing = {
            key: name for key, name in zip(keys, classnames, strict=True) if key not in found
        }
        if missing:
            rows = class_embeddings(encoder, list(missing.values()), templates)
            found |= dict(zip(missing, rows, strict=True))
            with self._lock:
                for key in missing:
                    self._rows.put(key, found[key])
        return np.stack([found[key] for key in keys])  # (len(classnames), dim)


def _digest(*texts: str, key: bytes = b"") -> bytes:
    digest = hashlib.blake2b(key=key, digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.digest()
