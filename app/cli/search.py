"""`sightline search`: find pictures from the command line, without a server."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.bounds import DEFAULT_TOP_K, MAX_TOP_K
from app.cli import options
from app.cli.asking import load_model_of, open_searcher, read_picture
from app.cli.folding import folded, unfolded
from app.cli.options import settings_from
from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.duplicates.folding import FoldedHit
    from indexer.filters.expression import Expression
    from indexer.ranking import Mode
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
Filter = Annotated[
    str | None,
    typer.Option("--filter", "-f", help="Which pictures to search: 'year >= 2020 and tags = sea'."),
]
By = Annotated[
    Literal["vector", "keyword", "hybrid"],
    typer.Option("--mode", help="Rank by embeddings, by the words of captions, or by both."),
]
Fold = Annotated[
    bool, typer.Option("--fold-duplicates", help="One hit for each group of near duplicates.")
]

NOT_WEIGHT = -0.5  # at -1 what is pushed away outweighs what is looked for


def search_command(
    words: Words = None,
    image: Image = None,
    exclude: Exclude = None,
    k: TopK = DEFAULT_TOP_K,
    filter: Filter = None,
    mode: By = "vector",
    fold_duplicates: Fold = False,
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
    ranking, chosen = _ranking(text, mode), _chosen(filter)
    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        question = _embed(settings, encoder, text, image or [], exclude or [])

        def search(top_k: int) -> list[Hit]:
            return searcher.find(question, top_k, words=text, mode=ranking, filter=chosen)

        hits = folded(settings, searcher, search, k) if fold_duplicates else unfolded(search(k))
        _show(settings, searcher, hits, as_json)


def _ranking(text: str, mode: str) -> Mode:
    from indexer.ranking import Mode

    if mode != Mode.VECTOR and not text.strip():
        raise InvalidRequestError(f"the mode {mode} needs words to look for")
    return Mode(mode)


def _chosen(filter: str | None) -> Expression | None:
    from indexer.filters.parsing import parse_filter

    return None if filter is None else parse_filter(filter)


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


def _show(settings: Settings, searcher: Searcher, hits: list[FoldedHit], as_json: bool) -> None:
    if as_json:
        answer = {
            "collection": settings.collection,
            "generation": searcher.record.generation,
            "hits": [_as_dict(hit) for hit in hits],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for shown in hits:
        hit = shown.hit
        caption = f"  {hit.item.caption}" if hit.item.caption else ""
        more = f"  (and {shown.folded_count:,} like it)" if shown.folded_count else ""
        typer.echo(f"{hit.score:.3f}  {hit.item.place}{caption}{more}")


def _as_dict(shown: FoldedHit) -> dict[str, Any]:
    hit = shown.hit
    item = hit.item
    return {
        "id": item.image_id,
        "score": hit.score,
        "ranks": None if hit.ranks is None else asdict(hit.ranks),
        "path": item.place,
        "uri": item.uri,
        "caption": item.caption,
        "captions": list(item.captions),
        "metadata": item.metadata,
        "file_facts": item.facts,
        "width": item.width,
        "height": item.height,
        "format": item.format,
        "folded": {"count": shown.folded_count, "ids": list(shown.folded)},
    }
