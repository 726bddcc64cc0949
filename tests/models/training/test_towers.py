"""Training steps on toy data: they must learn, repeat by seed, and leave what is frozen alone."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.config import ModelConfig
from models.golden import GOLDEN_FILE
from models.lean_imports import open_clip
from models.loading import load_encoder
from models.text_truncation import find_causal_tower
from models.training.alignment import (
    AlignmentPlan,
    AlignmentTask,
    align_text_tower,
    alignment_loss,
    draw_batch,
)
from models.training.concepts import ConceptSet, Opinions
from models.training.corpus import label_texts, phrases, read_manifest, read_shards
from models.training.export import export_model
from models.training.image_task import ImageTask
from models.training.image_tower import HeadPlan, projected_by, train_head
from models.training.schedule import AveragedWeights, warmup_cosine
from models.training.text_tower import TextPlan, encode_tokens, train_text_tower

WORDS = ("cat", "dog", "boat", "house", "tree", "car", "red", "blue", "sea", "night")
TINY_CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": 384,
        "custom_text": True,
        "vision_cfg": {
            "image_size": 32,
            "layers": 1,
            "width": 32,
            "head_width": 16,
            "patch_size": 16,
        },
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 32,
            "heads": 2,
            "layers": 1,
        },
    },
    "preprocess_cfg": {"resize_mode": "squash"},
}


@pytest.fixture
def network(tmp_path: Path) -> Any:
    (tmp_path / "open_clip_config.json").write_text(json.dumps(TINY_CONFIG))
    torch.manual_seed(0)
    return open_clip.create_model(f"local-dir:{tmp_path}", load_weights=False)


def silent(_: str) -> None:
    """Training reports to nobody here."""


def toy_texts() -> tuple[torch.Tensor, np.ndarray[Any, np.dtype[np.float16]]]:
    texts = [f"a {first} and a {second}" for first in WORDS for second in WORDS]
    meanings = np.random.default_rng(0).standard_normal((len(WORDS), 384))
    targets = [meanings[i] + meanings[j] for i in range(10) for j in range(10)]
    return open_clip.tokenize(texts), np.array(targets, dtype=np.float16)


def test_distilling_the_text_tower_brings_it_to_its_teacher(network: Any) -> None:
    tokens, targets = toy_texts()
    wanted = functional.normalize(torch.from_numpy(targets).float(), dim=-1)
    before = (encode_tokens(network, tokens) * wanted).sum(dim=-1).mean()
    train_text_tower(network, tokens, targets, TextPlan(steps=320, batch=32, rate=5e-3), silent)
    after = (encode_tokens(network, tokens) * wanted).sum(dim=-1).mean()
    assert before < 0.2
    assert after > 0.5


def opinions(concepts: ConceptSet, labels: np.ndarray[Any, np.dtype[np.int64]]) -> Opinions:
    """A classifier that is sure of every label, and nothing else."""
    probabilities = np.zeros((len(labels), 1000), np.float16)
    probabilities[np.arange(len(labels)), labels] = 1
    return Opinions(concepts, (), (), probabilities)


def alignment_of_ten() -> AlignmentTask:
    """Ten pictures, nine texts and a name each."""
    tokens, targets = toy_texts()
    images = functional.normalize(torch.randn(10, 384), dim=-1)
    image_of = torch.arange(90) % 10
    names = np.full((1000, 1), 99)
    names[:10, 0] = np.arange(90, 100)
    return AlignmentTask(
        image_embeddings=images,
        rows=np.arange(10),
        groups=torch.arange(10),
        image_of=image_of,
        text_of=torch.arange(90),
        weights=torch.ones(90),
        swaps=torch.zeros(90, 77, dtype=tokens.dtype),
        tokens=tokens,
        text_targets=torch.from_numpy(targets).float(),
        opinions=opinions(ConceptSet(names, 1.0), np.arange(10)),
        known=np.arange(10),
    )


def test_aligning_pulls_texts_and_names_to_their_pictures_and_leaves_the_image_tower_alone(
    network: Any,
) -> None:
    task = alignment_of_ten()
    frozen = {name: value.clone() for name, value in network.visual.state_dict().items()}
    plan = AlignmentPlan(steps=150, pairs=64, pictures=10, names=10, others=4, rate=5e-3, keep=0.0)
    align_text_tower(network, task, plan, silent)
    scores = encode_tokens(network, task.tokens) @ task.image_embeddings.T
    assert (scores[:90].argmax(dim=-1) == task.image_of).float().mean() > 0.9
    assert (scores[90:].argmax(dim=-1) == torch.arange(10)).float().mean() > 0.9
    assert all(torch.equal(frozen[name], v) for name, v in network.visual.state_dict().items())


def test_crowd_is_of_other_pictures_and_makes_the_choice_harder(network: Any) -> None:
    task = alignment_of_ten()
    causal = find_causal_tower(network)
    assert causal is not None
    plan = AlignmentPlan(pairs=3, pictures=10, names=10, others=4, keep=0.0, crowd=100)
    batch = draw_batch(task, plan, np.random.default_rng(5))
    own = task.image_of[batch.pairs]
    assert not torch.isin(batch.crowd, own).any()
    assert len(batch.crowd.unique()) == len(batch.crowd) == 10 - len(own.unique())
    scale = torch.tensor(20.0)
    losses = [
        alignment_loss(causal, task, replace(batch, crowd=batch.crowd[:n]), scale, plan).item()
        for n in (0, 3, 100)
    ]
    assert losses[0] < losses[1] < losses[2]


def test_the_projection_learns_captions_and_class_names_and_repeats_by_seed() -> None:
    rng = np.random.default_rng(0)
    centres, names = rng.standard_normal((8, 1280)), rng.standard_normal((1008, 384))
    label = np.arange(240) % 8
    captioned = label < 4
    task = ImageTask(
        pictures=[b""] * 240,
        features=(centres[label] + rng.normal(0, 0.3, (240, 1280))).astype(np.float16),
        opinions=opinions(ConceptSet(np.arange(1000)[:, None], 1.0), label),
        texts_of=[np.array([1000 + row] if row < 4 else [], dtype=np.int64) for row in label],
        groups=label.astype(np.int64),
        weights=np.ones(240),
        mirrorable=np.ones(240, dtype=bool),
        text_embeddings=functional.normalize(torch.from_numpy(names).float(), dim=-1),
        held_out=np.arange(0),
    )
    plan = HeadPlan(steps=60, batch=64, foreign_texts=8, concepts=50)
    heads = [train_head(task, plan, silent) for _ in range(2)]
    with torch.inference_mode():
        first, second = (projected_by(head, task) for head in heads)
    assert torch.equal(first, second)
    scores = first @ task.text_embeddings.T
    as_class = scores[:, :8].argmax(dim=-1).numpy()
    as_caption = scores[:, 1000:].argmax(dim=-1).numpy()
    assert (as_class == label).mean() > 0.95
    assert (as_caption == label)[captioned].mean() > 0.95


def test_an_exported_model_is_an_ordinary_directory_that_loads_and_agrees(
    network: Any, tmp_path: Path
) -> None:
    export_model(network.eval(), TINY_CONFIG, tmp_path / "out")
    encoder = load_encoder(ModelConfig(str(tmp_path / "out"), precision="fp32"))
    theirs = open_clip.create_model(f"local-dir:{tmp_path / 'out'}").eval()
    tokens = open_clip.tokenize(["a cat"])
    with torch.inference_mode():
        expected = theirs.encode_text(tokens, normalize=True).numpy()
    assert np.abs(encoder.encode_text(["a cat"]) - expected).max() < 1e-5
    assert (tmp_path / "out" / GOLDEN_FILE).exists()
    weights = tmp_path / "out" / "open_clip_model.safetensors"
    assert weights.stat().st_mode & 0o444 == 0o444  # a service runs as another user


def test_the_learning_rate_warms_up_and_falls() -> None:
    factors = [warmup_cosine(step, 100, 10) for step in range(100)]
    assert factors[0] == pytest.approx(0.1)
    assert max(factors) == factors[9] == 1.0
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert 0.02 <= factors[-1] < 0.03


def test_averaged_weights_follow_the_network() -> None:
    layer = torch.nn.Linear(2, 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    average = AveragedWeights(layer, 0.9)
    torch.nn.init.ones_(layer.weight)
    average.update(layer)
    average.update(layer)
    average.copy_to(layer)
    assert layer.weight.detach().numpy() == pytest.approx(1 - 0.9**2)


def test_shards_and_manifests_are_read_with_their_texts(tmp_path: Path) -> None:
    import tarfile

    (tmp_path / "1.jpg").write_bytes(b"one")
    (tmp_path / "2.jpg").write_bytes(b"two")
    with tarfile.open(tmp_path / "train-00.tar", "w") as tar:
        tar.add(tmp_path / "1.jpg", "1.jpg")
        tar.add(tmp_path / "2.jpg", "2.jpg")
    (tmp_path / "train.csv").write_text(
        'file,source,label,captions\n1.jpg,a,Sea_Lion,\n2.jpg,b,,"[""A dog runs .""]"\n'
    )
    one, two = read_shards(tmp_path)
    assert (one.data, one.texts()) == (b"one", label_texts("sea lion"))
    assert (two.source, two.texts()) == ("b", ("A dog runs.",))
    (tmp_path / "manifest.jsonl").write_text('{"file": "1.jpg", "captions": ["x", "y"]}\n')
    assert read_manifest(tmp_path / "manifest.jsonl", "drawn")[0].texts() == ("x", "y")


def test_phrases_are_spans_of_the_captions_and_repeat_by_seed() -> None:
    captions = ["A Dog runs on the beach.", "Two cats sleep"]
    spans = phrases(captions, 12, seed=1)
    assert spans == phrases(captions, 12, seed=1)
    assert len(spans) == 12
    assert all(any(span in caption.lower() for caption in captions) for span in spans)
