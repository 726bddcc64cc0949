"""The one place where a generation becomes current, and where old ones are dropped.

Files first, durably; then one transaction; then the old ones' rows and files. A crash between any
two of these leaves either the old generation or the new one, and remains that the next run removes.
"""

import fcntl
import json
import os
import shutil
from pathlib import Path

from indexer.catalog import publication, retention
from indexer.catalog.connection import Database
from indexer.catalog.files import KnownModel, utc_now
from indexer.catalog.records import GenerationRecord
from indexer.catalog.staging import Staging
from indexer.config import IndexConfig
from indexer.durability import sync_directory, write_durably
from indexer.generation import INDEX_FILE, MANIFEST_FILE, Manifest, file_checksum
from indexer.thumbnails import drop_thumbnail
from indexer.vector_index.index import VectorIndex
from indexer.vector_store import VectorStore

# The current generation, one to go back to, and one more for whoever is still reading it.
KEPT_GENERATIONS = 3


def publish(config: IndexConfig, database: Database, staging: Staging, model: KnownModel) -> int:
    """Build the staged items' index and make it the current generation. Returns its number."""
    staging.assign_ids()
    number = publication.newest_generation(database) + 1
    directory = config.generation_dir(number)
    shutil.rmtree(directory, ignore_errors=True)  # what a run that was killed left
    directory.mkdir(parents=True)
    ids, rows = staging.vectors()
    store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
    index = VectorIndex.build(model.dim, store.blocks(ids, rows))
    index_path = directory / INDEX_FILE
    write_durably(index_path, index.save)
    record = GenerationRecord(
        generation=number,
        created_at=utc_now(),
        fingerprint=model.fingerprint,
        dim=model.dim,
        item_count=index.count,
        model=json.loads(publication.model_info(database, model.model_id)),
        index_kind=index.kind,
        index_bytes=index_path.stat().st_size,
        index_checksum=file_checksum(index_path),
    )
    text = Manifest(record, store.needs(rows)).to_json()
    write_durably(directory / MANIFEST_FILE, lambda path: _write_text(path, text))
    for changed in (directory, config.generations_dir(), config.collection_dir()):
        sync_directory(changed)
    publication.publish_staged(database, record, model.model_id)
    return number


def prune(config: IndexConfig, database: Database, kept_model_id: int) -> None:
    """Drop all but the last generations, except those that somebody still has open."""
    old = retention.kept_generations(database)[:-KEPT_GENERATIONS]
    leases = {number: _lease_for_dropping(config, number) for number in old}
    try:
        dropped = [number for number, lease in leases.items() if lease is not None]
        if dropped:
            for content_hash in retention.drop_generations(database, dropped):
                drop_thumbnail(config, content_hash)
            retention.drop_unused_models(database, kept_model_id)
            remove_orphans(config, database)
    finally:
        for lease in leases.values():
            if lease is not None and lease >= 0:
                os.close(lease)


def remove_orphans(config: IndexConfig, database: Database) -> None:
    """Remove generation and vector directories that the catalog does not know."""
    known = {f"{number:06d}" for number in retention.kept_generations(database)}
    _remove_others(config.generations_dir(), known)
    _remove_others(config.vectors_dir(""), retention.known_fingerprints(database))


def _remove_others(parent: Path, known: set[str]) -> None:
    if parent.is_dir():
        for entry in parent.iterdir():
            if entry.name not in known:
                shutil.rmtree(entry)


def _lease_for_dropping(config: IndexConfig, number: int) -> int | None:
    """The exclusive lease of a generation, -1 if its files are gone, None if it is being read."""
    try:
        lease = os.open(config.generation_dir(number) / MANIFEST_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lease)
        return None
    return lease


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
