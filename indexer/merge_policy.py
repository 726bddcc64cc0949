"""When small changes are put in front of an index, and when they are merged into it.

A small collection is built anew each time. In a larger one a publication adds one delta part and
marks dead items; it takes up those delta parts that are not more than `MERGED_RATIO` times as large
as itself and what it has taken up so far, so that there are few parts (a logarithm of the number of
publications) and an item is written again as rarely. Once parts and dead items in front of the base
exceed a share of it, the base is built anew. Decides; builds nothing.
"""

from dataclasses import dataclass

from indexer.catalog.records import IndexFile, IndexLayout

# A delta part is taken up by what follows if it is no larger than this many times that.
MERGED_RATIO = 2


@dataclass(frozen=True, slots=True)
class MergePolicy:
    """Up to `small_items` items the base is built anew every time; above, once what lies in front
    of it (items of delta parts and dead ones) exceeds `most_in_front` of its items.

    20,000 embeddings of 384 numbers are 30 MB, written in a fraction of a second. A delta part is
    searched exactly, so 5 % in front of a base cost about as much as an approximate base itself.
    """

    small_items: int = 20_000
    most_in_front: float = 0.05


@dataclass(frozen=True, slots=True)
class MergePlan:
    """The delta parts that stay and those that are merged with the new items; or a new base, with
    the reason for it.
    """

    kept: tuple[IndexFile, ...] = ()
    merged: tuple[IndexFile, ...] = ()
    rebuild: str | None = None


def plan_merge(
    policy: MergePolicy, layout: IndexLayout, *, new: int, closed: int, living: int
) -> MergePlan:
    """What to do with a change of so many new and closed items, which leaves so many living."""
    if living <= policy.small_items:
        return MergePlan(rebuild="a small collection is built anew")
    dead = closed + (layout.dead.count if layout.dead else 0)
    in_front = new + dead + sum(file.count for file in layout.deltas)
    if in_front > policy.most_in_front * layout.base.count:
        return MergePlan(rebuild="much has changed since the base was built")
    kept, size = list(layout.deltas), new
    merged: list[IndexFile] = []
    while size and kept and kept[-1].count <= MERGED_RATIO * size:
        merged.insert(0, kept.pop())
        size += merged[0].count
    return MergePlan(tuple(kept), tuple(merged))
