"""`sightline classify`: which of these names fits the picture, without a server or asked of one."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.asking import load_model, read_picture
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings
from models.templates import (
    DEFAULT_TEMPLATE_SET,
    TemplateError,
    UnknownTemplateSetError,
    check_templates,
    template_set,
    template_sets,
)

Scored = tuple[list[tuple[str, float, float]], float]

Image = Annotated[Path, typer.Argument(help="The picture's file.")]
Classnames = Annotated[list[str], typer.Argument(help="The names that may fit it.")]
Template = Annotated[
    list[str] | None,
    typer.Option("--template", "-t", help="A prompt with {} for the name (repeatable)."),
]
Templates = Annotated[
    str | None,
    typer.Option(
        "--templates", help=f"A named set of prompts: {', '.join(template_sets())}.", metavar="NAME"
    ),
]


def classify_command(
    image: Image,
    classnames: Classnames,
    template: Template = None,
    templates: Templates = None,
    as_json: options.AsJson = False,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Score class names for a picture, the one that fits best first."""
    settings = settings_from(locals())
    chosen = _chosen(template, templates)
    if server is None:
        rows, none = _scored(settings, image, classnames, chosen)
    else:
        rows, none = _of_service(server, api_key, image, classnames, chosen)
    if as_json:
        names = ("classname", "probability", "score")
        classes = [dict(zip(names, row, strict=True)) for row in rows]
        typer.echo(json.dumps({"classes": classes, "none_of_these": none}))
        return
    for classname, probability, score in rows:
        typer.echo(f"{probability:6.1%}  {classname}  (score {score:.3f})")
    typer.echo(f"{none:6.1%}  that none of these fits")


def _scored(
    settings: Settings, image: Path, classnames: list[str], chosen: tuple[str, ...]
) -> Scored:
    """The rows, best first, and the chance that none fits, by the model of this machine."""
    from models.classifier import ZeroShotClassifier
    from models.loading import model_calibration

    encoder = load_model(settings)
    picture = encoder.encode_image([read_picture(settings, image, encoder.info.image_size)])
    calibration = model_calibration(settings.model_choice(), encoder.info.fingerprint)
    classifier = ZeroShotClassifier(encoder.info, calibration)
    scores = classifier.classify(encoder, picture, classnames, chosen)
    none = float(scores.none_of_these[0])
    rows = sorted(
        zip(classnames, scores.probabilities[0].tolist(), scores.scores[0].tolist(), strict=True),
        key=lambda row: row[2],
        reverse=True,
    )
    return rows, none


def _of_service(
    url: str, api_key: str | None, image: Path, classnames: list[str], chosen: tuple[str, ...]
) -> Scored:
    """The same from a running service. Raises ClientError's kinds."""
    from app.client.blocking import Client

    with Client(url, api_key=api_key) as client:
        answer = client.classify(image, classnames, templates=chosen)
    rows = [(one.classname, one.probability, one.score) for one in answer.classes]
    return rows, answer.none_of_these


def _chosen(template: list[str] | None, templates: str | None) -> tuple[str, ...]:
    """The templates that the flags ask for. Raises InvalidRequestError."""
    if template and templates:
        raise InvalidRequestError("give either --template or --templates")
    try:
        chosen = tuple(template) if template else template_set(templates or DEFAULT_TEMPLATE_SET)
        check_templates(chosen)
    except (TemplateError, UnknownTemplateSetError) as error:
        raise InvalidRequestError(str(error)) from error
    return chosen
