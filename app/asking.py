"""A question → hits: decode, encode, fuse, search; each step timed and off the event loop.

One pair of a searcher and its model, and so one generation, answers the whole question. Never
parses requests and never formats answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.batching import Prepared
from app.engine import Engine
from app.live import Pair
from app.query import ItemTerm, Query, Term, TextTerm, UploadTerm, fuse
from app.state import ServiceState
from app.stopwatch import Stopwatch
from indexer.duplicates.folding import FoldedHit, fold_hits
from indexer.duplicates.records import Mode as Duplicates
from indexer.filters.facets import Facet
from indexer.searcher import Hit, Searcher
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
    """Embed one uploaded picture. Returns (1, dim)."""
    with watch.step("decode"):
        prepared = await state.decode.run(
            prepare_upload, engine.encoder, data, state.settings.upload_limits()
        )
    with watch.step("encode"):
        return await engine.batcher.encode_prepared([prepared])


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
            embeddings[rows] = await engine.batcher.encode_texts([text for _, text in texts])
    for row, term in enumerate(terms):
        if isinstance(term, UploadTerm):
            embeddings[row] = (await embed_upload(state, engine, term.data, watch))[0]
        elif isinstance(term, ItemTerm):
            with watch.step("encode"):
                embeddings[row] = (await state.lookup.run(searcher.embedding, term.image_id))[0]
    return embeddings


async def find(state: ServiceState, pair: Pair, query: Query, watch: Stopwatch) -> list[Hit]:
    """Answer a question from one generation: hits, best first.

    Raises what decoding, encoding and searching raise, OverloadedError and NullQueryError.
    """
    search = await _search(state, pair, query, watch)
    with watch.step("search"):
        return await state.lookup.run(search, query.top_k)


async def find_folded(
    state: ServiceState, pair: Pair, query: Query, watch: Stopwatch
) -> list[FoldedHit]:
    """Answer a question with one hit for each group of near duplicates.

    Raises what `find` raises, and DuplicatesUnknownError.
    """
    desk, searcher = state.duplicates, pair.searcher
    search = await _search(state, pair, query, watch)
    with watch.step("search"):
        await desk.look(query.collection, searcher, Duplicates.NEAR)
        store = desk.store(query.collection)
        return await state.lookup.run(
            fold_hits, search, store, searcher, Duplicates.NEAR, query.top_k
        )


async def _search(
    state: ServiceState, pair: Pair, query: Query, watch: Stopwatch
) -> Callable[[int], list[Hit]]:
    """A question, embedded: what gives its k best hits."""
    embeddings = await embed_terms(state, pair, query.terms, watch)
    embedding = fuse(embeddings, [term.weight for term in query.terms])  # (1, dim)

    def search(top_k: int) -> list[Hit]:
        return pair.searcher.find(
            embedding, top_k, words=query.words, mode=query.mode, filter=query.filter
        )

    return search


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pictures meet a question's filter, and how many of these have which values."""

    matching: int | None
    facets: list[Facet]


async def count(state: ServiceState, searcher: Searcher, query: Query, watch: Stopwatch) -> Counted:
    """What a question wants counted besides its hits; `matching` is None without a filter.

    Raises UnknownFieldError, FilterTypeError, FacetError and OverloadedError.
    """
    matching, facets = None, list[Facet]()
    with watch.step("search"):
        if query.filter is not None:
            matching = await state.lookup.run(searcher.matching, query.filter)
        if query.facets:
            facets = await state.lookup.run(searcher.facets, query.facets, query.filter)
    return Counted(matching, facets)
