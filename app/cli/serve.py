"""`sightline serve`: the page and the HTTP API."""

import os
import sys

import typer

from app.cli import options
from app.cli.options import settings_from


def serve_command(
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    host: options.Host = None,
    port: options.Port = None,
    allowed_hosts: options.AllowedHosts = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    batch_size: options.BatchSize = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    max_upload_bytes: options.MaxUploadBytes = None,
    max_upload_pixels: options.MaxUploadPixels = None,
    decode_workers: options.DecodeWorkers = None,
    lookup_threads: options.LookupThreads = None,
    queue_length: options.QueueLength = None,
    queue_wait_s: options.QueueWaitS = None,
    query_cache_bytes: options.QueryCacheBytes = None,
    poll_interval_s: options.PollIntervalS = None,
    shutdown_grace_s: options.ShutdownGraceS = None,
    writing: options.Writing = None,
    anonymous: options.Anonymous = None,
    insecure: options.Insecure = None,
    rate_per_s: options.RatePerS = None,
    rate_burst: options.RateBurst = None,
    trusted_proxies: options.TrustedProxies = None,
    cors_origins: options.CorsOrigins = None,
    fetch: options.Fetch = None,
    fetch_hosts: options.FetchHosts = None,
    fetch_ports: options.FetchPorts = None,
    fetch_timeout_s: options.FetchTimeoutS = None,
    worker: options.WorkerMode = None,
    low_priority: options.LowPriority = None,
    log_level: options.LogLevel = None,
    log_format: options.LogFormat = None,
    log_queries: options.LogQueries = None,
) -> None:
    """Serve the page and the HTTP API until Ctrl-C."""
    settings = settings_from(locals())
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
