"""Does the built-in model know what is not there? On drawings, with its own relevance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.config import ModelConfig
from models.encoder import Encoder
from models.evaluation.calibration import area_under_roc
from models.heat_maps import CellEncoder
from models.loading import model_relevance
from models.relevance import Modality, judge

if TYPE_CHECKING:
    from tests.integration.conftest import IndexedGallery

ABSURD = (
    "quarterly revenue by region",
    "null pointer exception in line 42",
    "a histogram of reaction times",
    "bank statement with account number",
    "xqzv lkjw pqrst",
    "asdf jkl qwert",
    "zzkrt wpmn",
    "subject and object of the sentence",
    "chapter seven of the annual report",
    "stock market crash chart",
)
AUROC_AT_LEAST = 0.9
RIGHT_AT_LEAST = 0.7


def test_absurd_questions_are_flagged_and_real_ones_are_not(
    gallery: IndexedGallery, encoder: Encoder
) -> None:
    fit = model_relevance(ModelConfig(), encoder.info.fingerprint)
    assert fit is not None
    background = gallery.searcher.background
    captions = [item.captions[0] for item in gallery.items[:40]]
    texts = [*captions, *ABSURD]
    chances, refused = [], []
    for query in encoder.encode_text(texts):
        cosines = np.array([hit.score for hit in gallery.searcher.search(query[None], 10)[0]])
        found = judge(fit, Modality.TEXT, query[None], cosines, background)
        assert found is not None
        chances.append(found.match)
        refused.append(found.no_good_match)
    real = np.arange(len(texts)) < len(captions)
    assert area_under_roc(np.array(chances), real) >= AUROC_AT_LEAST
    assert np.mean(np.array(refused) != real) >= RIGHT_AT_LEAST
    assert not np.array(refused)[real].all()


def test_the_built_in_model_has_maps(encoder: Encoder) -> None:
    assert isinstance(encoder, CellEncoder)
