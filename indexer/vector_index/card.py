"""A graphics card to search on: whether there is one, whether it computes right, what fits on it.

A card that answers may still lack the kernels that a library was built with, so each engine has to
pass a test before it is believed. Without a card, or without torch, the answer says so in words.
Loads the engines only when a device is asked for; holds no embedding.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.rows import Selection
from models.encoder import Embeddings

# Of the memory that is free: searches and the encoder need some, too.
CARD_SHARE = 0.7
_BYTES_PER_NUMBER = 2  # float16
_WORKING_BYTES = 512 * 2**20
_TEST_ROWS, _TEST_DIM, _TEST_QUERIES = 2_048, 64, 16
_TEST_K, _TEST_WANTED = 10, 64
_SEED = 17
# What libraries raise where a card, a kernel or memory is missing.
ENGINE_ERRORS = (RuntimeError, AttributeError, ImportError, AssertionError, TypeError, OSError)


@dataclass(frozen=True, slots=True)
class Device:
    """A card as torch or faiss names it; `free_bytes` is None where nobody can tell."""

    torch_name: str
    name: str
    free_bytes: int | None


class CardEngine(Protocol):
    """Embeddings on a card. Searching is safe in many threads."""

    def nearest(
        self, queries: Embeddings, wanted: int, allowed: Selection | None
    ) -> NDArray[np.int64] | None:
        """The rows (n, wanted) nearest by half-precision scores, -1 where there are too few.

        None if this engine cannot answer that. Raises one of `ENGINE_ERRORS` if the card fails.
        """
        ...


MakeEngine = Callable[[Device, int, Iterable[Embeddings]], CardEngine]
"""A device, a dimension and blocks of embeddings → an engine that holds them."""


@dataclass(frozen=True, slots=True)
class CardReport:
    """What was found: a device with an engine that passed its test, or none; `words` say which."""

    words: str
    device: Device | None = None
    make: MakeEngine | None = None

    def fits(self, count: int, dim: int) -> bool:
        """Whether so many embeddings may be put on the card."""
        if self.device is None:
            return False
        free_bytes = self.device.free_bytes
        needed = count * dim * _BYTES_PER_NUMBER + _WORKING_BYTES
        return free_bytes is None or needed <= CARD_SHARE * free_bytes


def find_card(
    look: Callable[[], Device | None] | None = None,
    engines: Mapping[str, MakeEngine] | None = None,
) -> CardReport:
    """Look for a card and test the engines on it, the first that passes wins.

    Other ways to look and other engines are for tests.
    """
    device = (look or look_for_device)()
    if device is None:
        return CardReport("no CUDA device answers")
    refusals: list[str] = []
    for name, make in (engines or _engines()).items():
        refusal = self_test(make, device)
        if refusal is None:
            words = "; ".join((f"on {device.name}, computed by {name}", *refusals))
            return CardReport(words, device, make)
        refusals.append(f"{name} failed its self-test: {refusal}")
    return CardReport("; ".join((f"{device.name} cannot be used", *refusals)))


def self_test(make: MakeEngine, device: Device) -> str | None:
    """Search on the card what can be checked by hand. Returns what is wrong, None if nothing is."""
    rng = np.random.default_rng(_SEED)
    stored, queries = (
        _unit(rng.standard_normal((rows, _TEST_DIM))) for rows in (_TEST_ROWS, _TEST_QUERIES)
    )
    scores = queries @ stored.T  # (_TEST_QUERIES, _TEST_ROWS)
    odd = Selection(np.arange(1, _TEST_ROWS, 2), _TEST_ROWS)
    try:
        engine = make(device, _TEST_DIM, (stored,))
        for allowed in (None, odd):
            found = engine.nearest(queries, _TEST_WANTED, allowed)
            if found is None:
                continue
            hidden = scores.copy()
            if allowed is not None:
                hidden[:, ~allowed.mask] = -np.inf
            true = np.argsort(-hidden, axis=1)[:, :_TEST_K]
            if any(not np.isin(t, f).all() for t, f in zip(true, found, strict=True)):
                return "it found other neighbours than there are"
    except ENGINE_ERRORS as error:
        return str(error).partition("\n")[0] or type(error).__name__
    return None


def look_for_device() -> Device | None:
    """The first CUDA device, by torch or by faiss."""
    from indexer.vector_index import faiss_card, torch_card  # here: torch takes seconds to load

    return torch_card.device() or faiss_card.device()


def _engines() -> Mapping[str, MakeEngine]:
    from indexer.vector_index.faiss_card import FaissEngine
    from indexer.vector_index.torch_card import TorchEngine

    return {"torch": TorchEngine, "faiss": FaissEngine}


def _unit(vectors: NDArray[np.float64]) -> Embeddings:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.ascontiguousarray(vectors / lengths, dtype=np.float32)
