"""Texts and pictures → embeddings in the order in which they came, and the answer that clients of
the OpenAI API read. Never searches; which model is meant is `model_names`'s.
"""

import asyncio
import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from starlette.requests import Request

from app.bodies import decode_base64, read_json
from app.embedding_schemas import EmbeddingsBody, Part
from app.engine import Engine
from app.failures import InvalidRequestError
from app.state import ServiceState
from app.stopwatch import Stopwatch
from app.term_embeddings import prepare_upload
from app.url_pictures import fetch_all
from models.encoder import Embeddings


@dataclass(frozen=True, slots=True)
class PictureUrl:
    """Where a picture is to be fetched from."""

    url: str


@dataclass(frozen=True, slots=True)
class EmbeddingsQuestion:
    """What is to be embedded: texts as they are, pictures as the bytes of their files."""

    inputs: tuple[str | bytes, ...]
    model: str | None
    collection: str | None
    dimensions: int | None
    in_base64: bool

    @property
    def texts(self) -> list[str]:
        """The texts alone, in order."""
        return [one for one in self.inputs if isinstance(one, str)]


async def read_embeddings(state: ServiceState, request: Request) -> EmbeddingsQuestion:
    """The question in a JSON body, its pictures by URL fetched.

    Raises RequestValidationError, InvalidRequestError or FetchError's kinds.
    """
    body, inputs = await read_json(
        state, request, EmbeddingsBody, lambda body: (body, [_input(part) for part in body.parts()])
    )
    places = [place for place, one in enumerate(inputs) if isinstance(one, PictureUrl)]
    urls = [one.url for one in inputs if isinstance(one, PictureUrl)]
    for place, data in zip(places, await fetch_all(state.outside, urls), strict=True):
        inputs[place] = data
    return _question(body, [one for one in inputs if not isinstance(one, PictureUrl)])


def _question(body: EmbeddingsBody, inputs: Sequence[str | bytes]) -> EmbeddingsQuestion:
    return EmbeddingsQuestion(
        tuple(inputs),
        body.model,
        body.collection,
        body.dimensions,
        body.encoding_format == "base64",
    )


def _input(part: Part) -> str | bytes | PictureUrl:
    if part.image_url is None:
        return part.text or ""
    if not part.image_url.url.startswith("data:"):
        return PictureUrl(part.image_url.url)
    return decode_base64(part.image_url.url)


async def embed(
    state: ServiceState, engine: Engine, question: EmbeddingsQuestion, watch: Stopwatch
) -> Embeddings:
    """Embed every input, in order. Returns (len(inputs), dim) float32, unit length.

    Raises InvalidRequestError for a number of dimensions that the model does not have, and what
    decoding and encoding raise.
    """
    info = engine.info
    if question.dimensions not in (None, info.dim):
        raise InvalidRequestError(
            f"the model {info.model_name} makes embeddings of {info.dim} dimensions and cannot "
            "make shorter ones; leave `dimensions` out"
        )
    embeddings = np.empty((len(question.inputs), info.dim), np.float32)
    is_text = np.array([isinstance(one, str) for one in question.inputs])
    if is_text.any():
        with watch.step("encode"):
            embeddings[is_text] = await engine.batcher.encode_texts(question.texts)
    pictures = [one for one in question.inputs if isinstance(one, bytes)]
    if pictures:
        embeddings[~is_text] = await _embed_pictures(state, engine, pictures, watch)
    return embeddings


async def _embed_pictures(
    state: ServiceState, engine: Engine, pictures: Sequence[bytes], watch: Stopwatch
) -> Embeddings:
    """As many decoded at a time as there are threads for it, so that others find places too."""
    limits, at_a_time = state.settings.upload_limits(), state.settings.decode_threads()
    prepared = []
    for start in range(0, len(pictures), at_a_time):
        with watch.step("decode"):
            prepared += await asyncio.gather(
                *(
                    state.decode.run(prepare_upload, engine.encoder, data, limits)
                    for data in pictures[start : start + at_a_time]
                )
            )
    with watch.step("encode"):
        return await engine.batcher.encode_prepared(prepared)


def answer_json(model: str, embeddings: Embeddings, tokens: int, *, in_base64: bool) -> bytes:
    """The body of the answer, an `EmbeddingsAnswer`; for a thread, as there may be megabytes.

    Row by row: one call for all of them would keep other threads from running.
    """
    little_endian = np.dtype("<f4")
    rows = []
    for index, row in enumerate(embeddings):
        if in_base64:
            shown = json.dumps(base64.b64encode(row.astype(little_endian).tobytes()).decode())
        else:
            shown = json.dumps(row.tolist())
        rows.append(f'{{"object":"embedding","index":{index},"embedding":{shown}}}')
    usage = json.dumps({"prompt_tokens": tokens, "total_tokens": tokens})
    data = ",".join(rows)
    return (
        f'{{"object":"list","model":{json.dumps(model)},"data":[{data}],"usage":{usage}}}'
    ).encode()
