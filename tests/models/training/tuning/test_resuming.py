"""A run that is killed with SIGKILL goes on, and ends where an uninterrupted one ends."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from models.config import ModelConfig
from models.errors import TrainingError
from models.training.tuning.checkpoints import CHECKPOINT_FILE, load_checkpoint, save_checkpoint
from models.training.tuning.journal import LOG_FILE
from models.training.tuning.pictures import Entry
from models.training.tuning.plan import plan_for
from models.training.tuning.progress import SilentProgress
from models.training.tuning.tune import WORK_DIRECTORY, Request, tune

ROOT = Path(__file__).resolve().parents[4]
SETTINGS: dict[str, Any] = {
    "steps": 6,
    "batch": 6,
    "rate": 1e-3,
    "evaluations": 3,
    "patience": 9,
    "dev_share": 0.3,
}


def run(entries: list[Entry], base: Path, out: Path, **how: Any) -> None:
    plan = plan_for("full", **{**SETTINGS, **how.pop("changes", {})})
    request = Request(entries, out, plan, base=ModelConfig(str(base)), device="cpu", **how)
    tune(request, SilentProgress())


def weights(out: Path) -> dict[str, torch.Tensor]:
    return load_file(out / "open_clip_model.safetensors")


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def wait_for_steps(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Until two evaluations are in the log."""
    log = out / WORK_DIRECTORY / LOG_FILE
    for _ in range(8000):
        if log.exists() and len(log.read_text().splitlines()) >= 5:
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("the run did not get anywhere")


@pytest.mark.timeout(600)  # a process of its own imports torch anew, under load for minutes
def test_killed_run_goes_on_to_the_same_weights_and_log(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    base = model_of("clip")
    run(entries, base, tmp_path / "whole")
    pictures = tmp_path / "pictures.json"
    pictures.write_text(json.dumps([(str(e.file), e.captions) for e in entries]))
    script = Path(__file__).with_name("killed_tuning.py")
    out = tmp_path / "killed"
    arguments = [str(script), str(pictures), str(base), str(out), json.dumps(SETTINGS)]
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    try:
        wait_for_steps(out, process)
    finally:
        process.kill()
        process.wait(30)
    assert not (out / "open_clip_config.json").exists()  # half a run is no model
    with pytest.raises(TrainingError, match="--resume"):
        run(entries, base, out)
    run(entries, base, out, resume=True)
    assert same(weights(out), weights(tmp_path / "whole"))
    logs = [(d / WORK_DIRECTORY / LOG_FILE).read_text() for d in (out, tmp_path / "whole")]
    assert logs[0] == logs[1]


def test_another_seed_trains_another_model_and_is_not_resumed(
    model_of: Callable[[str], Path], entries: list[Entry], tmp_path: Path
) -> None:
    base = model_of("clip")
    run(entries, base, tmp_path / "one", changes={"steps": 2})
    with pytest.raises(TrainingError, match=r"differs in.*seed"):
        run(entries, base, tmp_path / "one", resume=True, changes={"steps": 2, "seed": 1})


def test_kill_while_a_checkpoint_is_written_leaves_the_one_before(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, {"identity": {"seed": 1}, "step": 3})
    (tmp_path / f"{CHECKPOINT_FILE}.partial").write_bytes(b"half")
    state = load_checkpoint(tmp_path, {"seed": 1})
    assert state is not None
    assert state["step"] == 3
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"broken")
    with pytest.raises(TrainingError, match="cannot be read"):
        load_checkpoint(tmp_path, {"seed": 1})
