"""What the service takes for a question under overload, apart from what the asker takes.

    python -m benchmarks.load_probe PORT [--seconds 15]

Asks new words twenty times a second, from a process that has nothing else to do, and prints two
lists of seconds for each status: from the moment when the question was due until its answer was
read, as an asker sees it; and from the moment before the question is in the service's socket until
the kernel has its answer, which leaves out how late this process wakes. Both hold how long the
service's threads wait for a core while askers use the same ones. `benchmarks.load` starts it. Only
Linux has this clock for what comes (SO_TIMESTAMPNS).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import struct
import sys
import time
from itertools import count

WORDS = ("red", "boat", "snow", "cake", "house", "night", "dog", "children", "beach", "street")
PER_S = 20
_TIMESTAMPS = 35  # SO_TIMESTAMPNS, which Python does not name: the kernel's time with what came
_STAMP = struct.Struct("qq")  # seconds, nanoseconds
_MOST_BYTES = 1 << 20

Times = dict[int, tuple[list[float], list[float]]]  # by status: as seen, as taken by the service


class TimedConnection:
    """One kept-alive connection, whose answers come with the time at which the kernel had them."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMESTAMPS, 1)
        self._socket.setblocking(False)

    async def ask(self, words: str) -> tuple[int, float]:
        """Ask, read the answer. Returns its status, and the seconds that the service took."""
        target = f"/v1/search?k=10&q={words.replace(' ', '+')}"
        head = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        sent_ns = time.time_ns()
        self._socket.send(head)
        data, came_ns = b"", 0
        while not _is_whole(data):
            part, came_ns = await self._part()
            data += part
        return int(data.split(b" ", 2)[1]), (came_ns - sent_ns) / 1e9

    async def _part(self) -> tuple[bytes, int]:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._socket, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._socket)
        data, ancillary, _, _ = self._socket.recvmsg(_MOST_BYTES, 64)
        if not data:
            raise EOFError
        stamps = [value for level, kind, value in ancillary if kind == _TIMESTAMPS]
        seconds, nanoseconds = _STAMP.unpack(stamps[0])
        return data, seconds * 1_000_000_000 + nanoseconds

    def close(self) -> None:
        """Leave."""
        self._socket.close()


def _is_whole(data: bytes) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    _, _, rest = head.lower().partition(b"content-length:")
    return bool(end) and len(body) >= int(rest.partition(b"\r\n")[0])


async def probe(port: int, seconds: float) -> Times:
    """Ask by the clock, whether or not earlier questions are answered."""
    times: Times = {}
    free: list[TimedConnection] = []
    begin_s = time.perf_counter()

    async def one(words: str, due_s: float) -> None:
        while True:
            was_used = bool(free)
            connection = free.pop() if was_used else TimedConnection(port)
            try:
                status, took_s = await connection.ask(words)
                break
            except (EOFError, ConnectionError):  # the service closes those that were idle for long
                connection.close()
                if not was_used:
                    raise
        seen, taken = times.setdefault(status, ([], []))
        seen.append(time.perf_counter() - due_s)
        taken.append(took_s)
        free.append(connection)

    async with asyncio.TaskGroup() as running:
        for number in count():
            due_s = begin_s + number / PER_S
            if due_s >= begin_s + seconds:
                break
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            running.create_task(one(f"{WORDS[number % len(WORDS)]} probe {number}", due_s))
    for connection in free:
        connection.close()
    return times


def main() -> int:
    """Probe, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=15)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(probe(options.port, options.seconds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
