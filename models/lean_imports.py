"""The only importer of open_clip, timm and torchvision: they come without what we never use.

A decorator in timm and a check in torchvision load torch's compiler, with sympy and code
generators behind it; open_clip loads transformers for text towers that few models have. Together
that is three quarters of what importing open_clip costs, and 160 MiB. Here both are put off until
something asks for them; whoever imports them later gets them as they are.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from models.loading import CONFIG_FILE, HUB_PREFIX

_COMPILER = "torch._dynamo.utils"
_TRANSFORMERS = "transformers"
_DIRECTORY = "local-dir:"
_NEEDS_TRANSFORMERS = "hf_model_name"


class _Later(ModuleType):
    """Stands in for a module until a name of it is asked for that it has not."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # somebody looks through all modules
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        return getattr(importlib.import_module(self.__name__), name)


def _is_compile_supported(device_type: Any) -> Any:
    """Torch's own answer, which torchvision wants when it computes and not when it is imported."""
    return importlib.import_module(_COMPILER).is_compile_supported(device_type)


def _left_alone(function: Callable[..., Any] | None = None, *_: Any, **__: Any) -> Any:
    """`torch.compiler.disable` where nothing is compiled: functions stay as they are."""
    return _left_alone if function is None else function


@contextmanager
def put_off() -> Iterator[None]:
    """While it lasts, the compiler and transformers are not there, unless they already are."""
    compiler = _Later(_COMPILER)
    compiler.is_compile_supported = _is_compile_supported  # type: ignore[attr-defined]
    modules: dict[str, Any] = sys.modules  # None says that a module cannot be imported
    missing = {_COMPILER: compiler, _TRANSFORMERS: None}
    absent = {name: stand_in for name, stand_in in missing.items() if name not in modules}
    compiling: Any = torch.compiler
    disable, compiling.disable = compiling.disable, _left_alone
    modules.update(absent)
    try:
        yield
    finally:
        compiling.disable = disable
        for name, stand_in in absent.items():
            if modules.get(name) is stand_in:
                del modules[name]


with put_off():
    import open_clip
    import timm
    from open_clip import hf_model
    from open_clip.factory import _get_hf_config as hub_config
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from timm.layers.mlp import Mlp
    from torchvision.transforms.v2 import functional as transforms

__all__ = [
    "Mlp",
    "PreprocessCfg",
    "allow_transformers",
    "hub_config",
    "image_transform_v2",
    "open_clip",
    "put_off",
    "timm",
    "transforms",
]


def allow_transformers(open_clip_name: str) -> None:
    """Let open_clip use transformers if a model of this name has a text tower of theirs.

    What a model of the hub needs is known when it is there, so it is allowed for all of these.
    """
    if hf_model.transformers is None and _may_need_transformers(open_clip_name):
        importlib.reload(hf_model)  # the same module, whose classes find the library now


def _may_need_transformers(open_clip_name: str) -> bool:
    if open_clip_name.startswith(HUB_PREFIX):
        return True
    if open_clip_name.startswith(_DIRECTORY):
        directory = Path(open_clip_name.removeprefix(_DIRECTORY))
        # Not parsed: what is wrong with a config is for open_clip to say.
        return _NEEDS_TRANSFORMERS in (directory / CONFIG_FILE).read_text(encoding="utf-8")
    return _NEEDS_TRANSFORMERS in str(open_clip.get_model_config(open_clip_name))
