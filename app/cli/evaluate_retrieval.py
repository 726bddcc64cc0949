"""`sightline eval retrieval`: do captions find their pictures, and pictures their captions?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.asking import load_model, load_model_of, open_searcher
from app.cli.evaluation_output import Out, deliver, prepare_folder, progress, skipped_lines, table
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings

if TYPE_CHECKING:
    from models.config import DecodeLimits
    from models.encoder import Embeddings, Encoder
    from models.evaluation.report import Subject
    from models.evaluation.retrieval import RetrievalFigures
    from models.evaluation.retrieval_report import Shown

Source = Annotated[
    Path | None,
    typer.Argument(
        help="A .csv or .jsonl manifest of pictures with captions. None: those of the collection."
    ),
]
TextColumn = Annotated[
    str | None,
    typer.Option("--text-column", help="Column that holds the captions.", metavar="NAME"),
]

_THUMBNAIL_SIDE = 240  # pixels


@dataclass(frozen=True, slots=True)
class _Material:
    """Embedded pictures and their captions; caption j is of picture `owners[j]`."""

    images: Embeddings
    owners: list[int]
    shown: Shown
    subject: Subject


def retrieval_command(
    source: Source = None,
    text_column: TextColumn = None,
    out: Out = None,
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
) -> None:
    """Measure recall@1, 5 and 10 between pictures and captions, both ways."""
    settings = settings_from(locals())
    if (source is None) == (collection is None):
        raise InvalidRequestError("name a manifest, or a collection with --collection: one of them")
    if source is None and text_column is not None:
        raise InvalidRequestError("--text-column is for manifests; a collection has its captions")
    prepare_folder(out)
    if source is not None:
        _measure(*_from_files(settings, source, text_column), out, as_json)
    else:
        _measure(*_from_collection(settings), out, as_json)


def _from_files(
    settings: Settings, source: Path, text_column: str | None
) -> tuple[_Material, Encoder]:
    from app.cli.evaluation_material import captioned_files, names_of
    from models.evaluation.encoding import encode_pictures
    from models.evaluation.report import Subject
    from models.evaluation.retrieval_report import Shown

    files = captioned_files(settings, source, text_column)
    encoder = load_model(settings)
    limits = settings.file_limits()
    with progress("pictures", len(files.paths)) as on_progress:
        encoded = encode_pictures(
            encoder,
            files.paths,
            limits,
            workers=settings.decode_threads(),
            batch_size=settings.batch_size,
            on_progress=on_progress,
        )
    paths = [files.paths[number] for number in encoded.kept]
    captions, owners = _flat([files.captions[number] for number in encoded.kept])
    shown = Shown(captions, names_of(paths, source), lambda row: _thumbnail(paths[row], limits))
    subject = Subject(str(source), encoder.info, [*files.skipped, *encoded.skipped])
    return _Material(encoded.embeddings, owners, shown, subject), encoder


def _from_collection(settings: Settings) -> tuple[_Material, Encoder]:
    """What the collection has stored; no picture is opened."""
    from models.evaluation.encoding import shown_path
    from models.evaluation.report import Subject
    from models.evaluation.retrieval_report import Shown

    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        items = searcher.sample(searcher.record.item_count, seed=0)
        images = searcher.embeddings(items)  # (n, dim)
        thumbnails = [searcher.thumbnail_path(item) for item in items]
    captions, owners = _flat([item.captions for item in items])
    names = [shown_path(item.path) for item in items]
    shown = Shown(captions, names, lambda row: _bytes(thumbnails[row]))
    source = f"collection {settings.collection}, generation {searcher.record.generation}"
    return _Material(images, owners, shown, Subject(source, encoder.info)), encoder


def _measure(material: _Material, encoder: Encoder, out: Path | None, as_json: bool) -> None:
    from models.evaluation.examples import choose_examples
    from models.evaluation.retrieval import measure_retrieval
    from models.evaluation.retrieval_report import retrieval_record, retrieval_report

    shown, subject = material.shown, material.subject
    if not material.owners:
        raise InvalidRequestError(
            f"there is nothing to measure in {subject.source}: {len(material.images):,} pictures "
            f"can be used and none has a caption; {len(subject.skipped):,} files are left out"
        )
    texts = encoder.encode_text(shown.captions)  # (m, dim)
    figures = measure_retrieval(material.images, texts, material.owners)
    examples = choose_examples(material.images, texts, material.owners, figures.text_to_image.ranks)
    deliver(
        out,
        as_json,
        _lines(figures, subject),
        lambda: retrieval_record(figures, examples, shown, subject),
        lambda: retrieval_report(figures, examples, shown, subject),
    )


def _lines(figures: RetrievalFigures, subject: Subject) -> list[str]:
    from models.evaluation.retrieval_report import INTERVALS, WAYS, table_rows

    return [
        f"{subject.source}: {figures.pictures:,} pictures, {figures.captions:,} captions",
        f"model {subject.model.model_name} ({subject.model.fingerprint})",
        "",
        *table(["", *WAYS.values()], table_rows(figures)),
        "",
        INTERVALS,
        *skipped_lines(subject.skipped),
    ]


def _flat(captions: Sequence[Sequence[str]]) -> tuple[list[str], list[int]]:
    """All captions one after another, and the picture of each."""
    flat = [caption for of_one in captions for caption in of_one]
    return flat, [row for row, of_one in enumerate(captions) for _ in of_one]


def _thumbnail(path: Path, limits: DecodeLimits) -> bytes | None:
    from models.errors import ImageDecodeError
    from models.evaluation.encoding import decode_file
    from models.thumbnails import make_thumbnail

    try:
        return make_thumbnail(decode_file(path, limits, _THUMBNAIL_SIDE), _THUMBNAIL_SIDE)
    except (ImageDecodeError, OSError):
        return None  # it was there a moment ago


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
