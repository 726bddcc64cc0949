"""The one table of settings. Environment variables (`SIGHTLINE_*`), command-line flags and
docs/settings.md all come from it. The only place that touches the environment; it never loads
anything and never opens a file.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from indexer.config import available_cores
from models.config import BUILTIN_MODEL, DecodeLimits, ModelConfig

ENV_PREFIX = "SIGHTLINE_"
COLLECTION_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"


class Settings(BaseSettings):
    """Everything that can be configured; frozen once read."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("sightline-data"), description="Directory that holds the collections."
    )
    collection: str = Field(
        default="default",
        pattern=COLLECTION_PATTERN,
        description="Collection used when none is named.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. There is no password: anything but a loopback address "
        "lets everybody who can reach it see the pictures.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    allowed_hosts: str = Field(
        default="",
        description="Host names to answer to, with commas between them; `*` for any. Empty: on a "
        "loopback address only localhost names, which keeps foreign web pages out (DNS "
        "rebinding); on other addresses any.",
    )
    model: str | None = Field(
        default=None,
        description="`builtin`, a model name that open_clip knows, `hf-hub:org/name`, or a "
        "directory with weights. When not set: the one that the collection was made with, and "
        "`builtin` for a new one.",
    )
    pretrained: str | None = Field(
        default=None, description="Weights tag or weights file for a model that open_clip knows."
    )
    device: str = Field(default="auto", description="`auto`, `cpu`, `cuda` or `cuda:N`.")
    precision: str = Field(default="auto", description="`auto`, `fp32`, `bf16` or `fp16`.")
    batch_size: int = Field(default=64, ge=1, le=4096, description="Most inputs in one model call.")
    allow_hub: bool = Field(
        default=False, description="Allow downloading model weights from the Hugging Face hub."
    )
    model_cache_dir: Path | None = Field(
        default=None,
        description="Directory for downloaded weights; the library's own when not set.",
    )
    max_file_bytes: int = Field(
        default=256 * 2**20, ge=1, description="Larger files are skipped when indexing."
    )
    max_file_pixels: int = Field(
        default=200_000_000, ge=1, description="Larger pictures are skipped when indexing."
    )
    max_upload_bytes: int = Field(
        default=32 * 2**20,
        ge=1024,
        description="Largest request body; a larger one is refused unread.",
    )
    max_upload_pixels: int = Field(
        default=100_000_000, ge=1, description="Largest picture accepted in a request."
    )
    decode_workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Threads that decode pictures; one a core when not set.",
    )
    lookup_threads: int = Field(
        default=4,
        ge=1,
        le=256,
        description="Threads of the service for search, catalog and file reads.",
    )
    queue_length: int = Field(
        default=64,
        ge=1,
        le=100_000,
        description="Requests that may wait for the model, and for each group of threads; more "
        "are answered 429.",
    )
    poll_interval_s: float = Field(
        default=0.25,
        gt=0,
        le=60,
        description="Seconds between looks for a newly published generation.",
    )
    shutdown_grace_s: int = Field(
        default=3,
        ge=0,
        le=600,
        description="Seconds that running requests get to finish at shutdown.",
    )
    keep_generations: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="How many generations of a collection are kept, to go back to.",
    )
    thumbnails: bool = Field(default=True, description="Write thumbnails when indexing.")
    writing: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether requests may change anything, such as queue a job: `on`, `off`, or "
        "`auto`: only while the service listens on a loopback address. Whoever may write can have "
        "every picture indexed that the worker can read.",
    )
    worker: Literal["auto", "off"] = Field(
        default="auto",
        description="Whether `serve` starts a worker process while there are jobs; `off` where "
        "`sightline worker` runs elsewhere.",
    )
    low_priority: bool = Field(
        default=True,
        description="The worker yields processor and disk to everything else on the machine.",
    )
    file_facts: bool = Field(
        default=True,
        description="Keep what files say of themselves (EXIF: date, camera, lens, orientation, "
        "place) when indexing. Off, an index run also forgets what was kept before.",
    )
    index_kind: Literal["auto", "exact", "ivf_rabitq"] = Field(
        default="auto",
        description="Kind of index to build: `exact`, `ivf_rabitq`, or `auto` for what suits the "
        "number of pictures.",
    )
    wanted_recall: float = Field(
        default=0.99,
        gt=0,
        le=1,
        description="Share of the true neighbours that an approximate index must find to be "
        "published.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="How much is logged to standard error."
    )

    @field_validator("model", "pretrained")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        """Empty, as an environment file may have it, is not set."""
        return value or None

    @field_validator("data_dir", "model_cache_dir")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        """A `~` that no shell has opened, as in an environment file."""
        return value.expanduser() if value is not None else None

    def model_choice(self) -> ModelConfig:
        """The model settings as `models` wants them."""
        return ModelConfig(
            model_name=self.model or BUILTIN_MODEL,
            pretrained=self.pretrained,
            device=self.device,
            precision=self.precision,
            batch_size=self.batch_size,
            allow_hub=self.allow_hub,
            cache_dir=self.model_cache_dir,
        )

    def file_limits(self) -> DecodeLimits:
        """What may be indexed."""
        return DecodeLimits(max_pixels=self.max_file_pixels, max_bytes=self.max_file_bytes)

    def upload_limits(self) -> DecodeLimits:
        """What may come in a request."""
        return DecodeLimits(max_pixels=self.max_upload_pixels, max_bytes=self.max_upload_bytes)

    def decode_threads(self) -> int:
        """Threads that decode: as set, or one a core."""
        return self.decode_workers or available_cores()


def let_openmp_threads_sleep() -> None:
    """Must be called before torch is imported: on shared cores, threads that spin while they wait
    make it up to ten times slower. What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def environment_for_child(settings: Settings) -> dict[str, str]:
    """The environment of a process of ours that shall have the same settings."""
    environment = dict(os.environ)
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None:
            environment[environment_name(name)] = str(value)
    return environment


def environment_name(setting: str) -> str:
    """The environment variable of a setting."""
    return ENV_PREFIX + setting.upper()


def flag_name(setting: str) -> str:
    """The command-line flag of a setting."""
    return "--" + setting.replace("_", "-")


def shown_default(setting: str) -> str:
    """A setting's default as people read it."""
    default = Settings.model_fields[setting].default
    if default is None:
        return "not set"
    if isinstance(default, bool):
        return str(default).lower()
    return str(default)


def settings_markdown() -> str:
    """The whole table as docs/settings.md shows it."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable; most are a flag of the commands that use them,",
        "and a flag wins. This page is made from the table in `app/settings.py`; a test holds the",
        "two together.",
        "",
        "| setting | flag | default | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = f"`{shown_default(name)}`" if shown_default(name) else "empty"
        cells = (f"`{environment_name(name)}`", f"`{flag_name(name)}`", default, field.description)
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"
