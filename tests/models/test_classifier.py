"""Names to probabilities, and to "none of these", against the arithmetic written out."""

from dataclasses import replace

import numpy as np
import pytest

from models.calibration import Calibration, NoneOfTheseWeights
from models.class_cache import ClassEmbeddingCache
from models.classifier import ZeroShotClassifier, background, means_alike, none_features
from models.fake_encoder import FakeEncoder
from models.images import DecodedImage


def plain(colour: tuple[int, int, int]) -> DecodedImage:
    return DecodedImage(np.full((20, 30, 3), colour, np.uint8), 30, 20, "PNG")


RED = FakeEncoder().encode_image([plain((230, 30, 30))])


def test_temperature_flattens_probabilities_and_keeps_their_order() -> None:
    encoder = FakeEncoder()
    names = ["red", "orange", "blue"]
    flat = ZeroShotClassifier(encoder.info, Calibration(temperature=2.0))
    result = flat.classify(encoder, RED, names, ["{}"])
    logits = encoder.info.logit_scale * (RED @ encoder.encode_text(names).T)[0] / 2
    expected = np.exp(logits) / np.exp(logits).sum()
    assert result.probabilities[0] == pytest.approx(expected, abs=1e-5)
    sharp = ZeroShotClassifier(encoder.info).classify(encoder, RED, names, ["{}"])
    assert sharp.probabilities[0].max() > result.probabilities[0].max()
    assert sharp.probabilities[0].argsort().tolist() == result.probabilities[0].argsort().tolist()


def test_none_of_these_is_low_for_a_name_that_fits_and_high_for_one_that_does_not() -> None:
    encoder = FakeEncoder()
    classifier = ZeroShotClassifier(encoder.info)
    fits, wrong = (
        float(classifier.classify(encoder, RED, [name], ["{}"]).none_of_these[0])
        for name in ("red", "blue")
    )
    assert 0 <= fits < 0.5 < wrong <= 1


def test_none_of_these_follows_its_fitted_weights() -> None:
    encoder = FakeEncoder()
    weights = NoneOfTheseWeights(margin=0.0, best=0.0, offset=-2.0)
    classifier = ZeroShotClassifier(encoder.info, Calibration(none_of_these=weights))
    result = classifier.classify(encoder, np.vstack([RED, RED]), ["green"])
    assert result.none_of_these == pytest.approx([1 / (1 + np.exp(2))] * 2, abs=1e-6)
    assert classifier.calibrated
    assert not ZeroShotClassifier(encoder.info).calibrated


def test_none_of_these_of_a_sigmoid_model_is_what_the_best_name_lacks() -> None:
    encoder = FakeEncoder()
    cache = ClassEmbeddingCache()
    info = replace(encoder.info, logit_bias=-10.0)
    result = ZeroShotClassifier(info, cache=cache).classify(encoder, RED, ["red", "blue"], ["{}"])
    assert result.none_of_these == pytest.approx(1 - result.probabilities.max(axis=1))
    assert len(cache) == 2  # no background is encoded for nothing


def test_margin_weighs_the_background_against_the_names() -> None:
    rng = np.random.default_rng(0)
    names, others = rng.normal(size=(3, 2)), rng.normal(size=(3, 5))
    left_out = np.array([False, True, False, False, True])
    for row, (margin, best) in enumerate(none_features(names, others, left_out)):
        rest = others[row][~left_out]
        expected = np.log(np.exp(rest).sum()) - np.log(np.exp(names[row]).sum())
        assert margin == pytest.approx(expected)
        assert best == pytest.approx(names[row].max())
    assert np.isfinite(none_features(names, others, np.ones(5, bool))).all()


def test_background_names_that_mean_a_given_name_do_not_compete_with_it() -> None:
    encoder = FakeEncoder()
    classes = encoder.encode_text(["red", "blue"])
    alike = means_alike(classes, encoder.encode_text(["a red thing", "a stone", "blue"]))
    assert alike.tolist() == [[True, False, False], [False, False, True]]


def test_the_background_has_some_hundred_names_and_each_once() -> None:
    names = background().names
    assert 200 <= len(names) <= 600
    assert len(set(names)) == len(names)
    assert "{}" in background().template


def test_names_and_background_are_encoded_once() -> None:
    encoder = FakeEncoder()
    classifier = ZeroShotClassifier(encoder.info)
    first = classifier.classify(encoder, RED, ["red", "blue"])

    class NoTexts:
        """An encoder that must not be asked."""

        def encode_text(self, texts):
            raise AssertionError(texts)

    again = classifier.classify(NoTexts(), RED, ["blue", "red"])
    assert again.none_of_these == pytest.approx(first.none_of_these)
    assert again.probabilities[0][::-1] == pytest.approx(first.probabilities[0])
