"""`sightline doctor`: looks over an installation, or a running service, and says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.options import settings_from

if TYPE_CHECKING:
    from app.doctor.findings import Finding
    from app.settings import Settings

Deep = Annotated[
    bool, typer.Option("--deep", help="Read everything that is kept, not only what is served.")
]


def doctor_command(
    deep: Deep = False,
    as_json: options.AsJson = False,
    server: options.Server = None,
    api_key: options.ApiKey = None,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    host: options.Host = None,
    anonymous: options.Anonymous = None,
    writing: options.Writing = None,
    insecure: options.Insecure = None,
    fetch: options.Fetch = None,
    worker: options.WorkerMode = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
) -> None:
    """Look for what is wrong: machine, model, disk, settings, collections, jobs.

    Every finding is ok, warn or fail, and has a remedy. The exit code is 1 if anything fails. With
    --server a running service is asked instead.
    """
    settings = settings_from(locals())
    found = []
    for finding in _of_service(server, api_key) if server else _of_installation(settings, deep):
        found.append(finding)
        if not as_json:
            _show(finding)
    failed = any(finding.level == "fail" for finding in found)
    if as_json:
        findings = [asdict(finding) for finding in found]
        typer.echo(json.dumps({"ok": not failed, "findings": findings}, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def _of_service(url: str, api_key: str | None) -> Iterator[Finding]:
    from app.doctor.service import service_findings

    return service_findings(url, api_key)


def _of_installation(settings: Settings, deep: bool) -> Iterator[Finding]:
    from app.doctor.choices import setting_findings
    from app.doctor.contents import collection_findings, job_findings
    from app.doctor.disk import disk_findings
    from app.doctor.machine import machine_findings
    from app.doctor.model_proof import model_findings

    yield from setting_findings(settings)
    yield from disk_findings(settings.data_dir)
    yield from machine_findings(settings)
    yield from model_findings(settings)
    yield from collection_findings(settings, deep=deep)
    yield from job_findings(settings)


def _show(finding: Finding) -> None:
    colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.level]
    typer.echo(
        f"{typer.style(f'{finding.level:4}', fg=colour)}  {finding.topic}: {finding.message}"
    )
    if finding.remedy is not None:
        typer.echo(f"      → {finding.remedy}")
