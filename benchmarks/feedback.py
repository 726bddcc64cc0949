"""Does liking and disliking help? Simulated users on captioned photos, round after round.

    python -m benchmarks.feedback PHOTOS CAPTIONS.csv [--model DIR_OR_NAME] [--grid]

A user looks for photos that show a thing, or two things, by their words. In each round the ten best
photos that were not shown before are shown; the user likes those that are right (two captions name
all things) and dislikes those that are wrong (no caption names one of them). After each round both
the moved question and the first one are measured on the residual collection: the photos that were
not shown, so that what was fed back does not count (Salton and Buckley, "Improving Retrieval
Performance by Relevance Feedback", 1990). Intervals of 95 % are over questions. With --grid, for
other weights too.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import feedback
from app.fusion import fuse
from benchmarks.captioned import (
    Captioned,
    arguments,
    average_precision,
    interval,
    precision_at,
    read_captioned,
)
from models.encoder import Embeddings

ROUNDS = 3
SHOWN = 10
LEAST_RIGHT = 19  # so that some are left after the rounds
LEAST_LEFT = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """A first direction (1, dim), and which photos are right and wrong."""

    direction: Embeddings
    right: NDArray[np.bool_]
    wrong: NDArray[np.bool_]


def main() -> None:
    """Ask, feed back, print."""
    parser = arguments(__doc__)
    parser.add_argument("--grid", action="store_true")
    options = parser.parse_args()
    captioned = read_captioned(options, least=8)
    wishes = _wishes(captioned)
    print(f"{len(captioned.pictures)} photos, {len(wishes)} questions, {SHOWN} photos a round")
    _report(captioned, wishes, feedback.BETA, feedback.GAMMA)
    if options.grid:
        for beta, share in itertools.product((0.25, 0.5, 0.75, 1.0, 2.0), (0.0, 0.25, 0.5, 1.0)):
            _report(captioned, wishes, beta, beta * share)


def _wishes(captioned: Captioned) -> list[Wish]:
    places = range(len(captioned.words))
    sets = [*itertools.combinations(places, 1), *itertools.combinations(places, 2)]
    wishes = []
    for things in map(list, sets):
        right = np.logical_and.reduce(captioned.show[:, things], axis=1)
        wrong = np.logical_or.reduce(captioned.without[:, things], axis=1)
        if right.sum() >= LEAST_RIGHT:
            direction = fuse(captioned.things[things], [1.0] * len(things))
            wishes.append(Wish(direction, right, wrong))
    return wishes


def _report(captioned: Captioned, wishes: list[Wish], beta: float, gamma: float) -> None:
    rows: list[list[tuple[float, ...]]] = [[] for _ in range(ROUNDS)]
    for wish in wishes:
        for place, row in enumerate(_rounds(captioned.pictures, wish, beta, gamma)):
            rows[place].append(row)
    print(f"\nliked {beta:g}, disliked {gamma:g}, on the photos not shown:")
    for number, measured in enumerate(rows, start=1):
        values = np.array(measured)  # (questions, 4)
        gain, more = values[:, 1] - values[:, 0], values[:, 3] - values[:, 2]
        print(
            f"  after round {number} ({len(values)} questions): "
            f"mAP {values[:, 0].mean():.3f} -> {values[:, 1].mean():.3f}, {interval(gain)}; "
            f"P@{SHOWN} {values[:, 2].mean():.3f} -> {values[:, 3].mean():.3f}, {interval(more)}"
        )


def _rounds(
    pictures: Embeddings, wish: Wish, beta: float, gamma: float
) -> list[tuple[float, float, float, float]]:
    """The mAP without and with feedback, precision without and with, after each round."""
    direction = wish.direction
    left = np.ones(len(pictures), dtype=np.bool_)
    liked: list[int] = []
    disliked: list[int] = []
    measured = []
    for _ in range(ROUNDS):
        scores = np.where(left, pictures @ direction[0], -np.inf)
        shown = np.argsort(-scores, kind="stable")[:SHOWN]
        left[shown] = False
        liked += [int(place) for place in shown if wish.right[place]]
        disliked += [int(place) for place in shown if wish.wrong[place]]
        direction = feedback.moved(
            wish.direction, pictures[liked], pictures[disliked], beta=beta, gamma=gamma
        )
        right = wish.right[left]
        if right.sum() < LEAST_LEFT:
            break
        before, after = (pictures[left] @ one[0] for one in (wish.direction, direction))
        measured.append(
            (
                average_precision(before, right),
                average_precision(after, right),
                precision_at(before, right, SHOWN),
                precision_at(after, right, SHOWN),
            )
        )
    return measured


if __name__ == "__main__":
    main()
