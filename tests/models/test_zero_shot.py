"""Zero-shot scores and prompt ensembles, against the arithmetic written out."""

from dataclasses import replace

import numpy as np
import pytest

from models.encoder import unit_embeddings
from models.errors import EncodeError
from models.fake_encoder import FakeEncoder
from models.images import DecodedImage
from models.prompts import class_embeddings
from models.templates import TemplateError
from models.zero_shot import class_scores


def plain(colour: tuple[int, int, int]) -> DecodedImage:
    return DecodedImage(np.full((20, 30, 3), colour, np.uint8), 30, 20, "PNG")


def test_probabilities_are_a_softmax_of_scaled_cosines() -> None:
    encoder = FakeEncoder()
    images = encoder.encode_image([plain((230, 30, 30)), plain((30, 30, 230))])
    classes = encoder.encode_text(["red", "blue", "yellow"])
    result = class_scores(images, classes, ["red", "blue", "yellow"], encoder.info)
    for image, scores, probabilities in zip(
        images, result.scores, result.probabilities, strict=True
    ):
        cosines = [float(sum(image * row)) for row in classes]
        powers = [np.exp(encoder.info.logit_scale * cosine) for cosine in cosines]
        assert scores == pytest.approx(cosines, abs=1e-5)
        assert probabilities == pytest.approx([power / sum(powers) for power in powers], abs=1e-5)
    assert result.probabilities.argmax(axis=1).tolist() == [0, 1]


def test_a_model_with_a_logit_bias_judges_every_class_by_itself() -> None:
    encoder = FakeEncoder()
    info = replace(encoder.info, logit_bias=-10.0)
    images = encoder.encode_image([plain((230, 30, 30))])
    classes = encoder.encode_text(["red", "red"])
    result = class_scores(images, classes, ["red", "red"], info)
    logit = info.logit_scale * float(images[0] @ classes[0]) - 10.0
    assert result.probabilities[0] == pytest.approx([1 / (1 + np.exp(-logit))] * 2, abs=1e-5)


def test_a_class_embedding_is_the_unit_mean_over_its_templates() -> None:
    encoder = FakeEncoder()
    templates = ("a photo of a {}.", "{} everywhere", "{} and white")
    embeddings = class_embeddings(encoder, ["red", "a stone"], templates)
    for classname, embedding in zip(["red", "a stone"], embeddings, strict=True):
        rows = [encoder.encode_text([text.replace("{}", classname)])[0] for text in templates]
        mean = np.mean(rows, axis=0)
        assert embedding == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_a_template_without_a_place_is_refused() -> None:
    with pytest.raises(TemplateError):
        class_embeddings(FakeEncoder(), ["red"], ["a photo"])


def test_class_names_with_braces_are_taken_as_they_are() -> None:
    assert class_embeddings(FakeEncoder(), ["{0} {x}"], ["a {}"]).shape == (1, 32)


@pytest.mark.parametrize("row", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 0.0]])
def test_an_embedding_without_direction_is_an_error_and_not_a_result(row: list[float]) -> None:
    with pytest.raises(EncodeError, match="input 1"):
        unit_embeddings(np.array([[3.0, 4.0], row]))


def test_the_fake_encoder_puts_a_colour_word_next_to_that_colour() -> None:
    encoder = FakeEncoder()
    images = encoder.encode_image(
        [plain((230, 30, 30)), plain((30, 180, 30)), plain((30, 30, 230))]
    )
    texts = encoder.encode_text(["a red thing", "green", "something blue"])
    assert (texts @ images.T).argmax(axis=1).tolist() == [0, 1, 2]
    assert encoder.info.model_name == "fake"
