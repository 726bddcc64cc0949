"""Groups and decisions of the catalog's contents, with the pictures that have them in a generation.

A grouping is of contents, so it also serves generations that were published after it: what came
since is not in it, what went since is left out, and `fresh` says whether that may be so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from indexer.catalog.records import Item
from indexer.duplicates.records import (
    Decision,
    Group,
    GroupingRecord,
    GroupPage,
    Member,
    Mode,
    Reason,
    StoredMember,
    Verdict,
)
from indexer.duplicates.store import DuplicateStore, Pair
from indexer.errors import SameContentError
from indexer.searcher import Searcher


@dataclass(frozen=True, slots=True)
class DecidedPair:
    """A decision, and the pictures of this generation that have its two contents."""

    decision: Decision
    image_ids: tuple[tuple[str, ...], tuple[str, ...]]


def is_fresh(store: DuplicateStore, grouping: GroupingRecord, searcher: Searcher) -> bool:
    """Whether a grouping is of this very generation, and knows all decisions."""
    return (
        grouping.generation == searcher.record.generation
        and grouping.decisions_serial == store.serial()
    )


def list_groups(
    store: DuplicateStore,
    searcher: Searcher,
    mode: Mode,
    limit: int,
    offset: int = 0,
    *,
    decided_too: bool = False,
) -> GroupPage | None:
    """A page of groups, largest first; None if nobody has looked for duplicates yet.

    Without `decided_too` only groups in which something is undecided. A group of which fewer than
    two pictures are left in this generation is left out.
    """
    grouping = store.grouping(mode)
    if grouping is None:
        return None
    stored = store.groups(mode, limit, offset, decided_too=decided_too)
    contents = [member.content_hash for members in stored.values() for member in members]
    items: dict[str, list[Item]] = {}
    for item in searcher.items_of_contents(contents):
        items.setdefault(item.content_hash, []).append(item)
    kept = store.kept_pairs(contents)
    groups = (
        Group(number, tuple(_pictures(members, items, kept))) for number, members in stored.items()
    )
    return GroupPage(
        grouping=grouping,
        fresh=is_fresh(store, grouping, searcher),
        total=store.count(mode, decided_too=decided_too),
        groups=tuple(group for group in groups if len(group.members) > 1),
    )


def decide(
    store: DuplicateStore, searcher: Searcher, image_ids: Sequence[str], verdict: Verdict
) -> int:
    """Remember a verdict on every two of these pictures. Returns how many pairs of contents.

    Raises ImageNotFoundError, or SameContentError where equal files are said to be different.
    """
    pairs = _pairs(searcher, image_ids)
    if verdict == Verdict.NOT_A_DUPLICATE:
        for (one, other), ids in pairs.items():
            if one == other:
                raise SameContentError(ids)
    store.decide(pairs, verdict)
    return len(pairs)


def forget(store: DuplicateStore, searcher: Searcher, image_ids: Sequence[str]) -> int:
    """Forget what was decided of every two of these pictures. Returns how many decisions.

    Raises ImageNotFoundError.
    """
    return store.forget(_pairs(searcher, image_ids))


def list_decisions(
    store: DuplicateStore, searcher: Searcher, limit: int, offset: int = 0
) -> list[DecidedPair]:
    """Decisions, each with the pictures that it is about; none are left of contents that went."""
    decisions = store.decisions(limit, offset)
    ids = searcher.image_ids_of_contents({name for d in decisions for name in d.contents})
    return [
        DecidedPair(
            decision,
            (
                tuple(ids.get(decision.contents[0], ())),
                tuple(ids.get(decision.contents[1], ())),
            ),
        )
        for decision in decisions
    ]


def _pairs(searcher: Searcher, image_ids: Sequence[str]) -> dict[Pair, tuple[str, str]]:
    """Pairs of contents, with two pictures that have them."""
    items = [searcher.item(image_id) for image_id in dict.fromkeys(image_ids)]
    return {
        (
            min(one.content_hash, other.content_hash),
            max(one.content_hash, other.content_hash),
        ): (one.image_id, other.image_id)
        for one, other in combinations(items, 2)
    }


def _pictures(
    members: Sequence[StoredMember], items: dict[str, list[Item]], kept: set[Pair]
) -> list[Member]:
    """The pictures of a group; copies of one file stand together, the first by URI first."""
    best = members[0].content_hash
    pictures = []
    for member in members:
        content = member.content_hash
        beside_best = content != best and (min(best, content), max(best, content)) in kept
        for copy, item in enumerate(items.get(content, [])):
            is_copy_of_best = content == best and copy > 0
            pictures.append(
                Member(
                    item=item,
                    reason=Reason.BYTES if is_copy_of_best else member.reason,
                    distance=member.distance,
                    score=member.score,
                    kept=(beside_best or content == best)
                    and (len(items[content]) == 1 or (content, content) in kept),
                )
            )
    return pictures
