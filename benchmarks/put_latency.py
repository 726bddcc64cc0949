"""How long from the answer to a put until searches find the picture?

    python -m benchmarks.put_latency [--pictures 200] [--rounds 10] [--burst 50]

A folder of drawn pictures is indexed with the built-in model, and a real `sightline serve` is
started with a warm worker (SIGHTLINE_WORKER=warm). Then single pictures are put one by one, and
last a burst of them; each time the clock runs from the answer to the last put until the service has
the picture.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.watch_latency import draw

_COMMAND = [sys.executable, "-c", "from app.cli.main import main; main()"]
_PATIENCE_S = 300.0


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--burst", type=int, default=50)
    parser.add_argument("--ordinary-priority", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measure(Path(scratch), options)


def measure(scratch: Path, options: argparse.Namespace) -> None:
    """Index, serve, put, wait."""
    (scratch / "pictures").mkdir()
    for number in range(options.pictures):
        draw(scratch / "pictures" / f"{number:06}.jpg", number)
    environment = {
        **os.environ,
        "SIGHTLINE_DATA_DIR": str(scratch / "data"),
        "SIGHTLINE_WORKER": "warm",
        "SIGHTLINE_LOW_PRIORITY": str(not options.ordinary_priority).lower(),
    }
    index = [*_COMMAND, "index", str(scratch / "pictures")]
    subprocess.run(index, env=environment, check=True, stdout=subprocess.DEVNULL)
    serve = [*_COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        try:
            line = service.stdout.readline()
            while "ready" not in line:
                assert service.poll() is None
                line = service.stdout.readline()
            with httpx.Client(base_url=line.split()[-1], timeout=60, trust_env=False) as client:
                print(figures(client, scratch, options), flush=True)
        finally:
            service.terminate()


def figures(client: httpx.Client, scratch: Path, options: argparse.Namespace) -> str:
    """The measured line."""
    first = options.pictures
    seconds_until_there(client, scratch, first, 1)  # the worker may still be loading its model
    single = [seconds_until_there(client, scratch, first + 1 + n, 1) for n in range(options.rounds)]
    together = seconds_until_there(client, scratch, first + 1 + options.rounds, options.burst)
    return (
        f"{options.pictures} pictures: one picture {statistics.median(single):.2f} s (median; "
        f"{max(single):.2f} s at most), {options.burst} together {together:.2f} s after the last"
    )


def seconds_until_there(client: httpx.Client, scratch: Path, first: int, count: int) -> float:
    """Put so many pictures; how long after the last answer the service has the last one."""
    for number in range(first, first + count):
        path = scratch / f"{number}.jpg"
        draw(path, number)
        client.put(f"/v1/images/p{number}", content=path.read_bytes()).raise_for_status()
    answered_s = time.monotonic()
    while client.get(f"/v1/images/p{first + count - 1}/info").status_code != 200:
        assert time.monotonic() - answered_s < _PATIENCE_S
        time.sleep(0.02)
    return time.monotonic() - answered_s


if __name__ == "__main__":
    main()
