"""Encode a batch so that one input which the model cannot take does not lose the others.

A batch that fails is tried again by halves. Knows no file and no catalog.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Encoder
from models.errors import EncodeError
from models.prompts import TextEncoder

# If the model fails on every one of so many pictures, it is the model that is broken: skipping
# them all would look like success.
HOPELESS_PICTURES = 8


def encode_each(
    encoder: Encoder, pixels: Sequence[NDArray[np.uint8]]
) -> list[Embeddings | EncodeError]:
    """For every prepared picture (3, S, S) its embedding (dim,), or why it has none.

    Raises EncodeError if the model fails on all of HOPELESS_PICTURES or more.
    """
    results = _encode(encoder, pixels)
    failures = [result for result in results if isinstance(result, EncodeError)]
    if len(failures) == len(results) >= HOPELESS_PICTURES:
        raise failures[0]
    return results


def _encode(
    encoder: Encoder, pixels: Sequence[NDArray[np.uint8]]
) -> list[Embeddings | EncodeError]:
    if not pixels:
        return []
    try:
        return list(encoder.encode_prepared(np.stack(pixels)))  # n of (dim,)
    except EncodeError as error:
        if len(pixels) == 1:
            return [error]
        half = len(pixels) // 2
        return _encode(encoder, pixels[:half]) + _encode(encoder, pixels[half:])


@dataclass(frozen=True, slots=True)
class EncodedTexts:
    """The texts that the model took: their places (n,) in what was asked, and (n, dim)."""

    places: list[int]
    embeddings: Embeddings


def encode_texts(encoder: TextEncoder, texts: Sequence[str]) -> EncodedTexts:
    """Encode texts, leaving out those that the model cannot take.

    Raises EncodeError if the model fails on all of HOPELESS_PICTURES or more.
    """
    failures: list[EncodeError] = []

    def encode(places: Sequence[int]) -> list[tuple[int, Embeddings]]:
        try:
            rows = encoder.encode_text([texts[place] for place in places])
            return list(zip(places, rows, strict=True))  # n of (dim,)
        except EncodeError as error:
            if len(places) == 1:
                failures.append(error)
                return []
            half = len(places) // 2
            return encode(places[:half]) + encode(places[half:])

    done = encode(range(len(texts)))
    if not done:
        if len(texts) >= HOPELESS_PICTURES:
            raise failures[0]
        return EncodedTexts([], encoder.encode_text([]))
    return EncodedTexts([place for place, _ in done], np.stack([row for _, row in done]))
