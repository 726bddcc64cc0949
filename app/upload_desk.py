"""What the service does with pictures that clients put: keeps them, and queues the job that takes
them in. Indexes nothing, and answers no request itself.
"""

import logging
from dataclasses import dataclass

from pydantic import JsonValue

from app.settings import Settings
from app.threads import BoundedThreads
from app.upload_schemas import PutQuestion
from indexer.config import IndexConfig, list_collections
from indexer.errors import CollectionNotFoundError, ImageNotFoundError, IndexerError
from indexer.jobs.board import JobBoard
from indexer.uploads.ownership import check_no_source_has
from indexer.uploads.records import PutResult, Standing, Upload
from indexer.uploads.store import UploadStore
from models.config import DecodeLimits

logger = logging.getLogger("sightline")

_THREADS = 2  # each waits for the disk most of the time


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a change, and the job that publishes it, None if it is published."""

    result: PutResult
    job_id: int | None


class UploadDesk:
    """Made with the service and closed with it. `board` belongs to whoever made it."""

    def __init__(self, settings: Settings, board: JobBoard) -> None:
        self.threads = BoundedThreads(
            "uploads", _THREADS, settings.queue_length, settings.queue_wait_s
        )
        self._settings = settings
        self._board = board
        self._stores: dict[str, UploadStore] = {}

    @property
    def limits(self) -> DecodeLimits:
        """What may be put: what may come in a request and may be indexed too."""
        sent, indexed = self._settings.upload_limits(), self._settings.file_limits()
        return DecodeLimits(
            max_pixels=min(sent.max_pixels, indexed.max_pixels),
            max_bytes=min(sent.max_bytes, indexed.max_bytes),
        )

    def put(self, collection: str, image_id: str, put: PutQuestion, *, create: bool) -> Receipt:
        """Keep a picture, or change one; its bytes are known to be a picture. For a thread.

        Raises CollectionNotFoundError without `create`, ImageOfSourceError, ImageNotFoundError,
        ConfigError or DiskFullError.
        """
        store = self._store(collection, create=create)
        check_no_source_has(store.config, image_id)
        result = store.put(image_id, put.data, put.captions, _plain(put.metadata))
        if result.published_in is not None:
            return Receipt(result, None)
        return Receipt(result, self._board.add_uploads(collection).job_id)

    def remove(self, collection: str, image_id: str) -> tuple[Upload, int]:
        """Forget a picture. Returns it and the job that publishes that. For a thread.

        Raises CollectionNotFoundError, ImageOfSourceError or ImageNotFoundError.
        """
        store = self._store(collection, create=False)
        try:
            removed = store.remove(image_id)
        except ImageNotFoundError:
            check_no_source_has(store.config, image_id)
            raise
        return removed, self._board.add_uploads(collection).job_id

    def take_up(self) -> None:
        """Queue what clients put before and no job will take in; when the service starts. For a
        thread.
        """
        for collection in list_collections(self._settings.data_dir):
            try:
                standing = self.standing(collection)
                if standing.version > standing.taken:
                    job = self._board.add_uploads_again(collection)
                    if job is not None:
                        logger.info("job %d takes in what was put before", job.job_id)
            except IndexerError as error:
                logger.warning("what was put into %s is not taken in: %s", collection, error)

    def standing(self, collection: str) -> Standing:
        """How far the changes of a collection are published. For a thread."""
        return self._store(collection, create=True).standing()

    def close(self) -> None:
        """Accept nothing more."""
        self.threads.close()
        for store in self._stores.values():
            store.close()

    def _store(self, collection: str, *, create: bool) -> UploadStore:
        store = self._stores.get(collection)
        if store is None:
            config = IndexConfig(self._settings.data_dir, collection)
            store = UploadStore(config)
            is_there = store.exists() or config.catalog_path().is_file()
            if not (create or is_there or collection == self._settings.collection):
                raise CollectionNotFoundError(collection)
            store = self._stores.setdefault(collection, store)
        return store


def _plain(metadata: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
    return None if metadata is None else dict(metadata)
