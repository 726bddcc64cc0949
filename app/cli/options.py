"""Command-line flags made from the table of settings: one flag a setting, and a flag wins over the
environment. Knows no command.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.failures import InvalidRequestError
from app.settings import Settings, environment_name, flag_name, shown_default

Command = TypeVar("Command", bound=Callable[..., None])


def flag(setting: str, *names: str) -> Any:
    """The typer option of a setting; `names` are further spellings, such as a short one."""
    field = Settings.model_fields[setting]
    switch = f"{flag_name(setting)}/--no-{flag_name(setting)[2:]}"
    return typer.Option(
        switch if field.annotation is bool else flag_name(setting),
        *names,
        help=f"{field.description} (env: {environment_name(setting)}; "
        f"default: {shown_default(setting) or 'empty'})",
        show_default=False,
        metavar=None if field.annotation is bool else _metavar(setting),
    )


def _metavar(setting: str) -> str:
    return "PATH" if setting.endswith("_dir") else setting.rpartition("_")[2].upper()


DataDir = Annotated[Path | None, flag("data_dir", "-d")]
Collection = Annotated[str | None, flag("collection", "-c")]
Host = Annotated[str | None, flag("host")]
Port = Annotated[int | None, flag("port", "-p")]
AllowedHosts = Annotated[str | None, flag("allowed_hosts")]
Model = Annotated[str | None, flag("model", "-m")]
Pretrained = Annotated[str | None, flag("pretrained")]
Device = Annotated[str | None, flag("device")]
Precision = Annotated[str | None, flag("precision")]
BatchSize = Annotated[int | None, flag("batch_size")]
AllowHub = Annotated[bool | None, flag("allow_hub")]
ModelCacheDir = Annotated[Path | None, flag("model_cache_dir")]
MaxFileBytes = Annotated[int | None, flag("max_file_bytes")]
MaxFilePixels = Annotated[int | None, flag("max_file_pixels")]
MaxUploadBytes = Annotated[int | None, flag("max_upload_bytes")]
MaxUploadPixels = Annotated[int | None, flag("max_upload_pixels")]
DecodeWorkers = Annotated[int | None, flag("decode_workers")]
LookupThreads = Annotated[int | None, flag("lookup_threads")]
QueueLength = Annotated[int | None, flag("queue_length")]
QueueWaitS = Annotated[float | None, flag("queue_wait_s")]
QueryCacheBytes = Annotated[int | None, flag("query_cache_bytes")]
KeptPictures = Annotated[int | None, flag("kept_pictures")]
KeptPicturesS = Annotated[int | None, flag("kept_pictures_s")]
PollIntervalS = Annotated[float | None, flag("poll_interval_s")]
ShutdownGraceS = Annotated[int | None, flag("shutdown_grace_s")]
KeepGenerations = Annotated[int | None, flag("keep_generations")]
Thumbnails = Annotated[bool | None, flag("thumbnails")]
FileFacts = Annotated[bool | None, flag("file_facts")]
EmbedCaptions = Annotated[bool | None, flag("embed_captions")]
IndexKind = Annotated[str | None, flag("index_kind")]
WantedRecall = Annotated[float | None, flag("wanted_recall")]
Writing = Annotated[str | None, flag("writing")]
Anonymous = Annotated[str | None, flag("anonymous")]
Insecure = Annotated[bool | None, flag("insecure")]
RatePerS = Annotated[float | None, flag("rate_per_s")]
RateBurst = Annotated[int | None, flag("rate_burst")]
TrustedProxies = Annotated[str | None, flag("trusted_proxies")]
CorsOrigins = Annotated[str | None, flag("cors_origins")]
Fetch = Annotated[str | None, flag("fetch")]
FetchHosts = Annotated[str | None, flag("fetch_hosts")]
FetchPorts = Annotated[str | None, flag("fetch_ports")]
FetchTimeoutS = Annotated[float | None, flag("fetch_timeout_s")]
WorkerMode = Annotated[str | None, flag("worker")]
LowPriority = Annotated[bool | None, flag("low_priority")]
LogFormat = Annotated[str | None, flag("log_format")]
LogQueries = Annotated[bool | None, flag("log_queries")]
OtlpEndpoint = Annotated[str | None, flag("otlp_endpoint")]
LogLevel = Annotated[str | None, flag("log_level")]

Server = Annotated[
    str | None,
    typer.Option("--server", help="Ask the service at this address.", metavar="URL"),
]
ApiKey = Annotated[
    str | None,
    typer.Option("--api-key", help="The service's key.", envvar="SIGHTLINE_API_KEY"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def taking(flags: dict[str, Any]) -> Callable[[Command], Command]:
    """Give a command that takes `**flags` these parameters, each with its annotation."""
    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, kind, default=None, annotation=annotation)
        for name, annotation in flags.items()
    ]

    def marked(command: Command) -> Command:
        vars(command)["__signature__"] = inspect.Signature(parameters)
        return command

    return marked


def settings_from(flags: dict[str, Any]) -> Settings:
    """The settings: flags that were given, then the environment, then defaults.

    `flags` may hold other things too (a command passes its `locals()`). Raises
    InvalidRequestError in words for a value that cannot be.
    """
    given = {
        name: value
        for name, value in flags.items()
        if name in Settings.model_fields and value is not None
    }
    try:
        return Settings(**given)
    except ValueError as error:
        raise InvalidRequestError(_in_words(error, given)) from error


def _in_words(error: ValueError, given: dict[str, Any]) -> str:
    problems: list[str] = []
    for item in getattr(error, "errors", list)():
        setting = str(item["loc"][0]) if item["loc"] else ""
        where = flag_name(setting) if setting in given else environment_name(setting)
        problems.append(f"{where}: {item['msg']} (it is {item['input']!r})")
    return "; ".join(problems) or str(error)
