"""What the recall gate found, as a generation's manifest carries it. Measures nothing."""

from dataclasses import dataclass, replace
from typing import TypeVar

from indexer.catalog.records import Json

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Figure:
    """recall@k for one kind of query (`texts` or `images`), over so many of them."""

    queries: str
    k: int
    recall: float
    asked: int


@dataclass(frozen=True, slots=True)
class GateResult:
    """What was let through, with what effort, and why; an exact index needs no figures.

    `reasons` are sentences, in order: why this kind was planned, and why others were refused.
    """

    kind: str
    effort: int
    wanted_recall: float
    figures: tuple[Figure, ...]
    reasons: tuple[str, ...]
    text_source: str | None = None

    def with_text_source(self, source: str) -> "GateResult":
        """The same, saying where the text queries were from."""
        return replace(self, text_source=source)

    def to_json(self) -> dict[str, Json]:
        """As the manifest has it."""
        return {
            "kind": self.kind,
            "effort": self.effort,
            "wanted_recall": self.wanted_recall,
            "text_source": self.text_source,
            "figures": [
                {"queries": f.queries, "k": f.k, "recall": f.recall, "asked": f.asked}
                for f in self.figures
            ],
            "reasons": list(self.reasons),
        }

    @classmethod
    def from_json(cls, content: dict[str, Json]) -> "GateResult":
        """What `to_json` gave. Raises ValueError, KeyError or TypeError for anything else."""
        figures, reasons, source = content["figures"], content["reasons"], content["text_source"]
        if not isinstance(figures, list) or not isinstance(reasons, list):
            raise TypeError("figures and reasons must be lists")
        return cls(
            kind=str(content["kind"]),
            effort=_number(int, content["effort"]),
            wanted_recall=_number(float, content["wanted_recall"]),
            figures=tuple(_figure(figure) for figure in figures),
            reasons=tuple(str(reason) for reason in reasons),
            text_source=None if source is None else str(source),
        )


def _figure(content: Json) -> Figure:
    if not isinstance(content, dict):
        raise TypeError("a figure must be an object")
    return Figure(
        queries=str(content["queries"]),
        k=_number(int, content["k"]),
        recall=_number(float, content["recall"]),
        asked=_number(int, content["asked"]),
    )


def _number(kind: type[N], value: Json) -> N:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return kind(value)
