"""Response types of a generation's index: its kind, why, and what it was measured to find. Shapes
only.
"""

from pydantic import BaseModel

from indexer.catalog.records import GenerationRecord
from indexer.gate_result import GateResult


class RecallFigure(BaseModel):
    """recall@k against exact search for `texts` or `images`, over so many queries."""

    queries: str
    k: int
    recall: float
    asked: int


class IndexInfo(BaseModel):
    """What is searched: a base of this kind, further parts in front of it, less dead items.

    `figures` is empty where every embedding is compared, as nothing can be missed then.
    """

    kind: str
    parts: int
    dead: int
    effort: int | None
    wanted_recall: float | None
    text_source: str | None
    figures: list[RecallFigure]
    reasons: list[str]


def index_info(record: GenerationRecord) -> IndexInfo:
    """The index of a published generation."""
    layout = record.layout
    gate = GateResult.from_json(layout.gate) if layout.gate is not None else None
    return IndexInfo(
        kind=record.index_kind,
        parts=len(layout.parts),
        dead=layout.dead.count if layout.dead else 0,
        effort=layout.effort,
        wanted_recall=gate.wanted_recall if gate else None,
        text_source=gate.text_source if gate else None,
        figures=[
            RecallFigure(queries=f.queries, k=f.k, recall=f.recall, asked=f.asked)
            for f in (gate.figures if gate else ())
        ],
        reasons=list(gate.reasons) if gate else [],
    )
