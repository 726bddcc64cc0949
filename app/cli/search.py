"""`sightline search`: find pictures from the command line, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.bounds import DEFAULT_TOP_K, MAX_TOP_K
from app.cli import options
from app.cli.asking import load_model, open_searcher, read_picture
from app.cli.options import settings_from
from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.searcher import Hit, Searcher
    from models.encoder import Embeddings, Encoder

Words = Annotated[list[str] | None, typer.Argument(help="What to look for.")]
Image = Annotated[
    list[Path] | None, typer.Option("--image", "-i", help="A picture to look for (repeatable).")
]
Exclude = Annotated[
    list[str] | None, typer.Option("--not", help="Words to push away from (repeatable).")
]
TopK = Annotated[int, typer.Option("-k", min=1, max=MAX_TOP_K, help="How many pictures.")]

NOT_WEIGHT = -0.5  # at -1 what is pushed away outweighs what is looked for


def search_command(
    words: Words = None,
    image: Image = None,
    exclude: Exclude = None,
    k: TopK = DEFAULT_TOP_K,
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
    """Find pictures by words, by pictures, or by both."""
    settings = settings_from(locals())
    text = " ".join(words or [])
    if not (text.strip() or image):
        raise InvalidRequestError("say what to look for: words, or --image FILE")
    with open_searcher(settings) as searcher:
        encoder = load_model(settings)
        searcher.check_fingerprint(encoder.info.fingerprint)
        question = _embed(settings, encoder, text, image or [], exclude or [])
        hits = searcher.search(question, k)[0]
        _show(settings, searcher, hits, as_json)


def _embed(
    settings: Settings, encoder: Encoder, text: str, images: list[Path], exclude: list[str]
) -> Embeddings:
    """The fused question, (1, dim)."""
    import numpy as np

    from app.query import fuse

    texts = ([text] if text.strip() else []) + exclude
    weights = [1.0] * (len(texts) - len(exclude)) + [NOT_WEIGHT] * len(exclude)
    pictures = [read_picture(settings, path, encoder.info.image_size) for path in images]
    embeddings = np.concatenate([encoder.encode_text(texts), encoder.encode_image(pictures)])
    return fuse(embeddings, weights + [1.0] * len(pictures))


def _show(settings: Settings, searcher: Searcher, hits: list[Hit], as_json: bool) -> None:
    if as_json:
        answer = {
            "collection": settings.collection,
            "generation": searcher.record.generation,
            "hits": [_as_dict(hit) for hit in hits],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for hit in hits:
        caption = f"  {hit.item.caption}" if hit.item.caption else ""
        typer.echo(f"{hit.score:.3f}  {hit.item.path}{caption}")


def _as_dict(hit: Hit) -> dict[str, Any]:
    item = hit.item
    return {
        "id": item.image_id,
        "score": hit.score,
        "path": str(item.path),
        "uri": item.uri,
        "caption": item.caption,
        "captions": list(item.captions),
        "metadata": item.metadata,
        "width": item.width,
        "height": item.height,
        "format": item.format,
    }
