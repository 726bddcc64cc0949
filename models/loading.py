"""ModelConfig → Encoder: offline first, and checked before anybody relies on it.

Nothing is fetched from a model hub unless the config allows it. torch and open_clip are imported
only when a model is really loaded, so that commands that need none start at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from models.calibration import CALIBRATION_FILE, Calibration, read_calibration
from models.config import BUILTIN_MODEL, ModelConfig
from models.encoder import Encoder
from models.errors import GoldenMismatchError, ModelLoadError
from models.relevance import RelevanceFit
from models.relevance_file import RELEVANCE_FILE, read_relevance

if TYPE_CHECKING:
    from models.open_clip_encoder import LoadedModel

BUILTIN_DIRECTORY = Path(__file__).parent / "builtin"
CONFIG_FILE = "open_clip_config.json"
# They change no embedding, and so make no other model.
_FITTED_FILES = (CALIBRATION_FILE, RELEVANCE_FILE)
HUB_PREFIX = "hf-hub:"
_WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth", ".npz", ".json")


def model_key(config: ModelConfig) -> str:
    """A text that changes whenever another model could be loaded; imports no model library.

    Names plus size and time of local weight files: enough to know, without loading anything,
    that the model is still the one whose fingerprint is on record.
    """
    directory = _directory(config)
    parts = [str(directory) if directory else config.model_name, config.pretrained or ""]
    files: list[Path] = []
    if directory is not None and directory.is_dir():
        files = sorted(
            path
            for path in directory.iterdir()
            if path.suffix in _WEIGHT_SUFFIXES and path.name not in _FITTED_FILES
        )
    elif config.pretrained and Path(config.pretrained).is_file():
        files = [Path(config.pretrained)]
    for path in files:
        status = path.stat()
        parts.append(f"{path.name} {status.st_size} {status.st_mtime_ns}")
    return "|".join(parts)


def load_encoder(config: ModelConfig) -> Encoder:
    """Load the configured model and prove it by its golden embeddings.

    A precision that was chosen automatically falls back to fp32 when the proof fails in it.
    Raises ModelLoadError, which says what to do.
    """
    # Spinning barriers on shared cores cost up to 10x; must be set before torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from models.devices import choose_device, choose_precision
    from models.memory import keep_freed_memory

    device = choose_device(config.device)
    if device.type == "cpu":
        keep_freed_memory()
    precision = choose_precision(config.precision, device)
    try:
        return _load_checked(config, precision)
    except GoldenMismatchError:
        if config.precision != "auto" or precision == "fp32":
            raise
        return _load_checked(config, "fp32")


def load_network(config: ModelConfig) -> LoadedModel:
    """The configured model as training wants it: fp32, on the CPU, not yet proven.

    Raises ModelLoadError, which says what to do.
    """
    return _read(config)


def model_directory(config: ModelConfig) -> Path | None:
    """The directory that the config names, if it names one."""
    return _directory(config)


def model_calibration(config: ModelConfig, fingerprint: str) -> Calibration | None:
    """The calibration beside the configured model's weights, if it fits them.

    Raises ModelLoadError for a file that cannot be read.
    """
    return read_calibration(_directory(config), fingerprint)


def model_relevance(config: ModelConfig, fingerprint: str) -> RelevanceFit | None:
    """The fitted relevance beside the configured model's weights, if it fits them.

    Raises ModelLoadError for a file that cannot be read.
    """
    directory = _directory(config)
    return None if directory is None else read_relevance(directory / RELEVANCE_FILE, fingerprint)


def _load_checked(config: ModelConfig, precision: str) -> Encoder:
    from models.devices import choose_device
    from models.golden import check_golden, golden_of, read_golden
    from models.open_clip_encoder import OpenClipEncoder

    loaded = _read(config)
    encoder = OpenClipEncoder(loaded, choose_device(config.device), precision, config.batch_size)
    actual = golden_of(encoder)
    check_golden(config.model_name, actual, loaded.golden)
    directory = _directory(config)
    shipped = read_golden(directory) if directory else None
    if shipped is not None:
        check_golden(config.model_name, actual, shipped)
    return encoder


def _read(config: ModelConfig) -> LoadedModel:
    directory = _directory(config)
    if directory is not None and not (directory / CONFIG_FILE).is_file():
        raise ModelLoadError(config.model_name, f"{directory} has no {CONFIG_FILE}")
    name = config.model_name if directory is None else f"local-dir:{directory}"
    with _hub_access(config.allow_hub):
        from models.open_clip_encoder import read_model

        if directory is None and not config.model_name.startswith(HUB_PREFIX):
            _check_known(config)
        try:
            return read_model(
                name,
                _weights(config) if directory is None else None,
                shown_name=_lasting_name(config, directory),
                cache_dir=str(config.cache_dir) if config.cache_dir else None,
            )
        except _load_failures() as error:
            raise ModelLoadError(config.model_name, _reason(error, config)) from error


def _lasting_name(config: ModelConfig, directory: Path | None) -> str:
    """The model's name as it leads to the model again, whatever directory one is in."""
    is_own = directory is None or config.model_name == BUILTIN_MODEL
    return config.model_name if is_own else str(directory)


