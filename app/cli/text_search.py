"""`sightline search --target text`: captions, or a vocabulary's texts, without a server."""

import json

import typer

from app.candidates import Embedded
from app.query import Query
from app.settings import Settings
from app.text_asking import find_texts
from app.vocabulary_shelf import VocabularyShelf
from indexer.searcher import Searcher


def show_texts(
    settings: Settings, searcher: Searcher, query: Query, embedded: Embedded, as_json: bool
) -> None:
    """Print the texts nearest to a question, best first."""
    hits = find_texts(VocabularyShelf(settings.data_dir), searcher, query, embedded)
    if as_json:
        answer = {
            "collection": settings.collection,
            "generation": searcher.record.generation,
            "target": query.target,
            "vocabulary": query.vocabulary,
            "hits": [hit.model_dump() for hit in hits],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for hit in hits:
        count = hit.picture_count or 0
        of = f"  (picture {hit.picture.id})" if hit.picture is not None and count == 1 else ""
        of = f"  ({count:,} pictures)" if count > 1 else of
        typer.echo(f"{hit.score:.3f}  {hit.text}{of}")
