"""Hardening: worse copies come nearer to the picture, and nothing else moves."""

import io
import random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from models.images import decode_image
from models.preparation import ImagePreparer
from models.training.concepts import ConceptSet, Opinions
from models.training.design import build_network
from models.training.hardening import HardeningPlan, harden_image_tower, worse_copy
from models.training.image_task import ImageTask
from models.training.teachers import IMAGE_SIDE, normalised

PLAN = HardeningPlan(steps=6, batch=4, rate=1e-3)
prepare = ImagePreparer(IMAGE_SIDE, IMAGE_SIDE, "squash", "bicubic", 0)


def photo(seed: int) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).resize((160, 120)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def task() -> ImageTask:
    """Pictures without words: hardening looks at nothing else."""
    return ImageTask(
        pictures=[photo(seed) for seed in range(6)],
        features=np.zeros((0, 0), np.float16),
        opinions=Opinions(
            ConceptSet(np.zeros((0, 1), np.int64), 1.0), (), (), np.zeros((6, 1), np.float16)
        ),
        texts_of=[],
        groups=np.zeros(0, np.int64),
        weights=np.ones(6),
        mirrorable=np.zeros(0, dtype=bool),
        text_embeddings=torch.zeros(0),
        held_out=np.arange(0),
    )


def embed(network: Any, images: list[Any]) -> torch.Tensor:
    batch = torch.stack([torch.from_numpy(prepare(image)) for image in images])
    with torch.inference_mode():
        return functional.normalize(network.visual(normalised(batch)), dim=-1)


def test_worse_copies_come_nearer_to_the_picture_and_texts_do_not_move(task: ImageTask) -> None:
    torch.manual_seed(0)
    network = build_network().eval()
    whole = [decode_image(data) for data in task.pictures]
    worse = [worse_copy(image, PLAN, random.Random(seed)) for seed, image in enumerate(whole)]
    stem = network.visual.trunk.conv_stem.weight.clone()
    words = network.text.token_embedding.weight.clone()
    wanted, before = embed(network, whole), embed(network, worse)
    harden_image_tower(network, task, PLAN, lambda _: None)
    after = embed(network, worse)
    assert (after * wanted).sum() > (before * wanted).sum()
    assert torch.equal(network.visual.trunk.conv_stem.weight, stem)
    assert torch.equal(network.text.token_embedding.weight, words)


def test_a_worse_copy_is_smaller_lossy_and_repeats_by_seed() -> None:
    image = decode_image(photo(1))
    first, second = (worse_copy(image, PLAN, random.Random(5)) for _ in range(2))
    assert np.array_equal(first.pixels, second.pixels)
    assert first.format == "JPEG"
    assert 0.4 * image.width - 1 <= first.width <= image.width
