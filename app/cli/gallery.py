"""`sightline gallery`: draw a folder of pictures with captions, to try Sightline on."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Directory = Annotated[Path, typer.Argument(help="Where to put pictures and manifest.jsonl.")]
Count = Annotated[int, typer.Option("--count", min=1, max=100_000, help="How many pictures.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed draws other pictures.")]
ForTraining = Annotated[
    bool,
    typer.Option(
        "--for-training",
        help="Draw combinations of thing, colour and place that no gallery shows.",
    ),
]


def gallery_command(
    directory: Directory, count: Count = 640, seed: Seed = 1, for_training: ForTraining = False
) -> None:
    """Draw pictures with captions and a manifest."""
    from indexer.gallery.generate import generate_gallery

    split: Literal["training", "gallery"] = "training" if for_training else "gallery"
    manifest = generate_gallery(directory, count, seed, split=split)
    typer.echo(f"{count} pictures; index them with: sightline index {manifest}")
