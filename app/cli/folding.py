"""Folding of near duplicates in what `sightline search` shows. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.query import Query
    from app.settings import Settings
    from indexer.duplicates.folding import FoldedHit
    from indexer.searcher import Hit, Searcher


def folded(
    settings: Settings, searcher: Searcher, search: Callable[[int], list[Hit]], query: Query
) -> list[FoldedHit]:
    """The best hit of each group; looks for duplicates first if nobody has yet."""
    from indexer.config import IndexConfig
    from indexer.duplicates.finding import find_duplicates
    from indexer.duplicates.folding import fold_hits
    from indexer.duplicates.records import Mode
    from indexer.duplicates.store import DuplicateStore

    config = IndexConfig(data_dir=settings.data_dir, collection=settings.collection)
    with closing(DuplicateStore(config)) as store:
        if store.grouping(Mode.NEAR) is None:
            find_duplicates(config, store, Mode.NEAR, number=searcher.record.generation)
        return fold_hits(search, store, searcher, Mode.NEAR, query.top_k, query.filter)


def unfolded(hits: list[Hit]) -> list[FoldedHit]:
    """Hits as they are, each for itself."""
    from indexer.duplicates.folding import FoldedHit

    return [FoldedHit(hit, (), 0) for hit in hits]
