"""Fitting relevance, from the judge of words to the figures, on a world where words are vectors."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest

from models.evaluation.relevance_fit import (
    HITS,
    Trials,
    fit_relevance,
    halves,
    joined,
    put_to_test,
)
from models.evaluation.relevance_judge import RELEVANT, WordJudge, content_words
from models.evaluation.relevance_questions import (
    ABSENT,
    CAPTION,
    GIBBERISH,
    OTHERS,
    OWN_REMOVED,
    REMOVED,
    CaptionedPictures,
    Strangers,
    ask,
    captioned,
    strangers,
)
from models.evaluation.relevance_report import (
    by_kind,
    ece,
    figures,
    log_loss,
    of_fit,
    of_simpler,
    weighted_auroc,
    with_figures,
)
from models.relevance import Modality

DIM = 48
COLOURS = ("red", "green", "blue", "white", "black", "golden")
THINGS = ("dog", "horse", "boat", "truck", "ladder", "violin", "teapot", "owl", "tent", "sofa")
PLACES = ("beach", "forest", "kitchen", "stadium", "harbour")
FOREIGN = tuple(f"a {a} {b} planet" for a in ("striped", "hollow") for b in ("paper", "metal"))


class WordVectors:
    """Texts are the sum of their words' random vectors: near if they share words."""

    def __init__(self) -> None:
        self._known: dict[str, np.ndarray] = {}

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        rows = [sum((self._of(word) for word in content_words(t)), np.zeros(DIM)) for t in texts]
        values = np.array(rows) + 1e-6
        unit: np.ndarray = values / np.linalg.norm(values, axis=1, keepdims=True)
        return unit.astype(np.float32)

    def _of(self, word: str) -> np.ndarray:
        if word not in self._known:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
            self._known[word] = np.random.default_rng(seed).standard_normal(DIM)
        return self._known[word]


@pytest.fixture(scope="module")
def encoder() -> WordVectors:
    return WordVectors()


@pytest.fixture(scope="module")
def world(encoder: WordVectors) -> tuple[CaptionedPictures, Strangers]:
    """300 pictures that are their captions, and noise."""
    rng = np.random.default_rng(0)
    captions = []
    for _ in range(300):
        colour, thing, place = rng.choice(COLOURS), rng.choice(THINGS), rng.choice(PLACES)
        captions.append(
            (f"a {colour} {thing} at the {place}", f"the {place} with a {colour} {thing}")
        )
    images = encoder.encode_text([own[0] for own in captions])
    images = images + 0.1 * rng.standard_normal(images.shape).astype(np.float32)
    images /= np.linalg.norm(images, axis=1, keepdims=True)
    elsewhere = encoder.encode_text(FOREIGN * 20)
    return (
        captioned(encoder, "world", images, captions),
        strangers(encoder, FOREIGN * 20, elsewhere),
    )


@pytest.fixture(scope="module")
def tested(
    encoder: WordVectors, world: tuple[CaptionedPictures, Strangers]
) -> tuple[Trials, Trials]:
    names = encoder.encode_text(("kettle", "bridge", "cloud", "dog", "boat"))
    to_fit, to_report = (put_to_test(*half, names) for half in halves(*world, seed=0))
    return to_fit, to_report


def test_judge_weighs_rare_words_and_knows_forms_of_words():
    judge = WordJudge([["two dogs running"], ["a dog in the snow"], ["a dog"], ["a cat sleeps"]])
    covered = judge.coverage(["a dog runs in snow", "the cat slept", "nothing known here"])
    assert covered[0, 0] == pytest.approx(covered[0, 1])  # each has "dog" and a rare word
    assert 0 < covered[0, 2] < covered[0, 0] / 2  # "dog" is common
    assert covered[1, 3] == covered[1].max() > 0
    assert not covered[2].any()
    assert content_words("Jumping dogs' cities") == content_words("jumped dog city")


def test_own_coverage_leaves_the_caption_itself_out():
    judge = WordJudge([["a red boat", "a red ship"], ["a dog"]])
    boat, ship, dog = judge.own_coverage()
    assert boat == pytest.approx(ship)
    assert 0 < boat < 1
    assert dog == 0


