"""The kept generations of a collection: listed, verified, gone back to, pruned.

Going back changes one number in the catalog: nothing is lost, and one may go forward again. The
next index run compares the sources with the newest generation, not with the one gone back to, and
publishes only if they differ from that. Builds no index.
"""

from contextlib import closing
from dataclasses import dataclass

from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.catalog.inspection import Inspection
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.dropping import drop_old
from indexer.errors import (
    CatalogDamagedError,
    CollectionNotFoundError,
    GenerationNotFoundError,
    NoGenerationError,
)
from indexer.generation import open_generation, open_reader
from indexer.locking import locked
from indexer.verification import (
    Finding,
    catalog_findings,
    generation_findings,
    listing_findings,
    row_findings,
    sidecar_findings,
    thumbnail_findings,
    upload_findings,
    vector_findings,
)


@dataclass(frozen=True, slots=True)
class KeptGeneration:
    """A generation that can be searched; `is_current` says whether it is the one served."""

    record: GenerationRecord
    is_current: bool


def list_generations(config: IndexConfig) -> list[KeptGeneration]:
    """The generations that are kept, oldest first. Raises CollectionNotFoundError."""
    with closing(open_reader(config)) as reader:
        current = reader.current_generation()
        return [
            KeptGeneration(record, record.generation == current) for record in reader.generations()
        ]


def verify(config: IndexConfig, generation: int | None = None) -> list[Finding]:
    """Read all that one generation is made of, or all of them. Returns what is wrong, if anything.

    See `verification` for what is compared. Raises CollectionNotFoundError, NoGenerationError or
    GenerationNotFoundError.
    """
    findings = verify_files(config, generation)
    if any(finding.generation is None for finding in findings):
        return findings  # the catalog as such: nothing that it says is worth comparing
    with closing(_inspection(config)) as inspection, closing(open_reader(config)) as reader:
        records = _readable(config, reader, generation, [])
        for fingerprint, dim in {(record.fingerprint, record.dim): None for record in records}:
            findings += vector_findings(config, inspection, fingerprint, dim)
        findings += row_findings(config, inspection)
    findings += [*thumbnail_findings(config), *sidecar_findings(config)]
    return [*findings, *upload_findings(config), *listing_findings(config)]


def verify_files(config: IndexConfig, generation: int | None = None) -> list[Finding]:
    """As `verify`, without what generations share: vectors, thumbnails, rows of files."""
    try:
        inspection = _inspection(config)
    except CatalogDamagedError as error:
        return [Finding(None, error.file, f"{error.file}: {error.reason}")]
    with closing(inspection):
        if findings := catalog_findings(config, inspection):
            return findings
        with closing(open_reader(config)) as reader:
            for record in _readable(config, reader, generation, findings):
                findings += generation_findings(config, reader, inspection, record)
    return findings


def roll_back(config: IndexConfig, generation: int | None = None) -> GenerationRecord:
    """Make a kept generation the current one; without a number, the one before the current one.

    Takes no lock: an index run that is under way is not disturbed, and publishes when it is done.
    Raises NoGenerationError, GenerationNotFoundError, or GenerationDamagedError (nothing changed).
    """
    with closing(open_reader(config)) as reader:
        number = _before_current(config, reader) if generation is None else generation
        record = reader.generation(number)
        if record is None:
            raise GenerationNotFoundError(number, reader.generation_numbers())
        lease = open_generation(config, reader, number)  # so that nobody drops it meanwhile
        try:
            with closing(Database(config.catalog_path())) as database:
                if not publication.make_current(database, number):
                    raise GenerationNotFoundError(number, reader.generation_numbers())
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


def _inspection(config: IndexConfig) -> Inspection:
    try:
        return Inspection(config.catalog_path())
    except FileNotFoundError as error:
        raise CollectionNotFoundError(config.collection) from error


def _readable(
    config: IndexConfig, reader: CatalogReader, generation: int | None, findings: list[Finding]
) -> list[GenerationRecord]:
    """The generations to verify; one whose record cannot be read is added to the findings."""
    numbers = reader.generation_numbers()
    if not numbers:
        raise NoGenerationError(config.collection)
    if generation is not None and generation not in numbers:
        raise GenerationNotFoundError(generation, numbers)
    records = []
    for number in numbers if generation is None else [generation]:
        try:
            record = reader.generation(number)
        except CatalogDamagedError as error:
            findings.append(Finding(number, error.file, f"{error.file}: {error.reason}"))
        else:
            if record is not None:
                records.append(record)
    return records


def _before_current(config: IndexConfig, reader: CatalogReader) -> int:
    current = reader.current_generation()
    if current is None:
        raise NoGenerationError(config.collection)
    older = [number for number in reader.generation_numbers() if number < current]
    if not older:
        raise GenerationNotFoundError(None, reader.generation_numbers())
    return older[-1]
