"""What clients put into the collection → the files that it holds, without opening any of them."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from indexer.catalog.salvage import ASIDE
from indexer.config import IndexConfig
from indexer.found import FoundFile
from indexer.uploads.contents import change_key
from indexer.uploads.naming import UPLOADS, upload_uri
from indexer.uploads.records import Upload
from indexer.uploads.store import UploadStore


@dataclass(slots=True)
class UploadsSource:
    """All pictures that clients put; there whether any was put or not."""

    config: IndexConfig
    uri: str = field(default=UPLOADS, init=False)
    kind: str = field(default="uploads", init=False)

    def files(self) -> Iterator[FoundFile]:
        """List the pictures."""
        with closing(UploadStore(self.config)) as store:
            yield from self.listed(store.all())

    def listed(self, uploads: Iterable[Upload]) -> Iterator[FoundFile]:
        """List these; what was removed is left out."""
        for upload in uploads:
            if upload.content_hash is None:
                continue
            path = self.config.upload_path(upload.content_hash)
            code, reason = None, None
            if not path.is_file():
                code = "not_found"
                reason = "its bytes are gone from the collection's own store: put it again"
                if path.with_name(path.name + ASIDE).is_file():
                    code = "altered"
                    reason = "its bytes are not those that were put: put it again"
            yield FoundFile(
                upload_uri(upload.image_id),
                upload.size_bytes,
                change_key(upload.content_hash),
                code=code,
                reason=reason,
                captions=upload.captions,
                metadata=upload.metadata,
            )
