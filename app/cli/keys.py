"""`sightline keys`: making, listing and revoking the keys of a service. Running services know at
once. Loads no model.
"""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.access.key_records import KeyRecord, shown_name
from app.access.key_store import KeyStore
from app.access.roles import Role
from app.cli import options
from app.cli.options import settings_from

keys = typer.Typer(
    name="keys",
    help="Make, list and revoke the keys that open a service to others.",
    no_args_is_help=True,
)


@keys.command("create")
def create_command(
    role: Annotated[Role, typer.Option("--role", help="What the key opens.")],
    name: Annotated[str, typer.Option("--name", help="Whose it is, for the list.")] = "",
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    record, key = KeyStore(settings_from(locals()).data_dir).create(role, shown_name(name))
    if as_json:
        typer.echo(json.dumps({**_as_dict(record), "key": key}))
        return
    typer.echo(f"key {record.key_id}, role {record.role}; it is shown this once:", err=True)
    typer.echo(key)


@keys.command("list")
def list_command(as_json: options.AsJson = False, data_dir: options.DataDir = None) -> None:
    """Show all keys that were ever made, without what opens."""
    records = KeyStore(settings_from(locals()).data_dir).records()
    if as_json:
        typer.echo(json.dumps({"keys": [_as_dict(record) for record in records]}))
        return
    for record in records:
        end = "" if record.works else f"  revoked {record.revoked_at}"
        typer.echo(f"{record.key_id}  {record.role:6}  {record.created_at}  {record.name}{end}")
    if not records:
        typer.echo("there is no key yet; `sightline keys create --role search` makes one")


@keys.command("revoke")
def revoke_command(
    key_id: Annotated[str, typer.Argument(help="The key's id, as the list shows it.")],
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
) -> None:
    """End a key for good. A running service refuses it from its next request on."""
    record = KeyStore(settings_from(locals()).data_dir).revoke(key_id)
    if as_json:
        typer.echo(json.dumps(_as_dict(record)))
    else:
        typer.echo(f"key {record.key_id} opens nothing any more")


def _as_dict(record: KeyRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if name != "secret_sha256"}
