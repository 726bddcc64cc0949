"""Retrieval figures against loops written out, in small random cases with ties."""

import numpy as np
import pytest

from models.encoder import Embeddings, unit_embeddings
from models.evaluation.examples import choose_examples
from models.evaluation.recall import TIE, retrieval_ranks
from models.evaluation.retrieval import measure_retrieval


def random_case(seed: int) -> tuple[Embeddings, Embeddings, list[int]]:
    """Few directions in few dimensions, so that many scores are equal; one picture has no
    caption.
    """
    rng = np.random.default_rng(seed)
    pictures, captions = int(rng.integers(3, 12)), int(rng.integers(3, 25))
    owners = rng.integers(pictures - 1, size=captions).tolist()
    directions = unit_embeddings(rng.standard_normal((4, 3)))
    return (
        directions[rng.integers(4, size=pictures)],
        directions[rng.integers(4, size=captions)],
        owners,
    )


def naive_ranks(images: Embeddings, texts: Embeddings, owners: list[int]):
    def score(j: int, i: int) -> float:
        return float(texts[j].astype(float) @ images[i].astype(float))

    to_image = [
        sum(score(j, i) >= score(j, owner) - TIE for i in range(len(images)) if i != owner)
        for j, owner in enumerate(owners)
    ]
    to_text = [
        sum(
            score(j, i)
            >= max(score(own, i) for own, owner in enumerate(owners) if owner == i) - TIE
            for j, owner in enumerate(owners)
            if owner != i
        )
        for i in sorted(set(owners))
    ]
    return to_image, to_text


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("scores_at_once", [1, 17, 10**6])
def test_ranks_equal_the_naive_loops_whatever_the_block(seed: int, scores_at_once: int):
    images, texts, owners = random_case(seed)
    found = retrieval_ranks(images, texts, owners, scores_at_once=scores_at_once)
    assert tuple(ranks.tolist() for ranks in found) == naive_ranks(images, texts, owners)


@pytest.mark.parametrize("seed", range(4))
def test_figures_equal_those_of_the_naive_ranks(seed: int):
    images, texts, owners = random_case(seed)
    figures = measure_retrieval(images, texts, owners, ks=(1, 2))
    naive = naive_ranks(images, texts, owners)
    for way, ranks in zip((figures.text_to_image, figures.image_to_text), naive, strict=True):
        assert way.recall[2].value == pytest.approx(np.mean([rank < 2 for rank in ranks]))
        assert way.median_rank.value == np.median(ranks) + 1
        assert way.mean_rank.value == pytest.approx(np.mean(ranks) + 1)
        assert way.mean_reciprocal_rank.value == pytest.approx(
            np.mean([1 / (rank + 1) for rank in ranks])
        )
    assert figures.pictures_without_caption == len(images) - len(set(owners)) >= 1


def test_chance_is_what_random_embeddings_reach():
    rng = np.random.default_rng(2)
    owners = np.repeat(np.arange(60), rng.integers(1, 6, size=60)).tolist()
    reached = []
    for _ in range(20):
        images = unit_embeddings(rng.standard_normal((60, 64)))
        texts = unit_embeddings(rng.standard_normal((len(owners), 64)))
        to_image, to_text = retrieval_ranks(images, texts, owners)
        reached.append([(to_image < 10).mean(), (to_text < 10).mean()])
    figures = measure_retrieval(images, texts, owners)
    ways = (figures.text_to_image, figures.image_to_text)
    # Best own caption among the others' captions is a little easier than among all captions.
    assert np.mean(reached, axis=0) == pytest.approx([way.chance[10] for way in ways], abs=0.03)


def test_retrieval_without_captions_is_refused():
    images = unit_embeddings(np.ones((2, 3)))
    with pytest.raises(ValueError, match="no captions"):
        measure_retrieval(images, images[:0], [])


def test_examples_are_the_worst_and_the_best_and_one_a_picture():
    images = np.eye(4, dtype=np.float32)
    texts = unit_embeddings(
        np.array(
            [
                [1.0, 0, 0, 0],  # right, and surely
                [1.0, 0, 0, 0],  # the same picture again
                [0, 1.0, 0.5, 0],  # right, less surely
                [0.9, 0.5, 0.3, 0.1],  # of picture 3, which comes last
                [0.0, 0.9, 0.5, 0.1],  # of picture 2, second
            ]
        )
    )
    owners = [0, 0, 1, 3, 2]
    ranks, _ = retrieval_ranks(images, texts, owners)
    examples = choose_examples(images, texts, owners, ranks, count=3)
    assert [(one.caption, one.picture, one.rank, one.first) for one in examples.worst] == [
        (3, 3, 3, 0),
        (4, 2, 1, 1),
    ]
    assert [one.caption for one in examples.best] == [0, 2]
