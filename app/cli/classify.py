"""`sightline classify`: which of these names fits the picture, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.asking import load_model, read_picture
from app.cli.options import settings_from
from app.failures import InvalidRequestError

Image = Annotated[Path, typer.Argument(help="The picture's file.")]
Classnames = Annotated[list[str], typer.Argument(help="The names that may fit it.")]
Templates = Annotated[
    list[str] | None,
    typer.Option("--template", "-t", help="A prompt with {} for the name (repeatable)."),
]


def classify_command(
    image: Image,
    classnames: Classnames,
    template: Templates = None,
    as_json: options.AsJson = False,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
) -> None:
    """Score class names for a picture, the one that fits best first."""
    settings = settings_from(locals())
    from models.prompts import SIMPLE_TEMPLATES, TemplateError, class_embeddings
    from models.zero_shot import class_scores

    encoder = load_model(settings)
    picture = encoder.encode_image([read_picture(settings, image, encoder.info.image_size)])
    try:
        classes = class_embeddings(encoder, classnames, template or SIMPLE_TEMPLATES)
    except TemplateError as error:
        raise InvalidRequestError(str(error)) from error
    scores = class_scores(picture, classes, classnames, encoder.info)
    rows = sorted(
        zip(classnames, scores.probabilities[0].tolist(), scores.scores[0].tolist(), strict=True),
        key=lambda row: row[2],
        reverse=True,
    )
    if as_json:
        names = ("classname", "probability", "score")
        typer.echo(json.dumps({"classes": [dict(zip(names, row, strict=True)) for row in rows]}))
        return
    for classname, probability, score in rows:
        typer.echo(f"{probability:6.1%}  {classname}  (score {score:.3f})")
