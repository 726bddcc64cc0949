"""Encode a batch so that one picture which the model cannot take does not lose the others.

A batch that fails is tried again by halves. Knows no file and no catalog.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.encoder import Embeddings, Encoder
from models.errors import EncodeError

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
