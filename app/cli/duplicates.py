"""`sightline duplicates`: find pictures that are there more than once, and decide on them. Loads no
model.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.cli import options
from app.cli.asking import open_searcher
from app.cli.options import settings_from
from app.failures import InvalidRequestError

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.config import IndexConfig
    from indexer.duplicates.grouping import NearLimits
    from indexer.duplicates.records import Group, GroupPage, Member, Mode
    from indexer.duplicates.store import DuplicateStore
    from indexer.searcher import Searcher

Wanted = Annotated[
    Literal["identical", "near"],
    typer.Option("--mode", help="Equal bytes or pixels, or also what only looks the same."),
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Groups to show.")]
Offset = Annotated[int, typer.Option("--offset", min=0, help="Groups to pass over.")]
Decided = Annotated[
    bool, typer.Option("--decided", help="Also groups in which everything is decided.")
]
Prepare = Annotated[
    bool, typer.Option("--prepare", help="Only hash what was indexed before there were hashes.")
]
Keep = Annotated[
    list[str] | None, typer.Option("--keep", help="Ids of pictures that all stay (repeatable).")
]
Different = Annotated[
    list[str] | None,
    typer.Option("--not-duplicates", help="Ids of pictures that are different (repeatable)."),
]
Forget = Annotated[
    list[str] | None,
    typer.Option("--forget", help="Ids of pictures of which nothing is decided (repeatable)."),
]
MaxDistance = Annotated[
    int | None,
    typer.Option(min=0, max=20, help="Near: most bits of the perceptual hash that may differ."),
]
MinScore = Annotated[
    float | None, typer.Option(min=0, max=1, help="Near: least cosine of the embeddings.")
]


def duplicates_command(
    mode: Wanted = "near",
    limit: Limit = 20,
    offset: Offset = 0,
    decided: Decided = False,
    max_distance: MaxDistance = None,
    min_score: MinScore = None,
    keep: Keep = None,
    not_duplicates: Different = None,
    forget: Forget = None,
    prepare: Prepare = False,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """Find pictures that are there more than once, and remember what you decide on them.

    Looks again only if something has changed since the last time.
    """
    from indexer.config import IndexConfig
    from indexer.duplicates.listing import list_groups
    from indexer.duplicates.records import Mode
    from indexer.duplicates.store import DuplicateStore

    settings = settings_from(locals())
    config = IndexConfig(data_dir=settings.data_dir, collection=settings.collection)
    with open_searcher(settings) as searcher, closing(DuplicateStore(config)) as store:
        if keep or not_duplicates or forget:
            _decide(store, searcher, keep or [], not_duplicates or [], forget or [])
            return
        hashed = _prepare(config)
        if prepare:
            return
        limits = _limits(max_distance, min_score)
        _look(config, store, searcher, Mode(mode), limits, again=hashed > 0)
        page = list_groups(store, searcher, Mode(mode), limit, offset, decided_too=decided)
        assert page is not None
        _show(settings, searcher, page, as_json)


def _limits(max_distance: int | None, min_score: float | None) -> NearLimits | None:
    """What was asked for; None if nothing was."""
    from indexer.duplicates.grouping import NearLimits

    if max_distance is None and min_score is None:
        return None
    usual = NearLimits()
    return NearLimits(
        usual.max_distance if max_distance is None else max_distance,
        usual.min_score if min_score is None else min_score,
    )


def _decide(
    store: DuplicateStore,
    searcher: Searcher,
    keep: list[str],
    different: list[str],
    forgotten: list[str],
) -> None:
    from indexer.duplicates import listing
    from indexer.duplicates.records import Verdict

    for flag, ids in (("--keep", keep), ("--not-duplicates", different), ("--forget", forgotten)):
        if ids and len(set(ids)) < 2:
            raise InvalidRequestError(f"give {flag} at least twice: a decision is about a pair")
    if keep:
        pairs = listing.decide(store, searcher, keep, Verdict.KEEP)
        typer.echo(f"kept: {pairs} pairs")
    if different:
        pairs = listing.decide(store, searcher, different, Verdict.NOT_A_DUPLICATE)
        typer.echo(f"no duplicates: {pairs} pairs")
    if forgotten:
        typer.echo(f"forgotten: {listing.forget(store, searcher, forgotten)} decisions")


def _prepare(config: IndexConfig) -> int:
    from indexer.duplicates.preparing import prepare

    def tell(done: int, total: int) -> None:
        typer.echo(f"hashed {done:,} of {total:,} pictures", err=True)

    return prepare(config, tell)


def _look(
    config: IndexConfig,
    store: DuplicateStore,
    searcher: Searcher,
    mode: Mode,
    limits: NearLimits | None,
    *,
    again: bool,
) -> None:
    """Look for duplicates, unless the last look still holds."""
    from indexer.duplicates.finding import find_duplicates
    from indexer.duplicates.listing import is_fresh

    last = store.grouping(mode)
    wanted = limits or (None if last is None else last.limits)
    holds = last is not None and wanted == last.limits and is_fresh(store, last, searcher)
    if again or not holds:
        find_duplicates(config, store, mode, wanted, searcher.record.generation)


def _show(settings: Settings, searcher: Searcher, page: GroupPage, as_json: bool) -> None:
    looked = page.grouping
    if as_json:
        answer = {
            "collection": settings.collection,
            "generation": searcher.record.generation,
            "mode": looked.mode,
            "fresh": page.fresh,
            "max_distance": looked.limits.max_distance,
            "min_score": looked.limits.min_score,
            "unhashed": looked.unhashed,
            "crowded": looked.crowded,
            "total": page.total,
            "groups": [_group_as_dict(group) for group in page.groups],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    typer.echo(f"{page.total:,} groups of {looked.mode} pictures")
    if looked.unhashed:
        typer.echo(f"{looked.unhashed:,} pictures could not be read and were not looked at")
    for group in page.groups:
        typer.echo("")
        for member in group.members:
            typer.echo(_line(member))


def _line(member: Member) -> str:
    item = member.item
    bits = "" if member.distance is None else f"{member.distance:>2} bits"
    kept = "  kept" if member.kept else ""
    return (
        f"  {member.reason:<7} {member.score:.3f} {bits:>7}  {item.width}x{item.height} "
        f"{item.size_bytes / 1024:>8,.0f} KiB  {item.image_id}  {item.place}{kept}"
    )


def _group_as_dict(group: Group) -> dict[str, Any]:
    return {
        "number": group.number,
        "pictures": [
            {
                "id": member.item.image_id,
                "reason": member.reason,
                "distance": member.distance,
                "score": member.score,
                "kept": member.kept,
                "path": member.item.place,
                "uri": member.item.uri,
                "width": member.item.width,
                "height": member.item.height,
                "size_bytes": member.item.size_bytes,
                "format": member.item.format,
            }
            for member in group.members
        ],
    }
