"""A picture and class names → class scores. The prompts and the scores are those of `models`; this
file only brings them to the batcher and the threads. Never parses requests.
"""

import asyncio
from collections.abc import Sequence

from app.batching import EncodeBatcher
from app.bodies import ClassifyQuestion
from app.engine import Engine
from app.query import ItemTerm
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.term_embeddings import embed_upload
from models.classifier import PictureClasses
from models.encoder import Embeddings


class BatchedTexts:
    """Texts of code that runs in a thread, encoded in turn with everybody else's."""

    def __init__(self, batcher: EncodeBatcher, loop: asyncio.AbstractEventLoop) -> None:
        self._batcher = batcher
        self._loop = loop

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode through the batcher. Raises OverloadedError besides what the encoder raises."""
        coroutine = self._batcher.encode_texts(texts)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


async def classify(
    state: ServiceState, question: ClassifyQuestion, watch: Stopwatch
) -> PictureClasses:
    """Score every class name for the picture: (1, c) scores and probabilities.

    Raises what decoding and encoding raise, and ImageNotFoundError for an unknown id.
    """
    live = state.ready.live
    if isinstance(question.image, ItemTerm):
        with live.pair(question.collection) as pair:
            with watch.step("encode"):
                picture = await state.lookup.run(pair.searcher.embedding, question.image.image_id)
            return await _score(state, pair.engine, picture, question, watch)
    with live.engine(question.collection) as engine:
        picture = await embed_upload(state, engine, question.image.data, watch)
        return await _score(state, engine, picture, question, watch)


async def _score(
    state: ServiceState,
    engine: Engine,
    picture: Embeddings,
    question: ClassifyQuestion,
    watch: Stopwatch,
) -> PictureClasses:
    texts = BatchedTexts(engine.batcher, asyncio.get_running_loop())
    with watch.step("encode"):
        return await state.classify.run(
            engine.classifier.classify, texts, picture, question.classnames, question.templates
        )
