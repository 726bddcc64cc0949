"""/v1/keys: make, list and end the keys of the service; /v1/caller: who asks, and what they may do.

Made and ended keys leave a line in the log. Never shows what opens but once.
"""

from typing import Annotated

from fastapi import APIRouter, Path

from app.access.key_records import shown_name
from app.access.key_store import KeyStore
from app.access.roles import Role
from app.audit import note
from app.dependencies import State
from app.key_schemas import (
    KEY_ID_PATTERN,
    CallerAnswer,
    KeyAnswer,
    KeyBody,
    KeysAnswer,
    NewKeyAnswer,
)
from app.writing import Administering, Asking, KeyKeeping, keeps_keys

router = APIRouter(tags=["keys"])

KeyId = Annotated[str, Path(pattern=KEY_ID_PATTERN)]


@router.get("/v1/caller", summary="Who asks, and what they may do")
async def show_caller(state: State, caller: Asking) -> CallerAnswer:
    """The role of this very request, by its key or by where it comes from."""
    role = caller.role
    assert role is not None  # the doors let nobody through who has none
    changes = state.settings.writing != "off"
    return CallerAnswer(
        role=role,
        key=None if caller.key is None else KeyAnswer.of(caller.key),
        writes=changes and caller.may(Role.WRITE),
        administers=changes and caller.may(Role.ADMIN),
        keeps_keys=changes and keeps_keys(caller),
    )


@router.get("/v1/keys", summary="All keys")
async def list_keys(state: State, _: Administering, __: KeyKeeping) -> KeysAnswer:
    """All keys that were ever made, without what opens."""
    records = await state.lookup.run(KeyStore(state.settings.data_dir).records)
    return KeysAnswer(keys=[KeyAnswer.of(record) for record in records])


@router.post("/v1/keys", summary="Make a key", status_code=201)
async def make_key(
    state: State, body: KeyBody, _: Administering, caller: KeyKeeping
) -> NewKeyAnswer:
    """Make a key. The answer holds it, this once: only its hash is kept."""
    store = KeyStore(state.settings.data_dir)
    record, key = await state.lookup.run(store.create, body.role, shown_name(body.name))
    note(caller, "key made", made=record.key_id, role=str(record.role), name=record.name)
    return NewKeyAnswer(**KeyAnswer.of(record).model_dump(), key=key)


@router.delete("/v1/keys/{key_id}", summary="End a key")
async def end_key(state: State, key_id: KeyId, _: Administering, caller: KeyKeeping) -> KeyAnswer:
    """End a key for good; it opens nothing from the next request on, and stays on record."""
    record = await state.lookup.run(KeyStore(state.settings.data_dir).revoke, key_id)
    note(caller, "key ended", ended=record.key_id, role=str(record.role), name=record.name)
    return KeyAnswer.of(record)
