"""Embeddings in, hits with their metadata out, of one generation for the searcher's whole life.

Safe to use from many threads. Never encodes, never writes, never sees another generation's rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from indexer.caption_search import CaptionSearch
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord, Item, SkippedFile
from indexer.config import IndexConfig
from indexer.errors import (
    FingerprintMismatchError,
    GenerationDamagedError,
    ImageNotFoundError,
)
from indexer.filters.expression import Expression
from indexer.filters.facets import Facet, FacetCounter
from indexer.filters.fields import Field
from indexer.filters.selection import Selector
from indexer.generation import Generation, open_generation, open_reader
from indexer.originals import Originals
from indexer.picture_map.collection_map import CollectionMap
from indexer.ranking import FUSED_DEPTH, Mode, Ranks, fuse_ranks
from indexer.vector_store import VectorsMissingError
from models.encoder import Embeddings

_UNIT_TOLERANCE = 1e-3
# Averages over so many pictures are known to a few hundredths of their spread.
_BACKGROUND_PICTURES = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer: `score` is the cosine, in [-1, 1]; `ranks` say why it stands here, if fused."""

    score: float
    item: Item
    ranks: Ranks | None = None


class Searcher:
    """One open generation."""

    def __init__(self, config: IndexConfig, reader: CatalogReader, generation: Generation) -> None:
        self._config = config
        self._reader = reader
        self._generation = generation
        self.record: GenerationRecord = generation.record
        self.selector = Selector(
            reader.metadata, reader.words, generation.index.ids, generation.tags
        )
        self._facets = FacetCounter(reader.metadata, self.selector)
        self.captions = CaptionSearch(config.collection, reader, generation, self.selector)
        self.map = CollectionMap(config.collection, reader, generation)

    @classmethod
    def open(
        cls, config: IndexConfig, generation: int | None = None, *, like: "Searcher | None" = None
    ) -> "Searcher":
        """Open a generation, the current one by default.

        Index files that it has in common with another open searcher, `like`, are shared. Raises
        CollectionNotFoundError, NoGenerationError, GenerationDamagedError or CatalogVersionError.
        """
        reader = open_reader(config)
        try:
            held = None if like is None else like._generation
            return cls(config, reader, open_generation(config, reader, generation, like=held))
        except BaseException:
            reader.close()
            raise

    def search(
        self, queries: Embeddings, top_k: int, filter: Expression | None = None
    ) -> list[list[Hit]]:
        """The nearest pictures to (n, dim) unit queries that meet a filter: n lists, best first.

        A list is shorter than `top_k` only if fewer pictures meet the filter. All rows are fetched
        in one SQL statement. Raises GenerationDamagedError if the catalog lacks one, and
        UnknownFieldError or FilterTypeError for a filter that does not fit the collection.
        """
        among = None if filter is None else self.selector.ids(filter)
        found = self._generation.index.search(queries, top_k, among=among)
        items = self._items(np.unique(found.ids).tolist())
        scores = np.clip(found.scores, -1.0, 1.0)  # rounding may pass 1 by an ulp
        return [
            [Hit(score, items[item_id]) for score, item_id in zip(row_scores, row_ids, strict=True)]
            for row_scores, row_ids in zip(scores.tolist(), found.ids.tolist(), strict=True)
        ]

    def find(
        self,
        query: Embeddings,
        top_k: int,
        *,
        words: str = "",
        mode: Mode = Mode.VECTOR,
        filter: Expression | None = None,
    ) -> list[Hit]:
        """The best pictures for a (1, dim) unit query and its words that meet a filter, best first.

        A hit's score is its cosine in every mode. By keyword only pictures are found whose captions
        have one of the words. Raises as `search`.
        """
        if mode is Mode.VECTOR:
            return self.search(query, top_k, filter)[0]
        depth = FUSED_DEPTH if mode is Mode.HYBRID else top_k
        vector: list[int] = []
        if mode is Mode.HYBRID:
            among = None if filter is None else self.selector.ids(filter)
            vector = self._generation.index.search(query, depth, among=among).ids[0].tolist()
        fused = fuse_ranks(vector, self._by_words(words, depth, filter), top_k)
        items = self._items(item_id for item_id, _ in fused)
        found = [items[item_id] for item_id, _ in fused]
        scores = np.clip(self.embeddings(found) @ query[0], -1.0, 1.0).tolist()  # (len(fused),)
        return [
            Hit(score, item, ranks)
            for score, item, (_, ranks) in zip(scores, found, fused, strict=True)
        ]

    def fields(self) -> list[Field]:
        """The fields that filters and facets may name, the built-in ones first."""
        return self.selector.conditions.fields.known()

    def facets(self, fields: Sequence[str], filter: Expression | None = None) -> list[Facet]:
        """How many pictures that meet a filter have each value of these fields, in order.

        Raises UnknownFieldError, FilterTypeError, or FacetError for a field with too many values.
        """
        mask = self.selector.mask(filter)
        return [self._facets.count(field, mask) for field in fields]

    def matching(self, filter: Expression) -> int:
        """How many pictures meet a filter. Raises UnknownFieldError or FilterTypeError."""
        return int(np.count_nonzero(self.selector.mask(filter)))

    @cached_property
    def background(self) -> Embeddings:
        """The embeddings of some of the pictures, (<= 2,000, dim): what is usual here.

        The same ones for the searcher's whole life. Raises GenerationDamagedError.
        """
        return self.embeddings(self.sample(_BACKGROUND_PICTURES, self.record.generation))

    @property
    def originals(self) -> Originals:
        """What reads the bytes of this collection's pictures; it outlives the searcher."""
        return Originals(self._config)

    def sample(self, count: int, seed: int) -> list[Item]:
        """Up to `count` pictures drawn at random; the same seed draws the same."""
        ids = self._generation.index.ids()
        rng = np.random.default_rng(seed)
        drawn = rng.choice(ids, size=min(count, len(ids)), replace=False).tolist()
        items = self._items(drawn)
        return [items[item_id] for item_id in drawn]

    def item(self, image_id: str) -> Item:
        """The picture of this id. Raises ImageNotFoundError."""
        item = self._reader.item(image_id, self.record.generation)
        if item is None:
            raise ImageNotFoundError(image_id)
        return item

    def tags(self, item: Item) -> dict[str, str]:
        """A picture's tags, by the name of the set; sets that wait for the model are left out."""
        tags = ((each.name, each.of(item.item_id)) for each in self._generation.tags)
        return {name: tag for name, tag in tags if tag is not None}

    def items_of_contents(self, content_hashes: Iterable[str]) -> list[Item]:
        """The pictures that have these contents, by URI."""
        return self._reader.items_of_contents(content_hashes, self.record.generation)

    def image_ids_of_contents(self, content_hashes: Iterable[str]) -> dict[str, list[str]]:
        """The ids of the pictures that have these contents, by content."""
        return self._reader.image_ids_of_contents(content_hashes, self.record.generation)

    def embedding(self, image_id: str) -> Embeddings:
        """The stored embedding (1, dim), unit length.

        Raises ImageNotFoundError, or GenerationDamagedError if the file does not hold it.
        """
        item = self.item(image_id)
        try:
            embedding = self._generation.store.read(np.array([item.vector_row]))  # (1, dim)
        except VectorsMissingError as error:
            raise GenerationDamagedError(self.record.generation, error.reason) from error
        if not abs(float(np.linalg.norm(embedding)) - 1.0) < _UNIT_TOLERANCE:
            raise GenerationDamagedError(
                self.record.generation, f"the stored embedding of {image_id} is not of unit length"
            )
        return embedding

    def embeddings(self, items: Sequence[Item]) -> Embeddings:
        """The stored embeddings (n, dim) of pictures of this generation, in order.

        Raises GenerationDamagedError if the files do not hold them.
        """
        rows = np.array([item.vector_row for item in items], dtype=np.int64)
        try:
            return self._generation.store.read(rows)
        except VectorsMissingError as error:
            raise GenerationDamagedError(self.record.generation, error.reason) from error

    def check_fingerprint(self, fingerprint: str) -> None:
        """Refuse a model that cannot be compared with this. Raises FingerprintMismatchError."""
        if fingerprint != self.record.fingerprint:
            raise FingerprintMismatchError(self.record.fingerprint, fingerprint)

    def skipped(self, limit: int, offset: int = 0) -> list[SkippedFile]:
        """Listed files that are not indexed, by URI, as the last index run found them."""
        return self._reader.skipped(limit, offset)

    def skipped_count(self) -> int:
        """How many listed files are not indexed."""
        return self._reader.skipped_count()

    def thumbnail_path(self, item: Item) -> Path:
        """Where the picture's thumbnail lies, if thumbnails were made."""
        return self._config.thumbnail_path(item.content_hash)

    def close(self) -> None:
        """Let go of the generation; searches that are under way still finish."""
        self._generation.close()
        self._reader.close()

    def _by_words(self, words: str, top_k: int, filter: Expression | None) -> list[int]:
        """The ids of the pictures whose captions fit the words best and that meet a filter."""
        matches = self._reader.words.matching(words)
        allowed = self.selector.slots.within(matches.ids, self.selector.mask(filter))
        ids, scores = matches.ids[allowed], matches.scores[allowed]
        best: list[int] = ids[np.lexsort((ids, -scores))[:top_k]].tolist()
        return best

    def _items(self, item_ids: Iterable[int]) -> dict[int, Item]:
        wanted = list(item_ids)
        if not wanted:
            return {}
        items = self._reader.items(wanted)
        if len(items) != len(wanted):
            missing = next(item_id for item_id in wanted if item_id not in items)
            raise GenerationDamagedError(
                self.record.generation, f"the catalog has no row for item {missing}"
            )
        return items


def current_record(config: IndexConfig) -> GenerationRecord | None:
    """What the current generation is. None if nothing was published.

    Raises CollectionNotFoundError.
    """
    reader = open_reader(config)
    try:
        number = reader.current_generation()
        return None if number is None else reader.generation(number)
    finally:
        reader.close()


def kept_generations(config: IndexConfig) -> list[GenerationRecord]:
    """The generations that are kept, oldest first. Raises CollectionNotFoundError."""
    reader = open_reader(config)
    try:
        return reader.generations()
    finally:
        reader.close()


def current_generation(config: IndexConfig) -> int | None:
    """The number of the current generation, cheap enough to ask every second.

    None if nothing was published. Raises CollectionNotFoundError.
    """
    reader = open_reader(config)
    try:
        return reader.current_generation()
    finally:
        reader.close()
