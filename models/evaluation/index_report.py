"""The report on an index: its recall against exact search. Never measures and never searches."""

from collections.abc import Mapping

from models.evaluation import charts
from models.evaluation.index_recall import IndexRecall
from models.evaluation.page import Card
from models.evaluation.report import (
    Figure,
    Record,
    Report,
    Subject,
    as_figure,
    finish,
    intervals_of,
    new_record,
    new_report,
    percent,
)

INTERVALS = intervals_of("the queries")
_DEFINITIONS = {
    "recall@k": "Of the k answers that exact search over the stored embeddings gives, the share "
    "that the index gives; an answer whose exact score equals the k-th best counts as right.",
    "text queries": "Embeddings of captions of the collection; of common phrases if it has none.",
    "image queries": "Stored embeddings of pictures of the collection.",
    "score error": "The largest difference between a score of the index and the exact one.",
    "intervals": INTERVALS,
}


def index_report(
    measured: Mapping[str, IndexRecall], pictures: int, index: str, subject: Subject
) -> Report:
    """Everything that was measured, by kind of query, ready to be written."""
    report = new_report("Recall of the index", index_record(measured, pictures, index, subject))
    page = report.page
    page.cards(
        [
            Card("pictures", f"{pictures:,}", f"{index} index"),
            *(
                Card(
                    f"recall@{max(one.recall)}, {kind}", f"{one.recall[max(one.recall)].value:.1%}"
                )
                for kind, one in measured.items()
            ),
        ]
    )
    page.heading("Recall against exact search")
    report.add_chart(
        "recall",
        charts.recall_bars(
            {
                kind: {f"recall@{k}": interval for k, interval in one.recall.items()}
                for kind, one in measured.items()
            },
            [],
        ),
        "What share of the exact answers the index gives.",
    )
    page.table(["", *measured], table_rows(measured))
    page.paragraph(INTERVALS)
    return finish(report)


def index_record(
    measured: Mapping[str, IndexRecall], pictures: int, index: str, subject: Subject
) -> Record:
    """Everything that was measured, as a JSON document."""
    kinds = {kind.replace(" ", "_"): _figures(one) for kind, one in measured.items()}
    figures: dict[str, Figure] = {"pictures": pictures, "index": index, **kinds}
    return new_record("index", subject, figures, _DEFINITIONS)


def table_rows(measured: Mapping[str, IndexRecall]) -> list[list[str]]:
    """A row for each figure, a column for each kind of query; the terminal shows the same."""
    ks = list(next(iter(measured.values())).recall)
    return [
        ["queries", *(f"{one.queries:,}" for one in measured.values())],
        *([f"recall@{k}", *(percent(one.recall[k]) for one in measured.values())] for k in ks),
        ["score error", *(f"{one.score_error:.1e}" for one in measured.values())],
    ]


def _figures(one: IndexRecall) -> Figure:
    return {
        "queries": one.queries,
        "recall": {str(k): as_figure(interval) for k, interval in one.recall.items()},
        "queries_with_a_miss": int((one.shares < 1).sum()),
        "score_error": one.score_error,
    }
