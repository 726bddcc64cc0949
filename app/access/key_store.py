"""The file of keys in the data directory: `keys.json`, readable by its owner alone.

Revoked keys stay in it, so that a service knows that keys are in use even when none works any more.
Changes are made whole, one at a time, and are on disk when they return. Never holds a key, only
hashes.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path

from filelock import FileLock

from app.access.key_records import KeyRecord, new_key, now
from app.access.private_file import keep_private
from app.access.roles import Role
from app.door_failures import KeyNotFoundError, KeysUnreadableError
from indexer.durability import full_disk_named

FILE_NAME = "keys.json"
_VERSION = 1
_LOCK_S = 30  # changes take milliseconds


class KeyStore:
    """The keys of one data directory. Every method raises KeysUnreadableError for a file that is
    not ours to read or not whole.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.path = data_dir / FILE_NAME

    def records(self) -> list[KeyRecord]:
        """All keys that were ever made, oldest first; none where there is no file."""
        try:
            return list(_parsed(self.path.read_bytes()))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeysUnreadableError(self.path, error) from error

    def create(self, role: Role, name: str) -> tuple[KeyRecord, str]:
        """Make a key. Returns its record and the key, which cannot be had again."""
        record, key = new_key(role, name)
        self._change(lambda records: [*records, record])
        return record, key

    def revoke(self, key_id: str) -> KeyRecord:
        """End a key, for good. Raises KeyNotFoundError; one that has ended stays as it was."""

        def revoked(records: list[KeyRecord]) -> list[KeyRecord]:
            if all(record.key_id != key_id for record in records):
                raise KeyNotFoundError(key_id)
            return [
                replace(record, revoked_at=now())
                if record.key_id == key_id and record.works
                else record
                for record in records
            ]

        return next(one for one in self._change(revoked) if one.key_id == key_id)

    def _change(self, change: Callable[[list[KeyRecord]], list[KeyRecord]]) -> list[KeyRecord]:
        with full_disk_named(self._data_dir):
            self._data_dir.mkdir(parents=True, exist_ok=True)
            with FileLock(self._data_dir / f"{FILE_NAME}.lock", timeout=_LOCK_S):
                records = change(self.records())
                keys = [asdict(record) for record in records]
                keep_private(self.path, {"version": _VERSION, "keys": keys})
        return records


def _parsed(data: bytes) -> Iterable[KeyRecord]:
    document = json.loads(data)
    if document["version"] != _VERSION:
        raise ValueError(f"version {document['version']} is not {_VERSION}")
    for entry in document["keys"]:
        yield KeyRecord(**{**entry, "role": Role(entry["role"])})
