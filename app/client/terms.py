"""Texts, pictures and embeddings as parts of a question. Sends nothing."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from app.client.errors import PictureUnreadableError

Picture = Path | bytes
"""A picture's file, or its bytes."""

Term = Mapping[str, JsonValue]
"""A part of a question as the API takes it; the functions here make some."""

Question = str | Term | Sequence[str | Term]


def text(words: str, weight: float = 1.0) -> Term:
    """Words; a negative weight pushes away from them."""
    return {"text": words, "weight": weight}


def picture(one: Picture, weight: float = 1.0, crop: Sequence[float] | None = None) -> Term:
    """A picture that is sent along, or a part of it: x, y, width, height as shares of the whole.

    Raises PictureUnreadableError.
    """
    sent = base64.b64encode(picture_bytes(one)).decode()
    return {"image": {"base64": sent, **_crop(crop)}, "weight": weight}


def item(image_id: str, weight: float = 1.0, crop: Sequence[float] | None = None) -> Term:
    """A picture of the collection, or a part of it."""
    return {"image": {"id": image_id, **_crop(crop)}, "weight": weight}


def kept(picture_id: str, weight: float = 1.0) -> Term:
    """A picture of an earlier question: one of its answer's `kept_pictures`."""
    return {"image": {"kept": picture_id}, "weight": weight}


def embedding(numbers: Sequence[float], weight: float = 1.0) -> Term:
    """An embedding that was computed elsewhere, by the collection's model."""
    return {"embedding": list(numbers), "weight": weight}


def picture_term(one: Picture | str | Term) -> Term:
    """A picture in any form → a term: a file, its bytes, an id, or a term already."""
    if isinstance(one, Mapping):
        return one
    return item(one) if isinstance(one, str) else picture(one)


def terms_of(question: Question) -> list[dict[str, JsonValue]]:
    """A question in any form → the terms of a body."""
    parts = [question] if isinstance(question, str | Mapping) else question
    return [{"text": part} if isinstance(part, str) else dict(part) for part in parts]


def picture_bytes(one: Picture) -> bytes:
    """The bytes of a picture's file. Raises PictureUnreadableError."""
    if isinstance(one, bytes):
        return one
    try:
        return one.read_bytes()
    except OSError as error:
        raise PictureUnreadableError(str(one), error.strerror or str(error)) from error


def data_url(one: Picture) -> str:
    """A picture as a data: URL; the service looks at the bytes for its kind."""
    return "data:image/*;base64," + base64.b64encode(picture_bytes(one)).decode()


def _crop(crop: Sequence[float] | None) -> dict[str, JsonValue]:
    if crop is None:
        return {}
    x, y, width, height = crop
    return {"crop": {"x": x, "y": y, "width": width, "height": height}}
