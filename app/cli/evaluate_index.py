"""`sightline eval index`: does the published index give what exact search would give?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.asking import load_model_of, open_searcher
from app.cli.evaluation_output import Out, deliver, prepare_folder, table
from app.cli.options import settings_from

if TYPE_CHECKING:
    from indexer.catalog.records import Item
    from indexer.searcher import Searcher
    from models.encoder import Embeddings, Encoder
    from models.evaluation.index_recall import IndexRecall
    from models.evaluation.report import Subject

Queries = Annotated[
    int, typer.Option("--queries", "-n", min=1, max=100_000, help="Most queries of each kind.")
]

DEFAULT_QUERIES = 1000
_BLOCK = 256  # queries searched at once


def index_command(
    queries: Queries = DEFAULT_QUERIES,
    out: Out = None,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
) -> None:
    """Measure recall@k of a collection's index against exact search."""
    settings = settings_from(locals())
    prepare_folder(out)
    from models.evaluation.index_report import index_record, index_report
    from models.evaluation.report import Subject

    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        measured = _measure(searcher, encoder, queries)
        record = searcher.record
    source = f"collection {settings.collection}, generation {record.generation}"
    subject = Subject(source, encoder.info)
    deliver(
        out,
        as_json,
        _lines(subject, measured, record.item_count, record.index_kind),
        lambda: index_record(measured, record.item_count, record.index_kind, subject),
        lambda: index_report(measured, record.item_count, record.index_kind, subject),
    )


def _measure(searcher: Searcher, encoder: Encoder, queries: int) -> dict[str, IndexRecall]:
    """By kind of query."""
    from models.evaluation.index_recall import measure_index

    items = searcher.sample(searcher.record.item_count, seed=0)  # all, shuffled
    embeddings = searcher.embeddings(items)  # (n, dim)
    rows = {item.item_id: row for row, item in enumerate(items)}
    asked = {
        "text queries": encoder.encode_text(_texts(items, queries)),
        "image queries": embeddings[:queries],
    }
    return {
        kind: measure_index(embeddings, some, _found(searcher, some, rows))
        for kind, some in asked.items()
    }


def _texts(items: list[Item], count: int) -> list[str]:
    """Captions of different pictures, or common phrases if there are none."""
    from models.evaluation.phrases import PHRASES

    captions = [item.captions[0] for item in items if item.captions]
    return (captions or list(PHRASES))[:count]


def _found(
    searcher: Searcher, queries: Embeddings, rows: dict[int, int]
) -> list[list[tuple[int, float]]]:
    """What the index answers: row and score, best first."""
    from models.evaluation.recall import DEFAULT_KS

    return [
        [(rows[hit.item.item_id], hit.score) for hit in hits]
        for start in range(0, len(queries), _BLOCK)
        for hits in searcher.search(queries[start : start + _BLOCK], max(DEFAULT_KS))
    ]


def _lines(
    subject: Subject, measured: dict[str, IndexRecall], pictures: int, kind: str
) -> list[str]:
    from models.evaluation.index_report import INTERVALS, table_rows

    return [
        f"{subject.source}: {pictures:,} pictures, index {kind}",
        f"model {subject.model.model_name} ({subject.model.fingerprint})",
        "",
        *table(["", *measured], table_rows(measured)),
        "",
        INTERVALS,
    ]
