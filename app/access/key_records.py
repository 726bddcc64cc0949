"""A key as it is kept (its hash) and as it is handed out (once). Reads and writes nothing.

A key is `sightline_<id>_<secret>`: the id finds the record, the secret proves the holder. The
secret is 256 random bits, so that one SHA-256 is as good as a slow hash: those protect short
passwords from guessing, and nobody guesses 256 bits (NIST SP 800-63B, 5.1.2.2, asks for slow hashes
of look-up secrets only below 112 bits).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from app.access.roles import Role

MAX_NAME_CHARS = 100
_SECRET_BYTES = 32
_ID_BYTES = 4
_FORM = re.compile(r"sightline_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
# Compared with where no record is found, so that an unknown id takes as long as a wrong secret.
_NOBODY = hashlib.sha256(b"nobody").hexdigest()


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is kept of a key; `revoked_at` is None while it works."""

    key_id: str
    name: str
    role: Role
    secret_sha256: str
    created_at: str
    revoked_at: str | None = None

    @property
    def works(self) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None


def new_key(role: Role, name: str) -> tuple[KeyRecord, str]:
    """A new record, and the key itself, which exists nowhere else."""
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    record = KeyRecord(key_id, name, role, _hash(secret), now())
    return record, f"sightline_{key_id}_{secret}"


def shown_name(name: str) -> str:
    """A name as it is kept: what lists and logs can show, and not endless."""
    return "".join(char for char in name if char.isprintable())[:MAX_NAME_CHARS]


def matching(key: str, records: dict[str, KeyRecord]) -> KeyRecord | None:
    """The working record that a key belongs to; None for any other. Takes the same time whichever
    part of the key is wrong.
    """
    parts = _FORM.fullmatch(key)
    if parts is None:  # its form is no secret
        return None
    record = records.get(parts[1])
    right = hmac.compare_digest(
        _hash(parts[2]), _NOBODY if record is None else record.secret_sha256
    )
    return record if right and record is not None and record.works else None


def now() -> str:
    """The time as it is kept."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
