"""`sightline gallery`: draw a folder of pictures with captions, to try Sightline on."""

from pathlib import Path
from typing import Annotated

import typer

Directory = Annotated[Path, typer.Argument(help="Where to put pictures and manifest.jsonl.")]
Count = Annotated[int, typer.Option("--count", min=1, max=100_000, help="How many pictures.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed draws other pictures.")]


def gallery_command(directory: Directory, count: Count = 640, seed: Seed = 1) -> None:
    """Draw pictures with captions and a manifest."""
    from indexer.gallery.generate import generate_gallery

    manifest = generate_gallery(directory, count, seed)
    typer.echo(f"{count} pictures; index them with: sightline index {manifest}")
