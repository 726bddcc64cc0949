"""Reads everything that a generation is made of and says what is not as it was published.

Index files, manifest, the vectors' segments and thumbnails are held against checksums, the catalog
and the files beside it against SQLite's own check and the digests of their rows, what is derived
from rows against what it was made from, and items against the ids in the index. What was written
before there were checksums is only looked for. Changes nothing.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.inspection import Inspection
from indexer.catalog.reader import CatalogReader
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.errors import CatalogDamagedError, GenerationDamagedError
from indexer.generation import Generation, open_generation
from indexer.index_files import check_file
from indexer.shard_index import altered_listings
from indexer.sidecars import complaints
from indexer.thumbnail_seal import is_altered
from indexer.uploads.damage import damaged_contents
from indexer.vector_index.index import IndexUnusableError
from indexer.vector_store import VectorsMissingError, VectorStore, segment_name, segment_of


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was published: the file, and what is wrong with it.

    `generation` is None where it is not that of one generation alone.
    """

    generation: int | None
    file: str
    reason: str


def catalog_findings(config: IndexConfig, inspection: Inspection) -> list[Finding]:
    """What SQLite finds wrong with the catalog."""
    name = config.catalog_path().name
    try:
        return [Finding(None, name, f"{name}: {reason}") for reason in inspection.structure()]
    except CatalogDamagedError as error:
        return [Finding(None, name, f"{name}: {error.reason}")]


def row_findings(config: IndexConfig, inspection: Inspection) -> Iterator[Finding]:
    """What is wrong with rows that all generations share, and with what is derived from rows."""
    name = config.catalog_path().name
    try:
        for reason in inspection.rows():
            yield Finding(None, name, f"{name}: {reason}")
    except CatalogDamagedError as error:
        yield Finding(None, name, f"{name}: {error.reason}")


def sidecar_findings(config: IndexConfig) -> Iterator[Finding]:
    """What is wrong with the files of duplicates, of uploads and of jobs."""
    for name, reason in complaints(config):
        yield Finding(None, name, reason)


def upload_findings(config: IndexConfig) -> Iterator[Finding]:
    """Which pictures that clients put have not the bytes that were put."""
    for name, reason in damaged_contents(config):
        yield Finding(None, name, reason)


def listing_findings(config: IndexConfig) -> Iterator[Finding]:
    """Which kept listings of shards are not as they were written."""
    for path in altered_listings(config.shards_dir()):
        reason = (
            f"{path.name}: the listing of a shard was altered: the next index run lists it anew"
        )
        yield Finding(None, path.name, reason)


def thumbnail_findings(config: IndexConfig) -> Iterator[Finding]:
    """Which thumbnails are not as they were written."""
    for path in altered_thumbnails(config):
        yield Finding(None, path.name, f"the thumbnail {path.name} was altered")


def altered_thumbnails(config: IndexConfig) -> list[Path]:
    """Thumbnails that do not hold what was written, by name."""
    return sorted(
        path
        for path in config.thumbnail_path("--").parent.parent.glob("*/*.jpg")
        if is_altered(path.read_bytes(), path.stem)
    )


def generation_findings(
    config: IndexConfig, reader: CatalogReader, inspection: Inspection, record: GenerationRecord
) -> Iterator[Finding]:
    """What is wrong with the files and the rows of one generation."""
    number, catalog = record.generation, config.catalog_path().name
    directory = config.generation_dir(number)
    seen = set()
    for file in record.files:
        try:
            check_file(directory, file, completely=True)
        except IndexUnusableError as error:
            seen.add(file.name)
            yield Finding(number, file.name, error.reason)
    try:
        held, complaints = inspection.items(record)
    except CatalogDamagedError as error:
        yield Finding(number, catalog, f"{catalog}: {error.reason}")
        return
    for reason in complaints:
        yield Finding(number, catalog, f"{catalog}: {reason}")
    try:
        with closing(open_generation(config, reader, number)) as generation:
            if not seen and set(generation.index.ids().tolist()) != held:
                yield Finding(number, catalog, f"{catalog}: other items than in the index")
            if (
                not seen
                and generation.map is not None
                and set(generation.map.ids().tolist()) != held
            ):
                yield Finding(number, catalog, f"{catalog}: other items than on the map")
            if not seen and not _captions_agree(generation, inspection):
                yield Finding(number, catalog, f"{catalog}: other captions than in their index")
    except GenerationDamagedError as error:
        name = error.reason.split()[0]
        if name not in seen and not name.startswith("segment-"):
            yield Finding(number, name, error.reason)


def _captions_agree(generation: Generation, inspection: Inspection) -> bool:
    """Whether the captions of the pictures are those of the index of captions."""
    captions = generation.record.captions
    if captions is None:
        return True
    indexed = set() if generation.captions is None else set(generation.captions.ids().tolist())
    held = inspection.captions(generation.record.generation)
    agree = indexed <= held and len(held) - len(indexed) == captions.missing
    return agree and not inspection.altered_captions(generation.record.generation)


def vector_findings(
    config: IndexConfig, inspection: Inspection, fingerprint: str, dim: int
) -> Iterator[Finding]:
    """What is wrong with one model's embeddings."""
    store = VectorStore(config.vectors_dir(fingerprint), dim)
    for rows in inspection.vector_ranges(fingerprint):
        try:
            store.check_rows(rows)
        except VectorsMissingError as error:
            yield Finding(None, segment_name(segment_of(rows.first_row)), error.reason)
