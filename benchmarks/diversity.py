"""What does diversity cost and give? Captioned photos, found by the words of things.

    python -m benchmarks.diversity PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

For every thing: among the ten best photos, how many show it (two captions name it), how alike are
they (the mean cosine of two of them), and how many of the other things do they show between them?
Differences to diversity 0 are over the same things, with 95 % intervals.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from app.diversity import DEPTH, diverse_order
from benchmarks.captioned import Captioned, arguments, interval, read_captioned

TOP = 10


def main() -> None:
    """Reorder, measure, print."""
    captioned = read_captioned(arguments(__doc__).parse_args(), least=8)
    print(f"{len(captioned.pictures)} photos, {len(captioned.words)} things, the best {TOP}:")
    plain = _measured(captioned, 0.0)
    for diversity in (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0):
        values = _measured(captioned, diversity)
        right, alike, things = values.mean(axis=0)
        more = [interval(column) for column in (values - plain).T]
        print(
            f"  {diversity:.1f}: show it {right:.3f}, {more[0]}; alike {alike:.3f}, {more[1]}; "
            f"other things {things:.2f}, {more[2]}"
        )
    best = captioned.pictures[:DEPTH]
    started_s = time.process_time()
    for _ in range(100):
        diverse_order(best @ captioned.things[0], best, 0.3)
    print(f"  {(time.process_time() - started_s) * 10:.2f} ms of CPU to reorder {len(best)} photos")


def _measured(captioned: Captioned, diversity: float) -> NDArray[np.float64]:
    """(things, 3): the share that shows it, the mean cosine of two, how many other things."""
    rows = []
    for thing in range(len(captioned.words)):
        scores = captioned.pictures @ captioned.things[thing]
        best = np.argsort(-scores, kind="stable")[:DEPTH]
        order = diverse_order(scores[best], captioned.pictures[best], diversity)
        top = best[order[:TOP]]
        vectors = captioned.pictures[top]
        pairs = (vectors @ vectors.T)[np.triu_indices(TOP, 1)]
        others = np.delete(captioned.show[top], thing, axis=1).any(axis=0).sum()
        rows.append((captioned.show[top, thing].mean(), pairs.mean(), others))
    return np.array(rows)


if __name__ == "__main__":
    main()
