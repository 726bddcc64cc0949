"""Terms of a question → embeddings: decode, then encode with everybody else's, timed and off the
event loop. Never fuses, never searches.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.batching import Prepared
from app.embedding_memory import Key, file_key
from app.engine import Engine
from app.failures import FileGoneError, InvalidRequestError
from app.live import Pair
from app.picture_files import read_original
from app.query import ItemTerm, KeptTerm, Term, TextTerm, UploadTerm, VectorTerm
from app.state import ServiceState
from app.stopwatch import Stopwatch
from indexer.searcher import Searcher
from models.config import DecodeLimits
from models.cropping import Box, cropped
from models.encoder import Embeddings, Encoder
from models.errors import ImageDecodeError
from models.images import decode_image


def prepare_upload(
    encoder: Encoder, data: bytes, limits: DecodeLimits, crop: Box | None = None
) -> Prepared:
    """Decode, crop and resize a picture. Returns (3, S, S) uint8; for a decoding thread.

    Raises ImageDecodeError's kinds.
    """
    side = encoder.info.image_size
    if crop is None:
        return encoder.prepare_image(decode_image(data, limits, min_side=side))
    image = decode_image(data, limits, min_side=crop.min_side(side))
    return encoder.prepare_image(cropped(image, crop))


async def embed_upload(
    state: ServiceState, engine: Engine, data: bytes, watch: Stopwatch
) -> Embeddings:
    """Embed one uploaded picture, unless it was asked for before. Returns (1, dim)."""
    return await embed_file(state, engine, data, state.settings.upload_limits(), watch)


async def embed_file(
    state: ServiceState,
    engine: Engine,
    data: bytes,
    limits: DecodeLimits,
    watch: Stopwatch,
    crop: Box | None = None,
) -> Embeddings:
    """Embed a picture's file, or a part of it, unless it was asked for before. Returns (1, dim)."""

    async def encode(_: list[Key]) -> Embeddings:
        with watch.step("decode"):
            prepared = await state.decode.run(prepare_upload, engine.encoder, data, limits, crop)
        with watch.step("encode"):
            return await engine.batcher.encode_prepared([prepared])

    with watch.step("decode"):
        key = await state.decode.run(file_key, data, crop)
    return await engine.memory.recall([key], encode)


async def embed_item(
    state: ServiceState, pair: Pair, term: ItemTerm, watch: Stopwatch
) -> Embeddings:
    """The stored embedding of a picture; a part of one is embedded from its original: (1, dim).

    Raises ImageNotFoundError, FileGoneError and StoreUnreachableError.
    """
    searcher, limits = pair.searcher, state.settings.file_limits()
    if term.crop is None:
        with watch.step("encode"):
            return await state.lookup.run(searcher.embedding, term.image_id)
    with watch.step("decode"):
        item = await state.lookup.run(searcher.item, term.image_id)
        data = await state.fetch.run(read_original, searcher.originals, item, limits)
    try:
        return await embed_file(state, pair.engine, data, limits, watch, term.crop)
    except ImageDecodeError as error:
        raise FileGoneError(item.image_id, f"has changed ({error.reason})") from error


async def embed_terms(
    state: ServiceState, pair: Pair, terms: Sequence[Term], watch: Stopwatch
) -> Embeddings:
    """Embed every term, in order. Returns (len(terms), dim) float32, unit length.

    Raises InvalidRequestError for a raw embedding of another model, KeptPictureGoneError.
    """
    engine, limits = pair.engine, state.settings.upload_limits()
    embeddings = np.empty((len(terms), engine.info.dim), np.float32)
    texts = [(row, term.text) for row, term in enumerate(terms) if isinstance(term, TextTerm)]
    if texts:
        with watch.step("encode"):
            rows = [row for row, _ in texts]
            embeddings[rows] = await engine.embed_texts([text for _, text in texts])
    for row, term in enumerate(terms):
        if isinstance(term, UploadTerm):
            file = await embed_file(state, engine, term.data, limits, watch, term.crop)
            embeddings[row] = file[0]
        elif isinstance(term, ItemTerm):
            embeddings[row] = (await embed_item(state, pair, term, watch))[0]
        elif isinstance(term, KeptTerm):
            embeddings[row] = engine.kept.recall(term.picture_id)
        elif isinstance(term, VectorTerm):
            embeddings[row] = unit_vector(term.numbers, engine.info.dim)
    return embeddings


async def embed_examples(
    state: ServiceState, pair: Pair, image_ids: Sequence[str], watch: Stopwatch
) -> Embeddings:
    """The stored embeddings of pictures, in order: (n, dim). Raises ImageNotFoundError."""
    if not image_ids:
        return np.empty((0, pair.engine.info.dim), np.float32)
    with watch.step("encode"):
        return await state.lookup.run(stored_embeddings, pair.searcher, image_ids)


def stored_embeddings(searcher: Searcher, image_ids: Sequence[str]) -> Embeddings:
    """The embeddings of indexed pictures, in order: (n, dim). Raises ImageNotFoundError."""
    return searcher.embeddings([searcher.item(image_id) for image_id in image_ids])


def unit_vector(numbers: Sequence[float], dim: int) -> NDArray[np.float32]:
    """A raw embedding at unit length, (dim,). Raises InvalidRequestError."""
    if len(numbers) != dim:
        raise InvalidRequestError(
            f"the embedding has {len(numbers):,} numbers; this collection's have {dim:,}"
        )
    wide = np.asarray(numbers, dtype=np.float64)
    largest = float(np.abs(wide).max())
    if not np.isfinite(largest) or largest == 0:
        raise InvalidRequestError("the embedding has no direction")
    wide = wide / largest  # squares of very large or small numbers would not be numbers
    unit: NDArray[np.float32] = (wide / np.linalg.norm(wide)).astype(np.float32)
    return unit
