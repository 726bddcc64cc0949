"""What is put off when open_clip is imported, and comes when it is needed."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import transformers

from models.lean_imports import allow_transformers, put_off
from tests.models.conftest import TEXT, VISION, write_model, write_tokenizer

_HEAVY = ("torch._dynamo", "torch._inductor", "sympy", "transformers")
_ONE_AFTER_THE_OTHER = f"""
import sys, torch
disable = torch.compiler.disable
from models.config import ModelConfig
from models.loading import load_encoder
plain, of_transformers = sys.argv[1:]
print(*load_encoder(ModelConfig(plain)).encode_text(["red boat"]).shape)
print("heavy:", *sorted(set({_HEAVY!r}) & set(sys.modules)))
one, other = load_encoder(ModelConfig(of_transformers)).encode_text(["red boat", "boat"])
print(len(one), bool(abs(one - other).max() > 0.01), "transformers" in sys.modules)
import torchvision, torch._dynamo.utils
print(torch.compiler.disable is disable, torch._dynamo.utils.is_compile_supported("cpu"))
print(torchvision.ops.roi_align(torch.ones(1, 1, 4, 4), [torch.ones(1, 4)], 1).item())
"""


def run(script: str, *arguments: str) -> list[str]:
    """The lines that a script prints in a process of its own."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def test_compiler_and_transformers_come_when_they_are_asked_for_and_whole(
    clip_directory: Path, tmp_path: Path
):
    other = _with_a_text_tower_of_transformers(tmp_path / "model")
    assert run(_ONE_AFTER_THE_OTHER, str(clip_directory), str(other)) == [
        "1 48",
        "heavy:",
        "16 True True",
        "True True",
        "1.0",
    ]


def test_what_is_there_already_stays(monkeypatch: pytest.MonkeyPatch):
    there = ModuleType("torch._dynamo.utils")
    monkeypatch.setitem(sys.modules, there.__name__, there)
    library = sys.modules["transformers"]
    with put_off():
        assert sys.modules[there.__name__] is there
        assert sys.modules["transformers"] is library
    assert sys.modules[there.__name__] is there
    assert sys.modules["transformers"] is library


def _with_a_text_tower_of_transformers(directory: Path) -> Path:
    """A small model whose text tower is a BERT, with random weights and a tokenizer of its own."""
    text = directory / "text"
    text.mkdir(parents=True)
    config = transformers.BertConfig(
        vocab_size=write_tokenizer(directory),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(text)
    model_cfg = {
        "embed_dim": 16,
        "vision_cfg": VISION,
        "text_cfg": {
            "hf_model_name": str(text),
            "hf_tokenizer_name": str(text),
            "hf_model_pretrained": False,
            "hf_proj_type": "linear",
            "hf_pooler_type": "mean_pooler",
            "context_length": TEXT["context_length"],
        },
    }
    allow_transformers("hf-hub:any")
    return write_model(directory, model_cfg)
