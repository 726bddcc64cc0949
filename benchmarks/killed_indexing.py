"""Does anything break or get lost when the indexer is killed again and again?

    python -m benchmarks.killed_indexing PHOTOS [--kills 20] [--limit 600] [--seed 0]

PHOTOS is a folder or a tar of pictures. The real command line, the real service over a socket and
the built-in model: a client asks without pause while `sightline index` is started on a growing
folder and killed (SIGKILL) at random moments. At the end it runs once undisturbed. Fails unless
every search was answered and every picture is there exactly once.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.photos import photo_folder
from indexer.config import IndexConfig
from indexer.searcher import Searcher

_READY = "Sightline is ready: "
_COMMAND = (sys.executable, "-c", "from app.cli.main import main; main()")
_PAUSE_S = 0.02


@dataclass(slots=True)
class Client:
    """Asks without pause and keeps count."""

    url: str
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    generations: set[int] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until told to stop."""
        while not self.stop.is_set():
            try:
                with urllib.request.urlopen(f"{self.url}v1/search?q=a+dog&k=5", timeout=30) as got:
                    answer = json.load(got)
                self.generations.add(answer["generation"])
                if len(answer["hits"]) != 5:
                    self.failures.append(f"{len(answer['hits'])} hits")
                self.answers += 1
            except (OSError, ValueError, KeyError) as error:
                self.failures.append(str(error))
            time.sleep(_PAUSE_S)


def main() -> None:
    """Serve, kill, count, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = photo_folder(options.photos, Path(scratch) / "source", options.limit)
        waiting = sorted(source.iterdir())
        random.Random(options.seed).shuffle(waiting)
        pictures, data = Path(scratch) / "pictures", Path(scratch) / "data"
        pictures.mkdir()
        step = len(waiting) // (options.kills + 1)
        _add(pictures, waiting, step)
        started = time.monotonic()
        _index(pictures, data).wait()
        whole_run_s = time.monotonic() - started
        service, client = _serve(data)
        asking = threading.Thread(target=client.run)
        asking.start()
        try:
            _kill_again_and_again(pictures, data, waiting, step, whole_run_s, options)
        finally:
            time.sleep(1)  # the service goes over to the last generation
            client.stop.set()
            asking.join()
            service.terminate()
            service.wait()
        _judge(pictures, data, client)


def _kill_again_and_again(
    pictures: Path,
    data: Path,
    waiting: list[Path],
    step: int,
    whole_run_s: float,
    options: argparse.Namespace,
) -> None:
    rng = random.Random(options.seed)
    finished = 0
    for _ in range(options.kills):
        _add(pictures, waiting, step)
        run = _index(pictures, data)
        time.sleep(rng.uniform(0, 1.3 * whole_run_s))
        finished += run.poll() is not None
        run.kill()
        run.wait()
    _add(pictures, waiting, len(waiting))
    print(f"{options.kills} runs: {options.kills - finished} killed, {finished} were faster")
    if _index(pictures, data).wait() != 0:
        raise SystemExit("the last run failed")


def _judge(pictures: Path, data: Path, client: Client) -> None:
    searcher = Searcher.open(IndexConfig(data))
    items = searcher.sample(searcher.record.item_count, seed=0)
    names = sorted(item.path.name for item in items)
    expected = sorted(path.name for path in pictures.iterdir())
    print(
        f"{client.answers} searches answered, {len(client.failures)} failed: {client.failures[:3]}"
    )
    print(f"generations seen by the client: {sorted(client.generations)}")
    print(f"{len(expected)} pictures, {len(names)} items, {len(set(names))} distinct")
    if client.failures or names != expected or len({i.image_id for i in items}) != len(items):
        raise SystemExit("something failed, was lost, or stands twice")


def _add(pictures: Path, waiting: list[Path], count: int) -> None:
    for _ in range(min(count, len(waiting))):
        path = waiting.pop()
        shutil.copy(path, pictures / path.name)


def _index(pictures: Path, data: Path) -> subprocess.Popen[bytes]:
    command = [*_COMMAND, "index", str(pictures), "--data-dir", str(data)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def _serve(data: Path) -> tuple[subprocess.Popen[str], Client]:
    command = [*_COMMAND, "serve", "--data-dir", str(data), "--port", "0"]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    for line in service.stdout:
        if line.startswith(_READY):
            return service, Client(line.removeprefix(_READY).strip())
    raise SystemExit("the service did not become ready")


if __name__ == "__main__":
    main()
