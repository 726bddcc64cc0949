"""What the steps of asking pass on: a hit, and what else is known of it. Only data."""

from dataclasses import dataclass

from indexer.duplicates.folding import FoldedHit
from indexer.searcher import Hit


@dataclass(frozen=True, slots=True)
class Answer:
    """A picture that was found; `folded` where duplicates are folded."""

    hit: Hit
    folded: FoldedHit | None = None
