"""Zero-shot figures against loops written out, in small random cases with ties."""

import numpy as np
import pytest

from models.evaluation.classification import measure_classes

NAMES = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu")


def naive_rank(scores: list[float], label: int) -> int:
    return sum(score >= scores[label] for other, score in enumerate(scores) if other != label)


@pytest.mark.parametrize("seed", range(8))
def test_figures_equal_the_naive_loops(seed: int):
    rng = np.random.default_rng(seed)
    scores = (rng.integers(0, 6, size=(40, 7)) / 6).astype(np.float32)  # many ties
    labels = rng.integers(0, 6, size=40).tolist()  # no gnu
    figures = measure_classes(scores, labels, NAMES)
    ranks = [naive_rank(row, label) for row, label in zip(scores.tolist(), labels, strict=True)]
    assert figures.top_1.value == pytest.approx(np.mean([rank < 1 for rank in ranks]))
    assert figures.top_5 is not None
    assert figures.top_5.value == pytest.approx(np.mean([rank < 5 for rank in ranks]))
    recalls = [
        np.mean([rank == 0 for rank, label in zip(ranks, labels, strict=True) if label == column])
        for column in sorted(set(labels))
    ]
    assert figures.mean_class_recall.value == pytest.approx(np.mean(recalls))
    assert [one.recall.value for one in figures.classes if one.pictures] == pytest.approx(recalls)
    assert figures.confusion.sum() == 40
    assert figures.confusion.trace() == sum(rank == 0 for rank in ranks)


def test_confusions_are_counted_by_pair_the_commonest_first():
    scores = np.array([[0.1, 0.9, 0.0]] * 3 + [[0.9, 0.1, 0.0]] + [[0.5, 0.1, 0.2]] * 2)
    figures = measure_classes(scores, [0, 0, 0, 0, 2, 2], NAMES[:3])
    found = [
        (one.classname, one.taken_for, one.pictures) for one in figures.commonest_confusions(9)
    ]
    assert found == [("ant", "bee", 3), ("cat", "ant", 2)]
    assert figures.commonest_confusions(1)[0].share == 0.75
    assert figures.confusion.tolist() == [[1, 3, 0], [0, 0, 0], [2, 0, 0]]
    assert figures.top_5 is None
    assert figures.largest_class == pytest.approx(4 / 6)


def test_an_encoder_that_cannot_tell_classes_apart_is_never_right():
    figures = measure_classes(np.ones((10, 3), np.float32), [0] * 10, NAMES[:3])
    assert figures.top_1.value == 0
    assert figures.confusion.trace() == 0


def test_classification_of_no_pictures_is_refused():
    with pytest.raises(ValueError, match="no pictures"):
        measure_classes(np.zeros((0, 2)), [], NAMES[:2])
