"""How many questions a second, how long each takes, and what happens when there are too many.

    python -m benchmarks.load FOLDER [--data-dir DIR] [--seconds 15] [--overload-seconds 120]

Indexes the pictures of FOLDER (or of a tar shard) with the built-in model, in a directory that is
thrown away, or in DIR, which may have been used before. Starts the real service, and asks from
another process over kept-alive connections. First as fast as the answers come, with words never
asked before and with words asked before; then at half of the first rate for the latency, and at
twice that rate for the overload, both on a clock that does not wait for answers. Each part says its
statuses. Both processes share this machine's cores, and the one that asks is late itself when it
asks much; so a third one asks twenty times a second meanwhile, and times what it is answered: as it
sees it, and from socket to socket (`benchmarks.load_probe`). The service's loop waits for a core
while those who ask have both: for how long, is said, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from benchmarks.load_probe import WORDS

SIGHTLINE = (sys.executable, "-m", "app.cli.main")
KNOWN = 50  # different questions in the part with words asked before
OVERLOAD_CONNECTIONS = 1000
_PERCENTILES = (0.5, 0.9, 0.99)


@dataclass(slots=True)
class Tally:
    """What came back: seconds taken, by status."""

    took_s: dict[int, list[float]] = field(default_factory=dict)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, status: int, seconds: float) -> None:
        """Count one answer."""
        self.took_s.setdefault(status, []).append(seconds)


class Connection:
    """One kept-alive connection that asks one question after another; HTTP/1.1 by hand, because
    a comfortable client costs more than the service that it measures.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, words: str) -> int:
        """Ask, read the answer. Returns its status."""
        if self._streams is not None:
            try:
                return await self._ask(words, *self._streams)
            except (OSError, EOFError):  # the service closes connections that were idle for long
                self.close()
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        return await self._ask(words, *self._streams)

    async def _ask(
        self, words: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> int:
        target = f"/v1/search?k=10&q={words.replace(' ', '+')}"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, rest = head.partition(b"content-length:")
        await reader.readexactly(int(rest.partition(b"\r\n")[0]))
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Leave."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _ask(connection: Connection, words: str, asked_s: float, tally: Tally) -> None:
    try:
        tally.add(await connection.ask(words), time.perf_counter() - asked_s)
    except (OSError, EOFError, ValueError) as error:
        tally.failures[type(error).__name__] += 1
        connection.close()


async def closed_loop(port: int, words: Iterator[str], clients: int, seconds: float) -> Tally:
    """Each client asks again as soon as it has its answer."""
    tally, end_s = Tally(), time.perf_counter() + seconds

    async def client() -> None:
        connection = Connection(port)
        while time.perf_counter() < end_s:
            await _ask(connection, next(words), time.perf_counter(), tally)
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return tally


async def open_loop(port: int, words: Iterator[str], rate: float, seconds: float) -> Tally:
    """Questions by the clock, whether or not earlier ones are answered; timed from their due time,
    so that a service that stalls is not spared the questions of that time.
    """
    tally, begin_s = Tally(), time.perf_counter()
    free = [Connection(port) for _ in range(OVERLOAD_CONNECTIONS)]
    running: set[asyncio.Task[None]] = set()

    async def one(connection: Connection, due_s: float) -> None:
        await _ask(connection, next(words), due_s, tally)
        free.append(connection)

    for number in range(int(rate * seconds)):
        due_s = begin_s + number / rate
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        if not free:
            tally.failures["no connection left"] += 1
            continue
        task = asyncio.create_task(one(free.pop(), due_s))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    for connection in free:
        connection.close()
    return tally


@contextmanager
def probing(port: int, seconds: float, seen: Tally, taken: Tally) -> Iterator[None]:
    """Ask new words now and then from a process that has nothing else to do, till the time is over:
    how long it saw that take, and how long the service took.
    """
    command = [sys.executable, "-m", "benchmarks.load_probe", str(port), "--seconds", str(seconds)]
    probe = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield
    finally:
        output, _ = probe.communicate()
    for status, (seen_s, taken_s) in json.loads(output).items():
        seen.took_s[int(status)], taken.took_s[int(status)] = seen_s, taken_s


def computed_s(process_id: int) -> float:
    """Processor seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_its_loop_s(process_id: int) -> tuple[float, float]:
    """Seconds for which a process's first thread had a core, and waited for one (Linux)."""
    ran, waited, _ = Path(f"/proc/{process_id}/schedstat").read_text().split()
    return int(ran) / 1e9, int(waited) / 1e9


def report(name: str, tally: Tally, seconds: float, used_s: float) -> float:
    """Print one part. Returns the answered questions (200) a second."""
    answered = len(tally.took_s.get(200, ()))
    rate, cost_ms = answered / seconds, used_s / max(answered, 1) * 1000
    print(f"{name}: {rate:,.0f} answered a second, {cost_ms:.2f} ms of processor each")
    for status, took_s in sorted(tally.took_s.items()):
        took_s.sort()
        shown = ", ".join(
            f"p{share * 100:g} {took_s[min(int(share * len(took_s)), len(took_s) - 1)] * 1000:.1f}"
            for share in _PERCENTILES
        )
        print(f"    {status}: {len(took_s):,} in {shown}, longest {took_s[-1] * 1000:.1f} ms")
    for failure, times in tally.failures.items():
        print(f"    {failure}: {times:,}")
    return rate


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    port: int
    process_id: int


@contextmanager
def running_service(pictures: Path, folder: Path) -> Iterator[Service]:
    """The real service on these pictures."""
    environment = {
        **os.environ,
        "SIGHTLINE_DATA_DIR": str(folder),
        "SIGHTLINE_PORT": "0",
        "SIGHTLINE_WORKER": "off",
        "SIGHTLINE_RATE_PER_S": "0",  # all questions come from one address
    }
    index = [*SIGHTLINE, "index", str(pictures)]
    subprocess.run(index, env=environment, check=True, stdout=subprocess.DEVNULL)
    service = subprocess.Popen(
        [*SIGHTLINE, "serve"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        address = service.stdout.readline().split()[-1].rstrip("/")
        yield Service(int(address.rpartition(":")[2]), service.pid)
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(60)


async def measure(service: Service, options: argparse.Namespace) -> bool:
    """Run and print all parts. Returns whether overload gave 200 and 429 only."""
    new = (f"{WORDS[n % len(WORDS)]} {n}" for n in count())
    known = (f"{WORDS[n % len(WORDS)]} known {n % KNOWN}" for n in count())
    port, clients, seconds = service.port, options.clients, options.seconds

    async def part(name: str, asking: Awaitable[Tally], lasting_s: float) -> tuple[Tally, float]:
        before_s = computed_s(service.process_id)
        tally = await asking
        used_s = computed_s(service.process_id) - before_s
        return tally, report(name, tally, lasting_s, used_s)

    await closed_loop(port, new, 4, 2)  # warm
    asking = closed_loop(port, new, clients, seconds)
    _, rate = await part(f"new words, {clients} clients", asking, seconds)
    asking = closed_loop(port, known, clients, seconds)
    await part(f"words asked before, {clients} clients", asking, seconds)
    asking = open_loop(port, new, rate / 2, seconds)
    await part(f"new words at half load, {rate / 2:,.0f} a second", asking, seconds)
    lasting_s = options.overload_seconds
    asking, seen, taken = open_loop(port, new, rate * 2, lasting_s), Tally(), Tally()
    ran_s, waited_s = of_its_loop_s(service.process_id)
    with probing(port, lasting_s, seen, taken):
        name = f"new words at double load, {rate * 2:,.0f} a second"
        tally, _ = await part(name, asking, lasting_s)
    after_s = of_its_loop_s(service.process_id)
    report("  as a process sees it that asks little", seen, lasting_s, 0)
    report("  the same questions, from socket to socket", taken, lasting_s, 0)
    print(
        f"  the service's loop had a core for {after_s[0] - ran_s:.1f} s and waited for one "
        f"{after_s[1] - waited_s:.1f} s, of {lasting_s:g} s"
    )
    return not tally.failures and set(tally.took_s) <= {200, 429}


def main() -> int:
    """Index, serve, ask. Returns 1 if overload gave anything but 200 and 429."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--overload-seconds", type=float, default=120)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_service(options.folder.resolve(), options.data_dir or Path(folder)) as service,
    ):
        return 0 if asyncio.run(measure(service, options)) else 1


if __name__ == "__main__":
    sys.exit(main())
