"""`sightline search --server`: the same question, asked of a running service. Opens no files but
those of the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.client import terms
from app.client.blocking import Client
from app.query import ItemTerm, KeptTerm, TextTerm, UploadTerm

if TYPE_CHECKING:
    from app.client.calls import SearchOptions
    from app.client.terms import Term
    from app.query import Query
    from app.query import Term as QueryTerm


def search_service(
    url: str, api_key: str | None, query: Query, filter: str | None, as_json: bool
) -> None:
    """Ask, and show what comes. Raises ClientError's kinds."""
    question = [_sent(term) for term in query.terms]
    with Client(url, api_key=api_key) as client:
        if query.target == "text":
            options = _text_options(query, filter)
            found = client.search_texts(question, vocabulary=query.vocabulary, **options)
            lines = [f"{text.score:.3f}  {text.text}" for text in found.hits]
            typer.echo(found.model_dump_json() if as_json else "\n".join(lines))
            return
        answer = client.search(question, **_options(query, filter))
    if as_json:
        typer.echo(answer.model_dump_json())
        return
    for hit in answer.hits:
        relevance = "" if hit.relevance is None else f"  {hit.relevance:.2f}"
        typer.echo(f"{hit.score:.3f}{relevance}  {hit.id}  {hit.caption or ''}".rstrip())


def _text_options(query: Query, filter: str | None) -> SearchOptions:
    """Those that texts can be asked with; pictures take them too."""
    options: SearchOptions = {
        "k": query.top_k,
        "collection": query.collection,
        "exclude": [_sent(term) for term in query.exclude],
        "like": query.like,
        "dislike": query.dislike,
        "fusion": query.fusion.value,
        "diversity": query.diversity,
    }
    if filter is not None:
        options["filter"] = filter
    return options


def _options(query: Query, filter: str | None) -> SearchOptions:
    options = _text_options(query, filter)
    options["mode"] = query.mode.value
    options["fold_duplicates"] = query.fold_duplicates
    options["explain"] = query.explain
    if query.min_relevance is not None:
        options["min_relevance"] = query.min_relevance
    return options


def _sent(term: QueryTerm) -> Term:
    """A term as it travels."""
    if isinstance(term, TextTerm):
        return terms.text(term.text, term.weight)
    if isinstance(term, UploadTerm | ItemTerm):
        box = term.crop
        crop = None if box is None else (box.x, box.y, box.width, box.height)
        if isinstance(term, UploadTerm):
            return terms.picture(term.data, term.weight, crop)
        return terms.item(term.image_id, term.weight, crop)
    if isinstance(term, KeptTerm):
        return terms.kept(term.picture_id, term.weight)
    return terms.embedding(term.numbers, term.weight)
