"""A picture and class names → class scores. The prompts and the scores are those of `models`; this
file only brings them to the batcher and the threads. Never parses requests.
"""

import asyncio
from collections.abc import Sequence

from app.asking import embed_upload
from app.batching import EncodeBatcher, Prepared
from app.bodies import ClassifyQuestion
from app.query import ItemTerm
from app.state import ServiceState
from app.stopwatch import Stopwatch
from models.encoder import Embeddings, EncoderInfo
from models.images import DecodedImage
from models.prompts import SIMPLE_TEMPLATES, class_embeddings
from models.zero_shot import ClassScores, class_scores


class BatchedEncoder:
    """An `Encoder` for code that runs in a thread: its texts go through the batcher, in turn with
    everybody else's.
    """

    def __init__(self, batcher: EncodeBatcher, loop: asyncio.AbstractEventLoop) -> None:
        self._batcher = batcher
        self._loop = loop

    @property
    def info(self) -> EncoderInfo:
        """What is loaded."""
        return self._batcher.encoder.info

    def prepare_image(self, image: DecodedImage) -> Prepared:
        """As the encoder does."""
        return self._batcher.encoder.prepare_image(image)

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode through the batcher. Raises OverloadedError besides what the encoder raises."""
        coroutine = self._batcher.encode_texts(texts)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def encode_prepared(self, prepared: Prepared) -> Embeddings:
        """Encode (n, 3, S, S) through the batcher."""
        coroutine = self._batcher.encode_prepared(list(prepared))
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def encode_image(self, images: Sequence[DecodedImage]) -> Embeddings:
        """Prepare and encode through the batcher."""
        coroutine = self._batcher.encode_prepared([self.prepare_image(image) for image in images])
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


async def classify(
    state: ServiceState, question: ClassifyQuestion, watch: Stopwatch
) -> ClassScores:
    """Score every class name for the picture: (1, c) scores and probabilities.

    Raises what decoding and encoding raise, and ImageNotFoundError for an unknown id.
    """
    ready = state.ready
    if isinstance(question.image, ItemTerm):
        with ready.live.lease(question.collection) as searcher, watch.step("encode"):
            picture = await state.lookup.run(searcher.embedding, question.image.image_id)
    else:
        picture = await embed_upload(state, question.image.data, watch)
    encoder = BatchedEncoder(ready.batcher, asyncio.get_running_loop())
    templates = question.templates or SIMPLE_TEMPLATES
    with watch.step("encode"):
        classes = await state.classify.run(
            class_embeddings, encoder, question.classnames, templates
        )
    return class_scores(picture, classes, question.classnames, encoder.info)
