"""Log records → lines: text for people or JSON for programs, one record a line of either, written
by a thread of its own, so that whoever reads the log slowly holds up nobody.
"""

import json
import logging
import logging.handlers
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Literal, TextIO

from app import request_ids

_ROOM = 10_000  # lines that may wait; more are left out rather than kept in memory
_PATIENCE_S = 2.0
# Only control characters are dangerous: they would forge lines, or steer a terminal.
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code != 9}


class TextLines(logging.Formatter):
    """`LEVEL logger: message`, then facts as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback follows on lines of its own, indented."""
        facts = getattr(record, "facts", {})
        words = [f"{name}={value}" for name, value in facts.items() if value is not None]
        line = " ".join([f"{record.levelname} {record.name}: {record.getMessage()}", *words])
        lines = [line.translate(_ESCAPES)]
        if record.exc_info:
            shown = self.formatException(record.exc_info).splitlines()
            lines += [f"    {one.translate(_ESCAPES)}" for one in shown]
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Always one line: JSON escapes what would break it."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        request_id = getattr(record, "request_id", None)
        if request_id is not None:
            entry.setdefault("request_id", request_id)
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=True, default=str)


class _Waiting(logging.handlers.QueueHandler):
    """Puts records where the writing thread finds them."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        record.request_id = request_ids.current()
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        with suppress(queue.Full):
            self.queue.put_nowait(record)


class _Writing(threading.Thread):
    """Writes what waits; ends also when nobody reads the log any more."""

    def __init__(
        self,
        waiting: "queue.Queue[logging.LogRecord | None]",
        lines: logging.Formatter,
        out: TextIO | None,
    ) -> None:
        super().__init__(name="log", daemon=True)
        self._waiting = waiting
        self._out = logging.StreamHandler(out or sys.stderr)
        self._out.setFormatter(lines)

    def run(self) -> None:
        """Until it is told to stop."""
        while (record := self._waiting.get()) is not None:
            self._out.handle(record)

    def stop(self) -> None:
        """Write what waits, for as long as somebody reads it."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=_PATIENCE_S)
        self.join(_PATIENCE_S)


@contextmanager
def writing_log(
    form: Literal["text", "json"], level: str, stream: TextIO | None = None
) -> Iterator[None]:
    """Write everything that is logged inside to standard error, in this form; in place of whatever
    wrote the log before. What waits at the end is written.
    """
    waiting: queue.Queue[logging.LogRecord | None] = queue.Queue(_ROOM)
    writer = _Writing(waiting, JsonLines() if form == "json" else TextLines(), stream)
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers[:] = [_Waiting(waiting)]
    root.setLevel(level.upper())
    writer.start()
    try:
        yield
    finally:
        root.handlers[:], root.level = before
        writer.stop()
