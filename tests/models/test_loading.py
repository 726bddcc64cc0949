"""Loading: offline first, checked by golden embeddings, and clear about what is wrong."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from models.config import ModelConfig
from models.errors import GoldenMismatchError, ModelLoadError
from models.fingerprint import model_fingerprint
from models.golden import GOLDEN_FILE, golden_of, write_golden
from models.lean_imports import open_clip
from models.loading import load_encoder, model_key


@pytest.fixture
def own_copy(clip_directory: Path, tmp_path: Path) -> Path:
    """A model directory that a test may spoil."""
    return Path(shutil.copytree(clip_directory, tmp_path / "model"))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (ModelConfig("nonsense-9000"), "neither"),
        (ModelConfig("ViT-B-32"), "choose its weights"),
        (ModelConfig("ViT-B-32", "no-such-tag"), "choose its weights"),
        (ModelConfig("ViT-B-32", "openai", cache_dir=Path("empty-cache")), "hub is not allowed"),
        (ModelConfig("hf-hub:nobody/nothing"), "hub is not allowed"),
        (ModelConfig("/no/such/directory"), "open_clip_config.json"),
        (ModelConfig("builtin", device="cuda:9"), "CUDA"),
        (ModelConfig("builtin", device="abacus"), "no such device"),
        (ModelConfig("builtin", precision="fp7"), "no such precision"),
    ],
)
def test_a_model_that_cannot_be_loaded_says_why_and_what_to_do(
    config: ModelConfig, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModelLoadError, match=words):
        load_encoder(config)


def test_broken_weights_and_broken_configs_are_load_errors(own_copy: Path) -> None:
    weights = own_copy / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelLoadError):
        load_encoder(ModelConfig(str(own_copy)))
    weights.unlink()
    with pytest.raises(ModelLoadError):
        load_encoder(ModelConfig(str(own_copy)))
    (own_copy / "open_clip_config.json").write_text("{not json")
    with pytest.raises(ModelLoadError):
        load_encoder(ModelConfig(str(own_copy)))


def test_a_known_architecture_takes_a_weights_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = open_clip.create_model("ViT-S-32-alt")
    path = tmp_path / "weights.safetensors"
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, path)
    info = load_encoder(ModelConfig("ViT-S-32-alt", str(path))).info
    assert (info.dim, info.image_size, info.pretrained) == (256, 224, str(path))


def test_shipped_golden_embeddings_are_held_against_the_weights(own_copy: Path) -> None:
    write_golden(own_copy, golden_of(load_encoder(ModelConfig(str(own_copy)))))
    load_encoder(ModelConfig(str(own_copy)))
    weights = load_file(own_copy / "open_clip_model.safetensors")
    weights["text_projection"] = weights["text_projection"].flip(0)
    save_file(weights, own_copy / "open_clip_model.safetensors")
    with pytest.raises(GoldenMismatchError) as caught:
        load_encoder(ModelConfig(str(own_copy)))
    assert caught.value.cosine < caught.value.required


def test_an_unreadable_golden_file_is_a_load_error(own_copy: Path) -> None:
    (own_copy / GOLDEN_FILE).write_text('{"image": [1, 2]}')
    with pytest.raises(ModelLoadError, match=r"golden\.json"):
        load_encoder(ModelConfig(str(own_copy)))


def test_the_fingerprint_changes_with_weights_preprocessing_and_tokenizer(own_copy: Path) -> None:
    def fingerprint() -> str:
        return load_encoder(ModelConfig(str(own_copy))).info.fingerprint

    first = fingerprint()
    assert fingerprint() == first
    config_path = own_copy / "open_clip_config.json"
    config = json.loads(config_path.read_text())
    config["preprocess_cfg"]["mean"] = [0.5, 0.5, 0.5]
    config_path.write_text(json.dumps(config))
    second = fingerprint()
    weights = load_file(own_copy / "open_clip_model.safetensors")
    weights["logit_scale"] = weights["logit_scale"] + 1
    save_file(weights, own_copy / "open_clip_model.safetensors")
    third = fingerprint()
    assert len({first, second, third}) == 3
    tokens = open_clip.tokenizer.SimpleTokenizer(context_length=16)
    other = open_clip.tokenizer.SimpleTokenizer(context_length=32)
    assert model_fingerprint({}, {}, tokens) != model_fingerprint({}, {}, other)


def test_the_file_format_and_stored_precision_do_not_change_the_fingerprint(
    clip_directory: Path, tmp_path: Path
) -> None:
    halves = {}
    for name in ("halved", "pickled"):
        directory = Path(shutil.copytree(clip_directory, tmp_path / name))
        path = directory / "open_clip_model.safetensors"
        weights = {key: value.half() for key, value in load_file(path).items()}
        path.unlink()
        if name == "halved":
            save_file(weights, path)
        else:
            torch.save(weights, directory / "open_clip_pytorch_model.bin")
        halves[name] = load_encoder(ModelConfig(str(directory))).info.fingerprint
    assert halves["halved"] == halves["pickled"]


def test_the_model_key_changes_with_the_files_and_needs_no_torch(own_copy: Path) -> None:
    before = model_key(ModelConfig(str(own_copy)))
    assert model_key(ModelConfig(str(own_copy), device="cpu", batch_size=3)) == before
    weights = own_copy / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    assert model_key(ModelConfig(str(own_copy))) != before
    code = (
        "import sys; from models.config import ModelConfig; from models.loading import model_key;"
        "model_key(ModelConfig()); sys.exit('torch' in sys.modules or 'open_clip' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
