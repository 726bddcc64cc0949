"""POST /v1/embeddings and GET /v1/models, asked by the OpenAI client over a real socket."""

import base64
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import numpy as np
import openai
import pytest
from numpy.typing import NDArray
from openai import OpenAI

from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder
from models.images import decode_image

ENCODER = FakeEncoder()


@pytest.fixture
def asking(client: httpx.Client) -> Iterator[OpenAI]:
    """The official client, as anybody would make it."""
    with _openai(client) as asking:
        yield asking


def _openai(client: httpx.Client) -> OpenAI:
    return OpenAI(base_url=str(client.base_url.join("/v1")), api_key="none", max_retries=0)


def _rows(answer: Any) -> NDArray[np.float32]:
    """The embeddings (n, dim), whose indices must be their order."""
    assert [entry.index for entry in answer.data] == list(range(len(answer.data)))
    return np.array([entry.embedding for entry in answer.data], np.float32)


def _data_url(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def _message(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


def _picture(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize("wanted", [{}, {"encoding_format": "float"}])
def test_openai_client_gets_embeddings_of_texts_in_order(asking: OpenAI, wanted: dict[str, Any]):
    texts = ["a red boat", "the blue sea", "green"]
    answer = asking.embeddings.create(input=texts, model="fake", **wanted)
    assert np.array_equal(_rows(answer), ENCODER.encode_text(texts))
    assert (answer.object, answer.model, answer.data[0].object) == ("list", "fake", "embedding")
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (7, 7)


def test_openai_client_gets_the_embedding_of_a_single_text(asking: OpenAI):
    answer = asking.embeddings.create(input="red", model="fake", dimensions=32, user="somebody")
    assert np.array_equal(_rows(answer), ENCODER.encode_text(["red"]))


def test_openai_client_gets_bytes_in_base64_when_it_asks_for_them(asking: OpenAI):
    answer = asking.embeddings.create(input="red", model="fake", encoding_format="base64")
    numbers = np.frombuffer(base64.b64decode(str(answer.data[0].embedding)), "<f4")
    assert np.array_equal(numbers, ENCODER.encode_text(["red"])[0])


def test_more_texts_than_a_batch_come_back_in_order(asking: OpenAI):
    texts = [f"text number {number}" for number in range(150)]
    answer = asking.embeddings.create(input=texts, model="fake")
    assert np.array_equal(_rows(answer), ENCODER.encode_text(texts))
    assert answer.usage.prompt_tokens == 450


def test_openai_client_lists_the_models_and_asks_for_one(asking: OpenAI):
    (model,) = asking.models.list().data
    assert (model.id, model.object, model.owned_by) == ("fake", "model", "sightline")
    fingerprint = ENCODER.info.fingerprint
    assert asking.models.retrieve("fake").id == asking.models.retrieve(fingerprint).id == "fake"
    answer = asking.embeddings.create(input="red", model=fingerprint)
    assert answer.model == "fake"
    with pytest.raises(openai.NotFoundError, match="404"):
        asking.models.retrieve("org/other")


def test_embedding_of_a_picture_finds_that_picture_as_infinity_sends_it(asking: OpenAI, picture):
    files = [picture("red"), picture("green", kind="JPEG")]
    answer = asking.embeddings.create(
        input=[_data_url(data) for data in files], model="fake", extra_body={"modality": "image"}
    )
    expected = ENCODER.encode_image([decode_image(data, min_side=8) for data in files])
    assert np.allclose(_rows(answer), expected, atol=1e-6)
    assert answer.usage.prompt_tokens == 0


def test_messages_are_embedded_as_vllm_takes_them(client: httpx.Client, picture):
    red = _data_url(picture("red"))
    expected = ENCODER.encode_image([decode_image(picture("red"), min_side=8)])

    def embeddings(**body: Any) -> NDArray[np.float32]:
        answer = client.post("/v1/embeddings", json=body)
        assert answer.status_code == 200, answer.text
        return np.array([entry["embedding"] for entry in answer.json()["data"]], np.float32)

    one = [_message(_picture(red))]
    assert np.allclose(embeddings(messages=one), expected, atol=1e-6)
    assert np.allclose(embeddings(input=one, model="fake"), expected, atol=1e-6)
    text = [_message({"type": "text", "text": "blue"})]
    both = embeddings(messages=[one, text, [{"role": "user", "content": "green"}]])
    assert np.allclose(both[:1], expected, atol=1e-6)
    assert np.array_equal(both[1:], ENCODER.encode_text(["blue", "green"]))


REFUSED = [
    ({"input": [1, 2, 3]}, "arrays of tokens"),
    ({"input": [[1, 2], [3]]}, "arrays of tokens"),
    ({"input": ""}, "empty text"),
    ({"input": ["red", "  "]}, "empty text"),
    ({"input": []}, "input"),
    ({"input": "x" * 2001}, "2,000"),
    ({"input": ["red"] * 2049}, "2,048"),
    ({"input": ["data:,"] * 65, "modality": "image"}, "the limit is 64"),
    ({"input": "red", "dimensions": 16}, "32 dimensions"),
    ({"input": "red", "encoding_format": "hex"}, "encoding_format"),
    ({"input": "red", "modality": "audio"}, "modality"),
    ({"input": "data:image/png;base64,!", "modality": "image"}, "base64"),
    ({"input": "red", "messages": [_message({"type": "text", "text": "red"})]}, "either"),
    ({}, "either"),
    ({"messages": [_message({"type": "text", "text": "a"}, _picture("data:,"))]}, "messages"),
    ({"messages": [_message({"type": "text", "image_url": {"url": "data:,"}})]}, "type text"),
    ({"messages": [{"role": "system", "content": "red"}]}, "role"),
    ({"input": "red", "inptu": "red"}, "inptu"),
]


@pytest.mark.parametrize(("body", "said"), REFUSED)
def test_embeddings_refuse_what_cannot_be_embedded(
    client: httpx.Client, body: dict[str, Any], said: str
):
    answer = client.post("/v1/embeddings", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert said in answer.json()["detail"]


def test_openai_client_reads_what_is_refused_as_its_own_errors(asking: OpenAI, picture):
    with pytest.raises(openai.BadRequestError) as refused:
        asking.embeddings.create(input=[[1, 2]], model="fake")
    problem = refused.value.body
    assert isinstance(problem, dict)
    assert "arrays of tokens" in problem["detail"]
    with pytest.raises(openai.NotFoundError, match="404"):
        asking.embeddings.create(input="red", model="text-embedding-3-small")
    with pytest.raises(openai.NotFoundError, match="404"):
        asking.embeddings.create(input="red", model="fake", extra_body={"collection": "nowhere"})
    with pytest.raises(openai.BadRequestError):
        asking.embeddings.create(
            input=[_data_url(picture("red")), _data_url(b"\xff\xd8\xff\xe0 cut off")],
            model="fake",
            extra_body={"modality": "image"},
        )


class _GatedEncoder(FakeEncoder):
    """Waits at a gate before each batch of texts."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.gate.wait(20)
        return super().encode_text(texts)


def test_openai_client_is_told_of_overload_and_tries_again(library, settings_for, serving):
    encoder = _GatedEncoder()
    settings = settings_for(queue_length=1, batch_size=1)
    with serving(settings, lambda _: encoder) as client, ThreadPoolExecutor(3) as pool:
        try:
            asked = [pool.submit(_embed_once, client, f"red {number}") for number in range(3)]
            refused = next(one for one in _done(asked) if one.exception())
            assert isinstance(refused.exception(), openai.RateLimitError)
            patient = _openai(client).with_options(max_retries=2)
            encoder.gate.set()
            assert len(patient.embeddings.create(input="red", model="fake").data) == 1
        finally:
            encoder.gate.set()


def _embed_once(client: httpx.Client, text: str) -> Any:
    return _openai(client).embeddings.create(input=text, model="fake")


def _done(asked: list[Any]) -> Iterator[Any]:
    from concurrent.futures import as_completed

    yield from as_completed(asked)
