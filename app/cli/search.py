"""`sightline search`: find pictures from the command line, without a server."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.bounds import DEFAULT_TOP_K, MAX_TOP_K
from app.cli import options
from app.cli.asking import load_model_of, open_searcher
from app.cli.folding import folded, unfolded
from app.cli.options import settings_from

if TYPE_CHECKING:
    from app.candidates import Embedded
    from app.query import Query
    from app.settings import Settings
    from indexer.duplicates.folding import FoldedHit
    from indexer.searcher import Searcher

Words = Annotated[
    list[str] | None, typer.Argument(help='Words, or a question: red car + photo:ID - "snow":0.5')
]
Image = Annotated[
    list[Path] | None, typer.Option("--image", "-i", help="A picture to look for (repeatable).")
]
Crop = Annotated[
    str | None, typer.Option("--crop", help="x,y,width,height: look for this part of the picture.")
]
RawEmbedding = Annotated[
    Path | None, typer.Option("--embedding", help="A file with an embedding, as a JSON list.")
]
Push = Annotated[
    list[str] | None, typer.Option("--not", help="Words to push away from (repeatable).")
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", "-x", help="Words, or photo:ID, to leave out (repeatable)."),
]
Like = Annotated[
    list[str] | None, typer.Option("--like", help="A picture's id: more like it (repeatable).")
]
Dislike = Annotated[
    list[str] | None, typer.Option("--dislike", help="A picture's id: less like it (repeatable).")
]
FusionKind = Annotated[
    Literal["late", "balanced", "joint"] | None,
    typer.Option("--fusion", help="How several terms become one question."),
]
Diversity = Annotated[
    float,
    typer.Option("--diversity", min=0, max=1, help="0 for the best, more for varied ones."),
]
TopK = Annotated[int, typer.Option("-k", min=1, max=MAX_TOP_K, help="How many pictures.")]
Filter = Annotated[
    str | None,
    typer.Option("--filter", "-f", help="Which pictures to search: 'year >= 2020 and tags = sea'."),
]
TargetKind = Annotated[
    Literal["image", "text"], typer.Option("--target", help="Find pictures, or texts: captions.")
]
VocabularyName = Annotated[
    str | None,
    typer.Option("--vocabulary", help="With --target text: find texts of this vocabulary."),
]
By = Annotated[
    Literal["vector", "keyword", "hybrid"],
    typer.Option("--mode", help="Rank by embeddings, by the words of captions, or by both."),
]
Fold = Annotated[
    bool, typer.Option("--fold-duplicates", help="One hit for each group of near duplicates.")
]


def search_command(
    words: Words = None,
    image: Image = None,
    crop: Crop = None,
    embedding: RawEmbedding = None,
    push: Push = None,
    exclude: Exclude = None,
    like: Like = None,
    dislike: Dislike = None,
    fusion: FusionKind = None,
    diversity: Diversity = 0.0,
    target: TargetKind = "image",
    vocabulary: VocabularyName = None,
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
    """Find pictures, or texts, by words, by pictures, or by both."""
    from app.cli.questions import Asked, embed_question, question
    from app.cli.text_search import show_texts

    settings = settings_from(locals())
    query = question(settings, Asked.of(locals()))
    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        embedded = embed_question(settings, encoder, searcher, query)
        if query.target == "text":
            show_texts(settings, searcher, query, embedded, as_json)
        else:
            _show(settings, searcher, _hits(settings, searcher, query, embedded), as_json)


def _hits(
    settings: Settings, searcher: Searcher, query: Query, embedded: Embedded
) -> list[FoldedHit]:
    from app.candidates import rank

    ranking = rank(searcher, query, embedded)
    if query.fold_duplicates:
        return folded(settings, searcher, ranking, query.top_k)
    return unfolded(ranking(query.top_k))


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
