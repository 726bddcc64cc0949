"""Hits → one for each group of duplicates: the best hit stands for the group, the others fold.

Asks for more hits until there are enough groups, so that as many come as exist. Knows neither how
hits are found nor what a filter means.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.duplicates.records import Mode
from indexer.duplicates.store import DuplicateStore
from indexer.filters.expression import Expression
from indexer.searcher import Hit, Searcher

# The first question asks for a few more hits than groups are wanted, each later one for so many
# times more.
_GROWTH = 4
# Ids that are named for one hit; the count is of all.
MAX_FOLDED_IDS = 100


@dataclass(frozen=True, slots=True)
class FoldedHit:
    """A hit, and the other pictures of its group: the first ids, best first, and how many."""

    hit: Hit
    folded: tuple[str, ...]
    folded_count: int


def fold_hits(
    search: Callable[[int], list[Hit]],
    store: DuplicateStore,
    searcher: Searcher,
    mode: Mode,
    top_k: int,
    filter: Expression | None = None,
) -> list[FoldedHit]:
    """The best hit of each of the first `top_k` groups that a search finds, best first.

    `search(k)` gives the k best hits. A picture without duplicates is a group by itself. What is
    folded is the rest of the group, as far as it meets the filter with which is searched.
    """
    wanted = top_k
    while True:
        hits = search(wanted)
        numbers = store.numbers_of(mode, {hit.item.content_hash for hit in hits})
        best: dict[int | str, Hit] = {}
        for hit in hits:
            content = hit.item.content_hash
            best.setdefault(numbers.get(content, content), hit)
        if len(best) >= top_k or len(hits) < wanted:
            break
        wanted *= _GROWTH
    chosen = dict(list(best.items())[:top_k])
    groups = store.contents_of(mode, (key for key in chosen if isinstance(key, int)))
    of_group = {key: groups.get(key, []) if isinstance(key, int) else [key] for key in chosen}
    contents = [name for names in of_group.values() for name in names]
    ids = _image_ids(searcher, contents, filter)
    folded = []
    for key, hit in chosen.items():
        everybody = [image_id for name in of_group[key] for image_id in ids.get(name, ())]
        others = [image_id for image_id in everybody if image_id != hit.item.image_id]
        folded.append(FoldedHit(hit, tuple(others[:MAX_FOLDED_IDS]), len(others)))
    return folded


def _image_ids(
    searcher: Searcher, contents: Sequence[str], filter: Expression | None
) -> Mapping[str, Sequence[str]]:
    """The ids of the pictures that have these contents and meet the filter, by content."""
    if filter is None:
        return searcher.image_ids_of_contents(contents)
    ids = defaultdict[str, list[str]](list)
    items = searcher.items_of_contents(contents)
    item_ids = np.array([item.item_id for item in items], dtype=np.int64)
    meets = searcher.selector.slots.within(
        item_ids, searcher.selector.mask(filter)
    )  # (len(items),)
    for item, does in zip(items, meets.tolist(), strict=True):
        if does:
            ids[item.content_hash].append(item.image_id)
    return ids
