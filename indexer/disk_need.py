"""How much disk a change of model takes, said before it begins. Writes nothing."""

import shutil
from dataclasses import dataclass

from indexer.config import IndexConfig

_BYTES_PER_NUMBER = 4
# Of every picture a new row in the catalog, with its captions, its metadata and its entries in the
# catalog's own indexes: an estimate, on the large side for short captions.
_CATALOG_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class DiskNeed:
    """What embedding everything with another model adds, until older generations are dropped."""

    needed_bytes: int
    free_bytes: int

    @property
    def is_met(self) -> bool:
        """Whether there is room."""
        return self.free_bytes >= self.needed_bytes


def disk_need(config: IndexConfig, item_count: int, dim: int) -> DiskNeed:
    """For so many pictures, embedded in so many numbers: the embeddings, an index that holds them
    as they are (the largest there is), and the catalog's rows.
    """
    each_bytes = 2 * dim * _BYTES_PER_NUMBER + _CATALOG_BYTES
    return DiskNeed(item_count * each_bytes, shutil.disk_usage(config.collection_dir()).free)
