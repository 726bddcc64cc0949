"""Does the built-in model find pictures by meaning? Bounds that a broken encoder cannot reach."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from models.encoder import Embeddings, Encoder
from models.evaluation.recall import retrieval_recall
from models.images import DecodedImage, decode_image
from models.prompts import class_embeddings
from models.zero_shot import class_scores

if TYPE_CHECKING:
    from tests.integration.conftest import IndexedGallery

RECALL_AT_10 = 0.90  # chance is 0.04
SAME_PICTURE_AT_LEAST = 0.99
SAME_PICTURE_ON_AVERAGE = 0.995
THINGS = ("boat", "house", "cat", "lighthouse", "bicycle", "mushroom")


def recall_at_10(gallery: IndexedGallery, encoder: Encoder, images: Embeddings) -> float:
    """text→image recall@10 over every caption of the gallery."""
    captions = [caption for item in gallery.items for caption in item.captions]
    owners = [row for row, item in enumerate(gallery.items) for _ in item.captions]
    return retrieval_recall(images, encoder.encode_text(captions), owners).text_to_image[10]


def test_captions_find_their_pictures_and_shuffled_embeddings_do_not(
    gallery: IndexedGallery, encoder: Encoder
) -> None:
    assert recall_at_10(gallery, encoder, gallery.images) >= RECALL_AT_10
    shuffled = np.random.default_rng(0).permutation(gallery.images)
    assert recall_at_10(gallery, encoder, shuffled) < RECALL_AT_10 / 3


def test_the_demo_query_puts_red_boats_on_top(gallery: IndexedGallery, encoder: Encoder) -> None:
    query = encoder.encode_text(["a red boat on the sea at sunset"])
    [hits] = gallery.searcher.search(query, 3)
    facts = [(hit.item.metadata["thing"], hit.item.metadata["colour"]) for hit in hits]
    assert facts == [("boat", "red")] * 3


def test_pictures_sent_smaller_and_recompressed_find_themselves_first(
    gallery: IndexedGallery, encoder: Encoder
) -> None:
    chosen = gallery.items[:24]
    queries = encoder.encode_image([half_size_at_quality_70(item.path) for item in chosen])
    found = [best for [best] in gallery.searcher.search(queries, 1)]
    assert [hit.item.image_id for hit in found] == [item.image_id for item in chosen]
    scores = [hit.score for hit in found]
    assert min(scores) >= SAME_PICTURE_AT_LEAST
    assert np.mean(scores) >= SAME_PICTURE_ON_AVERAGE


def half_size_at_quality_70(path: Path) -> DecodedImage:
    """The picture as a chat program would pass it on."""
    with Image.open(path) as picture:
        half = picture.convert("RGB").resize((picture.width // 2, picture.height // 2))
    buffer = io.BytesIO()
    half.save(buffer, "JPEG", quality=70)
    return decode_image(buffer.getvalue(), min_side=192)


def test_zero_shot_names_what_is_drawn(gallery: IndexedGallery, encoder: Encoder) -> None:
    rows = [row for row, item in enumerate(gallery.items) if item.metadata["thing"] in THINGS]
    classes = class_embeddings(encoder, THINGS)
    result = class_scores(gallery.images[rows], classes, THINGS, encoder.info)
    guessed = [THINGS[column] for column in result.probabilities.argmax(axis=1)]
    right = [
        guess == gallery.items[row].metadata["thing"]
        for guess, row in zip(guessed, rows, strict=True)
    ]
    assert len(rows) >= 12
    assert np.mean(right) >= 0.6
