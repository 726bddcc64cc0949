"""`sightline generations`: the published states of a collection that are kept: which there are,
whether they are whole, going back to one, dropping old ones. Loads no model.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import options
from app.cli.options import settings_from

if TYPE_CHECKING:
    from app.settings import Settings
    from indexer.catalog.records import GenerationRecord
    from indexer.config import IndexConfig
    from indexer.generations import KeptGeneration
    from indexer.verification import Finding

generations = typer.Typer(
    name="generations",
    help="List, verify, go back to and drop the kept generations of a collection.",
    no_args_is_help=True,
)

Number = Annotated[int | None, typer.Argument(help="A generation's number.", min=1)]
Keep = Annotated[
    int | None, typer.Option("--keep", min=1, help="How many; as configured when not given.")
]


@generations.command("list")
def list_command(
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """Show the generations that are kept, the newest last; the current one is marked."""
    from indexer.generations import list_generations

    settings = settings_from(locals())
    kept = list_generations(_config(settings))
    if as_json:
        rows = [as_dict(one) for one in kept]
        typer.echo(json.dumps({"collection": settings.collection, "generations": rows}))
        return
    for one in kept:
        typer.echo(one_line(one))
    if not kept:
        typer.echo(f"nothing is published in the collection {settings.collection} yet")


@generations.command("rollback")
def rollback_command(
    generation: Number = None,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """Serve a kept generation again: the one before the current one, or that of the number.

    Running services change over by themselves, to its model too. Nothing is lost: the same command
    with the other number goes forward again.
    """
    from indexer.generations import roll_back

    settings = settings_from(locals())
    config = _config(settings)
    record = roll_back(config, generation)
    for line in _later_weights(config, record):
        typer.echo(line, err=True)
    if as_json:
        typer.echo(json.dumps({"generation": record.generation, "model": record.model}))
        return
    typer.echo(
        f"generation {record.generation} is current: {record.item_count:,} pictures, "
        f"{_model(record.model)}"
    )


@generations.command("prune")
def prune_command(
    keep: Keep = None,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """Drop all but the last generations, the current one and those that are being read."""
    from indexer.generations import prune

    settings = settings_from(locals())
    dropped = prune(_config(settings), settings.keep_generations if keep is None else keep)
    if as_json:
        typer.echo(json.dumps({"dropped": dropped}))
    elif dropped:
        typer.echo(f"dropped: {', '.join(map(str, dropped))}")
    else:
        typer.echo("nothing was dropped")


@generations.command("verify")
def verify_command(
    generation: Number = None,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
) -> None:
    """Read everything that is kept, or one generation, and compare it with what was published.

    Damage is printed file by file, and the exit code is 1.
    """
    from indexer.generations import verify

    settings = settings_from(locals())
    findings = verify(_config(settings), generation)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}))
    else:
        for line in _findings_lines(findings, generation):
            typer.echo(line)
    if findings:
        raise typer.Exit(1)


def _later_weights(config: IndexConfig, record: GenerationRecord) -> list[str]:
    """What to say if the model of this name had other weights later: it may be here no more."""
    from indexer.generations import list_generations

    later = [
        one.record.generation
        for one in list_generations(config)
        if one.record.generation > record.generation
        and one.record.model.get("model_name") == record.model.get("model_name")
        and one.record.fingerprint != record.fingerprint
    ]
    if not later:
        return []
    return [
        f"WARNING: {_model(record.model)} had other weights then ({record.fingerprint}); where "
        "those are gone, this generation cannot be searched by words: `sightline generations "
        f"rollback {later[-1]}` goes forward again"
    ]


def _findings_lines(findings: list[Finding], generation: int | None) -> list[str]:
    if not findings:
        whole = "all kept generations are" if generation is None else f"generation {generation} is"
        return [f"{whole} whole"]
    lines = [
        f"generation {finding.generation}: {finding.reason}"
        if finding.generation is not None
        else finding.reason
        for finding in findings
    ]
    return [*lines, "`sightline index --rebuild` makes damaged files anew"]


def _config(settings: Settings) -> IndexConfig:
    from indexer.config import IndexConfig

    return IndexConfig(
        data_dir=settings.data_dir,
        collection=settings.collection,
        kept_generations=settings.keep_generations,
    )


def one_line(one: KeptGeneration) -> str:
    """A kept generation as a list shows it."""
    record = one.record
    recall = _recall(record.layout.gate)
    mark = "*" if one.is_current else " "
    return (
        f"{mark} {record.generation:>6}  {record.created_at}  {record.item_count:>10,} pictures  "
        f"{record.index_bytes / 2**20:>9,.1f} MiB  {record.index_kind}  {_model(record.model)}"
        f"{recall}"
    )


def _recall(gate: dict[str, Any] | None) -> str:
    """What the index was measured to find, by kind of query; nothing for an exact one."""
    figures = gate["figures"] if gate is not None else []
    told = ", ".join(f"{f['recall']:.4f} @{f['k']} for {f['queries']}" for f in figures)
    return f"  recall {told}" if told else ""


def as_dict(one: KeptGeneration) -> dict[str, Any]:
    """A kept generation as JSON has it."""
    from app.index_schemas import index_info

    record = one.record
    return {
        "generation": record.generation,
        "created_at": record.created_at,
        "items": record.item_count,
        "dim": record.dim,
        "fingerprint": record.fingerprint,
        "model": record.model,
        "index_kind": record.index_kind,
        "index_bytes": record.index_bytes,
        "current": one.is_current,
        "index": index_info(record).model_dump(),
    }


def _model(model: dict[str, Any]) -> str:
    weights = f", weights {model['pretrained']}" if model.get("pretrained") else ""
    return f"model {model.get('model_name', 'unknown')}{weights}"
