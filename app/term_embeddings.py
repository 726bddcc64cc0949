"""Terms of a question → embeddings: decode, then encode with everybody else's, timed and off the
event loop. Never fuses, never searches.
"""

from collections.abc import Sequence

import numpy as np

from app.batching import Prepared
from app.embedding_memory import Key, picture_key
from app.engine import Engine
from app.live import Pair
from app.query import ItemTerm, Term, TextTerm, UploadTerm
from app.state import ServiceState
from app.stopwatch import Stopwatch
from models.config import DecodeLimits
from models.encoder import Embeddings, Encoder
from models.images import decode_image


def prepare_upload(encoder: Encoder, data: bytes, limits: DecodeLimits) -> Prepared:
    """Decode and resize an uploaded picture. Returns (3, S, S) uint8; for a decoding thread.

    Raises ImageDecodeError's kinds.
    """
    image = decode_image(data, limits, min_side=encoder.info.image_size)
    return encoder.prepare_image(image)


async def embed_upload(
    state: ServiceState, engine: Engine, data: bytes, watch: Stopwatch
) -> Embeddings:
    """Embed one uploaded picture, unless it was asked for before. Returns (1, dim)."""

    async def encode(_: list[Key]) -> Embeddings:
        with watch.step("decode"):
            prepared = await state.decode.run(
                prepare_upload, engine.encoder, data, state.settings.upload_limits()
            )
        with watch.step("encode"):
            return await engine.batcher.encode_prepared([prepared])

    with watch.step("decode"):
        key = await state.decode.run(picture_key, data)
    return await engine.memory.recall([key], encode)


async def embed_terms(
    state: ServiceState, pair: Pair, terms: Sequence[Term], watch: Stopwatch
) -> Embeddings:
    """Embed every term, in order. Returns (len(terms), dim) float32, unit length."""
    engine, searcher = pair.engine, pair.searcher
    embeddings = np.empty((len(terms), engine.info.dim), np.float32)
    texts = [(row, term.text) for row, term in enumerate(terms) if isinstance(term, TextTerm)]
    if texts:
        with watch.step("encode"):
            rows = [row for row, _ in texts]
            embeddings[rows] = await engine.embed_texts([text for _, text in texts])
    for row, term in enumerate(terms):
        if isinstance(term, UploadTerm):
            embeddings[row] = (await embed_upload(state, engine, term.data, watch))[0]
        elif isinstance(term, ItemTerm):
            with watch.step("encode"):
                embeddings[row] = (await state.lookup.run(searcher.embedding, term.image_id))[0]
    return embeddings
