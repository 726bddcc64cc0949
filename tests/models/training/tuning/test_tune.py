"""Whole runs on toy pictures: every mode leaves an ordinary model that does what was measured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.config import ModelConfig
from models.errors import TrainingError
from models.images import decode_image
from models.loading import load_encoder
from models.training.tuning.pictures import Entry
from models.training.tuning.plan import plan_for
from models.training.tuning.progress import SilentProgress
from models.training.tuning.tune import Report, Request, tune

QUICK: dict[str, Any] = {"steps": 3, "batch": 8, "evaluations": 1, "dev_share": 0.3, "views": 2}


def run(entries: list[Entry], out: Path, mode: str, **how: Any) -> Report:
    plan = plan_for(mode, **{**QUICK, **how.pop("changes", {})})
    return tune(Request(entries, out, plan, device="cpu", **how), SilentProgress())


@pytest.mark.parametrize(
    ("mode", "kind", "changes"),
    [
        ("projection", "mlp", {"rate": 3e-2, "keep": 0.001}),
        ("lora", "clip", {"rate": 3e-2, "rank": 2}),
        ("locked-image", "clip", {"rate": 3e-2, "batch": 12, "cached_batch": 4}),
        ("full", "siglip", {"rate": 3e-2}),
    ],
)
def test_mode_leaves_a_model_that_loads_and_has_learnt(
    model_of: Callable[[str], Path],
    entries: list[Entry],
    tmp_path: Path,
    mode: str,
    kind: str,
    changes: dict[str, Any],
) -> None:
    base = ModelConfig(str(model_of(kind)))
    report = run(entries, tmp_path / "out", mode, base=base, changes={"patience": 9, **changes})
    encoder = load_encoder(ModelConfig(str(tmp_path / "out")))
    assert encoder.info.dim == 32
    assert (encoder.info.logit_bias is not None) == (kind == "siglip")
    before, after = (
        load_file(d / "open_clip_model.safetensors") for d in (model_of(kind), tmp_path / "out")
    )
    assert before.keys() == after.keys()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert bool(moved) == report.better
    assert not any("running_" in name for name in moved)  # batch norm stays as it was
    if mode == "locked-image":
        assert not any(name.startswith("visual.") for name in moved)
    card = (tmp_path / "out" / "MODEL_CARD.md").read_text()
    assert f"| Mode | {mode} |" in card
    assert "recall@10" in card
    assert {p.name for p in (tmp_path / "out" / "training").iterdir()} >= {
        "log.csv",
        "loss.png",
        "rate.png",
        "dev.png",
    }


def test_projection_learns_what_pictures_are_called(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    base = ModelConfig(str(model_of("clip")))
    named = [Entry(e.file, (e.captions[0],)) for e in entries]
    changes = {"steps": 60, "rate": 3e-2, "keep": 0.0, "evaluations": 6, "patience": 6}
    report = run(named, tmp_path / "out", "projection", base=base, changes=changes)
    assert report.better
    assert report.after.score > report.before.score


def test_two_runs_of_one_seed_give_the_same_weights(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    base = ModelConfig(str(model_of("clip")))
    for name in ("one", "two"):
        run(entries, tmp_path / name, "lora", base=base, changes={"rate": 1e-2})
    one, two = (load_file(tmp_path / n / "open_clip_model.safetensors") for n in ("one", "two"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_student_without_captions_comes_to_its_teacher_and_keeps_its_words(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    teacher = ModelConfig(str(model_of("clip")))
    pictures = [Entry(entry.file) for entry in entries]
    changes = {"steps": 12, "rate": 3e-3, "batch": 12}
    report = run(
        pictures,
        tmp_path / "out",
        "distil",
        teacher=teacher,
        architecture=str(model_of("mlp")),
        changes=changes,
    )
    assert report.after.score > report.before.score
    theirs, ours = load_encoder(teacher), load_encoder(ModelConfig(str(tmp_path / "out")))
    texts = ["a red square", "blue paper"]
    assert np.allclose(ours.encode_text(texts), theirs.encode_text(texts), atol=1e-4)
    picture = decode_image(entries[0].file.read_bytes())
    assert ours.encode_image([picture]).shape == theirs.encode_image([picture]).shape


def test_fresh_model_with_the_sigmoid_loss_has_a_bias(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    run(
        entries,
        tmp_path / "out",
        "scratch",
        architecture=str(model_of("clip")),
        changes={"loss": "sigmoid", "rate": 1e-3},
    )
    assert load_encoder(ModelConfig(str(tmp_path / "out"))).info.logit_bias is not None


def test_half_precision_base_gives_a_half_precision_result_that_is_proven(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    config = (model_of("clip") / "open_clip_config.json").read_text()
    (base / "open_clip_config.json").write_text(config)
    stored = load_file(model_of("clip") / "open_clip_model.safetensors")
    halves = {name: tensor.half() for name, tensor in stored.items()}
    save_file(halves, base / "open_clip_model.safetensors")
    run(entries, tmp_path / "out", "projection", base=ModelConfig(str(base)))
    weights = load_file(tmp_path / "out" / "open_clip_model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert load_encoder(ModelConfig(str(tmp_path / "out"), precision="fp32")).info.dim == 32


@pytest.mark.parametrize(
    ("mode", "how", "words"),
    [
        ("full", {"changes": {"loss": "sigmoid"}}, "logit_bias"),
        ("distil", {}, "--teacher"),
        ("scratch", {"architecture": "no-such-thing"}, "no architecture 'no-such-thing'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    model_of: Callable[[str], Path],
    entries: list[Entry],
    tmp_path: Path,
    mode: str,
    how: dict[str, Any],
    words: str,
) -> None:
    base = ModelConfig(str(model_of("clip"))) if mode == "full" else None
    with pytest.raises(TrainingError, match=words):
        run(entries, tmp_path / "out", mode, base=base, **how)


def test_batch_norm_that_learns_is_not_trained_in_parts(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="batch norm"):
        run(
            entries,
            tmp_path / "out",
            "scratch",
            architecture=str(model_of("mlp")),
            changes={"cached_batch": 2},
        )


def test_settings_that_make_no_sense_are_refused_in_words() -> None:
    for changes, words in (
        ({"rate": 0.0}, "rate"),
        ({"dev_share": 1.0}, "dev share"),
        ({"loss": "hinge"}, "hinge"),
        ({"batch": 1}, "one picture"),
    ):
        with pytest.raises(TrainingError, match=words):
            plan_for("full", **changes)
    with pytest.raises(TrainingError, match="no mode 'magic'"):
        plan_for("magic")
