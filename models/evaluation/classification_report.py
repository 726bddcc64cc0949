"""The report on zero-shot classification: figures → tables and charts. Never measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import charts
from models.evaluation.calibration import expected_calibration_error, reliability_bins
from models.evaluation.classification import TOP, ClassFigures, ClassRecall
from models.evaluation.page import Card
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

INTERVALS = intervals_of("the pictures") + " Ties count against the model."
_DEFINITIONS = {
    "top-1": "The share of pictures whose own class has the highest score.",
    "top-5": "The share of pictures whose own class is among the five highest scores.",
    "class recall": "Top-1 over the pictures of one class; its interval is Wilson's.",
    "mean class recall": "The mean of all classes' recall, so that each class weighs the same.",
    "chance": "Top-1 of guessing evenly.",
    "largest class": "Top-1 of always naming the commonest class.",
    "calibration error": "Expected calibration error: how far the named class's probability is "
    "from the share that is right, over 15 bins of equal width.",
    "intervals": INTERVALS,
}
_CONFUSIONS = 20
_MOST_BARS = 40  # a chart with more classes shows the worst of them


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the model was of each picture's class (n,), and whether it was right (n,)."""

    values: NDArray[np.float32]
    correct: NDArray[np.bool_]

    @property
    def error(self) -> float:
        """The expected calibration error."""
        return expected_calibration_error(self.values, self.correct)


def classification_report(
    figures: ClassFigures, confidence: Confidence, templates: Sequence[str], subject: Subject
) -> Report:
    """Everything that was measured, ready to be written."""
    record = classification_record(figures, confidence, templates, subject)
    report = new_report("Zero-shot classification", record)
    page = report.page
    page.cards(_cards(figures))
    page.heading("Accuracy")
    page.table(["", "value"], table_rows(figures, confidence))
    page.paragraph(INTERVALS)
    _add_classes(report, figures)
    page.heading("Confusions")
    report.add_chart(
        "confusion",
        charts.heat_map(figures.confusion, figures.classnames),
        "Each row is a class: where its pictures went, as shares of the row.",
    )
    page.table(["is", "taken for", "pictures", "share of the class"], confusion_rows(figures), 2)
    page.heading("Can its confidence be trusted?")
    report.add_chart(
        "reliability",
        charts.reliability_diagram(reliability_bins(confidence.values, confidence.correct)),
        "Answers by their confidence: how often they are right. On the diagonal, confidence is the "
        "chance of being right; below it, the model is too sure of itself.",
    )
    page.heading("Templates")
    page.paragraph("A class's embedding is the mean over these prompts, {} being its name.")
    page.table(["template"], [[template] for template in templates])
    return finish(report)


def classification_record(
    figures: ClassFigures, confidence: Confidence, templates: Sequence[str], subject: Subject
) -> Record:
    """Everything that was measured, as a JSON document."""
    measured = _figures(figures, confidence, templates)
    return new_record("zeroshot", subject, measured, _DEFINITIONS)


def table_rows(figures: ClassFigures, confidence: Confidence) -> list[list[str]]:
    """A row for each figure; the terminal shows the same."""
    rows = [["top-1", percent(figures.top_1)]]
    if figures.top_5 is not None:
        rows.append([f"top-{TOP}", percent(figures.top_5)])
    return [
        *rows,
        ["mean class recall", percent(figures.mean_class_recall)],
        ["top-1 by chance", f"{figures.chance:.1%}".replace("%", " %")],
        ["largest class", f"{figures.largest_class:.1%}".replace("%", " %")],
        ["calibration error", f"{confidence.error:.1%}".replace("%", " %")],
    ]


def confusion_rows(figures: ClassFigures, count: int = _CONFUSIONS) -> list[list[str]]:
    """The commonest confusions: is, taken for, pictures, share of the class."""
    return [
        [one.classname, one.taken_for, f"{one.pictures:,}", f"{one.share:.1%}".replace("%", " %")]
        for one in figures.commonest_confusions(count)
    ]


def _cards(figures: ClassFigures) -> list[Card]:
    top_5 = figures.top_5
    return [
        Card("pictures", f"{figures.pictures:,}", f"{len(figures.classnames):,} classes"),
        Card("top-1", f"{figures.top_1.value:.1%}", bounds(figures.top_1)),
        *([Card("top-5", f"{top_5.value:.1%}", bounds(top_5))] if top_5 is not None else []),
        Card(
            "mean class recall",
            f"{figures.mean_class_recall.value:.1%}",
            bounds(figures.mean_class_recall),
        ),
        Card("top-1 by chance", f"{figures.chance:.1%}"),
    ]


def _add_classes(report: Report, figures: ClassFigures) -> None:
    ranked = _ranked(figures)
    report.page.heading("Classes")
    shown = ranked[:_MOST_BARS]
    which = "Recall of each class" if len(shown) == len(ranked) else "The classes with least recall"
    report.add_chart(
        "classes",
        charts.class_bars({one.classname: one.recall for one in shown}),
        f"{which}, the lowest first, with Wilson's 95 % intervals.",
    )
    report.page.table(
        ["class", "recall", "pictures"],
        [[one.classname, percent(one.recall), f"{one.pictures:,}"] for one in ranked],
    )


def _ranked(figures: ClassFigures) -> list[ClassRecall]:
    """The classes that have pictures, the lowest recall first."""
    filled = [one for one in figures.classes if one.pictures]
    return sorted(filled, key=lambda one: (one.recall.value, one.classname))


def _figures(
    figures: ClassFigures, confidence: Confidence, templates: Sequence[str]
) -> dict[str, Figure]:
    return {
        "pictures": figures.pictures,
        "top_1": as_figure(figures.top_1),
        "top_5": as_figure(figures.top_5),
        "mean_class_recall": as_figure(figures.mean_class_recall),
        "chance": figures.chance,
        "largest_class": figures.largest_class,
        "calibration_error": confidence.error,
        "classes": [
            {
                "classname": one.classname,
                "pictures": one.pictures,
                "recall": as_figure(one.recall),
            }
            for one in figures.classes
        ],
        "confusion": figures.confusion.tolist(),
        "commonest_confusions": [asdict(one) for one in figures.commonest_confusions(_CONFUSIONS)],
        "templates": list(templates),
    }
