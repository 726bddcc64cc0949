"""Equal pixels → groups, the best picture first. Equal bytes have one content hash anyway."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.duplicates.grouping import Grouping


def group_identical(pixel_hashes: NDArray[np.bytes_], apart: Sequence[tuple[int, int]]) -> Grouping:
    """Group contents of equal pixel hashes (n,), best first; an empty hash equals no other.

    Pairs of ranks that are `apart` never come into one group.
    """
    count = len(pixel_hashes)
    leader = np.arange(count)
    known = np.flatnonzero(pixel_hashes != b"")
    _, first, group = np.unique(pixel_hashes[known], return_index=True, return_inverse=True)
    leader[known] = known[first][group]
    strangers: dict[int, set[int]] = {}
    for one, other in apart:
        strangers.setdefault(one, set()).add(other)
        strangers.setdefault(other, set()).add(one)
    for rank in sorted(strangers):  # the worse of two leaves, and is compared as it then stands
        if any(other < rank and leader[other] == leader[rank] for other in strangers[rank]):
            leader[rank] = rank
    return Grouping(leader, np.zeros(count, np.uint8), np.ones(count, np.float32), 0)
