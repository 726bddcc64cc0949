"""The one place where a generation becomes current: files first, durably; then one transaction.

A crash in between leaves the old generation or the new one, and remains that the next run removes.
"""

import json
import shutil
from pathlib import Path

from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.catalog.files import KnownModel, utc_now
from indexer.catalog.records import GenerationRecord
from indexer.catalog.staging import Staging
from indexer.config import IndexConfig
from indexer.durability import sync_directory, write_durably
from indexer.generation import INDEX_FILE, MANIFEST_FILE, Manifest, file_checksum
from indexer.vector_index.index import VectorIndex
from indexer.vector_store import VectorStore


def publish(config: IndexConfig, database: Database, staging: Staging, model: KnownModel) -> int:
    """Build the staged items' index and make it the current generation. Returns its number."""
    staging.assign_ids()
    number = publication.newest_generation(database) + 1
    directory = config.generation_dir(number)
    shutil.rmtree(directory, ignore_errors=True)  # what a run that was killed left
    directory.mkdir(parents=True)
    vectors = staging.all_vectors()
    store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
    index = VectorIndex.build(model.dim, store.blocks(vectors.ids, vectors.rows))
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
    text = Manifest(record, store.needs(vectors.rows)).to_json()
    write_durably(directory / MANIFEST_FILE, lambda path: _write_text(path, text))
    for changed in (directory, config.generations_dir(), config.collection_dir()):
        sync_directory(changed)
    publication.publish_staged(database, record, model.model_id)
    return number


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