def _weights(config: ModelConfig) -> str | None:
    """The weights' tag, or their file's absolute path."""
    if config.pretrained and Path(config.pretrained).is_file():
        return str(Path(config.pretrained).resolve())
    return config.pretrained


def _directory(config: ModelConfig) -> Path | None:
    """The directory that the config names, if it names one."""
    if config.model_name == BUILTIN_MODEL:
        return BUILTIN_DIRECTORY
    path = Path(config.model_name).expanduser()
    looks_like_path = path.is_absolute() or config.model_name.startswith((".", "~"))
    return path.resolve() if looks_like_path or path.is_dir() else None


def _check_known(config: ModelConfig) -> None:
    """Refuse names without weights before open_clip makes up random ones or reaches out."""
    from models.open_clip_encoder import comes_from_hub, known_pretrained

    if config.pretrained and Path(config.pretrained).is_file():
        return
    tags = known_pretrained(config.model_name)
    if config.pretrained in tags:
        if config.allow_hub or comes_from_hub(config.model_name, config.pretrained):
            return
        raise ModelLoadError(
            config.model_name,
            "these weights can only be downloaded, and the model hub is not allowed: allow it, "
            "or download the file yourself and give its path as pretrained",
        )
    if tags:
        raise ModelLoadError(
            config.model_name, f"choose its weights with pretrained: {', '.join(tags)}"
        )
    raise ModelLoadError(
        config.model_name,
        f"it is neither {BUILTIN_MODEL!r}, nor a directory, nor hf-hub:…, nor a name that "
        "open_clip has weights for",
    )


def _load_failures() -> tuple[type[Exception], ...]:
    """What open_clip and the file formats raise on names, configs and weights that do not fit."""
    from pickle import UnpicklingError

    from safetensors import SafetensorError

    broken_file = (SafetensorError, UnpicklingError, OSError, EOFError)
    return (*broken_file, RuntimeError, ValueError, KeyError, TypeError, ImportError)


def _reason(error: Exception, config: ModelConfig) -> str:
    if config.allow_hub or _directory(config) is not None:
        return str(error)
    return (
        f"{error} (its files are not in the local cache, and the model hub is not allowed: "
        "allow it once, or give a directory that holds the model)"
    )


@contextmanager
def _hub_access(allowed: bool) -> Iterator[None]:
    """Keep the hub library to its local cache unless access is allowed."""
    if allowed:
        yield
        return
    import huggingface_hub.constants as hub

    before = hub.HF_HUB_OFFLINE
    hub.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        hub.HF_HUB_OFFLINE = before
