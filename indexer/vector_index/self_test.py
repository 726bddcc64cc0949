"""Whether the installed library finds what it should: built, searched, compared with NumPy. A build
for another processor, or two builds over each other, fail here and not in an answer.
"""

import faiss
import numpy as np

from indexer.vector_index.index import VectorIndex

_ROWS, _DIM, _QUERIES, _TOP_K = 2_000, 64, 20, 10
_SEED = 17
_TOLERANCE = 1e-5


def library_version() -> str:
    """The version of faiss, and the processor features that it was built to use."""
    return f"{faiss.__version__} ({faiss.get_compile_options().strip().lower()})"


def self_test() -> str | None:
    """What is wrong with searching on this machine; None if nothing is."""
    rng = np.random.default_rng(_SEED)
    stored, queries = (
        rng.standard_normal((count, _DIM)).astype(np.float32) for count in (_ROWS, _QUERIES)
    )
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)
    try:
        index = VectorIndex.build(_DIM, [(np.arange(_ROWS, dtype=np.int64), stored)])
        found = index.search(queries, _TOP_K)
    except (RuntimeError, AttributeError) as error:
        return str(error).partition("\n")[0]
    scores = queries @ stored.T  # (_QUERIES, _ROWS)
    best = np.argsort(-scores, axis=1)[:, :_TOP_K]
    if not (np.sort(found.ids, axis=1) == np.sort(best, axis=1)).all():
        return "it finds other neighbours than there are"
    if np.abs(found.scores - np.take_along_axis(scores, found.ids, 1)).max() > _TOLERANCE:
        return "its scores are not those of the neighbours that it finds"
    return None
