"""`sightline eval zeroshot`: how often does the right name win, untrained on any of them?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.asking import load_model
from app.cli.evaluation_output import Out, deliver, prepare_folder, progress, skipped_lines, table
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings

if TYPE_CHECKING:
    from app.cli.evaluation_material import LabelledFiles
    from models.encoder import Encoder
    from models.evaluation.classification import ClassFigures
    from models.evaluation.classification_report import Confidence
    from models.evaluation.encoding import EncodedPictures
    from models.evaluation.report import Subject

Source = Annotated[
    Path, typer.Argument(help="A folder of class folders, or a manifest with a label column.")
]
LabelColumn = Annotated[
    str | None,
    typer.Option("--label-column", help="Column that names the class.", metavar="NAME"),
]
Templates = Annotated[
    str | None,
    typer.Option(
        "--templates",
        help="A named set of prompts (simple, openai, …), or a file with one prompt a line.",
        metavar="NAME|FILE",
    ),
]
Template = Annotated[
    list[str] | None,
    typer.Option("--template", "-t", help="A prompt with {} for the name (repeatable)."),
]

_SHOWN_CONFUSIONS = 5


def zeroshot_command(
    source: Source,
    label_column: LabelColumn = None,
    templates: Templates = None,
    template: Template = None,
    out: Out = None,
    as_json: options.AsJson = False,
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
    """Measure how often the right class name fits best."""
    settings = settings_from(locals())
    prompts = chosen_templates(templates, template or [])
    prepare_folder(out)
    from app.cli.evaluation_material import labelled_files
    from models.evaluation.classification_report import (
        classification_record,
        classification_report,
    )

    files = labelled_files(settings, source, label_column)
    figures, confidence, subject = _measure(settings, source, files, prompts)
    deliver(
        out,
        as_json,
        _lines(figures, confidence, subject, len(prompts)),
        lambda: classification_record(figures, confidence, prompts, subject),
        lambda: classification_report(figures, confidence, prompts, subject),
    )


def chosen_templates(named: str | None, given: list[str]) -> list[str]:
    """The prompts of a set or a file, and those given one by one; the default set if there are
    none. Raises InvalidRequestError.
    """
    from models.prompts import DEFAULT_TEMPLATE_SET, TemplateError, check_templates, template_sets

    sets = template_sets()
    prompts = list(given)
    if named is not None and named not in sets:
        try:
            lines = Path(named).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequestError(
                f"--templates {named}: it is no file of text, and no set of templates; the sets "
                f"are {', '.join(sets)}"
            ) from error
        prompts += [line.strip() for line in lines if line.strip()]
    elif named is not None or not given:
        prompts += sets[named or DEFAULT_TEMPLATE_SET]
    if not prompts:
        raise InvalidRequestError(f"{named} holds no template")
    try:
        check_templates(prompts)
    except TemplateError as error:
        raise InvalidRequestError(str(error)) from error
    return prompts


def _measure(
    settings: Settings, source: Path, files: LabelledFiles, prompts: list[str]
) -> tuple[ClassFigures, Confidence, Subject]:
    import numpy as np

    from models.calibration import UNCALIBRATED
    from models.evaluation.classification import measure_classes
    from models.evaluation.classification_report import Confidence
    from models.evaluation.report import Subject
    from models.loading import model_calibration
    from models.prompts import class_embeddings
    from models.zero_shot import class_scores

    encoder = load_model(settings)
    encoded = _encode(settings, encoder, files)
    subject = Subject(str(source), encoder.info, [*files.skipped, *encoded.skipped])
    if not len(encoded.kept):
        raise InvalidRequestError(
            f"there is nothing to measure in {source}: no picture can be used; "
            f"{len(subject.skipped):,} files are left out"
        )
    classnames = sorted(set(files.labels))
    labels = [classnames.index(files.labels[number]) for number in encoded.kept]
    classes = class_embeddings(encoder, classnames, prompts)  # (c, dim)
    fitted = model_calibration(settings.model_choice(), encoder.info.fingerprint)
    calibration = fitted or UNCALIBRATED
    scores = class_scores(encoded.embeddings, classes, classnames, encoder.info, calibration)
    figures = measure_classes(scores.scores, labels, classnames)
    rows = np.arange(len(labels))
    sure = scores.probabilities[rows, figures.predicted]  # (n,)
    return figures, Confidence(sure, figures.predicted == np.array(labels)), subject


def _encode(settings: Settings, encoder: Encoder, files: LabelledFiles) -> EncodedPictures:
    from models.evaluation.encoding import encode_pictures

    with progress("pictures", len(files.paths)) as on_progress:
        return encode_pictures(
            encoder,
            files.paths,
            settings.file_limits(),
            workers=settings.decode_threads(),
            batch_size=settings.batch_size,
            on_progress=on_progress,
        )


def _lines(
    figures: ClassFigures, confidence: Confidence, subject: Subject, templates: int
) -> list[str]:
    from models.evaluation.classification_report import INTERVALS, table_rows

    return [
        f"{subject.source}: {figures.pictures:,} pictures, {len(figures.classnames):,} classes, "
        f"{templates:,} templates",
        f"model {subject.model.model_name} ({subject.model.fingerprint})",
        "",
        *table(["", ""], table_rows(figures, confidence)),
        *_confusion_lines(figures),
        "",
        INTERVALS,
        *skipped_lines(subject.skipped),
    ]


def _confusion_lines(figures: ClassFigures) -> list[str]:
    from models.evaluation.classification_report import confusion_rows

    rows = confusion_rows(figures, _SHOWN_CONFUSIONS)
    if not rows:
        return []
    return ["", *table(["is", "taken for", "pictures", "share of class"], rows, words=2)]
