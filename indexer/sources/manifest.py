"""A manifest on this machine → the files that it names, without opening any of them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.found import FoundFile
from indexer.locations import path_to_uri
from indexer.manifests import ManifestRow, read_manifest
from indexer.sources.refusals import (
    NO_PICTURE,
    is_picture_name,
    no_picture_reason,
    refusal_by_status,
    stat_problem,
)
from models.config import DecodeLimits


@dataclass(slots=True)
class ManifestSource:
    """A CSV or JSONL file that names pictures, relative to itself."""

    path: str
    limits: DecodeLimits
    kind: str = field(default="manifest", init=False)

    @property
    def uri(self) -> str:
        """The manifest's URI."""
        return path_to_uri(self.path)

    def files(self) -> Iterator[FoundFile]:
        """List the files, one for each row. Raises ManifestError."""
        folder = Path(self.path).parent
        for row in read_manifest(self.path):
            if row.problem is not None:
                uri = f"{self.uri}#row={row.number}"
                yield FoundFile(uri, code="bad_row", reason=row.problem)
            else:
                yield self._listed(row, folder)

    def _listed(self, row: ManifestRow, folder: Path) -> FoundFile:
        path = Path(os.path.normpath(folder / row.file))
        uri = path_to_uri(path)
        try:
            status = path.stat()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            code, reason = stat_problem(error)
            return FoundFile(uri, None, None, code, reason, row.captions, row.metadata)
        if is_picture_name(path.name):
            refusal = refusal_by_status(status, self.limits)
        else:
            refusal = NO_PICTURE, no_picture_reason(path.name)
        return FoundFile(
            uri,
            status.st_size,
            status.st_mtime_ns,
            code=refusal[0],
            reason=refusal[1],
            captions=row.captions,
            metadata=row.metadata,
        )
