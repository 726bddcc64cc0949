"""One published generation: its index opened, its files compared with what was published.

While it is open it holds a lease (a shared lock on its manifest), so that no indexer drops it under
a reader; the operating system ends the lease with the process. Never changes a file.
"""

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord, Json
from indexer.config import IndexConfig
from indexer.errors import CollectionNotFoundError, GenerationDamagedError, NoGenerationError
from indexer.vector_index.index import IndexUnusableError, VectorIndex
from indexer.vector_store import VectorsMissingError, VectorStore

MANIFEST_FILE = "manifest.json"
INDEX_FILE = "index.faiss"
# How many stored embeddings `verify` searches for.
_SELF_CHECK_ITEMS = 16
# Publishing again while we open is rare, three times in a row is a fault that must be seen.
_OPEN_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was published, as it is written beside the index."""

    record: GenerationRecord
    vector_segments: dict[str, int]

    def to_json(self) -> str:
        """The manifest's text."""
        record = self.record
        content: dict[str, Json] = {
            "generation": record.generation,
            "created_at": record.created_at,
            "fingerprint": record.fingerprint,
            "dim": record.dim,
            "item_count": record.item_count,
            "model": record.model,
            "index": {
                "file": INDEX_FILE,
                "kind": record.index_kind,
                "bytes": record.index_bytes,
                "checksum": record.index_checksum,
            },
            "vector_segments": dict(self.vector_segments),
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


class Generation:
    """An open generation. Close it, so that an indexer may drop it when it is old."""

    def __init__(
        self, record: GenerationRecord, index: VectorIndex, store: VectorStore, lease: int
    ) -> None:
        self.record = record
        self.index = index
        self.store = store
        self._lease = lease

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
    config: IndexConfig, reader: CatalogReader, number: int | None = None
) -> Generation:
    """Open a generation, the current one by default; the index is mapped, not read.

    Raises NoGenerationError, or GenerationDamagedError if sizes are not as published.
    """
    for attempt in range(_OPEN_ATTEMPTS):
        wanted = reader.current_generation() if number is None else number
        record = reader.generation(wanted) if wanted is not None else None
        if record is None:
            raise NoGenerationError(config.collection)
        try:
            return _open(config, record)
        except GenerationDamagedError:
            # Not damaged, only dropped, if the current one has moved on meanwhile.
            moved_on = number is None and reader.current_generation() != wanted
            if not moved_on or attempt == _OPEN_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def verify_generation(config: IndexConfig, reader: CatalogReader, number: int | None = None) -> int:
    """Read a generation's files completely. Returns its number; raises GenerationDamagedError.

    Compares the index's checksum and searches for a sample of the stored embeddings.
    """
    generation = open_generation(config, reader, number)
    try:
        record = generation.record
        path = config.generation_dir(record.generation) / INDEX_FILE
        if file_checksum(path) != record.index_checksum:
            raise GenerationDamagedError(record.generation, f"{INDEX_FILE} was altered")
        ids = generation.index.ids()
        step = max(1, len(ids) // _SELF_CHECK_ITEMS)
        items = reader.items(int(item_id) for item_id in ids[::step][:_SELF_CHECK_ITEMS])
        try:
            generation.index.self_check(
                (item.item_id, generation.store.read(np.array([item.vector_row])))
                for item in items.values()
            )
        except (IndexUnusableError, VectorsMissingError) as error:
            raise GenerationDamagedError(record.generation, error.reason) from error
        return record.generation
    finally:
        generation.close()


def file_checksum(path: Path) -> str:
    """The checksum of a file, with its algorithm."""
    with path.open("rb") as file:
        return "blake2b:" + hashlib.file_digest(file, "blake2b").hexdigest()[:64]


def _open(config: IndexConfig, record: GenerationRecord) -> Generation:
    directory = config.generation_dir(record.generation)
    lease = _take_lease(record.generation, directory / MANIFEST_FILE)
    try:
        store = VectorStore(config.vectors_dir(record.fingerprint), record.dim)
        segments = _read_manifest(directory / MANIFEST_FILE, record).vector_segments
        index = _load_index(directory / INDEX_FILE, record)
        store.check(segments)
        return Generation(record, index, store, lease)
    except (IndexUnusableError, VectorsMissingError) as error:
        os.close(lease)
        raise GenerationDamagedError(record.generation, error.reason) from error
    except BaseException:
        os.close(lease)
        raise


def _take_lease(generation: int, path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise GenerationDamagedError(generation, f"{path.name} is missing") from error
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _read_manifest(path: Path, record: GenerationRecord) -> Manifest:
    """The manifest, if it says what the catalog says."""
    try:
        text = path.read_text(encoding="utf-8")
        manifest = Manifest(record, dict(json.loads(text)["vector_segments"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise GenerationDamagedError(record.generation, f"{path.name} is no manifest") from error
    if manifest.to_json() != text:
        raise GenerationDamagedError(
            record.generation, f"{path.name} does not say what the catalog says"
        )
    return manifest


def _load_index(path: Path, record: GenerationRecord) -> VectorIndex:
    try:
        size_bytes = path.stat().st_size
    except OSError as error:
        raise IndexUnusableError(f"{path.name} is missing") from error
    if size_bytes != record.index_bytes:
        raise IndexUnusableError(
            f"{path.name} has {size_bytes} bytes instead of {record.index_bytes}"
        )
    index = VectorIndex.load(path)
    if index.count != record.item_count or index.dim != record.dim:
        raise IndexUnusableError(
            f"{path.name} holds {index.count} embeddings of {index.dim} numbers instead of "
            f"{record.item_count} of {record.dim}"
        )
    return index
