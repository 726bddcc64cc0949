"""Request and response types of POST /v1/embeddings and GET /v1/models: those of the OpenAI API.

Pictures come in either of the two forms that servers of such models have given it: `modality`
(infinity) and `messages` (vLLM). Shapes and bounds; embeds nothing.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.bounds import (
    MAX_EMBEDDED_PICTURES,
    MAX_EMBEDDED_TEXTS,
    MAX_MODEL_NAME_CHARS,
    MAX_TEXT_CHARS,
)
from app.schemas import CollectionName, RequestBody

EncodingFormat = Literal["float", "base64"]


class ImageUrl(RequestBody):
    """Where a picture is: a data: URL, or one to be fetched. `detail` changes nothing."""

    url: str = Field(min_length=1)
    detail: Annotated[str, Field(max_length=100)] | None = None


class Part(RequestBody):
    """Words or a picture."""

    type: Literal["text", "image_url"]
    text: str | None = None
    image_url: ImageUrl | None = None

    @model_validator(mode="after")
    def _as_its_type_says(self) -> Self:
        said = {"text": self.text, "image_url": self.image_url}
        if said.pop(self.type) is None or any(value is not None for value in said.values()):
            raise ValueError(f"a part of the type {self.type} has the field {self.type} alone")
        return self


class Message(RequestBody):
    """What one embedding is made of: a text or a picture."""

    role: Literal["user"]
    content: str | Annotated[list[Part], Field(min_length=1, max_length=1)]

    def part(self) -> Part:
        """The one thing that it says."""
        if isinstance(self.content, str):
            return _text(self.content)
        return self.content[0]


Conversation = Annotated[list[Message], Field(min_length=1, max_length=1)]


class EmbeddingsBody(RequestBody):
    """The body of POST /v1/embeddings. `user` changes nothing."""

    model: Annotated[str, Field(max_length=MAX_MODEL_NAME_CHARS)] | None = Field(
        default=None, description="As GET /v1/models names it; none: that of the collection."
    )
    input: str | Annotated[list[str], Field(min_length=1)] | None = Field(
        default=None, description="Texts, or with `modality: image` URLs of pictures."
    )
    messages: Conversation | Annotated[list[Conversation], Field(min_length=1)] | None = Field(
        default=None, description="Instead of `input`: one message with one part, or several such."
    )
    modality: Literal["text", "image"] = "text"
    encoding_format: EncodingFormat = "float"
    dimensions: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="As many as the model has, or nothing."
    )
    user: Annotated[str, Field(max_length=1000)] | None = None
    collection: CollectionName | None = None

    @model_validator(mode="before")
    @classmethod
    def _texts_and_no_tokens(cls, body: Any) -> Any:
        if isinstance(body, dict):
            first = body.get("input")
            while isinstance(first, list) and first:
                first = first[0]
            if isinstance(first, int):
                raise ValueError(
                    "arrays of tokens cannot be used, because the model here has a tokenizer of "
                    "its own; send texts"
                )
            if isinstance(first, dict) and "messages" not in body:
                messages = body["input"]
                return {**body, "input": None, "messages": messages}
        return body

    @model_validator(mode="after")
    def _one_kind_of_input(self) -> Self:
        if (self.input is None) == (self.messages is None):
            raise ValueError("give either input or messages")
        parts = self.parts()
        texts = [part.text for part in parts if part.text is not None]
        if any(not text.strip() for text in texts):
            raise ValueError("an empty text has no embedding")
        if any(len(text) > MAX_TEXT_CHARS for text in texts):
            raise ValueError(f"a text may have {MAX_TEXT_CHARS:,} characters")
        if len(texts) > MAX_EMBEDDED_TEXTS:
            raise ValueError(f"{len(texts):,} texts; the limit is {MAX_EMBEDDED_TEXTS:,}")
        pictures = len(parts) - len(texts)
        if pictures > MAX_EMBEDDED_PICTURES:
            raise ValueError(f"{pictures:,} pictures; the limit is {MAX_EMBEDDED_PICTURES:,}")
        return self

    def parts(self) -> list[Part]:
        """What is to be embedded, in order."""
        if self.messages is not None:
            first = self.messages[0]
            if isinstance(first, Message):
                return [first.part()]
            return [
                message.part()
                for conversation in self.messages
                if isinstance(conversation, list)
                for message in conversation
            ]
        inputs = [self.input] if isinstance(self.input, str) else self.input or []
        if self.modality == "image":
            return [Part(type="image_url", image_url=ImageUrl(url=url)) for url in inputs]
        return [_text(text) for text in inputs]


def _text(text: str) -> Part:
    return Part(type="text", text=text)


class EmbeddingEntry(BaseModel):
    """One embedding: numbers, or their bytes (float32, little-endian) in base64."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Usage(BaseModel):
    """Tokens of the texts that the model read; pictures have none."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingsAnswer(BaseModel):
    """The embeddings in the order of the inputs, each of unit length."""

    object: Literal["list"] = "list"
    model: str
    data: list[EmbeddingEntry]
    usage: Usage


class ModelEntry(BaseModel):
    """A loaded model, and the collections that it answers for. `created` is not known: 0."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: Literal["sightline"] = "sightline"
    fingerprint: str
    dim: int
    context_length: int
    image_size: int
    collections: list[str]


class ModelsAnswer(BaseModel):
    """The loaded models, that of the configured collection first."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]
