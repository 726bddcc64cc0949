"""Request and response types of keys, of sessions, and of who asks. Shapes only; never a key's
hash.
"""

from pydantic import BaseModel, Field

from app.access.key_records import MAX_NAME_CHARS, KeyRecord
from app.access.roles import Role
from app.schemas import RequestBody

KEY_ID_PATTERN = "^[0-9a-f]{8}$"


class KeyBody(RequestBody):
    """The key that shall be made."""

    role: Role = Field(description="What it opens.")
    name: str = Field(default="", max_length=MAX_NAME_CHARS, description="Whose it is.")


class KeyAnswer(BaseModel):
    """A key without what opens; `revoked_at` is null while it works."""

    id: str
    name: str
    role: Role
    created_at: str
    revoked_at: str | None

    @classmethod
    def of(cls, record: KeyRecord) -> "KeyAnswer":
        """Of a key on record."""
        return cls(
            id=record.key_id,
            name=record.name,
            role=record.role,
            created_at=record.created_at,
            revoked_at=record.revoked_at,
        )


class NewKeyAnswer(KeyAnswer):
    """A key that was made, and the key itself, which cannot be had again."""

    key: str


class KeysAnswer(BaseModel):
    """All keys that were ever made, oldest first."""

    keys: list[KeyAnswer]


class SessionAnswer(BaseModel):
    """The key that somebody has signed in with, without what opens."""

    id: str
    name: str
    role: Role


class CallerAnswer(BaseModel):
    """What whoever asks may do here: `writes` is the role `write`, `administers` the role `admin`,
    both where anything may be changed at all; `keeps_keys` says whether they may make and end keys.
    `key` is the one that the request brought along, if it was looked at.
    """

    role: Role
    key: KeyAnswer | None
    writes: bool
    administers: bool
    keeps_keys: bool
