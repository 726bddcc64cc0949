"""`sightline info`: what is in the data directory, or what a service has, and which files were
skipped. Loads no model.
"""

import json
from typing import Annotated, Any

import typer

from app.cli import options
from app.cli.options import settings_from
from app.index_schemas import index_info
from app.settings import Settings
from indexer.catalog.reader import CatalogReader
from indexer.config import IndexConfig, list_collections
from indexer.errors import CollectionNotFoundError, NoGenerationError

Skipped = Annotated[bool, typer.Option("--skipped", help="List the files that were skipped.")]

_PAGE = 1000  # rows read at a time
_SENT = 100  # and asked of a service


def info_command(
    skipped: Skipped = False,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    server: options.Server = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the collections, their model and generation, and files that were skipped."""
    settings = settings_from(locals())
    if server is not None:
        found = _of_service(server, api_key, settings.collection if collection else None, skipped)
        _tell({"server": server, "collections": found}, as_json)
        return
    names = [settings.collection] if collection else list_collections(settings.data_dir)
    if not names:
        raise NoGenerationError(settings.collection)
    described = [_describe(settings, name, skipped) for name in names]
    _tell({"data_dir": str(settings.data_dir), "collections": described}, as_json)


def _tell(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    if "server" in answer:
        typer.echo(f"service         {answer['server']}")
    else:
        typer.echo(f"data directory  {answer['data_dir']}")
    for one in answer["collections"]:
        _show(one)


def _of_service(
    url: str, api_key: str | None, collection: str | None, with_files: bool
) -> list[dict[str, Any]]:
    """The same of a running service. Raises ClientError's kinds."""
    from app.client.blocking import Client

    with Client(url, api_key=api_key) as client:
        of = client.collections
        served = of.list() if collection is None else [of.show(collection)]
        described = []
        for one in served:
            plain = one.model_dump(exclude={"problem", "relevance"})
            plain["fingerprint"] = one.model.get("fingerprint")
            if with_files:
                plain["skipped_files"] = [
                    {"uri": file.uri, "code": file.code, "reason": file.reason}
                    for offset in range(0, one.skipped, _SENT)
                    for file in of.skipped(one.name, limit=_SENT, offset=offset).skipped
                ]
            described.append(plain)
    return described


def _describe(settings: Settings, name: str, with_files: bool) -> dict[str, Any]:
    config = IndexConfig(data_dir=settings.data_dir, collection=name)
    try:
        reader = CatalogReader(config.catalog_path())
    except FileNotFoundError as error:
        raise CollectionNotFoundError(name) from error
    try:
        return {**_generation(reader, name), **_skipped(reader, with_files)}
    finally:
        reader.close()


def _generation(reader: CatalogReader, name: str) -> dict[str, Any]:
    number = reader.current_generation()
    record = reader.generation(number) if number is not None else None
    if record is None:
        return {"name": name, "generation": None, "items": 0}
    return {
        "name": name,
        "generation": record.generation,
        "created_at": record.created_at,
        "items": record.item_count,
        "dim": record.dim,
        "fingerprint": record.fingerprint,
        "model": record.model,
        "index": index_info(record).model_dump(),
    }


def index_lines(index: dict[str, Any]) -> list[str]:
    """What is searched, why, and what it was measured to find."""
    further = "".join(
        f", {index[name]:,} {said}"
        for name, least, said in (("parts", 2, "parts"), ("dead", 1, "dead items"))
        if index[name] >= least
    )
    effort = f", effort {index['effort']:,}" if index["effort"] is not None else ""
    lines = [f"index           {index['kind']}{effort}{further}"]
    if index["figures"]:
        found = ", ".join(
            f"{figure['recall']:.4f} @{figure['k']} for {figure['queries']}"
            for figure in index["figures"]
        )
        lines.append(f"recall          {found}; {index['wanted_recall']:g} is wanted")
        lines.append(f"                texts are {index['text_source']}")
    return [*lines, *(f"                {reason}" for reason in index["reasons"])]


def _skipped(reader: CatalogReader, with_files: bool) -> dict[str, Any]:
    count = reader.skipped_count()
    if not with_files:
        return {"skipped": count}
    files = [
        {"uri": file.uri, "code": file.code, "reason": file.reason}
        for offset in range(0, count, _PAGE)
        for file in reader.skipped(_PAGE, offset)
    ]
    return {"skipped": count, "skipped_files": files}


def _show(one: dict[str, Any]) -> None:
    typer.echo(f"\ncollection      {one['name']}")
    if one["generation"] is None:
        typer.echo("generation      none yet")
    else:
        model = one["model"]
        weights = f", weights {model['pretrained']}" if model.get("pretrained") else ""
        typer.echo(f"generation      {one['generation']}, published {one['created_at']}")
        typer.echo(f"pictures        {one['items']:,}")
        typer.echo(f"model           {model.get('model_name', 'unknown')}{weights}")
        typer.echo(f"fingerprint     {one['fingerprint']}")
        typer.echo(f"dimensions      {one['dim']}")
        for line in index_lines(one["index"]):
            typer.echo(line)
    hint = "" if "skipped_files" in one or not one["skipped"] else " (list them: --skipped)"
    typer.echo(f"skipped files   {one['skipped']:,}{hint}")
    for file in one.get("skipped_files", []):
        typer.echo(f"  {file['code']:<18}  {file['uri']}  {file['reason']}")
