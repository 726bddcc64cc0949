"""The lock of a collection: one writer at a time. The system lets go of it with the process."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from indexer.config import IndexConfig
from indexer.errors import CollectionBusyError


@contextmanager
def locked(config: IndexConfig) -> Iterator[None]:
    """Be the only writer of the collection. Raises CollectionBusyError if another one is."""
    config.collection_dir().mkdir(parents=True, exist_ok=True)
    lock = FileLock(config.lock_path(), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise CollectionBusyError(config.collection) from error
    try:
        yield
    finally:
        lock.release()
