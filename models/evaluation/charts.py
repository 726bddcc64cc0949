"""Charts of a report, as PNG bytes: bars with intervals, histograms, heat-maps, reliability.

The only importer of matplotlib here, and only inside functions: nothing is loaded until a report is
drawn. Figures are made without pyplot, so no window system and no global state is touched. Text is
drawn as it is: a class called `$x$` is no formula.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.evaluation.calibration import ReliabilityBin
from models.evaluation.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED, RULE = "#1f2933", "#66727f", "#dfe4ea"
COLOURS = ("#2f6db5", "#e08a2c", "#3a9a6b", "#a05195")
_DPI = 160
_STYLE: dict[Any, Any] = {  # keys are literals to some versions' types
    "text.parse_math": False,
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": RULE,
    "legend.frameon": False,
}
_LONGEST_NAME = 28  # characters of a class name beside an axis
_NUMBERED_CELLS = 12  # up to so many classes a heat-map has room for numbers


def recall_bars(series: Mapping[str, Mapping[str, Interval]], chance: Sequence[float]) -> bytes:
    """Grouped bars with their intervals, by series and label; `chance` marks each bar's floor, in
    the same order, series after series.
    """

    def draw(axes: Axes) -> None:
        width = 0.8 / len(series)
        floors = iter(chance)
        for number, (name, bars) in enumerate(series.items()):
            places = np.arange(len(bars)) + (number - (len(series) - 1) / 2) * width
            _bars(axes, places, list(bars.values()), width * 0.92, COLOURS[number], name)
            for place, floor in zip(places, floors, strict=False):
                half = width * 0.46
                axes.plot([place - half, place + half], [floor, floor], color=INK, lw=1.2, ls=":")
        if chance:
            axes.plot([], [], color=INK, lw=1.2, ls=":", label="chance")
        labels = list(next(iter(series.values())))
        axes.set_xticks(range(len(labels)), labels)
        axes.set_ylim(0, 1.08)
        axes.yaxis.set_major_formatter(_percent)
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(series) + 1)

    return _png(7.2, 3.6, draw)


def rank_histogram(ranks: Mapping[str, NDArray[np.int64]]) -> bytes:
    """How many questions find their answer at which rank (counted from 0), on a log scale."""

    def draw(axes: Axes) -> None:
        most = max(int(values.max()) for values in ranks.values()) + 1
        edges = _rank_edges(most)
        for number, (name, values) in enumerate(ranks.items()):
            shares = np.histogram(values + 1, bins=edges)[0] / len(values)
            places = np.arange(len(shares)) + (number - (len(ranks) - 1) / 2) * 0.4
            axes.bar(places, shares, width=0.37, color=COLOURS[number], label=name)
        labels = [_rank_label(*bounds) for bounds in pairwise(edges)]
        axes.set_xticks(range(len(labels)), labels, size=9, rotation=30 if len(labels) > 9 else 0)
        axes.set_xlabel("rank of the best right answer")
        axes.yaxis.set_major_formatter(_percent)
        axes.grid(axis="y")
        axes.tick_params(length=0)
        axes.legend(loc="upper right")

    return _png(7.2, 3.2, draw)


def heat_map(counts: NDArray[np.int64], names: Sequence[str]) -> bytes:
    """A confusion matrix (c, c): each row as shares of its own class."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (c, c)
    side = min(11.0, 2.6 + 0.3 * len(names))

    def draw(axes: Axes) -> None:
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.figure.colorbar(image, ax=axes, fraction=0.04, pad=0.03, format=_percent)
        step = max(1, len(names) // 40)
        ticks = range(0, len(names), step)
        labels = [short_name(names[tick]) for tick in ticks]
        size = 9 if len(names) <= 25 else 7
        axes.set_xticks(ticks, labels, rotation=60, ha="right", rotation_mode="anchor", size=size)
        axes.set_yticks(ticks, labels, size=size)
        axes.set_xlabel("taken for")
        axes.set_ylabel("is")
        axes.tick_params(length=0)
        if len(names) <= _NUMBERED_CELLS:
            for (row, column), count in np.ndenumerate(counts):
                colour = "white" if shares[row, column] > 0.55 else INK
                axes.text(column, row, str(count), ha="center", va="center", color=colour, size=9)

    return _png(side + 0.6, side, draw)


def class_bars(recalls: Mapping[str, Interval]) -> bytes:
    """Horizontal bars with intervals, one a class, in the order given."""

    def draw(axes: Axes) -> None:
        values = list(recalls.values())
        places = np.arange(len(values))
        shares = [interval.value for interval in values]
        axes.barh(places, shares, height=0.72, color=COLOURS[0])
        axes.errorbar(
            shares, places, xerr=_whiskers(values), fmt="none", ecolor=INK, elinewidth=1, capsize=2
        )
        axes.set_yticks(places, [short_name(name) for name in recalls])
        axes.invert_yaxis()
        axes.set_xlim(0, 1.02)
        axes.xaxis.set_major_formatter(_percent)
        axes.grid(axis="x")
        axes.tick_params(length=0)

    return _png(7.2, 0.9 + 0.26 * len(recalls), draw)


def reliability_diagram(bins: Sequence[ReliabilityBin]) -> bytes:
    """How often answers of a certain confidence are right; calibrated ones lie on the diagonal."""

    def draw(axes: Axes) -> None:
        filled = [one for one in bins if one.count]
        total = sum(one.count for one in filled)
        axes.bar(
            [(one.low + one.high) / 2 for one in filled],
            [one.count / total for one in filled],
            width=0.9 / len(bins),
            color=RULE,
            label="share of the answers",
        )
        axes.plot([0, 1], [0, 1], color=MUTED, lw=1, ls="--", label="calibrated")
        said, right = [one.confidence for one in filled], [one.accuracy for one in filled]
        axes.plot(said, right, color=COLOURS[0], lw=1, clip_on=False)
        sizes = [20 + 300 * one.count / total for one in filled]  # few answers, a small point
        axes.scatter(said, right, sizes, COLOURS[0], clip_on=False, zorder=3, label="this model")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("confidence")
        axes.set_ylabel("share that is right")
        axes.xaxis.set_major_formatter(_percent)
        axes.yaxis.set_major_formatter(_percent)
        axes.grid()
        axes.tick_params(length=0)
        axes.legend(loc="upper left", fontsize=9)

    return _png(5.0, 4.4, draw)


def short_name(name: str) -> str:
    """A name that fits beside an axis: printable, on one line, not too long."""
    shown = "".join(char if char.isprintable() else "?" for char in name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _png(width: float, height: float, draw: Callable[[Axes], None]) -> bytes:
    """Inches → a PNG on white. Glyphs that the font lacks become boxes, without a warning each."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure: Figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure.subplots())
        figure.savefig(buffer, format="png", facecolor="white")
    return buffer.getvalue()


def _bars(
    axes: Axes,
    places: NDArray[np.floating],
    values: Sequence[Interval],
    width: float,
    colour: str,
    name: str,
) -> None:
    heights = [interval.value for interval in values]
    axes.bar(places, heights, width=width, color=colour, label=name)
    axes.errorbar(
        places, heights, yerr=_whiskers(values), fmt="none", ecolor=INK, elinewidth=1, capsize=3
    )
    for place, interval in zip(places, values, strict=True):
        axes.annotate(
            f"{interval.value:.1%}",
            (place, interval.high),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            size=9,
        )


def _whiskers(values: Sequence[Interval]) -> NDArray[np.float64]:
    """(2, n) lengths below and above."""
    below = [max(0.0, interval.value - interval.low) for interval in values]
    above = [max(0.0, interval.high - interval.value) for interval in values]
    return np.array([below, above])


def _percent(share: float, _: object = None) -> str:
    return f"{share:.0%}"


def _rank_edges(most: int) -> list[int]:
    """1, 2, 6, 11, 21, 51, … up to and beyond `most`: ranks 1, 2 to 5, 6 to 10, 11 to 20, …"""
    edges = [1]
    steps = (factor * 10**power for power in range(12) for factor in (1, 2, 5, 10))
    for step in sorted({1, 5, *steps} - {2}):
        edges.append(step + 1)
        if step >= most:
            break
    return edges


def _rank_label(low: int, high: int) -> str:
    """`6–10`, `501–1k`, `1k–2k`: short, because there may be a dozen side by side."""
    if high - low == 1:
        return str(low)
    first = _short_number(low - 1) if low > 1000 else str(low)
    return f"{first}–{_short_number(high - 1)}"


def _short_number(number: int) -> str:
    for size, letter in ((1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:g}{letter}"
    return str(number)
