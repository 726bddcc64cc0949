"""`sightline search`: find pictures from the command line, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.bounds import DEFAULT_TOP_K, MAX_TOP_K
from app.cli import options
from app.cli.asking import load_model_of, open_searcher
from app.cli.folding import folded, unfolded
from app.cli.found_output import show_found
from app.cli.options import settings_from

if TYPE_CHECKING:
    from app.candidates import Embedded
    from app.query import Query
    from app.relevance import Judged
    from app.settings import Settings
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

MinRelevance = Annotated[
    float | None,
    typer.Option(
        "--min-relevance", min=0, max=1, help="Leave out what is less likely to be meant than this."
    ),
]
Explain = Annotated[bool, typer.Option("--explain", help="Say why each picture was found.")]


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
    min_relevance: MinRelevance = None,
    explain: Explain = False,
    as_json: options.AsJson = False,
    server: options.Server = None,
    api_key: options.ApiKey = None,
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
    from app.cli.questions import Asked, question

    settings = settings_from(locals())
    query = question(settings, Asked.of(locals()))
    if server is None:
        _answer(settings, query, as_json)
    else:
        _ask_service(server, api_key, query, filter, as_json)


def _ask_service(
    url: str, api_key: str | None, query: Query, filter: str | None, as_json: bool
) -> None:
    from app.cli.service_search import search_service

    search_service(url, api_key, query, filter, as_json)


def _answer(settings: Settings, query: Query, as_json: bool) -> None:
    from app.cli.questions import embed_question
    from app.cli.text_search import show_texts

    with open_searcher(settings) as searcher:
        encoder = load_model_of(settings, searcher)
        embedded = embed_question(settings, encoder, searcher, query)
        if query.target == "text":
            show_texts(settings, searcher, query, embedded, as_json)
        else:
            show_found(settings, searcher, _found(settings, searcher, query, embedded), as_json)


def _found(settings: Settings, searcher: Searcher, query: Query, embedded: Embedded) -> Judged:
    from app.answers import Answer
    from app.candidates import rank
    from app.model_choice import model_of
    from app.relevance import finish
    from models.loading import model_relevance

    ranking = rank(searcher, query, embedded)
    if query.fold_duplicates:
        hits = folded(settings, searcher, ranking, query)
    else:
        hits = unfolded(ranking(query.top_k))
    answers = [Answer(one.hit, one) for one in hits]
    record = searcher.record
    of_model = model_relevance(model_of(settings, record), record.fingerprint)
    return finish(settings.data_dir, searcher, of_model, query, embedded, answers)
