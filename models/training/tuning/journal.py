"""The log of a run, as CSV and as plots. Never decides anything.

matplotlib is imported only when a plot is drawn, and draws without a window system.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

LOG_FILE = "log.csv"
PLOT_FILES = {"loss": "loss.png", "rate": "rate.png", "score": "dev.png"}
_TITLES = {
    "loss": "training loss",
    "rate": "learning rate",
    "score": "held-out pictures: mean of recall@1, @5, @10 both ways, or cosine to the teacher",
}
COLUMNS = ("step", "loss", "rate", "score")


class Journal:
    """One row a step: step, loss, learning rate and, where measured, the held-out figure."""

    def __init__(self, directory: Path, rows: Sequence[Sequence[float | None]] = ()) -> None:
        self._directory = directory
        self.rows: list[list[float | None]] = [list(row) for row in rows]

    def add(self, step: int, loss: float | None, rate: float | None, score: float | None) -> None:
        """Note a step."""
        self.rows.append([step, loss, rate, score])

    def write(self) -> None:
        """Replace the log file."""
        self._directory.mkdir(parents=True, exist_ok=True)
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.rows:
            writer.writerow(["" if cell is None else f"{cell:.6g}" for cell in row])
        partial = self._directory / f"{LOG_FILE}.partial"
        partial.write_text(lines.getvalue(), encoding="utf-8")
        partial.replace(self._directory / LOG_FILE)

    def plot(self) -> None:
        """Draw loss, learning rate and held-out figure over the steps, one PNG each."""
        from matplotlib.figure import Figure

        for column, name in enumerate(COLUMNS[1:], start=1):
            points = [row for row in self.rows if row[column] is not None]
            figure = Figure(figsize=(7, 4), layout="constrained")
            axes = figure.add_subplot()
            steps, values = (np.array([row[c] for row in points], float) for c in (0, column))
            axes.plot(steps, values, marker="o" if name == "score" else None)
            axes.set(title=_TITLES[name], xlabel="step", ylabel=name)
            axes.grid(alpha=0.3)
            figure.savefig(self._directory / PLOT_FILES[name], dpi=110)
