"""What the steps of asking pass on: a hit, and what else is known of it. Only data."""

from dataclasses import dataclass

from indexer.duplicates.folding import FoldedHit
from indexer.searcher import Hit


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a question adds to a score: weight × cosine."""

    name: str
    weight: float
    cosine: float

    @property
    def contribution(self) -> float:
        """What it adds."""
        return self.weight * self.cosine


@dataclass(frozen=True, slots=True)
class Why:
    """Why a picture was found: the question's parts, and its ranks, counted from 1."""

    parts: tuple[Part, ...]
    vector_rank: int | None
    keyword_rank: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A picture that was found; `folded` where duplicates are folded.

    `relevance` is the chance that it shows what was asked for, None where nothing can say; `why` is
    there if somebody asked.
    """

    hit: Hit
    folded: FoldedHit | None = None
    relevance: float | None = None
    why: Why | None = None
