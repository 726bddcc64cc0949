"""`sightline index`: bring a collection up to date with its folders and manifests."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.options import settings_from
from app.cli.progress import duration, progress_for_stderr
from app.settings import Settings
from indexer.catalog.reader import CatalogReader
from indexer.config import IndexConfig
from indexer.progress import IndexSummary

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        help="Folders, .csv, .jsonl or .parquet manifests, .tar shards: paths or URIs. "
        "None: all known ones."
    ),
]
Remove = Annotated[
    list[str] | None, typer.Option("--remove", help="Forget a source and its pictures.")
]
RetrySkipped = Annotated[
    bool, typer.Option("--retry-skipped", help="Try again what was skipped before.")
]
AllowEmpty = Annotated[
    bool, typer.Option("--allow-empty", help="Accept that a source has become empty.")
]
Rebuild = Annotated[
    bool, typer.Option("--rebuild", help="Make everything anew, also what is damaged.")
]

Watch = Annotated[
    bool, typer.Option("--watch", help="Go on: index whatever happens in the sources, at once.")
]

_SHOWN_SKIPPED = 20  # the rest: `sightline info --skipped`


def index_command(
    sources: Sources = None,
    remove: Remove = None,
    retry_skipped: RetrySkipped = False,
    allow_empty: AllowEmpty = False,
    rebuild: Rebuild = False,
    watch: Watch = False,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    batch_size: options.BatchSize = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    max_file_bytes: options.MaxFileBytes = None,
    max_file_pixels: options.MaxFilePixels = None,
    decode_workers: options.DecodeWorkers = None,
    thumbnails: options.Thumbnails = None,
    file_facts: options.FileFacts = None,
    keep_generations: options.KeepGenerations = None,
    embed_captions: options.EmbedCaptions = None,
    index_kind: options.IndexKind = None,
    wanted_recall: options.WantedRecall = None,
) -> None:
    """Bring a collection up to date with its folders and manifests."""
    settings = settings_from(locals())
    config = index_config(settings)
    summary = run_index(
        settings, config, sources or [], remove or [], retry_skipped, allow_empty, rebuild
    )
    _show(summary, as_json)
    if not as_json:
        _show_skipped(settings, config, summary)
    if watch:
        _watch(settings, config, sources or [], as_json)


def _show(summary: IndexSummary, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({**asdict(summary), "rate": summary.rate}))
        return
    for line in summary_lines(summary):
        typer.echo(line)


def _watch(
    settings: Settings, config: IndexConfig, sources: Sequence[str | Path], as_json: bool
) -> None:
    from app.cli.watch import watch_sources
    from app.model_choice import model_for
    from models.loading import load_encoder, model_key

    model = model_for(settings, config)
    watch_sources(
        config,
        sources,
        model_key(model),
        lambda: load_encoder(model),
        lambda summary: _show(summary, as_json),
    )


def index_config(settings: Settings) -> IndexConfig:
    """The configured collection, and how the settings want it indexed."""
    return IndexConfig(
        data_dir=settings.data_dir,
        collection=settings.collection,
        decode_workers=settings.decode_threads(),
        batch_size=settings.batch_size,
        limits=settings.file_limits(),
        thumbnails=settings.thumbnails,
        file_facts=settings.file_facts,
        embed_captions=settings.embed_captions,
        kept_generations=settings.keep_generations,
        index_kind=settings.index_kind,
        wanted_recall=settings.wanted_recall,
    )


def run_index(
    settings: Settings,
    config: IndexConfig,
    sources: Sequence[str | Path] = (),
    remove: Sequence[str] = (),
    retry_skipped: bool = False,
    allow_empty: bool = False,
    rebuild: bool = False,
) -> IndexSummary:
    """One index run of this process, with its progress on standard error; raises as the run."""
    from app.model_choice import model_for
    from indexer.builder import index_collection
    from models.loading import load_encoder, model_key

    model = model_for(settings, config)
    return index_collection(
        config,
        sources,
        model_key=model_key(model),
        load_encoder=lambda: load_encoder(model),
        progress=progress_for_stderr(),
        retry_skipped=retry_skipped,
        allow_empty=allow_empty,
        remove=remove,
        rebuild=rebuild,
    )


def summary_lines(summary: IndexSummary) -> list[str]:
    """What a run found and did, in two or three lines."""
    counts = {
        "new": summary.new,
        "changed": summary.changed,
        "renamed": summary.renamed,
        "removed": summary.removed,
        "with new metadata": summary.metadata_changed,
        "embedded by another model": summary.re_embedded,
        "unchanged": summary.unchanged,
    }
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    lines = [
        f"{summary.scanned:,} files in {duration(summary.seconds)}"
        + (f": {said}" if said else "")
        + (f" ({summary.rate:,.0f} pictures/s)" if summary.decoded else "")
    ]
    if summary.skipped:
        codes = ", ".join(f"{n:,} {code}" for code, n in sorted(summary.skipped_by_code.items()))
        lines.append(f"{summary.skipped:,} files are not indexed: {codes}")
    if summary.published:
        lines.append(f"generation {summary.generation} is published")
    elif summary.generation is None:
        lines.append("nothing was published: no picture was found")
    else:
        lines.append(f"nothing has changed; generation {summary.generation} stays")
    return lines


def _show_skipped(settings: Settings, config: IndexConfig, summary: IndexSummary) -> None:
    if not summary.skipped:
        return
    reader = CatalogReader(config.catalog_path())
    try:
        for file in reader.skipped(_SHOWN_SKIPPED):
            typer.echo(f"  {file.code:<18}  {file.uri}  {file.reason}")
    finally:
        reader.close()
    if summary.skipped > _SHOWN_SKIPPED:
        typer.echo(
            f"  … all of them: sightline info --skipped --data-dir {settings.data_dir} "
            f"--collection {settings.collection}"
        )
