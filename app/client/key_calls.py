"""Requests for keys, as `calls` describes questions. Sends nothing."""

from app.access.roles import Role
from app.client.answers import as_model
from app.client.calls import Call
from app.key_schemas import CallerAnswer, KeyAnswer, KeysAnswer, NewKeyAnswer


def caller() -> Call[CallerAnswer]:
    """GET /v1/caller."""
    return Call("GET", "/v1/caller", as_model(CallerAnswer))


def listing() -> Call[KeysAnswer]:
    """GET /v1/keys."""
    return Call("GET", "/v1/keys", as_model(KeysAnswer))


def make(role: Role | str, name: str) -> Call[NewKeyAnswer]:
    """POST /v1/keys."""
    return Call("POST", "/v1/keys", as_model(NewKeyAnswer), body={"role": str(role), "name": name})


def end(key_id: str) -> Call[KeyAnswer]:
    """DELETE /v1/keys/{id}."""
    return Call("DELETE", f"/v1/keys/{key_id}", as_model(KeyAnswer))
