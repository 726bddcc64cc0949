"""What a classifier says of a picture becomes choices between names, and losses over them."""

import numpy as np
import torch
from torch.nn import functional

from models.training.concepts import (
    Choice,
    ConceptSet,
    Opinions,
    choice_loss,
    concept_set,
    family_sets,
)
from models.training.families import CLASSES, basic_families, wider_families


def texts_of(name: str) -> list[int]:
    return {"cat": [0, 1], "kitten": [2, 3], "dog": [4, 5]}.get(name, [6, 7])


def opinions(probabilities: np.ndarray, labels: np.ndarray) -> Opinions:
    return Opinions(
        classes=concept_set([(f"class {row}",) for row in range(CLASSES)], texts_of, 1.0),
        families=family_sets((basic_families(), wider_families()), texts_of),
        label_sets=((concept_set([("cat", "kitten"), ("dog",)], texts_of, 1.0), labels),),
        probabilities=probabilities.astype(np.float16),
    )


def test_everyday_families_exclude_each_other_and_wider_ones_hold_them():
    basic, wider = basic_families(), wider_families()
    assert basic.members.sum(axis=0).max() == 1
    dog = next(row for row, names in enumerate(basic.names) if "dog" in names)
    animal = next(row for row, names in enumerate(wider.names) if "animal" in names)
    assert basic.members[dog].sum() == 121
    assert (wider.members[animal] >= basic.members[dog]).all()
    assert len({name for names in basic.names for name in names}) == sum(map(len, basic.names))


def test_concepts_with_one_name_repeat_it_to_the_length_of_the_others():
    concepts = concept_set([("cat", "kitten"), ("dog",)], texts_of, 1.0)
    assert concepts.rows.tolist() == [[0, 1, 2, 3], [4, 5, 4, 5]]


def test_families_gather_what_the_classifier_gives_their_members():
    probabilities = np.zeros((2, CLASSES))
    probabilities[0, [151, 200]] = 0.4, 0.4  # two breeds of dog
    probabilities[0, 281] = 0.2  # a cat
    probabilities[1, 600] = 1.0  # of no family
    said = opinions(probabilities, np.array([-1, 1])).of(np.array([0, 1]))
    classes, everyday, _, labels = said
    names = basic_families().names
    dog, cat = (next(r for r, n in enumerate(names) if w in n) for w in ("dog", "cat"))
    np.testing.assert_allclose(everyday.targets[0, [dog, cat]], [0.8, 0.2], atol=1e-3)
    np.testing.assert_allclose(everyday.shares, [1, 0], atol=1e-3)
    np.testing.assert_allclose(classes.shares, [1, 1], atol=1e-3)
    assert labels.shares.tolist() == [0, 1]
    assert labels.targets[1].tolist() == [0, 1]


def test_a_narrowed_choice_keeps_the_likely_names_and_sums_to_one():
    generator = np.random.default_rng(0)
    targets = torch.zeros(3, 40)
    targets[0, 7], targets[1, 9], targets[2, [7, 9]] = 1, 1, torch.tensor([0.5, 0.5])
    concepts = ConceptSet(np.arange(40)[:, None], 1.0)
    kept, narrowed = Choice(concepts, targets, torch.ones(3)).narrowed(6, generator)
    assert len(set(kept.tolist())) == 6
    assert {7, 9} <= set(kept.tolist())
    np.testing.assert_allclose(narrowed.targets.sum(dim=1), 1)
    np.testing.assert_allclose(narrowed.shares, 1)


def test_choice_loss_is_the_weighted_cross_entropy():
    torch.manual_seed(0)
    images = functional.normalize(torch.randn(5, 8), dim=1)
    names = functional.normalize(torch.randn(4, 8), dim=1)
    targets = torch.randn(5, 4).softmax(dim=1)
    shares = torch.tensor([1.0, 0.0, 0.5, 1.0, 0.2])
    choice = Choice(ConceptSet(np.arange(4)[:, None], 0.5), targets, shares)
    naive = 0.0
    for row in range(5):
        logits = 10 * (names @ images[row])
        log_probabilities = logits - logits.exp().sum().log()
        naive += 0.5 * float(shares[row]) * -float((targets[row] * log_probabilities).sum()) / 5
    loss = choice_loss(images, names, choice, torch.tensor(10.0))
    np.testing.assert_allclose(float(loss), naive, rtol=1e-5)
