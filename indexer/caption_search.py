"""Captions found by an embedding: of a picture (which words fit it?) or of another text.

Captions are searched apart from pictures: a text is nearer to almost any text than to a picture
that it describes. Equal captions are one text and one hit. Safe in many threads. Never encodes.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.digests import caption_digest
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import Item
from indexer.catalog.texts import Owners, Pairs
from indexer.errors import GenerationDamagedError
from indexer.filters.expression import Expression
from indexer.filters.selection import Selector
from indexer.generation import Generation
from indexer.text_errors import CaptionsNotEmbeddedError
from indexer.vector_store import VectorsMissingError
from models.encoder import Embeddings

_BACKGROUND_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class CaptionHit:
    """A caption that was found: the cosine, a picture that has it, and how many have it."""

    text_id: int
    score: float
    text: str
    item: Item
    picture_count: int


class CaptionSearch:
    """The captions of one generation."""

    def __init__(
        self, collection: str, reader: CatalogReader, generation: Generation, selector: Selector
    ) -> None:
        self._collection = collection
        self._reader = reader
        self._generation = generation
        self._selector = selector
        self._lock = threading.Lock()
        self._pairs: Pairs | None = None

    def search(
        self, query: Embeddings, top_k: int, filter: Expression | None = None
    ) -> list[CaptionHit]:
        """The nearest captions to a (1, dim) unit query, best first, of pictures that meet
        a filter.

        Raises CaptionsNotEmbeddedError, GenerationDamagedError, and what the filter raises.
        """
        record, index = self._generation.record, self._generation.captions
        if record.captions is None:
            raise CaptionsNotEmbeddedError(self._collection)
        if index is None:
            return []
        pairs = None if filter is None else self._allowed(filter)
        among = None if pairs is None else np.unique(pairs.text_ids)
        found = index.search(query, top_k, among=among)
        text_ids: list[int] = found.ids[0].tolist()
        if pairs is None:
            owners = self._reader.texts.owners(text_ids, record.generation)
        else:
            owners = _owners_of(text_ids, pairs)
        return self._hits(text_ids, found.scores[0], owners)

    def embeddings(self, text_ids: Sequence[int]) -> Embeddings:
        """The embeddings (n, dim) of this generation's captions, in order.

        Raises GenerationDamagedError if the files do not hold them.
        """
        record = self._generation.record
        rows = self._reader.texts.vector_rows(text_ids, record.fingerprint)
        try:
            chosen = np.array([rows[text_id] for text_id in text_ids], dtype=np.int64)
            return self._generation.store.read(chosen)
        except KeyError as error:
            reason = f"the catalog knows no embedding of caption {error}"
            raise GenerationDamagedError(record.generation, reason) from error
        except VectorsMissingError as error:
            raise GenerationDamagedError(record.generation, error.reason) from error

    @cached_property
    def background(self) -> Embeddings:
        """The embeddings of some of the captions, (<= 2,000, dim): what is usual here.

        Raises GenerationDamagedError.
        """
        index, record = self._generation.captions, self._generation.record
        if index is None:
            return np.empty((0, record.dim), np.float32)
        ids, rng = index.ids(), np.random.default_rng(record.generation)
        drawn = rng.choice(ids, size=min(_BACKGROUND_TEXTS, len(ids)), replace=False)
        return self.embeddings(drawn.tolist())

    def _hits(
        self, text_ids: list[int], scores: NDArray[np.float32], owners: dict[int, Owners]
    ) -> list[CaptionHit]:
        digests = self._reader.texts.digests(text_ids)
        items = self._reader.items({owner.first_item for owner in owners.values()})
        hits = []
        for text_id, score in zip(text_ids, np.clip(scores, -1.0, 1.0).tolist(), strict=True):
            owner = owners.get(text_id)
            item = None if owner is None else items.get(owner.first_item)
            text = None if item is None else _words(item, digests.get(text_id))
            if owner is None or item is None or text is None:
                raise GenerationDamagedError(
                    self._generation.record.generation,
                    f"the catalog has no picture with caption {text_id}",
                )
            hits.append(CaptionHit(text_id, score, text, item, owner.count))
        return hits

    def _allowed(self, filter: Expression) -> Pairs:
        """The captions of this generation's pictures that meet a filter."""
        with self._lock:
            if self._pairs is None:
                self._pairs = self._reader.texts.pairs()
            pairs = self._pairs
        allowed = self._selector.slots.within(pairs.item_ids, self._selector.mask(filter))
        return Pairs(pairs.text_ids[allowed], pairs.item_ids[allowed])


def _words(item: Item, digest: bytes | None) -> str | None:
    return next((text for text in item.captions if caption_digest(text) == digest), None)


def _owners_of(text_ids: list[int], pairs: Pairs) -> dict[int, Owners]:
    chosen = np.isin(pairs.text_ids, text_ids)
    texts, items = pairs.text_ids[chosen], pairs.item_ids[chosen]
    order = np.lexsort((items, texts))
    found, first, counts = np.unique(texts[order], return_index=True, return_counts=True)
    firsts = items[order][first]
    return {
        text_id: Owners(item_id, count)
        for text_id, item_id, count in zip(
            found.tolist(), firsts.tolist(), counts.tolist(), strict=True
        )
    }
