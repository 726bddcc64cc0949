"""The kept generations of a collection: listed, verified, gone back to, pruned.

Going back changes one number in the catalog: nothing is lost, and one may go forward again. The
next index run compares the sources with the newest generation, not with the one gone back to, and
publishes only if they differ from that. Builds no index.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.dropping import drop_old
from indexer.errors import (
    CollectionNotFoundError,
    GenerationDamagedError,
    GenerationNotFoundError,
    NoGenerationError,
)
from indexer.generation import open_generation, open_reader, verify_generation
from indexer.locking import locked


@dataclass(frozen=True, slots=True)
class KeptGeneration:
    """A generation that can be searched; `is_current` says whether it is the one served."""

    record: GenerationRecord
    is_current: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was published: the file, and what is wrong with it."""

    generation: int | None
    file: str
    reason: str


def list_generations(config: IndexConfig) -> list[KeptGeneration]:
    """The generations that are kept, oldest first. Raises CollectionNotFoundError."""
    with closing(open_reader(config)) as reader:
        current = reader.current_generation()
        return [
            KeptGeneration(record, record.generation == current) for record in reader.generations()
        ]


def verify(config: IndexConfig, generation: int | None = None) -> list[Finding]:
    """Read one generation's files completely, or those of all. Returns what is wrong, if anything.

    Raises CollectionNotFoundError, NoGenerationError, GenerationNotFoundError.
    """
    with closing(open_reader(config)) as reader:
        records = _chosen(config, reader, generation)
        return [finding for record in records for finding in _findings(config, reader, record)]


def roll_back(config: IndexConfig, generation: int | None = None) -> GenerationRecord:
    """Make a kept generation the current one; without a number, the one before the current one.

    Takes no lock: an index run that is under way is not disturbed, and publishes when it is done.
    Raises NoGenerationError, GenerationNotFoundError, or GenerationDamagedError (nothing changed).
    """
    with closing(open_reader(config)) as reader:
        number = _before_current(config, reader) if generation is None else generation
        record = reader.generation(number)
        if record is None:
            raise GenerationNotFoundError(number, _numbers(reader))
        lease = open_generation(config, reader, number)  # so that nobody drops it meanwhile
        try:
            with closing(Database(config.catalog_path())) as database:
                if not publication.make_current(database, number):
                    raise GenerationNotFoundError(number, _numbers(reader))
        finally:
            lease.close()
        return record


def prune(config: IndexConfig, keep: int) -> list[int]:
    """Drop all but the last `keep` generations, the current one and those being read.

    Returns the numbers of the dropped ones. Raises CollectionNotFoundError, CollectionBusyError.
    """
    if keep < 1:
        raise ValueError("at least one generation is kept")
    if not config.catalog_path().is_file():
        raise CollectionNotFoundError(config.collection)
    with locked(config), closing(Database(config.catalog_path())) as database:
        return drop_old(config, database, keep)


def _chosen(
    config: IndexConfig, reader: CatalogReader, generation: int | None
) -> list[GenerationRecord]:
    records = reader.generations()
    if not records:
        raise NoGenerationError(config.collection)
    if generation is None:
        return records
    chosen = [record for record in records if record.generation == generation]
    if not chosen:
        raise GenerationNotFoundError(generation, _numbers(reader))
    return chosen


def _findings(
    config: IndexConfig, reader: CatalogReader, record: GenerationRecord
) -> Iterator[Finding]:
    try:
        verify_generation(config, reader, record.generation)
    except GenerationDamagedError as error:
        yield Finding(record.generation, error.reason.split()[0], error.reason)


def _before_current(config: IndexConfig, reader: CatalogReader) -> int:
    current = reader.current_generation()
    if current is None:
        raise NoGenerationError(config.collection)
    older = [number for number in _numbers(reader) if number < current]
    if not older:
        raise GenerationNotFoundError(None, _numbers(reader))
    return older[-1]


def _numbers(reader: CatalogReader) -> list[int]:
    return [record.generation for record in reader.generations()]
