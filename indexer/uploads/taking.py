"""What clients put and removed → the look at a collection's sources, and on record once published.

Every index run takes in what is pending, so pictures that were put live beside those of folders,
whoever runs. Publishes nothing itself.
"""

from indexer.catalog.connection import Database
from indexer.catalog.scan import Scan
from indexer.config import IndexConfig
from indexer.errors import SourceError
from indexer.sources.uploads import UploadsSource
from indexer.uploads.naming import UPLOADS, upload_uri
from indexer.uploads.store import UploadStore

_IS_SHOWN = f"""
SELECT EXISTS (SELECT 1 FROM items WHERE content_hash = ? AND source = '{UPLOADS}')"""


class UploadsTaking:
    """The pictures that clients put, in one run."""

    def __init__(self, config: IndexConfig) -> None:
        self._config = config
        self._store = UploadStore(config)
        self._source = UploadsSource(config)
        self._upto: int | None = None

    def any(self) -> bool:
        """Whether clients ever put a picture here."""
        return self._store.exists()

    def look(self, scan: Scan, *, whole: bool, allow_empty: bool) -> None:
        """Add what is pending to the look, or with `whole` all that there is.

        Raises SourceError if pictures are known and the file that says what was put is gone.
        """
        if not self._store.exists():
            known = scan.indexed_before(UPLOADS)
            if known and not allow_empty:
                raise SourceError(
                    str(self._config.uploads_path()),
                    f"it is gone, and with it {known} pictures that were put, so nothing was "
                    "changed; if that is meant, say so with --allow-empty",
                )
            if known:
                scan.add(UPLOADS, self._source.kind, ())
            return
        self._upto = self._store.standing().version
        if whole or not scan.knows(UPLOADS):
            scan.add(UPLOADS, self._source.kind, self._source.listed(self._store.all()))
            return
        pending = self._store.pending(self._upto)
        parts = [upload_uri(upload.image_id) for upload in pending]
        scan.add_parts(UPLOADS, self._source.kind, parts, self._source.listed(pending))

    def published(self, generation: int | None) -> None:
        """All that was looked at is in the newest generation, or made no difference to it."""
        if self._upto is not None:
            self._store.took(self._upto, generation)

    def tidy(self, database: Database, *, look_at_all: bool) -> None:
        """Delete the bytes that neither a picture nor a kept generation needs any more."""
        if self._store.exists():
            self._store.drop_loose(
                lambda content_hash: bool(database.value(_IS_SHOWN, (content_hash,))),
                look_at_all=look_at_all,
            )

    def close(self) -> None:
        """Close the file."""
        self._store.close()
