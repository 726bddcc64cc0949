"""What the recall gate asks: texts as people would type them, and pictures of the collection.

Text queries lie elsewhere than pictures do, and an index that serves one kind well can fail the
other; so there are always both. Measures nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.vector_store import VectorStore
from models.classifier import background
from models.encoder import Embeddings
from models.prompts import TextEncoder
from models.templates import PLACE

# So many of each kind: recall@10 is then a mean over 2,560 places, exact to about 0.002.
QUERY_COUNT = 256
_SEED = 7
CAPTIONS = "captions of the collection"
COMMON = "common words"


@dataclass(frozen=True, slots=True)
class GateQueries:
    """Embeddings of texts (t, dim) and of stored pictures (p, dim), and where they are from."""

    texts: Embeddings
    text_source: str
    image_ids: NDArray[np.int64]
    images: Embeddings


def gate_queries(
    ids: NDArray[np.int64],
    rows: NDArray[np.int64],
    store: VectorStore,
    captions: Sequence[str],
    encoder: TextEncoder,
) -> GateQueries:
    """Draw the questions for a base of these items, always the same ones.

    Raises VectorsMissingError, or EncodeError if the model fails.
    """
    texts, source = gate_texts(captions)
    drawn = np.random.default_rng(_SEED).permutation(len(ids))[:QUERY_COUNT]
    return GateQueries(encoder.encode_text(texts), source, ids[drawn], store.read(rows[drawn]))


def gate_texts(captions: Sequence[str]) -> tuple[list[str], str]:
    """Up to `QUERY_COUNT` different texts, and their source: captions, filled up if they are few
    with the words that come with the package.
    """
    distinct = sorted({caption for caption in captions if caption.strip()})
    order = np.random.default_rng(_SEED).permutation(len(distinct))
    texts = [distinct[place] for place in order[:QUERY_COUNT]]
    missing = QUERY_COUNT - len(texts)
    if missing == 0:
        return texts, CAPTIONS
    source = f"{CAPTIONS} and {COMMON}" if texts else COMMON
    return [*texts, *_common_texts()[:missing]], source


def _common_texts() -> list[str]:
    known = background()
    order = np.random.default_rng(_SEED).permutation(len(known.names))
    return [known.template.replace(PLACE, known.names[place]) for place in order]
