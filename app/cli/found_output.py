"""How `sightline search` shows what it found: lines for people, or JSON. Finds nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from app.answers import Answer
    from app.relevance import Judged
    from app.settings import Settings
    from indexer.searcher import Searcher


def show_found(settings: Settings, searcher: Searcher, found: Judged, as_json: bool) -> None:
    """A line a picture: score, relevance where it is known, place, caption."""
    if as_json:
        answer = {
            "collection": settings.collection,
            "generation": searcher.record.generation,
            "no_good_match": found.no_good_match,
            "hits": [_as_dict(one) for one in found.answers],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    if found.no_good_match:
        least = "these are only the nearest" if found.answers else "nothing is relevant enough"
        typer.echo(f"no good match: {least}", err=True)
    for one in found.answers:
        typer.echo(_line(one))


def _line(answer: Answer) -> str:
    item, folded = answer.hit.item, answer.folded
    relevance = "" if answer.relevance is None else f"{answer.relevance:4.0%}  "
    caption = f"  {item.caption}" if item.caption else ""
    count = 0 if folded is None else folded.folded_count
    more = f"  (and {count:,} like it)" if count else ""
    first = f"{answer.hit.score:.3f}  {relevance}{item.place}{caption}{more}"
    if answer.why is None:
        return first
    parts = [
        f"    {part.contribution:+.3f}  {part.name}  ({part.weight:+.2f} × {part.cosine:.3f})"
        for part in answer.why.parts
    ]
    return "\n".join([first, *parts])


def _as_dict(answer: Answer) -> dict[str, Any]:
    hit, folded = answer.hit, answer.folded
    item = hit.item
    shown = {
        "id": item.image_id,
        "score": hit.score,
        "relevance": answer.relevance,
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
        "folded": {
            "count": 0 if folded is None else folded.folded_count,
            "ids": [] if folded is None else list(folded.folded),
        },
    }
    if answer.why is not None:
        parts = [{**asdict(part), "contribution": part.contribution} for part in answer.why.parts]
        shown["explain"] = {**asdict(answer.why), "parts": parts}
    return shown
