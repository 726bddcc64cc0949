"""The report on retrieval: figures → tables, charts, and questions to look at. Never measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.evaluation import charts
from models.evaluation.examples import Example, Examples
from models.evaluation.page import Card, Page, Pair
from models.evaluation.report import (
    Figure,
    Record,
    Report,
    Subject,
    as_figure,
    bounds,
    finish,
    intervals_of,
    new_record,
    new_report,
    percent,
)
from models.evaluation.retrieval import Direction, RetrievalFigures

WAYS = {"text_to_image": "text → image", "image_to_text": "image → text"}
INTERVALS = (
    intervals_of("the pictures, each with all its captions") + " Ties count against the model."
)
_DEFINITIONS = {
    "recall@k, text → image": "The share of captions whose own picture is among the k nearest "
    "pictures.",
    "recall@k, image → text": "The share of pictures with at least one of their own captions among "
    "the k nearest captions. Pictures without a caption are not asked about.",
    "rank": "The place of the best right answer, counted from 1. For image → text: one more than "
    "the number of other pictures' captions that are nearer than the best own one.",
    "MRR": "Mean reciprocal rank: the mean of 1 / rank.",
    "chance": "What answers in random order would reach.",
    "intervals": INTERVALS,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of the material: captions, names of pictures, and how to get at a small
    JPEG of a picture (None where there is none).
    """

    captions: Sequence[str]
    names: Sequence[str]
    thumbnail: Callable[[int], bytes | None]


def retrieval_report(
    figures: RetrievalFigures, examples: Examples, shown: Shown, subject: Subject
) -> Report:
    """Everything that was measured, ready to be written."""
    report = new_report("Retrieval", retrieval_record(figures, examples, shown, subject))
    page, ways = report.page, _ways(figures)
    page.cards(_cards(figures))
    page.heading("Recall")
    report.add_chart(
        "recall",
        charts.recall_bars(
            {name: {f"recall@{k}": v for k, v in way.recall.items()} for name, way in ways.items()},
            [floor for way in ways.values() for floor in way.chance.values()],
        ),
        "How often the right answer is among the first k, with 95 % intervals.",
    )
    page.table(["", *ways], table_rows(figures))
    page.paragraph(INTERVALS)
    page.heading("Ranks")
    report.add_chart(
        "ranks",
        charts.rank_histogram({name: way.ranks for name, way in ways.items()}),
        "At which rank the best right answer stands.",
    )
    _add_examples(page, examples, shown)
    return finish(report)


def _add_examples(page: Page, examples: Examples, shown: Shown) -> None:
    sections = (
        (
            "Questions that failed worst",
            "Left the caption's own picture, right the one that was ranked first.",
            examples.worst,
        ),
        (
            "Questions that were answered best",
            "Found first, with the highest scores; at most one for each picture.",
            examples.best,
        ),
    )
    for heading, note, chosen in sections:
        if chosen:
            page.heading(heading)
            page.paragraph(note)
            page.pairs([_pair(example, shown) for example in chosen])


def retrieval_record(
    figures: RetrievalFigures, examples: Examples, shown: Shown, subject: Subject
) -> Record:
    """Everything that was measured, as a JSON document."""
    return new_record("retrieval", subject, _figures(figures, examples, shown), _DEFINITIONS)


def table_rows(figures: RetrievalFigures) -> list[list[str]]:
    """A row for each figure, a column for each way; the terminal shows the same."""
    ways = _ways(figures).values()
    ks = list(figures.text_to_image.recall)
    return [
        *([f"recall@{k}", *(percent(way.recall[k]) for way in ways)] for k in ks),
        *(
            [f"recall@{k} by chance", *(f"{way.chance[k] * 100:.2f} %" for way in ways)]
            for k in ks[-1:]
        ),
        ["median rank", *(_rank(way, "median_rank") for way in ways)],
        ["mean rank", *(_rank(way, "mean_rank") for way in ways)],
        ["MRR", *(_reciprocal(way) for way in ways)],
    ]


def _ways(figures: RetrievalFigures) -> dict[str, Direction]:
    return {shown: getattr(figures, name) for name, shown in WAYS.items()}


def _rank(way: Direction, name: str) -> str:
    interval = getattr(way, name)
    return f"{interval.value:,.1f} [{interval.low:,.1f}, {interval.high:,.1f}]"


def _reciprocal(way: Direction) -> str:
    interval = way.mean_reciprocal_rank
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _cards(figures: RetrievalFigures) -> list[Card]:
    k = max(figures.text_to_image.recall)
    return [
        Card("pictures", f"{figures.pictures:,}", f"{figures.captions:,} captions"),
        *(
            Card(
                f"recall@{k}, {name}",
                f"{way.recall[k].value:.1%}",
                f"{bounds(way.recall[k])}, chance {way.chance[k]:.1%}",
            )
            for name, way in _ways(figures).items()
        ),
        Card(
            "median rank, text → image",
            f"{figures.text_to_image.median_rank.value:,.0f}",
            f"of {figures.pictures:,}",
        ),
    ]


def _figures(figures: RetrievalFigures, examples: Examples, shown: Shown) -> dict[str, Figure]:
    ways: dict[str, Figure] = {name: _way(getattr(figures, name)) for name in WAYS}
    return {
        "pictures": figures.pictures,
        "captions": figures.captions,
        "pictures_without_caption": figures.pictures_without_caption,
        **ways,
        "worst": [_example(example, shown) for example in examples.worst],
        "best": [_example(example, shown) for example in examples.best],
    }


def _way(way: Direction) -> Figure:
    return {
        "questions": len(way.ranks),
        "recall": {str(k): as_figure(interval) for k, interval in way.recall.items()},
        "chance": {str(k): share for k, share in way.chance.items()},
        "median_rank": as_figure(way.median_rank),
        "mean_rank": as_figure(way.mean_rank),
        "mean_reciprocal_rank": as_figure(way.mean_reciprocal_rank),
    }


def _example(example: Example, shown: Shown) -> Figure:
    return {
        "caption": shown.captions[example.caption],
        "picture": shown.names[example.picture],
        "rank": example.rank + 1,
        "ranked_first": shown.names[example.first],
    }


def _pair(example: Example, shown: Shown) -> Pair:
    left = f"{shown.names[example.picture]}, rank {example.rank + 1:,}"
    return Pair(
        shown.captions[example.caption],
        shown.thumbnail(example.picture),
        left,
        shown.thumbnail(example.first),
        shown.names[example.first],
    )
