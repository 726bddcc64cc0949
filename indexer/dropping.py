"""Dropping old generations: their rows first, then the files that nothing refers to any more.

One that somebody has open, and the current one, are never dropped. A crash in between leaves files
that the next index run removes. Publishes nothing.
"""

import fcntl
import os
import shutil
from pathlib import Path

from indexer.catalog import publication, retention
from indexer.catalog.connection import Database
from indexer.config import IndexConfig
from indexer.generation import MANIFEST_FILE


def drop_old(
    config: IndexConfig, database: Database, keep: int, kept_model_id: int | None = None
) -> list[int]:
    """Drop all but the last `keep` generations. Returns the numbers of those that are gone.

    The models that only they were made with go too, except `kept_model_id`.
    """
    kept = retention.kept_generations(database)
    return drop(config, database, kept[: max(0, len(kept) - keep)], kept_model_id)


def drop(
    config: IndexConfig, database: Database, numbers: list[int], kept_model_id: int | None = None
) -> list[int]:
    """Drop these generations. Returns the numbers of those that are gone."""
    current = publication.current_generation(database)
    leases = {
        number: _lease_for_dropping(config, number) for number in numbers if number != current
    }
    try:
        dropped = [number for number, lease in leases.items() if lease is not None]
        if not dropped:
            return []
        for content_hash in retention.drop_generations(database, dropped):
            config.thumbnail_path(content_hash).unlink(missing_ok=True)
        retention.drop_unused_models(database, kept_model_id)
        remove_orphans(config, database)
        gone = set(dropped) - set(retention.kept_generations(database))
        return sorted(gone)
    finally:
        for lease in leases.values():
            if lease is not None and lease >= 0:
                os.close(lease)


def remove_orphans(config: IndexConfig, database: Database) -> None:
    """Remove generation and vector directories that the catalog does not know."""
    known = {f"{number:06d}" for number in retention.kept_generations(database)}
    _remove_others(config.generations_dir(), known)
    _remove_others(config.vectors_dir(""), retention.known_fingerprints(database))


def _remove_others(parent: Path, known: set[str]) -> None:
    if parent.is_dir():
        for entry in parent.iterdir():
            if entry.name not in known:
                shutil.rmtree(entry)


def _lease_for_dropping(config: IndexConfig, number: int) -> int | None:
    """The exclusive lease of a generation, -1 if its files are gone, None if it is being read."""
    try:
        lease = os.open(config.generation_dir(number) / MANIFEST_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return -1
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lease)
        return None
    return lease
