"""The one place where a generation becomes current: files first, durably; then one transaction.

A crash in between leaves the old generation or the new one, and remains that the next run removes.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from indexer.caption_part import CaptionPart
from indexer.catalog import publication
from indexer.catalog.captions import CaptionStaging
from indexer.catalog.connection import Database
from indexer.catalog.files import FileTable, KnownModel
from indexer.catalog.manifest import manifest_text
from indexer.catalog.records import GenerationRecord, IndexLayout
from indexer.catalog.staging import Staging
from indexer.config import IndexConfig
from indexer.durability import sync_directory, write_durably
from indexer.generation import MANIFEST_FILE
from indexer.parts import PartBuilder
from indexer.picture_map.mapping import MapBuilder
from indexer.tags.tagging import Tagger
from indexer.timestamps import utc_now
from indexer.vector_store import VectorStore, segment_name
from models.encoder import Encoder


def publish(
    config: IndexConfig,
    database: Database,
    staging: Staging,
    model: KnownModel,
    *,
    item_count: int,
    newest: GenerationRecord | None = None,
    note: Callable[[str], None] = lambda _message: None,
    encoder: Callable[[], Encoder | None] = lambda: None,
) -> int:
    """Make the staged items the current generation. Returns its number.

    The files of the `newest` generation are gone on with, as far as the merge policy says; without
    it the index is built anew. `encoder` gives the model for captions and for the recall gate, None
    if it is not at hand. Raises what `note` raises, and EncodeError; nothing is published then.
    """
    staging.assign_ids()
    number = publication.newest_generation(database) + 1
    directory = config.generation_dir(number)
    shutil.rmtree(directory, ignore_errors=True)  # what a run that was killed left
    directory.mkdir(parents=True)
    texts = CaptionStaging(database, model.model_id)
    captions = None
    if config.embed_captions:
        captions = CaptionPart(config, database, model, number, note, encoder).build(newest, texts)
    store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
    parts = PartBuilder(config, staging, store, model.dim, number, note, encoder)
    layout = _layout(parts, newest, item_count)
    record = replace(_record(database, model, number, item_count, layout), captions=captions)
    tagger = Tagger(config, staging, store, model, record.model, number, note, encoder)
    record = replace(record, tags=tagger.columns(newest))
    places = MapBuilder(config, staging, store, model.dim, number, note)
    record = replace(record, map=places.build(newest, item_count))
    text = manifest_text(record)
    write_durably(directory / MANIFEST_FILE, lambda path: _write_text(path, text))
    for changed in (directory, config.generations_dir(), config.collection_dir()):
        sync_directory(changed)
    publication.publish_staged(database, replace(record, manifest=text), model.model_id, texts)
    return number


def _layout(parts: PartBuilder, newest: GenerationRecord | None, item_count: int) -> IndexLayout:
    if newest is None:
        return parts.build(None, 0, item_count)
    return parts.build(newest.layout, newest.generation, item_count)


def _record(
    database: Database, model: KnownModel, number: int, item_count: int, layout: IndexLayout
) -> GenerationRecord:
    return GenerationRecord(
        generation=number,
        created_at=utc_now(),
        fingerprint=model.fingerprint,
        dim=model.dim,
        item_count=item_count,
        model=json.loads(publication.model_info(database, model.model_id)),
        layout=layout,
        vector_segments=_needed_segments(database, model),
    )


def _needed_segments(database: Database, model: KnownModel) -> dict[str, int]:
    needed = FileTable(database).rows.needed_segments(model.model_id)
    return {segment_name(segment): count for segment, count in needed.items()}


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
