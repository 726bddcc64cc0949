"""The key that cursors are sealed with: random bytes of the data directory, made once, so that
cursors outlive the process and are good for every service of the directory. Seals nothing itself.
"""

import contextlib
import logging
import os
import secrets
from pathlib import Path

KEY_FILE = "cursor.key"
_KEY_BYTES = 32

logger = logging.getLogger("sightline")


def cursor_key(data_dir: Path) -> bytes:
    """The data directory's key, made if there is none; of this process only where it cannot be."""
    path = data_dir / KEY_FILE
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        logger.warning("cursors will not outlive this process: %s", error)
        return secrets.token_bytes(_KEY_BYTES)
    if len(key) < _KEY_BYTES:
        logger.warning("%s is too short; cursors will not outlive this process", KEY_FILE)
        return secrets.token_bytes(_KEY_BYTES)
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over the one of another process. Raises OSError."""
    fresh = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
