"""`sightline tags`: class names whose zero-shot result becomes a field of the collection."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings
from indexer.config import IndexConfig

tags = typer.Typer(
    name="tags",
    help="Tag pictures with the class names that fit them best: a field for filters and facets.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The set's name; the field is tags.NAME.")]
Classes = Annotated[
    str, typer.Option("--classes", help="Names with commas between them, or a file, one a line.")
]
Templates = Annotated[
    str | None,
    typer.Option("--templates", help="A named set of prompts, as `classify` knows them."),
]
Threshold = Annotated[
    float | None,
    typer.Option(
        "--threshold", min=0, max=1, help="The least chance that a name fits; below it: none."
    ),
]
Later = Annotated[
    bool, typer.Option("--later", help="Leave it to the next index run to tag the pictures.")
]


@tags.command("add")
def add_command(
    name: Name,
    classes: Classes,
    templates: Templates = None,
    threshold: Threshold = None,
    later: Later = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    device: options.Device = None,
) -> None:
    """Save a set, or replace it, and tag the collection's pictures. No picture is read again."""
    from indexer.tags.sets import DEFAULT_THRESHOLD, TagSet, save_set
    from models.templates import (
        DEFAULT_TEMPLATE_SET,
        UnknownTemplateSetError,
        template_set,
    )

    settings = settings_from(locals())
    try:
        prompts = template_set(templates or DEFAULT_TEMPLATE_SET)
    except UnknownTemplateSetError as error:
        raise InvalidRequestError(str(error)) from error
    least = DEFAULT_THRESHOLD if threshold is None else threshold
    save_set(_config(settings), TagSet(name, tuple(_names(classes)), prompts, least))
    _publish(settings, later)


@tags.command("list")
def list_command(
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """List the sets of a collection."""
    from indexer.tags.sets import tag_sets

    settings = settings_from(locals())
    found = tag_sets(_config(settings))
    if as_json:
        rows = [asdict(each) for each in found]
        typer.echo(json.dumps({"collection": settings.collection, "tag_sets": rows}))
        return
    for each in found:
        typer.echo(f"tags.{each.name}: {', '.join(each.classes)} (threshold {each.threshold:g})")
    if not found:
        typer.echo("no tag sets; add one: sightline tags add NAME --classes a,b,c")


@tags.command("remove")
def remove_command(
    name: Name,
    later: Later = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    device: options.Device = None,
) -> None:
    """Remove a set; the collection is published without its tags."""
    from indexer.tags.sets import remove_set

    settings = settings_from(locals())
    remove_set(_config(settings), name)
    _publish(settings, later)


def _config(settings: Settings) -> IndexConfig:
    return IndexConfig(settings.data_dir, settings.collection)


def _names(classes: str) -> Sequence[str]:
    """The names in a list with commas, or the lines of a file. Raises InvalidRequestError."""
    path = Path(classes)
    if "," in classes or not path.is_file():
        return classes.split(",")
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise InvalidRequestError(f"cannot read {classes}: {error}") from error


def _publish(settings: Settings, later: bool) -> None:
    if later:
        typer.echo("saved; the next index run tags the pictures: sightline index")
        return
    from app.cli.index import index_config, run_index, summary_lines

    for line in summary_lines(run_index(settings, index_config(settings))):
        typer.echo(line)
