"""Read → decode in a bounded pool → batches → encode → commit.

Threads read, hash, decode and prepare pictures a bounded number ahead (Pillow and hashing run
outside the interpreter's lock) while this thread encodes; what is encoded is committed about once
a second, so a run that is killed loses no more than that. Publishes nothing.
"""

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.files import FileState, FileTable, KnownContents, KnownModel, Picture
from indexer.config import IndexConfig
from indexer.duplicates.hashes import picture_hashes
from indexer.encoding import encode_each
from indexer.lookahead import map_ahead
from indexer.originals import Originals
from indexer.progress import Progress
from indexer.recognition import read_unknown
from indexer.thumbnails import store_thumbnail
from indexer.vector_store import VectorStore, WrittenRows
from models.encoder import Embeddings, Encoder
from models.errors import EncodeError, ImageDecodeError
from models.images import decode_image

# A commit waits for the disk twice. Once a second that is no burden; so many rows at once are
# still few megabytes.
_COMMIT_INTERVAL_S = 1.0
_COMMIT_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A file as a worker leaves it; `pixels` and `picture` are None if nothing is to be encoded."""

    file: FileState
    picture: Picture | None = None
    pixels: NDArray[np.uint8] | None = None


@dataclass(slots=True)
class _Uncommitted:
    """What is known and not yet in the catalog."""

    files: list[FileState] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    embeddings: list[Embeddings] = field(default_factory=list)


@dataclass(slots=True)
class PipelineCounts:
    """What had to be done."""

    decoded: int = 0
    encoded: int = 0


class Pipeline:
    """Brings files and their embeddings into the catalog. Runs once."""

    def __init__(
        self,
        config: IndexConfig,
        table: FileTable,
        known: KnownContents,
        model: KnownModel,
        encoder: Encoder,
        progress: Progress,
    ) -> None:
        self._config = config
        self._originals = Originals(config)
        self._table = table
        self._known = known
        self._model = model
        self._encoder = encoder
        self._progress = progress
        self._min_side = config.decode_side(encoder.info.image_size)
        self._store = VectorStore(config.vectors_dir(model.fingerprint), model.dim)
        self._next_row = table.rows.next_row(model.model_id)
        self._batch: dict[str, _Prepared] = {}  # by content hash: equal pictures are encoded once
        self._batch_files: list[FileState] = []
        self._uncommitted = _Uncommitted()
        self._committed_at_s = time.monotonic()
        self._counts = PipelineCounts()

    def run(self, uris: Iterable[str]) -> PipelineCounts:
        """Bring all these files in. Raises EncodeError if the model works on no picture at all."""
        config = self._config
        ahead = 2 * (config.batch_size + config.decode_workers)
        with closing(
            map_ahead(self._prepare, uris, workers=config.decode_workers, ahead=ahead)
        ) as prepared_files:
            for prepared in prepared_files:
                self._take(prepared)
        self._encode_batch()
        self._commit()
        return self._counts

    def _prepare(self, uri: str) -> _Prepared:
        """What a worker does with one file."""
        read = read_unknown(uri, self._originals, self._known)
        content_hash = read.state.content_hash
        if read.data is None or content_hash is None:
            return _Prepared(read.state)
        try:
            image = decode_image(
                read.data,
                self._config.limits,
                min_side=self._min_side,
                facts=self._config.file_facts,
            )
        except ImageDecodeError as error:
            return _Prepared(replace(read.state, code=error.code, reason=error.reason))
        if self._config.thumbnails:
            store_thumbnail(self._config, content_hash, image)
        return _Prepared(
            read.state,
            Picture(
                content_hash,
                image.width,
                image.height,
                image.format,
                picture_hashes(image),
                {} if image.facts is None else image.facts.known(),
            ),
            self._encoder.prepare_image(image),
        )

    def _take(self, prepared: _Prepared) -> None:
        content_hash = prepared.file.content_hash
        if prepared.pixels is None or content_hash is None:
            self._uncommitted.files.append(prepared.file)
        else:
            self._counts.decoded += 1
            self._batch_files.append(prepared.file)
            self._batch.setdefault(content_hash, prepared)
            if len(self._batch) >= self._config.batch_size:
                self._encode_batch()
        waited_s = time.monotonic() - self._committed_at_s
        if waited_s >= _COMMIT_INTERVAL_S or len(self._uncommitted.files) >= _COMMIT_ROWS:
            self._commit()

    def _encode_batch(self) -> None:
        """Encode what is new in the batch; its files then wait to be committed."""
        done = self._table.embedded(self._model.model_id, list(self._batch))
        done |= self._batch.keys() & self._uncommitted.pictures.keys()
        fresh = [p for content_hash, p in self._batch.items() if content_hash not in done]
        pixels = [p.pixels for p in fresh if p.pixels is not None]
        failures: dict[str, EncodeError] = {}
        for prepared, result in zip(fresh, encode_each(self._encoder, pixels), strict=True):
            assert prepared.picture is not None
            if isinstance(result, EncodeError):
                failures[prepared.picture.content_hash] = result
            else:
                self._uncommitted.embeddings.append(result)
                self._uncommitted.pictures[prepared.picture.content_hash] = prepared.picture
                self._counts.encoded += 1
        self._uncommitted.files += [_with_failure(file, failures) for file in self._batch_files]
        self._batch, self._batch_files = {}, []

    def _commit(self) -> None:
        """First the vectors, durably, then the rows that refer to them, in one transaction."""
        waiting, self._uncommitted = self._uncommitted, _Uncommitted()
        if waiting.files:
            written: list[WrittenRows] = []
            if waiting.embeddings:
                written = self._store.append(self._next_row, np.stack(waiting.embeddings))
            rows = enumerate(waiting.pictures, start=self._next_row)
            self._table.record(
                waiting.files,
                waiting.pictures.values(),
                self._model.model_id,
                ((content_hash, row) for row, content_hash in rows),
                written,
            )
            self._next_row += len(waiting.pictures)
            skipped = sum(file.code is not None for file in waiting.files)
            self._progress.advance(len(waiting.files), skipped)
        self._committed_at_s = time.monotonic()


def _with_failure(file: FileState, failures: dict[str, EncodeError]) -> FileState:
    error = failures.get(file.content_hash or "")
    return file if error is None else replace(file, code="encode_failed", reason=error.reason)
