"""`sightline train`, run as users run it, on a tiny model."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from app.cli.main import main
from app.cli.training_progress import TrainingBar, TrainingLines

TEXT = {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
VISION = {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16}
CONFIG = {"embed_dim": 32, "vision_cfg": VISION, "text_cfg": TEXT}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Twelve captioned pictures, one file that is none, one row without a file."""
    rows = []
    for number in range(12):
        pixels = np.full((36, 36, 3), number * 20, dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
        rows.append({"file": f"{number}.png", "caption": f"grey number {number}"})
    (tmp_path / "bad.png").write_bytes(b"nothing")
    rows += [{"file": "bad.png", "caption": "bad"}, {"caption": "lost"}]
    path = tmp_path / "manifest.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "tiny.json").write_text(json.dumps(CONFIG))
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["sightline", "train", *map(str, arguments)])
    try:
        main()
    except SystemExit as leaving:
        return int(str(leaving.code or 0))
    return 0


def test_train_writes_a_model_and_says_whether_it_helped(
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    arch = tmp_path / "tiny.json"
    flags = ["--mode", "scratch", "--arch", arch, "--steps", 2, "--batch", 4, "--dev-share", 0.3]
    assert run(monkeypatch, manifest, "--out", out, *flags) == 0
    said = capsys.readouterr()
    assert "text→image recall@10:" in said.out
    assert "2 files were left out" in said.out
    assert "row 14 names no file" in said.out
    assert str(out) in said.out
    assert (out / "open_clip_model.safetensors").exists()
    assert run(monkeypatch, manifest, "--out", out, *flags) == 1
    assert "holds a model already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--mode", "magic"], "there is no mode 'magic'"),
        (["--mode", "distil"], "--teacher"),
        (["--rate", "-1"], "rate must be more than 0"),
    ],
)
def test_train_refuses_in_one_line(
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    words: str,
) -> None:
    assert run(monkeypatch, manifest, "--out", tmp_path / "out", *flags) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert words in lines[0]


def test_train_wants_captions_unless_it_distils(
    manifest: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, manifest.parent, "--out", tmp_path / "out") == 1
    assert "name a .csv or .jsonl manifest" in capsys.readouterr().err


def test_missing_peft_is_one_clear_line(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "peft", None)
    assert run(monkeypatch, manifest, "--out", tmp_path / "out", "--mode", "lora") == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert "needs the package peft" in lines[-1]
    assert not any("Traceback" in line for line in lines)


def test_help_of_train_loads_no_model_library() -> None:
    script = "import sys, app.cli.main; print('torch' in sys.modules, 'peft' in sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == ["False", "False"]


def test_lines_and_bar_show_phase_count_and_what_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cli.training_progress._LINE_INTERVAL_S", 0.0)
    lines = TrainingLines()
    lines.start("training", 8)
    lines.advance(2, "loss 1.000")
    assert "training: 2 of 8, loss 1.000" in capsys.readouterr().err
    bar = TrainingBar(Console(force_terminal=True, width=120))
    bar.start("training", 8)
    bar.advance(2, "loss 1.000")
    bar._bar.refresh()
    bar.finish()
    assert "2/8" in capsys.readouterr().out
