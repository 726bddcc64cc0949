"""`sightline vocab`: lists of texts to be searched with `--target text --vocabulary NAME`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.options import settings_from
from app.failures import InvalidRequestError

vocab = typer.Typer(
    name="vocab",
    help="Lists of texts that pictures and other texts can be matched with.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The vocabulary's name.")]
Lines = Annotated[Path, typer.Argument(help="A text file (UTF-8), one text a line.")]


@vocab.command("add")
def add_command(
    name: Name,
    file: Lines,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    batch_size: options.BatchSize = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
) -> None:
    """Add a vocabulary, or replace it, and embed it with the collection's model.

    Collections with other models embed it at their next index run.
    """
    from app.model_choice import model_for
    from indexer.config import IndexConfig
    from indexer.vocabularies.embedding import embed_vocabulary
    from indexer.vocabularies.store import save_vocabulary
    from models.loading import load_encoder

    settings = settings_from(locals())
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise InvalidRequestError(f"cannot read {file}: {error}") from error
    saved = save_vocabulary(settings.data_dir, name, lines)
    config = IndexConfig(settings.data_dir, settings.collection)
    encoder = load_encoder(model_for(settings, config))
    embed_vocabulary(settings.data_dir, saved, encoder)
    typer.echo(f"{name}: {len(saved.texts):,} texts, embedded with {encoder.info.model_name}")


@vocab.command("list")
def list_command(as_json: options.AsJson = False, data_dir: options.DataDir = None) -> None:
    """List the vocabularies."""
    from indexer.vocabularies.store import read_vocabulary, vocabulary_names

    directory = settings_from(locals()).data_dir
    found = [read_vocabulary(directory, name) for name in vocabulary_names(directory)]
    if as_json:
        rows = [
            {"name": one.name, "count": len(one.texts), "fingerprints": one.fingerprints}
            for one in found
        ]
        typer.echo(json.dumps({"vocabularies": rows}))
        return
    for one in found:
        models = f"{len(one.fingerprints)} model{'s' * (len(one.fingerprints) != 1)}"
        typer.echo(f"{one.name:<24}{len(one.texts):>9,} texts, embedded with {models}")
    if not found:
        typer.echo("no vocabularies; add one: sightline vocab add NAME FILE")


@vocab.command("remove")
def remove_command(name: Name, data_dir: options.DataDir = None) -> None:
    """Remove a vocabulary and its embeddings."""
    from indexer.vocabularies.store import remove_vocabulary

    remove_vocabulary(settings_from(locals()).data_dir, name)
    typer.echo(f"{name} is removed")
