"""Embeddings of pictures that were sent with a question and shall be asked for again, by an id: so
that a question with a picture of one's own has an address that can be passed on. One model's, in
memory only, so many and for so long; never a byte of a picture.

The id is a keyed hash of the picture's content: the same picture has the same id while the model
stays loaded, and nobody can tell from a picture which id it would have, here or elsewhere.
"""

import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.embedding_memory import file_key
from app.failures import KeptPictureGoneError
from app.query import Term, UploadTerm
from app.threads import BoundedThreads
from models.encoder import Embeddings

Row = NDArray[np.float32]  # (dim,)

_ID_BYTES = 18  # whoever has an id may ask with it: too many to try


class KeptPictures:
    """All methods belong to the event loop's thread."""

    def __init__(
        self, capacity: int, max_age_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keeps the last `capacity` pictures; with 0 none."""
        self._capacity = capacity
        self._max_age_s = max_age_s
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._kept: OrderedDict[str, tuple[float, Row]] = OrderedDict()  # oldest first

    def __len__(self) -> int:
        self._forget_old()
        return len(self._kept)

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._capacity > 0

    def keep(self, key: bytes, embedding: Row) -> str:
        """Keep the embedding of a picture from now on. Returns the id to ask for it with."""
        digest = hashlib.blake2b(key, key=self._secret, digest_size=_ID_BYTES).digest()
        picture_id = base64.urlsafe_b64encode(digest).decode()
        self._kept[picture_id] = (self._clock(), embedding.copy())  # a view keeps a whole batch
        self._kept.move_to_end(picture_id)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)
        self._forget_old()
        return picture_id

    def recall(self, picture_id: str) -> Row:
        """The embedding, (dim,). Raises KeptPictureGoneError."""
        self._forget_old()
        if picture_id not in self._kept:
            raise KeptPictureGoneError(picture_id)
        return self._kept[picture_id][1]

    def _forget_old(self) -> None:
        limit = self._clock() - self._max_age_s
        while self._kept and next(iter(self._kept.values()))[0] <= limit:
            self._kept.popitem(last=False)


async def keep_sent(
    kept: KeptPictures, threads: BoundedThreads, terms: Sequence[Term], embeddings: Embeddings
) -> tuple[str, ...]:
    """Keep those of (n, dim) embeddings whose terms are pictures that were sent along.

    Returns their ids in order, none where nothing is kept. Raises OverloadedError.
    """
    if not kept.keeps:
        return ()
    ids = []
    for term, embedding in zip(terms, embeddings, strict=True):
        if isinstance(term, UploadTerm):
            ids.append(kept.keep(await threads.run(file_key, term.data, term.crop), embedding))
    return tuple(ids)
