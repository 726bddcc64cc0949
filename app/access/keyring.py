"""The keys as a running service knows them: read again whenever the file has changed.

One `stat` a request tells; so a key that was revoked a moment ago opens nothing any more. A file
that cannot be read lets nobody in. Changes nothing.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from app.access.key_records import KeyRecord, matching
from app.access.key_store import KeyStore

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys at one moment."""

    by_id: dict[str, KeyRecord] = field(default_factory=dict)

    @property
    def in_use(self) -> bool:
        """Whether a key was ever made here."""
        return bool(self.by_id)

    @property
    def any_works(self) -> bool:
        """Whether somebody can come in with a key."""
        return any(record.works for record in self.by_id.values())

    def find(self, key: str) -> KeyRecord | None:
        """The working record of a key, in constant time."""
        return matching(key, self.by_id)


class Keyring:
    """Knows the keys of a data directory, as they are now."""

    def __init__(self, data_dir: Path) -> None:
        self._store = KeyStore(data_dir)
        self._stamp: _Stamp | None = None
        self._keys = Keys()

    def now(self) -> Keys:
        """The keys as the file has them. Raises KeysUnreadableError."""
        stamp = _stamp_of(self._store.path)
        if stamp != self._stamp or stamp is None:
            # The stamp is older than what is read: a change in between is seen the next time.
            self._keys = Keys({record.key_id: record for record in self._store.records()})
            self._stamp = stamp
        return self._keys


def _stamp_of(path: Path) -> _Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - the quicker one, once a request
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino)
