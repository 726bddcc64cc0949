"""Which fusion of several terms finds what all of them say? Composed questions on captioned photos.

    python -m benchmarks.fusion PHOTOS CAPTIONS.csv [--model DIR_OR_NAME]

A photo shows a thing if two of its captions name it. Three kinds of questions: two words (right:
photos that show both), a photo of one thing and the word of another (right: both), and a word less
another (right: the first without the second). Every way answers the same questions; differences
are to late fusion, with 95 % intervals over questions. "soft and" is minus log Σ exp(-z/2) of the
terms' standardised scores: it needs every term to fit, and a score of every picture.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from app.exclusion import word_limit
from app.fusion import balanced_weights, fuse, sentence
from benchmarks.captioned import (
    Captioned,
    arguments,
    average_precision,
    interval,
    precision_at,
    read_captioned,
)
from models.encoder import Embeddings

LEAST = 5  # right photos of a question
EXAMPLES = 3  # photos of each thing that are asked with
TOP = 10
Scores = dict[str, NDArray[np.floating]]


def main() -> None:
    """Ask, compare, print."""
    captioned = read_captioned(arguments(__doc__).parse_args(), least=8)
    print(f"{len(captioned.pictures)} photos, {len(captioned.words)} things")
    _two_words(captioned)
    _photo_and_word(captioned)
    _word_less_word(captioned)


def _two_words(captioned: Captioned) -> None:
    pairs = [
        (a, b)
        for a, b in itertools.combinations(range(len(captioned.words)), 2)
        if _composed(captioned, a, b)
    ]
    sentences = captioned.encoder.encode_text(
        [sentence([captioned.words[a], captioned.words[b]]) for a, b in pairs]
    )
    asked = []
    for (a, b), joint in zip(pairs, sentences, strict=True):
        ways = _linear(captioned.pictures, captioned.things[[a, b]])
        ways["joint"] = captioned.pictures @ joint
        asked.append((ways, captioned.show[:, a] & captioned.show[:, b]))
    _report(f"two words: {len(asked)} questions", asked)


def _photo_and_word(captioned: Captioned) -> None:
    rng = np.random.default_rng(0)
    asked = []
    for a, b in itertools.permutations(range(len(captioned.words)), 2):
        right = captioned.show[:, a] & captioned.show[:, b]
        only = np.flatnonzero(captioned.show[:, a] & captioned.without[:, b])
        if right.sum() < LEAST or len(only) < EXAMPLES:
            continue
        for photo in rng.choice(only, EXAMPLES, replace=False):
            others = np.arange(len(right)) != photo
            terms = np.stack([captioned.things[b], captioned.pictures[photo]])
            ways = _linear(captioned.pictures[others], terms)
            ways["the word alone"] = captioned.pictures[others] @ terms[0]
            ways["the photo alone"] = captioned.pictures[others] @ terms[1]
            asked.append((ways, right[others]))
    _report(f"a photo and a word: {len(asked)} questions (joint is balanced here)", asked)


def _word_less_word(captioned: Captioned) -> None:
    scale = captioned.encoder.info.logit_scale
    found: dict[str, list[tuple[float, float]]] = {}
    for a, b in itertools.permutations(range(len(captioned.words)), 2):
        right = captioned.show[:, a] & captioned.without[:, b]
        wrong = captioned.show[:, a] & captioned.show[:, b]
        if right.sum() < LEAST or wrong.sum() < LEAST:
            continue
        to_a, to_b = (captioned.pictures @ captioned.things[[a, b]].T).T
        ways = {f"late, -{weight}": to_a - weight * to_b for weight in (0, 0.25, 0.5, 0.75, 1)}
        out = to_b > word_limit(to_b, scale)
        ways["excluded"] = np.where(out, -np.inf, to_a)
        ways["excluded and -0.5"] = np.where(out, -np.inf, to_a - 0.5 * to_b)
        for way, scores in ways.items():
            row = precision_at(scores, right, TOP), precision_at(scores, wrong, TOP)
            found.setdefault(way, []).append(row)
    print(f"\na word less a word: {len(found['excluded'])} questions, among the first {TOP}:")
    print(f"  {'':18} {'right':>28}  {'show what is not wanted':>28}")
    for way, rows in found.items():
        values = np.array(rows)
        print(f"  {way:18} {interval(values[:, 0]):>28}  {interval(values[:, 1]):>28}")


def _composed(captioned: Captioned, a: int, b: int) -> bool:
    """Whether photos show both often enough, and one without the other too."""
    shown = captioned.show[:, [a, b]]
    both = int(shown.all(axis=1).sum())
    return LEAST <= both < 0.7 * int(shown.sum(axis=0).min())


def _linear(pictures: Embeddings, terms: Embeddings) -> Scores:
    """Scores of all pictures by the ways that need no new sentence."""
    weights = [1.0] * len(terms)
    balanced = balanced_weights(terms, weights, pictures)
    scores = pictures @ terms.T  # (n, 2)
    standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    return {
        "late": pictures @ fuse(terms, weights)[0],
        "balanced": pictures @ fuse(terms, balanced)[0],
        "soft and": -np.logaddexp.reduce(-standard / 2, axis=1),
    }


def _report(title: str, asked: list[tuple[Scores, NDArray[np.bool_]]]) -> None:
    found: dict[str, list[tuple[float, float]]] = {}
    for ways, right in asked:
        for way, scores in ways.items():
            recall = precision_at(scores, right, TOP) * TOP / min(TOP, int(right.sum()))
            found.setdefault(way, []).append((average_precision(scores, right), recall))
    late = np.array(found["late"])
    print(f"\n{title}\n  {'':16} {'mAP':>6} {'less late':>28}  recall@{TOP} {'less late':>27}")
    for way, rows in found.items():
        values = np.array(rows)
        precise, recalled = values.mean(axis=0)
        more = [interval(column) for column in (values - late).T]
        print(f"  {way:16} {precise:6.3f} {more[0]:>28}  {recalled:9.3f} {more[1]:>27}")


if __name__ == "__main__":
    main()
