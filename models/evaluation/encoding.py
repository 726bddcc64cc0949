"""Picture files → embeddings, for measuring. Decodes in threads a bounded number of batches ahead
while the model is at work; a file that is no picture is left out, with the reason. Never lists
folders and never reads manifests.
"""

import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.config import DecodeLimits
from models.encoder import Embeddings, Encoder
from models.errors import ImageDecodeError, ImageFileTooLargeError
from models.images import DecodedImage, decode_image

_BATCHES_AHEAD = 2  # one is waiting while the next is being decoded

Prepared = NDArray[np.uint8]  # (3, S, S)


@dataclass(frozen=True, slots=True)
class SkippedPicture:
    """A picture that was not measured, and why: `code` is stable, `reason` is a sentence."""

    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class EncodedPictures:
    """Embeddings (n, dim) of the paths number `kept` (n,), in order, and what was left out."""

    embeddings: Embeddings
    kept: NDArray[np.int64]
    skipped: tuple[SkippedPicture, ...]


def encode_pictures(
    encoder: Encoder,
    paths: Sequence[Path],
    limits: DecodeLimits | None = None,
    *,
    workers: int = 1,
    batch_size: int = 64,
    on_progress: Callable[[int], None] | None = None,
) -> EncodedPictures:
    """Encode picture files; `on_progress` is told how many have been read.

    Raises EncodeError if the model fails.
    """
    limits = limits or DecodeLimits()
    prepare = partial(_prepare, encoder, limits)
    embeddings, kept, skipped = [np.zeros((0, encoder.info.dim), np.float32)], [], []
    done = 0
    for batch in _batches(prepare, paths, workers, batch_size):
        pixels = [one for one in batch if not isinstance(one, SkippedPicture)]
        skipped += [one for one in batch if isinstance(one, SkippedPicture)]
        kept += [
            number
            for number, one in enumerate(batch, start=done)
            if not isinstance(one, SkippedPicture)
        ]
        if pixels:
            embeddings.append(encoder.encode_prepared(np.stack(pixels)))
        done += len(batch)
        if on_progress is not None:
            on_progress(done)
    return EncodedPictures(
        np.concatenate(embeddings), np.array(kept, dtype=np.int64), tuple(skipped)
    )


def _prepare(encoder: Encoder, limits: DecodeLimits, path: Path) -> Prepared | SkippedPicture:
    """What a thread does with one file."""
    try:
        return encoder.prepare_image(decode_file(path, limits, encoder.info.image_size))
    except ImageDecodeError as error:
        return SkippedPicture(shown_path(path), error.code, error.reason)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return SkippedPicture(shown_path(path), "unreadable", reason)


def decode_file(path: Path, limits: DecodeLimits, side: int) -> DecodedImage:
    """Decode a regular file within limits. Raises OSError or ImageDecodeError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # a pipe would wait for a writer
        raise ImageDecodeError("it is not a regular file")
    if status.st_size > limits.max_bytes:
        raise ImageFileTooLargeError(status.st_size, limits.max_bytes)
    return decode_image(path.read_bytes(), limits, min_side=side)


def shown_path(path: Path) -> str:
    """The path as text that any file can hold, whatever bytes its name has."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _batches(
    prepare: Callable[[Path], Prepared | SkippedPicture],
    paths: Sequence[Path],
    workers: int,
    batch_size: int,
) -> Iterator[list[Prepared | SkippedPicture]]:
    waiting: deque[list[Future[Prepared | SkippedPicture]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decode")
    try:
        for start in range(0, len(paths), batch_size):
            batch = paths[start : start + batch_size]
            waiting.append([pool.submit(prepare, path) for path in batch])
            if len(waiting) > _BATCHES_AHEAD:
                yield [future.result() for future in waiting.popleft()]
        while waiting:
            yield [future.result() for future in waiting.popleft()]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
