"""The file of sessions in the data directory: `sessions.json`, readable by its owner alone.

Whoever signs in with a key holds a token of 256 random bits instead, in a cookie; what is kept is
its SHA-256, the id of the key, and when it ends. A session opens nothing that its key does not open
at that moment. The file has an id of its own, which is part of the cookie's name: browsers send a
cookie to every port of a host, and services there must not take each other's.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock

from app.access.private_file import Stamp, keep_private, stamp_of
from indexer.durability import full_disk_named

FILE_NAME = "sessions.json"
LASTS_S = 30 * 24 * 3600
MOST_OF_A_KEY = 100  # whoever signs in once more ends the oldest of these
COOKIE_PREFIX = "sightline_session_"
_VERSION = 1
_ID_BYTES = 4
_TOKEN_BYTES = 32
_LOCK_S = 30  # changes take milliseconds


@dataclass(frozen=True, slots=True)
class Session:
    """What is kept of somebody who has signed in."""

    token_sha256: str
    key_id: str
    ends_at: int


@dataclass(frozen=True, slots=True)
class Sessions:
    """All of them at one moment; `file_id` is empty before the first one."""

    file_id: str = ""
    by_hash: dict[str, Session] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the cookie."""
        return COOKIE_PREFIX + self.file_id

    def key_id(self, token: str) -> str | None:
        """The id of the key that a token stands for, while its session lasts."""
        session = self.by_hash.get(_hash(token))
        return session.key_id if session is not None and session.ends_at > time.time() else None


class SessionStore:
    """The sessions of one data directory, read again whenever the file has changed."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME
        self._stamp: Stamp | None = None
        self._sessions = Sessions()

    def now(self) -> Sessions:
        """The sessions as the file has them. One that cannot be read has none: nothing is lost
        but the trouble of signing in again.
        """
        stamp = stamp_of(self._path)
        if stamp is None:
            return Sessions()
        if stamp != self._stamp:
            # The stamp is older than what is read: a change in between is seen the next time.
            self._sessions = _read(self._path)
            self._stamp = stamp
        return self._sessions

    def begin(self, key_id: str) -> tuple[str, str]:
        """Begin a session. Returns the name of its cookie, and the token, which exists nowhere
        else. Raises DiskFullError and OSError.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        begun = Session(_hash(token), key_id, int(time.time()) + LASTS_S)

        def with_it(lasting: list[Session]) -> list[Session]:
            same = [one for one in lasting if one.key_id == key_id]
            pushed_out = set(same[: max(0, len(same) + 1 - MOST_OF_A_KEY)])
            return [*(one for one in lasting if one not in pushed_out), begun]

        return self._change(with_it).cookie, token

    def end(self, token: str) -> None:
        """End a session, if it lasts. Raises DiskFullError and OSError."""
        if _hash(token) in self.now().by_hash:
            ended = _hash(token)
            self._change(lambda lasting: [one for one in lasting if one.token_sha256 != ended])

    def _change(self, change: Callable[[list[Session]], list[Session]]) -> Sessions:
        with full_disk_named(self._path.parent), FileLock(f"{self._path}.lock", timeout=_LOCK_S):
            before = _read(self._path)
            if not before.file_id:
                before = replace(before, file_id=secrets.token_hex(_ID_BYTES))
            moment = time.time()
            kept = change([one for one in before.by_hash.values() if one.ends_at > moment])
            document = {"version": _VERSION, "id": before.file_id}
            keep_private(self._path, {**document, "sessions": [asdict(one) for one in kept]})
        return replace(before, by_hash={one.token_sha256: one for one in kept})


def _read(path: Path) -> Sessions:
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != _VERSION:
            return Sessions()
        read = [Session(**entry) for entry in document["sessions"]]
        return Sessions(str(document["id"]), {one.token_sha256: one for one in read})
    except (OSError, ValueError, KeyError, TypeError):
        return Sessions()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