def test_questions_without_an_answer_have_none(world: tuple[CaptionedPictures, Strangers]):
    pictures, others = world
    judge = WordJudge(pictures.captions)
    asked = {one.kind: one for one in ask(pictures, others)}
    assert {CAPTION, REMOVED, OTHERS, GIBBERISH, ABSENT} <= set(asked)
    for one in asked.values():
        assert not (one.relevant & ~one.searched).any()
        if one.answerable is True:
            assert one.relevant.any(axis=1).all()
        elif one.answerable is False:
            assert not one.relevant.any()
    assert asked[OWN_REMOVED].answerable is None
    rows = np.random.default_rng(0).choice(len(asked[CAPTION].queries), 5)
    for row in rows:
        text = next(
            text
            for text, vector in zip(pictures.texts.texts, pictures.texts.embeddings, strict=True)
            if np.allclose(vector, asked[CAPTION].queries[row])
        )
        covered = judge.coverage([text])[0]
        assert ((covered >= RELEVANT) == asked[CAPTION].relevant[row]).all()
        assert (covered[asked[REMOVED].searched[row]] < RELEVANT).all()


def test_halves_share_no_picture(world: tuple[CaptionedPictures, Strangers]):
    (first, _), (second, _) = halves(*world, seed=1)
    assert len(first.images) + len(second.images) == 300
    together = np.concatenate([first.images, second.images])
    assert len(np.unique(together.round(5), axis=0)) == 300
    for half in (first, second):
        for row, own in enumerate(half.own):
            assert half.texts.texts[row] in half.captions[own]


def test_shares_give_both_halves_of_the_questions_the_same_say(tested: tuple[Trials, Trials]):
    shares = tested[0].shares()
    for group in np.unique(tested[0].group):
        for answerable in (0, 1):
            mine = (tested[0].group == group) & (tested[0].answerable == answerable)
            assert shares[mine].sum() == pytest.approx(0.5)
    assert shares[tested[0].answerable < 0].sum() == 0


def test_fit_tells_what_is_there_from_what_is_not(tested: tuple[Trials, Trials]):
    to_fit, to_report = tested
    fit = with_figures(fit_relevance(to_fit, "words", np.zeros((1, DIM), np.float32)), to_report)
    part = to_report.where(to_report.modality == Modality.TEXT)
    learnt = to_fit.where(to_fit.modality == Modality.TEXT)
    text = fit.modalities[Modality.TEXT]
    assert text.figures["auroc_foreign"] > 0.85
    assert text.figures["ece_hits"] < 0.1
    said = of_fit(fit, Modality.TEXT, part)
    assert said.hits.shape == (len(part.kind), HITS)
    kinds = {one.kind: one for one in by_kind(said, text.no_good_match_below, part)}
    assert kinds[GIBBERISH].auroc > 0.85
    raw = figures("raw cosine", of_simpler((), learnt, part), part)[-1]
    assert raw.ece_hits > text.figures["ece_hits"]
    assert log_loss(text, part) < 2 * np.log(2)  # better than not knowing


def test_one_fit_needs_questions_of_both_kinds(tested: tuple[Trials, Trials]):
    only_there = tested[0].where(tested[0].answerable == 1)
    assert not fit_relevance(only_there, "", np.zeros((1, DIM), np.float32)).modalities
    assert len(joined([only_there, only_there]).kind) == 2 * len(only_there.kind)


def test_weighted_measures_are_those_of_repeated_rows():
    rng = np.random.default_rng(2)
    scores, there = rng.uniform(size=60), rng.uniform(size=60) < 0.4
    times = rng.integers(1, 5, 60)
    shares = times / times.sum()
    again, truth = np.repeat(scores, times), np.repeat(there, times)
    pairs = [(a > b) for a in again[truth] for b in again[~truth]]
    assert weighted_auroc(scores, there, shares) == pytest.approx(np.mean(pairs))
    bins = np.clip(np.ceil(again * 15).astype(int) - 1, 0, 14)
    naive = sum(
        (bins == one).sum() * abs(again[bins == one].mean() - truth[bins == one].mean())
        for one in np.unique(bins)
    ) / len(again)
    assert ece(scores, there, shares) == pytest.approx(naive, abs=0.002)
