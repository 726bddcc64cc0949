"""Append-only segments of one model's embeddings: plain float32 rows on disk.

Which rows are valid is the catalog's knowledge: bytes are made durable here before a row of the
catalog refers to them, and whatever lies behind the last such row is overwritten. Never deletes.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.durability import sync_directory
from models.encoder import Embeddings

# 65,536 rows of 512 numbers are 128 MiB: few files for a million pictures, small enough to copy.
SEGMENT_ROWS = 65_536
_BYTES_PER_NUMBER = 4
_CHECKSUM_BYTES = 16
# How many rows are in memory at once while an index is built: 16 MiB at 512 numbers.
_BLOCK_ROWS = 8_192


class VectorsMissingError(Exception):
    """A segment does not hold the rows that the catalog says it holds: .reason"""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """Rows of one segment that were written together; no checksum if nobody has kept one."""

    first_row: int
    row_count: int
    checksum: str | None


class VectorStore:
    """The embeddings of one model, by row number."""

    def __init__(self, directory: Path, dim: int) -> None:
        self._directory = directory
        self._dim = dim
        self._row_bytes = dim * _BYTES_PER_NUMBER

    def append(self, start_row: int, embeddings: Embeddings) -> list[WrittenRows]:
        """Write (n, dim) embeddings as the rows from `start_row` on, durably.

        Returns what was written, by segment.
        """
        created = not self._directory.is_dir()
        self._directory.mkdir(parents=True, exist_ok=True)
        row = start_row
        written = []
        while len(embeddings):
            segment, offset = divmod(row, SEGMENT_ROWS)
            part = embeddings[: SEGMENT_ROWS - offset]
            created |= not self._segment(segment).exists()
            self._write(segment, offset, part)
            written.append(WrittenRows(row, len(part), _checksum(part)))
            embeddings, row = embeddings[len(part) :], row + len(part)
        if created:
            sync_directory(self._directory)
            sync_directory(self._directory.parent)
        return written

    def read(self, rows: NDArray[np.int64]) -> Embeddings:
        """The embeddings (n, dim) of these rows, in order. Raises VectorsMissingError."""
        result = np.empty((len(rows), self._dim), dtype=np.float32)
        segments = rows // SEGMENT_ROWS
        for segment in np.unique(segments):
            chosen = np.flatnonzero(segments == segment)
            result[chosen] = self._read_segment(int(segment), rows[chosen] % SEGMENT_ROWS)
        return result

    def blocks(
        self, ids: NDArray[np.int64], rows: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], Embeddings]]:
        """Ids with their embeddings, a bounded number at a time."""
        for start in range(0, len(rows), _BLOCK_ROWS):
            part = slice(start, start + _BLOCK_ROWS)
            yield ids[part], self.read(rows[part])

    def check_rows(self, written: WrittenRows) -> None:
        """See that rows are as they were written, bit by bit; without a checksum, that they are
        there. Raises VectorsMissingError.
        """
        segment, offset = divmod(written.first_row, SEGMENT_ROWS)
        last = offset + written.row_count - 1
        held = self._read_segment(segment, np.arange(offset, last + 1))
        if written.checksum is not None and _checksum(held) != written.checksum:
            raise VectorsMissingError(
                f"{segment_name(segment)} was altered, in rows {offset} to {last}"
            )

    def check(self, needs: Mapping[str, int]) -> None:
        """See that the segments hold what `needs` says, by size. Raises VectorsMissingError."""
        for name, row_count in needs.items():
            try:
                size_bytes = (self._directory / name).stat().st_size
            except OSError as error:
                raise VectorsMissingError(f"{name} is missing") from error
            if size_bytes < row_count * self._row_bytes:
                raise VectorsMissingError(
                    f"{name} has {size_bytes} bytes, {row_count * self._row_bytes} are needed"
                )

    def _write(self, segment: int, offset: int, embeddings: Embeddings) -> None:
        data = memoryview(np.ascontiguousarray(embeddings, dtype="<f4").data).cast("B")
        descriptor = os.open(self._segment(segment), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            position = offset * self._row_bytes
            while data:
                written = os.pwrite(descriptor, data, position)
                data, position = data[written:], position + written
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _read_segment(self, segment: int, offsets: NDArray[np.int64]) -> Embeddings:
        """Rows (n, dim) of one segment, which is mapped for this moment only."""
        path = self._segment(segment)
        try:
            mapped = np.memmap(path, dtype="<f4", mode="r")
            rows = mapped[: mapped.size // self._dim * self._dim].reshape(-1, self._dim)
            return np.asarray(rows[offsets], dtype=np.float32)
        except (OSError, ValueError, IndexError) as error:
            raise VectorsMissingError(f"{path.name} cannot be read: {error}") from error

    def _segment(self, segment: int) -> Path:
        return self._directory / segment_name(segment)


def _checksum(embeddings: Embeddings) -> str:
    data = np.ascontiguousarray(embeddings, dtype="<f4").data.cast("B")
    return hashlib.blake2b(data, digest_size=_CHECKSUM_BYTES).hexdigest()


def segment_of(row: int) -> int:
    """The segment that a row lies in."""
    return row // SEGMENT_ROWS


def segment_name(segment: int) -> str:
    """The file name of a segment."""
    return f"segment-{segment:06d}.f32"
