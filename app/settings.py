"""The one table of settings, put together from `app.setting_rows`. Environment variables
(`SIGHTLINE_*`), command-line flags and docs/settings.md all come from it. The only place that
touches the environment; it never loads anything and never opens a file.
"""

import os

from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.setting_rows.collections import COLLECTION_PATTERN as COLLECTION_PATTERN
from app.setting_rows.collections import CollectionRows
from app.setting_rows.doors import DoorRows
from app.setting_rows.fetching import FetchingRows
from app.setting_rows.indexing import IndexingRows
from app.setting_rows.log import LogRows
from app.setting_rows.model import ModelRows
from app.setting_rows.service import MOST_LOOKUP_THREADS, ServiceRows
from app.setting_rows.traces import TraceRows
from indexer.config import available_cores
from models.config import BUILTIN_MODEL, DecodeLimits, ModelConfig

ENV_PREFIX = "SIGHTLINE_"
# In the order of the documentation.
TOPICS: dict[str, type[BaseModel]] = {
    "Collections": CollectionRows,
    "Doors": DoorRows,
    "Pictures by URL": FetchingRows,
    "The model": ModelRows,
    "The running service": ServiceRows,
    "The log": LogRows,
    "Traces": TraceRows,
    "Indexing": IndexingRows,
}


class Settings(
    CollectionRows,
    DoorRows,
    FetchingRows,
    ModelRows,
    ServiceRows,
    LogRows,
    TraceRows,
    IndexingRows,
    BaseSettings,
):
    """Everything that can be configured; frozen once read."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="ignore")

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

    def lookups_at_a_time(self) -> int:
        """Threads that search and read: as set, or one a core, but few."""
        return self.lookup_threads or min(available_cores(), MOST_LOOKUP_THREADS)


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


def traces_endpoint(settings: Settings) -> str:
    """Where traces are sent; empty for nowhere. The environment's name is OpenTelemetry's own."""
    return settings.otlp_endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")


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
        "and a flag wins. This page is made of the tables in `app/setting_rows`; a test holds",
        "both together.",
    ]
    for title, rows in TOPICS.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| setting | flag | default | meaning |",
            "|---|---|---|---|",
        ]
        lines += [
            _markdown_row(name, field.description) for name, field in rows.model_fields.items()
        ]
    return "\n".join(lines) + "\n"


def _markdown_row(name: str, description: str | None) -> str:
    default = f"`{shown_default(name)}`" if shown_default(name) else "empty"
    cells = (f"`{environment_name(name)}`", f"`{flag_name(name)}`", default, description)
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
