"""Near duplicates → groups in which every member is close to the group's best picture.

No chaining: that A is close to B and B to C does not bring A and C together. Pictures are taken in
order of rank, best first. One that is close to no leader becomes a leader; any other joins the
leader that it is closest to. So a leader is the best of its group, and two leaders are never close.

Candidates come from the perceptual hash, and the embedding decides, so the work follows the number
of pictures that look alike. Memory is bounded: pairs are never kept, and a leader that everybody is
close to takes them all before they ask. Reads no catalog.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.duplicates.hamming import HammingTable, Hashes
from models.encoder import Embeddings

Agree = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.bool_]]
"""Pairs of ranks (n,) that look alike → whether they do in every other way too, (n,)."""
ReadEmbeddings = Callable[[NDArray[np.int64]], Embeddings]
"""Ranks (n,) → their embeddings (n, dim), unit length."""

_MOST_ASKING = 16_384
# Pairs in memory while a block is settled, 25 bytes each.
_MOST_PAIRS = 2**21
# Embeddings of both sides in memory at once: 32 MiB at 512 numbers.
_PAIRS_AT_ONCE = 8_192
# Where so many pictures look alike and are not (a form, filled in a million times), the hash says
# nothing: a leader is compared with no more strangers than this, and later leaders of the same hash
# with the next so many pictures only.
_MOST_STRANGERS = 1_024


@dataclass(frozen=True, slots=True)
class NearLimits:
    """How close pictures must be: at most so many bits of the hash, and at least this cosine."""

    max_distance: int = 10
    min_score: float = 0.85


@dataclass(frozen=True, slots=True)
class Grouping:
    """For each rank the rank of its leader (its own: none), and how close the two are, (n,) each.

    `crowded` counts leaders that were not compared with everything that has a similar hash.
    """

    leader: NDArray[np.int64]
    distance: NDArray[np.uint8]
    score: NDArray[np.float32]
    crowded: int


@dataclass(frozen=True, slots=True)
class _Pairs:
    """A better picture and a worse one, by rank, (n,) each."""

    better: NDArray[np.int64]
    worse: NDArray[np.int64]
    distance: NDArray[np.uint8]
    score: NDArray[np.float32]

    def __getitem__(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> "_Pairs":
        return _Pairs(
            self.better[chosen], self.worse[chosen], self.distance[chosen], self.score[chosen]
        )


def group_near(
    hashes: Hashes,
    read: ReadEmbeddings,
    limits: NearLimits,
    apart: Iterable[tuple[int, int]] = (),
    agree: Agree | None = None,
) -> Grouping:
    """Group pictures with these hashes (n,), best picture first.

    Pairs of ranks that are `apart` never come into one group; `agree` has the last word on those
    whose hashes and embeddings are close.
    """
    return _Grouper(hashes, read, limits, apart, agree).run()


class _Grouper:
    """The state of one grouping."""

    def __init__(
        self,
        hashes: Hashes,
        read: ReadEmbeddings,
        limits: NearLimits,
        apart: Iterable[tuple[int, int]],
        agree: Agree | None,
    ) -> None:
        self._hashes = hashes
        self._read = read
        self._limits = limits
        self._agree = agree
        self._count = len(hashes)
        unique, self._bucket = np.unique(hashes, return_inverse=True)  # equal hashes
        self._table = HammingTable(unique)
        self._members = np.argsort(self._bucket, kind="stable")  # ranks, by bucket, best first
        self._order = self._bucket[self._members] * self._count + self._members  # ascending
        self._ends = np.cumsum(np.bincount(self._bucket, minlength=len(unique)))
        self._is_crowded = np.zeros(len(unique), dtype=np.bool_)
        pairs = {(min(pair), max(pair)) for pair in apart}
        codes = sorted(better * self._count + worse for better, worse in pairs)
        self._apart = np.array(codes, dtype=np.int64)
        self._strangers: dict[int, set[int]] = {}  # for each picture with a decision
        for better, worse in pairs:
            self._strangers.setdefault(better, set()).add(worse)
            self._strangers.setdefault(worse, set()).add(better)
        self._offers: dict[int, list[tuple[float, int, int]]] = {}  # to pictures with a decision
        self._leader = np.arange(self._count)
        self._distance = np.zeros(self._count, dtype=np.uint8)
        self._score = np.full(self._count, -np.inf, dtype=np.float32)
        self._cut_short = np.zeros(self._count, dtype=np.bool_)

    def run(self) -> Grouping:
        position, asking = 0, _MOST_ASKING
        while position < self._count:
            block = np.arange(position, min(self._count, position + asking))
            block = block[self._leader[block] == block]  # whoever has a leader need not ask
            pairs = self._candidates(block) if len(block) else None
            if pairs is None and len(block) > 1:
                asking = max(1, asking // 4)  # crowded: the first few will take the others in
                continue
            if pairs is not None:
                self._settle(self._compared(pairs))
            position += asking
            asking = min(_MOST_ASKING, asking * 2)
        self._place_decided()
        leads = self._leader == np.arange(self._count)
        self._score[leads] = 1.0
        crowded = int(np.count_nonzero(self._cut_short & leads))
        return Grouping(self._leader, self._distance, self._score, crowded)

    def _candidates(self, block: NDArray[np.int64]) -> _Pairs | None:
        """Worse pictures with hashes close to those of a block; None if they are too many."""
        found: list[_Pairs] = []
        total = 0
        for near in self._table.within(self._hashes[block], self._limits.max_distance):
            asker = block[near.query]
            begin = np.searchsorted(self._order, near.row * self._count + asker, side="right")
            sizes = self._ends[near.row] - begin
            cut = self._is_crowded[near.row] & (sizes > _MOST_STRANGERS)
            sizes[cut] = _MOST_STRANGERS
            self._cut_short[asker[cut]] = True
            total += int(sizes.sum())
            if total > _MOST_PAIRS and len(block) > 1:
                return None
            offsets = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            found.append(
                _Pairs(
                    np.repeat(asker, sizes),
                    self._members[np.repeat(begin, sizes) + offsets],
                    np.repeat(near.distance, sizes),
                    np.empty(len(offsets), dtype=np.float32),
                )
            )
        return self._without_apart(_joined(found))

    def _without_apart(self, pairs: _Pairs) -> _Pairs:
        if not len(self._apart):
            return pairs
        return pairs[~np.isin(pairs.better * self._count + pairs.worse, self._apart)]

    def _compared(self, pairs: _Pairs) -> _Pairs:
        """The pairs whose embeddings agree too, by `better`; compared a window at a time, so that
        a crowd of strangers is given up early.
        """
        pairs = pairs[np.lexsort((pairs.worse, pairs.distance, pairs.better))]
        starts = np.flatnonzero(np.diff(pairs.better, prepend=-1))
        sizes = np.diff(np.append(starts, len(pairs.better)))
        leader = np.repeat(np.arange(len(starts)), sizes)
        place = np.arange(len(leader)) - np.repeat(starts, sizes)
        # Each window is as long as all before it: few turns, and as many strangers as friends.
        window = np.log2(place // _MOST_STRANGERS + 1).astype(np.int64)
        strangers = np.zeros(len(starts), dtype=np.int64)
        found: list[_Pairs] = []
        for turn in range(int(window.max(initial=-1)) + 1):
            now = np.flatnonzero((window == turn) & (strangers[leader] <= _MOST_STRANGERS))
            for start in range(0, len(now), _PAIRS_AT_ONCE):
                part = now[start : start + _PAIRS_AT_ONCE]
                scored = self._scored(pairs[part])
                close = scored.score >= self._limits.min_score
                if self._agree is not None:
                    close[close] = self._agree(scored.better[close], scored.worse[close])
                found.append(scored[close])
                np.add.at(strangers, leader[part[~close]], 1)
        crowded = pairs.better[starts[strangers > _MOST_STRANGERS]]
        self._cut_short[crowded] = True
        self._is_crowded[self._bucket[crowded]] = True
        joined = _joined(found)
        return joined[np.argsort(joined.better, kind="stable")]

    def _scored(self, pairs: _Pairs) -> _Pairs:
        ranks, places = np.unique(np.stack([pairs.better, pairs.worse]), return_inverse=True)
        embeddings = self._read(ranks)
        places = places.reshape(2, -1)
        score = np.einsum("nd,nd->n", embeddings[places[0]], embeddings[places[1]])
        return _Pairs(pairs.better, pairs.worse, pairs.distance, np.minimum(score, 1.0))

    def _settle(self, pairs: _Pairs) -> None:
        """Let each picture of a block that has no leader lead those that are close to it."""
        starts = np.flatnonzero(np.diff(pairs.better, prepend=-1))
        for start, end in pairwise(np.append(starts, len(pairs.better)).tolist()):
            leader = int(pairs.better[start])
            if self._leader[leader] != leader:
                continue
            mine = pairs[np.arange(start, end)]
            for place in np.flatnonzero([int(rank) in self._strangers for rank in mine.worse]):
                offer = (-float(mine.score[place]), int(mine.distance[place]), leader)
                self._offers.setdefault(int(mine.worse[place]), []).append(offer)
            closer = mine.score > self._score[mine.worse]
            equal = mine.score == self._score[mine.worse]
            closer |= equal & (mine.distance < self._distance[mine.worse])
            mine = mine[closer]
            self._leader[mine.worse] = leader
            self._distance[mine.worse] = mine.distance
            self._score[mine.worse] = mine.score

    def _place_decided(self) -> None:
        """Keep apart the members of one group that were decided to be different pictures."""
        placed: dict[int, int] = {}
        for rank in sorted(self._strangers):
            if self._leader[rank] == rank:
                placed[rank] = rank
                continue
            taken = {placed[other] for other in self._strangers[rank] if other in placed}
            offers = (offer for offer in sorted(self._offers[rank]) if offer[2] not in taken)
            score, distance, leader = next(offers, (0.0, 0, rank))
            self._leader[rank] = placed[rank] = leader
            self._distance[rank], self._score[rank] = distance, -score


def _joined(parts: list[_Pairs]) -> _Pairs:
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return _Pairs(none, none, none.astype(np.uint8), none.astype(np.float32))
    return _Pairs(
        np.concatenate([part.better for part in parts]),
        np.concatenate([part.worse for part in parts]),
        np.concatenate([part.distance for part in parts]),
        np.concatenate([part.score for part in parts]),
    )
