"""Rankings of the same pictures by different means → one ranking, by their ranks alone.

Reciprocal rank fusion: a picture's fused score is the sum of 1 / (60 + its rank) over the rankings
that have it (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and
individual Rank Learning Methods", SIGIR 2009; 60 is theirs). Cosines and BM25 scores are never
added up: they have no common unit. Knows no item and no index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_RANK_OFFSET = 60
# How deep each ranking is fused. The same for any number of hits, so that an answer to more begins
# with the answer to fewer: a picture's place deep in one ranking moves it among those of the other.
FUSED_DEPTH = 1000


class Mode(StrEnum):
    """By what pictures are ranked: embeddings, words of captions, or both fused."""

    VECTOR = "vector"
    KEYWORD = "keyword"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where a picture stood in each ranking, counted from 1, and what that makes together."""

    vector: int | None
    keyword: int | None
    fused: float


def fuse_ranks(
    vector: Sequence[int], keyword: Sequence[int], top_k: int
) -> list[tuple[int, Ranks]]:
    """Two rankings of ids, best first → the best of both, best first; the earlier id wins a tie."""
    places = [{key: rank for rank, key in enumerate(ids, start=1)} for ids in (vector, keyword)]
    fused = {
        key: Ranks(
            places[0].get(key),
            places[1].get(key),
            sum(1 / (_RANK_OFFSET + place[key]) for place in places if key in place),
        )
        for key in dict.fromkeys([*vector, *keyword])
    }
    return sorted(fused.items(), key=lambda entry: -entry[1].fused)[:top_k]
