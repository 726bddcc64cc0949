"""The keys as a running service knows them: read again whenever the file has changed.

One `stat` a request tells; so a key that was revoked a moment ago opens nothing any more. A file
that cannot be read lets nobody in. Changes nothing.
"""

from dataclasses import dataclass, field
from pathlib import Path

from app.access.key_records import KeyRecord, matching
from app.access.key_store import KeyStore
from app.access.private_file import Stamp, stamp_of


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
        self._stamp: Stamp | None = None
        self._keys = Keys()

    def now(self) -> Keys:
        """The keys as the file has them. Raises KeysUnreadableError."""
        stamp = stamp_of(self._store.path)
        if stamp != self._stamp or stamp is None:
            # The stamp is older than what is read: a change in between is seen the next time.
            self._keys = Keys({record.key_id: record for record in self._store.records()})
            self._stamp = stamp
        return self._keys
