"""A local model and a local collection, for the commands that ask without a server. Prints
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.failures import InvalidRequestError, ModelNotHereError
from app.settings import Settings

if TYPE_CHECKING:
    from indexer.searcher import Searcher
    from models.encoder import Encoder
    from models.images import DecodedImage


@contextmanager
def open_searcher(settings: Settings) -> Iterator[Searcher]:
    """The current generation of the configured collection, closed when the block ends.

    Raises CollectionNotFoundError, NoGenerationError, GenerationDamagedError.
    """
    from indexer.config import IndexConfig
    from indexer.searcher import Searcher

    searcher = Searcher.open(
        IndexConfig(data_dir=settings.data_dir, collection=settings.collection)
    )
    try:
        yield searcher
    finally:
        searcher.close()


def load_model(settings: Settings) -> Encoder:
    """The configured model. Raises ModelLoadError."""
    from models.loading import load_encoder

    return load_encoder(settings.model_choice())


def load_model_of(settings: Settings, searcher: Searcher) -> Encoder:
    """The model that the settings name, else the one that the searcher's generation was made with.

    Raises ModelLoadError, ModelNotHereError if the model of that name has other weights now, or
    FingerprintMismatchError if the settings name another one.
    """
    from app.model_choice import model_of
    from models.loading import load_encoder

    record = searcher.record
    if settings.model is not None:
        encoder = load_encoder(settings.model_choice())
        searcher.check_fingerprint(encoder.info.fingerprint)
        return encoder
    encoder = load_encoder(model_of(settings, record))
    if encoder.info.fingerprint != record.fingerprint:
        found = encoder.info.fingerprint
        raise ModelNotHereError.other_weights(settings.collection, record, found)
    return encoder


def read_picture(settings: Settings, path: Path, side: int) -> DecodedImage:
    """Decode a picture's file. Raises InvalidRequestError, or why it is no picture."""
    from models.errors import ImageDecodeError
    from models.images import decode_image

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(f"cannot read {path}: {error.strerror}") from error
    try:
        return decode_image(data, settings.file_limits(), min_side=side)
    except ImageDecodeError as error:
        raise InvalidRequestError(f"cannot use {path}: {error.reason}") from error
