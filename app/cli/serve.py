"""`sightline serve`: the page and the HTTP API."""

import os
import sys
from typing import Any

import typer

from app.cli import options
from app.cli.options import settings_from

_FLAGS = {
    "data_dir": options.DataDir,
    "collection": options.Collection,
    "host": options.Host,
    "port": options.Port,
    "allowed_hosts": options.AllowedHosts,
    "model": options.Model,
    "pretrained": options.Pretrained,
    "device": options.Device,
    "precision": options.Precision,
    "batch_size": options.BatchSize,
    "allow_hub": options.AllowHub,
    "model_cache_dir": options.ModelCacheDir,
    "max_upload_bytes": options.MaxUploadBytes,
    "max_upload_pixels": options.MaxUploadPixels,
    "decode_workers": options.DecodeWorkers,
    "lookup_threads": options.LookupThreads,
    "queue_length": options.QueueLength,
    "queue_wait_s": options.QueueWaitS,
    "query_cache_bytes": options.QueryCacheBytes,
    "kept_pictures": options.KeptPictures,
    "kept_pictures_s": options.KeptPicturesS,
    "poll_interval_s": options.PollIntervalS,
    "shutdown_grace_s": options.ShutdownGraceS,
    "writing": options.Writing,
    "anonymous": options.Anonymous,
    "insecure": options.Insecure,
    "rate_per_s": options.RatePerS,
    "rate_burst": options.RateBurst,
    "trusted_proxies": options.TrustedProxies,
    "cors_origins": options.CorsOrigins,
    "fetch": options.Fetch,
    "fetch_hosts": options.FetchHosts,
    "fetch_ports": options.FetchPorts,
    "fetch_timeout_s": options.FetchTimeoutS,
    "worker": options.WorkerMode,
    "low_priority": options.LowPriority,
    "log_level": options.LogLevel,
    "log_format": options.LogFormat,
    "log_queries": options.LogQueries,
    "otlp_endpoint": options.OtlpEndpoint,
}


@options.taking(_FLAGS)
def serve_command(**flags: Any) -> None:
    """Serve the page and the HTTP API until Ctrl-C."""
    settings = settings_from(flags)
    from app.log_lines import writing_log
    from app.server import serve

    with writing_log(settings.log_format, settings.log_level):
        serve(settings, say=_say, warn=_warn)
    # Everything is closed. Taking the interpreter apart as well would cost seconds with a large
    # model, and would abort if a thread is still inside torch, loading one.
    sys.stdout.flush()
    os._exit(0)


def _say(line: str) -> None:
    typer.echo(line)


def _warn(line: str) -> None:
    typer.secho(line, err=True, fg="red", bold=True)
