"""Where a collection lives and how it is indexed: a frozen value, made once at start-up.

Knows the layout of the data directory, and nothing of what is in the files. Reads no environment.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import ConfigError
from indexer.merge_policy import MergePolicy
from indexer.vector_index.kinds import AUTO, KINDS
from models.config import DecodeLimits

DEFAULT_COLLECTION = "default"
# A collection's name is a directory name and a part of URLs: nothing that needs escaping in either.
COLLECTION_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def available_cores() -> int:
    """How many cores this process may use, which in a container is fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """One collection in one data directory. Raises ConfigError for a name that is not allowed."""

    data_dir: Path
    collection: str = DEFAULT_COLLECTION
    decode_workers: int = field(default_factory=available_cores)
    batch_size: int = 64
    limits: DecodeLimits = field(default_factory=DecodeLimits)
    thumbnails: bool = True
    file_facts: bool = True
    embed_captions: bool = True
    thumbnail_side: int = 384
    # The kind of index, "auto" for the one that suits the size; what an approximate one must find.
    index_kind: str = AUTO
    wanted_recall: float = 0.99
    # The current generation, one to go back to, and one more for whoever is still reading it.
    kept_generations: int = 3
    merge_policy: MergePolicy = field(default_factory=MergePolicy)

    def __post_init__(self) -> None:
        if not COLLECTION_NAME.fullmatch(self.collection):
            raise ConfigError(
                f"{self.collection!r} cannot name a collection: use 1 to 64 of a-z, 0-9, "
                "'-' and '_', beginning with a letter or a digit"
            )
        counts = ("decode_workers", "batch_size", "thumbnail_side", "kept_generations")
        if any(getattr(self, name) < 1 for name in counts):
            raise ConfigError(f"{', '.join(counts)} must be at least 1")
        if self.index_kind not in (AUTO, *KINDS):
            raise ConfigError(f"index_kind must be one of {', '.join((AUTO, *KINDS))}")
        if not 0 < self.wanted_recall <= 1:
            raise ConfigError("wanted_recall must be above 0 and at most 1")

    def collection_dir(self) -> Path:
        """The directory that holds everything of this collection."""
        return self.data_dir / "collections" / self.collection

    def decode_side(self, image_size: int) -> int:
        """Pixels that the short side of a decoded picture must keep, for model and thumbnail."""
        return max(image_size, self.thumbnail_side // 2)

    def catalog_path(self) -> Path:
        """The SQLite file."""
        return self.collection_dir() / "catalog.sqlite"

    def duplicates_path(self) -> Path:
        """The SQLite file of duplicates and of what was decided of them."""
        return self.collection_dir() / "duplicates.sqlite"

    def uploads_path(self) -> Path:
        """The SQLite file of the pictures that clients put."""
        return self.collection_dir() / "uploads.sqlite"

    def uploads_dir(self) -> Path:
        """The parent of the bytes of the pictures that clients put."""
        return self.collection_dir() / "uploads"

    def upload_path(self, content_hash: str) -> Path:
        """The bytes of a picture that a client put."""
        return self.uploads_dir() / content_hash[:2] / content_hash

    def lock_path(self) -> Path:
        """The file that the one indexer at work holds locked."""
        return self.collection_dir() / "index.lock"

    def vectors_dir(self, fingerprint: str) -> Path:
        """The segments of one model's embeddings."""
        return self.collection_dir() / "vectors" / fingerprint

    def generations_dir(self) -> Path:
        """The parent of all generations' files."""
        return self.collection_dir() / "generations"

    def generation_dir(self, generation: int) -> Path:
        """The files of one generation."""
        return self.generations_dir() / f"{generation:06d}"

    def shards_dir(self) -> Path:
        """The kept listings of tar shards."""
        return self.collection_dir() / "shards"

    def shard_index_path(self, shard_uri: str) -> Path:
        """The kept listing of one tar shard."""
        name = hashlib.blake2b(shard_uri.encode(), digest_size=16).hexdigest()
        return self.shards_dir() / f"{name}.jsonl"

    def thumbnail_path(self, content_hash: str) -> Path:
        """The thumbnail of a content; two letters of its hash keep directories small."""
        return self.collection_dir() / "thumbnails" / content_hash[:2] / f"{content_hash}.jpg"


def list_collections(data_dir: Path) -> list[str]:
    """The names of the collections in a data directory, sorted; none if there is no directory."""
    parent = data_dir / "collections"
    if not parent.is_dir():
        return []
    return sorted(
        entry.name
        for entry in parent.iterdir()
        if COLLECTION_NAME.fullmatch(entry.name) and (entry / "catalog.sqlite").is_file()
    )
