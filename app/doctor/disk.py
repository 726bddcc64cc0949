"""Room, speed and rights of the data directory. Writes one small file there, and removes it."""

import os
import shutil
import stat
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.access.key_store import FILE_NAME as KEYS_FILE
from app.cursor_key import KEY_FILE
from app.doctor.findings import Finding, fail, ok, warn

_TOPIC = "disk"
_FEW_BYTES = 2 * 2**30
_TOO_FEW_BYTES = 200 * 2**20
_SYNCS = 8
_SLOW_SYNC_MS = 50.0  # a publication waits for about a dozen
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def disk_findings(data_dir: Path) -> Iterator[Finding]:
    """What is known of the directory; of its parent where it is not made yet."""
    if not data_dir.is_dir():
        parent = next(path for path in data_dir.absolute().parents if path.is_dir())
        yield from _unmade(data_dir, parent)
        return
    yield from _room(data_dir)
    yield from _speed(data_dir)
    yield from _rights(data_dir)


def _unmade(data_dir: Path, parent: Path) -> Iterator[Finding]:
    if os.access(parent, os.W_OK | os.X_OK):
        yield warn(_TOPIC, f"{data_dir} does not exist yet", "the first `sightline index` makes it")
    else:
        yield fail(
            _TOPIC,
            f"{data_dir} does not exist and cannot be made in {parent}",
            "make it for the user that runs Sightline, or set SIGHTLINE_DATA_DIR",
        )


def _room(data_dir: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(data_dir).free
    said = f"{free / 2**30:,.1f} GiB are free for {data_dir}"
    remedy = "make room, or drop old generations: sightline generations prune --keep 1"
    if free < _TOO_FEW_BYTES:
        yield fail(_TOPIC, said, remedy)
    elif free < _FEW_BYTES:
        yield warn(_TOPIC, said, remedy)
    else:
        yield ok(_TOPIC, said)


def _speed(data_dir: Path) -> Iterator[Finding]:
    try:
        took_ms = _sync_ms(data_dir)
    except OSError as error:
        yield fail(
            _TOPIC,
            f"nothing can be written in {data_dir}: {error.strerror}",
            "give the directory to the user that runs Sightline; a service that is to change "
            "nothing may read it all the same",
        )
        return
    said = f"a small write is on disk within {took_ms:.1f} ms"
    if took_ms > _SLOW_SYNC_MS:
        yield warn(_TOPIC, said, "jobs and uploads wait for it: keep the data on a local disk")
    else:
        yield ok(_TOPIC, said)


def _sync_ms(directory: Path) -> float:
    """The median time of an fsync. Raises OSError."""
    times_ms = []
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".doctor-", buffering=0) as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            times_ms.append((time.perf_counter() - began) * 1000)
    return statistics.median(times_ms)


def _rights(data_dir: Path) -> Iterator[Finding]:
    if data_dir.stat().st_mode & stat.S_IWOTH:
        yield warn(
            _TOPIC, f"everybody on this machine may write in {data_dir}", f"chmod o-w {data_dir}"
        )
    for name in (KEYS_FILE, KEY_FILE):
        path = data_dir / name
        if not path.exists():
            continue
        if path.stat().st_mode & _OTHERS:
            yield fail(_TOPIC, f"others than its owner may read {name}", f"chmod 600 {path}")
        elif not os.access(path, os.R_OK):
            yield fail(_TOPIC, f"{name} cannot be read", "run as the user that owns it")
        else:
            yield ok(_TOPIC, f"{name} is its owner's alone")
