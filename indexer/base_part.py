"""The base of a generation's index: all of its items in one file, of the kind that suits them.

An approximate kind has passed the recall gate. Writes nothing.
"""

from collections.abc import Callable

import numpy as np

from indexer.catalog.staging import ItemVectors
from indexer.config import IndexConfig
from indexer.gate_queries import GateQueries, gate_queries
from indexer.recall_gate import Base, build_base
from indexer.staged_vectors import StagedVectors
from indexer.vector_index.choice import Budget, IndexPlan, choose_kind
from indexer.vector_index.kinds import EXACT
from indexer.vector_store import VectorStore
from models.encoder import Encoder

# Captions of so many items are drawn for the gate: more than it asks, since not all have one.
_CAPTIONED_ITEMS = 4_096
_SEED = 3


def build_base_part(
    config: IndexConfig,
    staging: StagedVectors,
    store: VectorStore,
    dim: int,
    encoder: Callable[[], Encoder | None],
) -> Base:
    """Index all items of the next generation. `encoder` is asked for only if recall is measured.

    Without one, recall cannot be measured and the base is exact. Raises VectorsMissingError,
    ModelLoadError or EncodeError.
    """
    vectors = staging.all_vectors()
    budget = Budget(wanted_recall=config.wanted_recall)
    plan = choose_kind(len(vectors.ids), dim, config.index_kind, budget)
    if plan.kind != EXACT and (loaded := encoder()) is not None:
        asked = loaded
    elif plan.kind != EXACT:
        reason = "the model of these embeddings is not at hand, so recall cannot be measured"
        plan = IndexPlan(EXACT, reason, budget.wanted_recall)

    def ask() -> GateQueries:
        captions = staging.captions(_drawn(vectors))
        return gate_queries(vectors.ids, vectors.rows, store, captions, asked)

    return build_base(
        plan, len(vectors.ids), dim, lambda: store.blocks(vectors.ids, vectors.rows), ask
    )


def _drawn(vectors: ItemVectors) -> list[int]:
    order = np.random.default_rng(_SEED).permutation(len(vectors.ids))[:_CAPTIONED_ITEMS]
    drawn: list[int] = np.sort(vectors.ids[order]).tolist()
    return drawn
