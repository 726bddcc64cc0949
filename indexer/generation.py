"""One published generation: its index opened, its files compared with what was published.

While it is open it holds a lease (a shared lock on its manifest), so that no indexer drops it under
a reader; the operating system ends the lease with the process. Never changes a file.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord, MapLayout
from indexer.config import IndexConfig
from indexer.errors import CollectionNotFoundError, GenerationDamagedError, NoGenerationError
from indexer.index_files import OpenIndex, OpenPart, check_file, open_index
from indexer.picture_map.browsing import PictureMap
from indexer.tags.columns import Tags, read_tags
from indexer.vector_index.index import IndexUnusableError
from indexer.vector_index.parted import PartedIndex
from indexer.vector_store import VectorsMissingError, VectorStore

MANIFEST_FILE = "manifest.json"
# How many stored embeddings `verify_generation` searches for.
_SELF_CHECK_ITEMS = 16
# A unit vector finds itself with a score this close to 1, in an approximate index too.
_SELF_SCORE_TOLERANCE = 1e-2
# Publishing again while we open is rare, three times in a row is a fault that must be seen.
_OPEN_ATTEMPTS = 3


class Generation:
    """An open generation. Close it, so that an indexer may drop it when it is old."""

    def __init__(
        self,
        record: GenerationRecord,
        opened: OpenIndex,
        captions: OpenIndex | None,
        tags: tuple[Tags, ...],
        places: PictureMap | None,
        store: VectorStore,
        lease: int,
    ) -> None:
        self.record = record
        self.tags = tags
        self.map = places
        self.store = store
        self._opened = opened
        self._captions = captions
        self._lease = lease

    @property
    def index(self) -> PartedIndex:
        """What is searched."""
        return self._opened.searched

    @property
    def captions(self) -> PartedIndex | None:
        """What is searched for texts; None where no caption is embedded."""
        return None if self._captions is None else self._captions.searched

    @property
    def parts(self) -> tuple[OpenPart, ...]:
        """Everything that a later generation may share."""
        captions = () if self._captions is None else self._captions.parts
        return self._opened.parts + captions

    def close(self) -> None:
        """End the lease; the index stays usable for whoever is still searching."""
        if self._lease >= 0:
            os.close(self._lease)
            self._lease = -1


def open_reader(config: IndexConfig) -> CatalogReader:
    """The collection's catalog. Raises CollectionNotFoundError or CatalogVersionError."""
    try:
        return CatalogReader(config.catalog_path())
    except FileNotFoundError as error:
        raise CollectionNotFoundError(config.collection) from error


def open_generation(
    config: IndexConfig,
    reader: CatalogReader,
    number: int | None = None,
    *,
    like: Generation | None = None,
) -> Generation:
    """Open a generation, the current one by default; the index is mapped, not read.

    Index files that another open generation, `like`, has in common with it are not opened again.
    Raises NoGenerationError, or GenerationDamagedError if files are not as published.
    """
    for attempt in range(_OPEN_ATTEMPTS):
        wanted = reader.current_generation() if number is None else number
        record = reader.generation(wanted) if wanted is not None else None
        if record is None:
            raise NoGenerationError(config.collection)
        try:
            return _open(config, record, like)
        except GenerationDamagedError:
            # Not damaged, only dropped, if the current one has moved on meanwhile.
            moved_on = number is None and reader.current_generation() != wanted
            if not moved_on or attempt == _OPEN_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def verify_generation(config: IndexConfig, reader: CatalogReader, number: int | None = None) -> int:
    """Read a generation's index completely. Returns its number; raises GenerationDamagedError.

    Compares all checksums and searches for a sample of the stored embeddings.
    """
    generation = open_generation(config, reader, number)
    try:
        record = generation.record
        directory = config.generation_dir(record.generation)
        try:
            for file in record.files:
                check_file(directory, file, completely=True)
            _check_sample(generation, reader)
        except (IndexUnusableError, VectorsMissingError) as error:
            raise GenerationDamagedError(record.generation, error.reason) from error
        return record.generation
    finally:
        generation.close()


def _check_sample(generation: Generation, reader: CatalogReader) -> None:
    """Search for some stored embeddings. Raises IndexUnusableError if one is not found."""
    ids = generation.index.ids()
    step = max(1, len(ids) // _SELF_CHECK_ITEMS)
    items = reader.items(int(item_id) for item_id in ids[::step][:_SELF_CHECK_ITEMS])
    for item in items.values():
        found = generation.index.search(generation.store.read(np.array([item.vector_row])), 1)
        if abs(float(found.scores[0, 0]) - 1.0) > _SELF_SCORE_TOLERANCE:
            raise IndexUnusableError(
                f"the index does not hold the stored embedding of item {item.item_id}"
            )


def _open(config: IndexConfig, record: GenerationRecord, like: Generation | None) -> Generation:
    directory = config.generation_dir(record.generation)
    lease = _take_lease(record.generation, directory / MANIFEST_FILE)
    try:
        segments = _check_manifest(directory / MANIFEST_FILE, record)
        shared = () if like is None else like.parts
        opened = open_index(directory, record.layout, record.dim, shared)
        if opened.searched.count != record.item_count:
            raise IndexUnusableError(
                f"the index holds {opened.searched.count} items instead of {record.item_count}"
            )
        captions = _open_captions(directory, record, shared)
        tags = tuple(read_tags(directory, column) for column in record.tags)
        places = None if record.map is None else _open_map(directory, record, record.map)
        store = VectorStore(config.vectors_dir(record.fingerprint), record.dim)
        store.check(segments)
        return Generation(record, opened, captions, tags, places, store, lease)
    except (IndexUnusableError, VectorsMissingError) as error:
        os.close(lease)
        raise GenerationDamagedError(record.generation, error.reason) from error
    except BaseException:
        os.close(lease)
        raise


def _open_captions(
    directory: Path, record: GenerationRecord, shared: Iterable[OpenPart]
) -> OpenIndex | None:
    captions = record.captions
    if captions is None or captions.layout is None:
        return None
    opened = open_index(directory, captions.layout, record.dim, shared)
    if opened.searched.count != captions.count:
        raise IndexUnusableError(
            f"{captions.layout.base.name} holds {opened.searched.count} captions instead of "
            f"{captions.count}"
        )
    return opened


def _open_map(directory: Path, record: GenerationRecord, layout: MapLayout) -> PictureMap:
    if layout.item_count != record.item_count:
        name = layout.base.name
        raise IndexUnusableError(
            f"{name} shows {layout.item_count} pictures instead of {record.item_count}"
        )
    return PictureMap.open(directory, layout)


def _take_lease(generation: int, path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise GenerationDamagedError(generation, f"{path.name} is missing") from error
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _check_manifest(path: Path, record: GenerationRecord) -> Mapping[str, int]:
    """See that the manifest says what the catalog says. Returns how many rows are needed."""
    try:
        text = path.read_text(encoding="utf-8")
        if record.manifest is not None:
            agrees, segments = text == record.manifest, record.vector_segments
        else:
            content = json.loads(text)
            agrees = content["index"]["checksum"] == record.layout.base.checksum
            segments = dict(content["vector_segments"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationDamagedError(record.generation, f"{path.name} is no manifest") from error
    if not agrees:
        raise GenerationDamagedError(
            record.generation, f"{path.name} does not say what the catalog says"
        )
    return segments
