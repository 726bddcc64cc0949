"""Questions to the service: one description of a request for each, which the blocking and the
awaitable client send alike. Those for pictures, collections and jobs are in files of their own.
"""

import array
import base64
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack

from pydantic import JsonValue

from app.classify_schemas import ClassifyAnswer
from app.client.answers import Reading, as_model
from app.client.terms import Picture, Question, Term, data_url, terms_of
from app.embedding_schemas import EmbeddingsAnswer
from app.schemas import ModelAnswer, ReadyAnswer
from app.search_schemas import SearchAnswer
from app.text_schemas import TextSearchAnswer

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Call(Generic[Result]):
    """A request, and how its answer is read."""

    method: str
    path: str
    reading: Reading[Result]
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    body: Mapping[str, JsonValue] | None = None


class SearchOptions(TypedDict, total=False):
    """What a search may say besides what it looks for, as docs/api.md has it."""

    k: int
    collection: str
    filter: str | Mapping[str, JsonValue]
    mode: Literal["vector", "keyword", "hybrid"]
    facets: Sequence[str]
    fold_duplicates: bool
    exclude: Sequence[str | Term]
    like: Sequence[str]
    dislike: Sequence[str]
    fusion: Literal["late", "balanced", "joint"]
    diversity: float
    min_relevance: float
    explain: bool
    keep_pictures: bool
    cursor: str | None


def body_of(**values: Any) -> dict[str, JsonValue]:
    """JSON without what was not said."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> JsonValue:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    plain: JsonValue = value
    return plain


def collection_of(collection: str | None) -> dict[str, str | int | float | bool]:
    """The parameter that names a collection, if it is named."""
    return {} if collection is None else {"collection": collection}


def ready() -> Call[ReadyAnswer]:
    """GET /readyz."""
    return Call("GET", "/readyz", as_model(ReadyAnswer))


def model(collection: str | None) -> Call[ModelAnswer]:
    """GET /v1/model."""
    return Call("GET", "/v1/model", as_model(ModelAnswer), collection_of(collection))


def search(question: Question, **options: Unpack[SearchOptions]) -> Call[SearchAnswer]:
    """POST /v1/search."""
    return Call("POST", "/v1/search", as_model(SearchAnswer), body=_question(question, options))


def search_texts(
    question: Question, vocabulary: str | None, **options: Unpack[SearchOptions]
) -> Call[TextSearchAnswer]:
    """POST /v1/search for texts."""
    body = {**_question(question, options), **body_of(target="text", vocabulary=vocabulary)}
    return Call("POST", "/v1/search", as_model(TextSearchAnswer), body=body)


def _question(question: Question, options: SearchOptions) -> dict[str, JsonValue]:
    said = body_of(**options)
    if "exclude" in options:  # what is excluded has no weight
        parts = terms_of(options["exclude"])
        said["exclude"] = [
            {name: value for name, value in part.items() if name != "weight"} for part in parts
        ]
    return {"query": list(terms_of(question)), **said}


def classify(
    picture: Term,
    classnames: Sequence[str],
    *,
    templates: Sequence[str] | None,
    template_set: str | None,
    collection: str | None,
) -> Call[ClassifyAnswer]:
    """POST /v1/classify; the picture is a term of a question."""
    body = body_of(
        image=picture["image"],
        classnames=list(classnames),
        templates=templates,
        template_set=template_set,
        collection=collection,
    )
    return Call("POST", "/v1/classify", as_model(ClassifyAnswer), body=body)


def embed_texts(
    texts: Sequence[str], model: str | None, collection: str | None
) -> Call[list[list[float]]]:
    """POST /v1/embeddings with texts."""
    return _embeddings(body_of(input=list(texts), model=model, collection=collection))


def embed_pictures(
    pictures: Sequence[Picture], model: str | None, collection: str | None
) -> Call[list[list[float]]]:
    """POST /v1/embeddings with pictures. Raises PictureUnreadableError."""
    urls = [data_url(one) for one in pictures]
    body = body_of(input=urls, modality="image", model=model, collection=collection)
    return _embeddings(body)


def _embeddings(body: dict[str, JsonValue]) -> Call[list[list[float]]]:
    """Numbers travel as bytes: a third of the size, and nothing is rounded."""
    reading = Reading(_numbers)
    return Call("POST", "/v1/embeddings", reading, body={**body, "encoding_format": "base64"})


def _numbers(data: bytes) -> list[list[float]]:
    rows = []
    for entry in EmbeddingsAnswer.model_validate_json(data).data:
        numbers = array.array("f", base64.b64decode(str(entry.embedding)))
        if sys.byteorder == "big":
            numbers.byteswap()
        rows.append(numbers.tolist())
    return rows
