"""What is staged for an index: which vectors are new, which are gone, which there are at all.

Pictures and captions are staged in ways of their own; the parts of an index are built from both
alike. A protocol; does nothing.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.staging import ItemVectors


class StagedVectors(Protocol):
    """The vectors of the next generation, against those of the newest one."""

    def all_vectors(self) -> ItemVectors:
        """Those of the whole next generation."""
        ...

    def new_vectors(self) -> ItemVectors:
        """Those that the newest generation does not have."""
        ...

    def closed(self) -> NDArray[np.int64]:
        """The ids (n,) that only the generations before have."""
        ...

    def vector_rows_of(self, item_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The vector rows (n,) of ids that are known already, in order."""
        ...

    def captions(self, item_ids: list[int]) -> list[str]:
        """Texts that say what these ids show, for measuring recall."""
        ...
