"""`sightline reindex`: change the model of a collection while the old one goes on serving."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from app.cli import options
from app.cli.index import index_config, summary_lines
from app.cli.options import settings_from
from app.cli.progress import progress_for_stderr
from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.catalog.records import GenerationRecord
    from indexer.config import IndexConfig
    from models.encoder import Encoder


def reindex_command(
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    keep_generations: options.KeepGenerations = None,
    device: options.Device = None,
    precision: options.Precision = None,
    batch_size: options.BatchSize = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    max_file_bytes: options.MaxFileBytes = None,
    max_file_pixels: options.MaxFilePixels = None,
    decode_workers: options.DecodeWorkers = None,
    thumbnails: options.Thumbnails = None,
    embed_captions: options.EmbedCaptions = None,
    index_kind: options.IndexKind = None,
    wanted_recall: options.WantedRecall = None,
    file_facts: options.FileFacts = None,
) -> None:
    """Embed everything in a collection with another model, then change over at once.

    The old generation serves until the new one is complete, and stays for
    `sightline generations rollback`. Running services change over by themselves. A run that was
    interrupted goes on where it stopped.
    """
    _reindex(settings_from(locals()), as_json)


def _reindex(settings: Settings, as_json: bool) -> None:
    from indexer.builder import index_collection
    from indexer.errors import NoGenerationError
    from indexer.searcher import current_record
    from models.loading import load_encoder, model_key

    if settings.model is None:
        raise InvalidRequestError("say which model to change to: --model NAME")
    config = index_config(settings)
    before = current_record(config)
    if before is None:
        raise NoGenerationError(settings.collection)
    encoder = load_encoder(settings.model_choice())
    for line in _plan_lines(config, before, encoder):
        typer.echo(line, err=True)
    summary = index_collection(
        config,
        [],
        model_key=model_key(settings.model_choice()),
        load_encoder=lambda: encoder,
        progress=progress_for_stderr(),
    )
    if as_json:
        typer.echo(json.dumps({**asdict(summary), "rate": summary.rate}))
        return
    for line in [*summary_lines(summary), *_end_lines(settings, before, summary.generation)]:
        typer.echo(line)


def _plan_lines(config: IndexConfig, before: GenerationRecord, encoder: Encoder) -> list[str]:
    """What will be done, and what it takes."""
    from indexer.disk_need import disk_need

    info = encoder.info
    if info.fingerprint == before.fingerprint:
        return [f"generation {before.generation} was made with this model already"]
    need = disk_need(config, before.item_count, info.dim)
    lines = [
        f"{before.item_count:,} pictures are embedded with {info.model_name} beside generation "
        f"{before.generation}, which goes on serving; this takes up to "
        f"{_shown(need.needed_bytes)} of disk, {_shown(need.free_bytes)} are free"
    ]
    if not need.is_met:
        lines.append("WARNING: that may not be enough; a run that fails for it can be taken up")
    return lines


def _end_lines(settings: Settings, before: GenerationRecord, now: int | None) -> list[str]:
    if now is None or now == before.generation:
        return []
    where = "" if settings.collection == "default" else f" --collection {settings.collection}"
    return [f"to go back: sightline generations rollback {before.generation}{where}"]


def _shown(size_bytes: int) -> str:
    mib = size_bytes / 2**20
    return f"{mib:,.0f} MiB" if mib < 1024 else f"{mib / 1024:,.1f} GiB"
