"""What does an indexing job cost the searches of a service beside it, and what if it yields?

    python -m benchmarks.job_latency PHOTOS [--rounds 3] [--seconds 15] [--rate 10]

PHOTOS is a folder or a tar of pictures. One service, asked at a steady rate; in turns alone, beside
a job of ordinary priority and beside one that yields, so that the ratios survive a busy machine.
Each job indexes all pictures into a collection of its own and is cancelled when its time is over.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.photos import photo_folder

_QUESTIONS = ("a red bird", "a boat on the sea", "snow on a mountain", "a cake", "a house at night")
_FIRST_PICTURES = 200  # of the collection that is searched
_PATIENCE_S = 300.0
_PHASES = ("alone", "normal job", "low-priority job")


class Bench:
    """A data directory, a service, and the command line."""

    def __init__(self, scratch: Path, photos: Path) -> None:
        self.photos = photos
        self.environment = {
            **os.environ,
            "SIGHTLINE_DATA_DIR": str(scratch / "data"),
            "SIGHTLINE_PORT": "0",
            "SIGHTLINE_WORKER": "off",
        }
        self.jobs_done: list[float] = []

    def command(self, *words: object) -> list[str]:
        """A command of ours."""
        return [sys.executable, "-m", "app.cli.main", *map(str, words)]

    def say(self, *words: object) -> str:
        """Run one to its end."""
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ).stdout

    @contextlib.contextmanager
    def service(self) -> Iterator[HTTPConnection]:
        """A running service, and a connection to it."""
        process = subprocess.Popen(
            self.command("serve"), env=self.environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
            yield HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
        finally:
            process.terminate()
            process.wait()

    @contextlib.contextmanager
    def job(self, connection: HTTPConnection, number: int, priority: str) -> Iterator[None]:
        """A job that is reading pictures while the block runs."""
        body = {"collection": f"job-{number}", "sources": [str(self.photos)]}
        connection.close()
        job = _ask(connection, "POST", "/v1/jobs", body)["id"]
        worker = subprocess.Popen(
            self.command("worker", "--once", priority),
            env=self.environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            before = self._wait_until_reading(connection, job)
            began_s = time.monotonic()
            yield
            now = _ask(connection, "GET", f"/v1/jobs/{job}")
            if now["state"] != "running":
                raise RuntimeError(f"the job is {now['state']}: use more pictures or fewer seconds")
            self.jobs_done.append((now["done"] - before) / (time.monotonic() - began_s))
        finally:
            _ask(connection, "POST", f"/v1/jobs/{job}/cancel")
            worker.terminate()
            worker.wait()

    def _wait_until_reading(self, connection: HTTPConnection, job: int) -> int:
        deadline_s = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline_s:
            now = _ask(connection, "GET", f"/v1/jobs/{job}")
            if now["done"] > 0:
                return int(now["done"])
            time.sleep(0.2)
        raise RuntimeError("the job never read a picture")


def _ask(
    connection: HTTPConnection, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} if body is not None else {}
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    response = connection.getresponse()
    answer: dict[str, Any] = json.loads(response.read())
    if response.status >= 400:
        raise RuntimeError(answer)
    return answer


def search_for(connection: HTTPConnection, seconds: float, rate: float) -> list[float]:
    """Ask at a steady rate. Returns milliseconds from when each question was due."""
    took_ms = []
    connection.close()  # an idle one may have been closed at the other end; the next is opened anew
    start_s = time.monotonic()
    for number in range(int(seconds * rate)):
        due_s = start_s + number / rate
        time.sleep(max(0.0, due_s - time.monotonic()))
        words = f"{_QUESTIONS[number % len(_QUESTIONS)]} {number}"  # never twice the same
        _ask(connection, "GET", f"/v1/search?q={quote(words)}&k=10")
        took_ms.append((time.monotonic() - due_s) * 1000)
    return took_ms


def report(phases: dict[str, list[float]], rates: dict[str, list[float]]) -> None:
    """Print percentiles and ratios."""
    alone = statistics.quantiles(phases["alone"], n=100)
    for phase, took_ms in phases.items():
        cuts = statistics.quantiles(took_ms, n=100)
        line = (
            f"{phase:<17} p50 {cuts[49]:7.1f} ms (x{cuts[49] / alone[49]:.2f})   "
            f"p95 {cuts[94]:7.1f} ms (x{cuts[94] / alone[94]:.2f})"
        )
        if rates[phase]:
            line += f"   indexes {statistics.mean(rates[phase]):.1f} pictures/s"
        print(line)


def main() -> None:
    """Take turns, and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rate", type=float, default=10.0)
    options = parser.parse_args()
    phases: dict[str, list[float]] = {phase: [] for phase in _PHASES}
    rates: dict[str, list[float]] = {phase: [] for phase in _PHASES}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        bench = Bench(scratch, photo_folder(options.photos, scratch / "photos"))
        first = photo_folder(bench.photos, scratch / "first", _FIRST_PICTURES)
        bench.say("index", first)
        with bench.service() as connection:
            search_for(connection, 2.0, options.rate)  # warm
            for number in range(options.rounds * len(_PHASES)):
                phase = _PHASES[number % len(_PHASES)]
                job: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
                if phase != "alone":
                    flag = "--no-low-priority" if phase == "normal job" else "--low-priority"
                    job = bench.job(connection, number, flag)
                with job:
                    phases[phase] += search_for(connection, options.seconds, options.rate)
                rates[phase] += bench.jobs_done
                bench.jobs_done = []
    report(phases, rates)


if __name__ == "__main__":
    main()
