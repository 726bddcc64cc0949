"""For how long does the event loop stand still while the service works?

    python -m benchmarks.heartbeat [--seconds 20] [--clients 8]

Draws a small gallery, indexes it, and runs the real service with the built-in model in a thread of
this process. A coroutine in its loop sleeps two milliseconds at a time and notes how late it wakes;
so does a bare loop in another thread, which nothing blocks but the machine itself and Python's
lock, and one in another process, which nothing blocks but the machine. Clients in a third process
ask with words, pictures as files and as base64, class names, thumbnails and originals meanwhile.
What the first is late beyond the others, the service's own loop is to blame for: the processor time
of the loop's thread in each beat says how much of it was work.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx
import uvicorn

from app.collector import set_aside_what_is_here, take_back_what_was
from app.main import create_app
from app.server import listen, url_of
from app.settings import Settings
from app.warming import warm_routes
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.gallery.generate import generate_gallery
from indexer.progress import SilentProgress
from models.config import ModelConfig
from models.encoder import Encoder
from models.loading import load_encoder, model_key

PICTURES = 60
BEAT_S = 0.002
_PERCENTILES = (0.5, 0.99, 0.999, 1.0)


@dataclass(slots=True)
class Beats:
    """How late each beat came, and how long the loop's thread computed meanwhile; seconds."""

    late_s: list[float] = field(default_factory=list)
    worked_s: list[float] = field(default_factory=list)

    async def keep(self, end_s: float) -> None:
        """Beat until the time is over; in the loop that is watched."""
        while time.monotonic() < end_s:
            began_s, computed_s = time.perf_counter(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            self.late_s.append(time.perf_counter() - began_s - BEAT_S)
            self.worked_s.append(time.thread_time() - computed_s)

    def line(self, values: list[float]) -> str:
        """Percentiles in milliseconds."""
        values = sorted(values)
        return ", ".join(
            f"p{share * 100:g} {values[min(int(share * len(values)), len(values) - 1)] * 1000:.1f}"
            for share in _PERCENTILES
        )


def ask_until(url: str, end_s: float, files: list[bytes], seed: int) -> None:
    """One client: every kind of question, in a random order."""
    chance = random.Random(seed)
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        number = 0
        while time.monotonic() < end_s:
            number += 1
            file = files[chance.randrange(len(files))]
            kind = chance.randrange(5)
            if kind == 0:
                encoded = base64.b64encode(file + bytes(chance.randrange(3_000_000))).decode()
                query = [{"text": f"red {seed} {number}"}, {"image": {"base64": encoded}}]
                client.post("/v1/search", json={"query": query})
            elif kind == 1:
                client.post("/v1/search", files={"image": ("a.jpg", file + bytes(number))})
            elif kind == 2:
                names = [f"name {seed} {chance.randrange(1000)}" for _ in range(20)]
                body = {"image": {"base64": base64.b64encode(file).decode()}, "classnames": names}
                client.post("/v1/classify", json=body)
            else:
                answer = client.get("/v1/search", params={"q": f"boat {seed} {number}", "k": 50})
                for hit in answer.json().get("hits", ())[:4]:
                    client.get(hit["thumbnail_url"])
                    client.get(hit["image_url"])


def indexed_gallery(folder: Path) -> tuple[Encoder, list[bytes]]:
    """Draw and index a gallery. Returns the model, and a few of the pictures' files."""
    manifest = generate_gallery(folder / "pictures", PICTURES, 5)
    model = ModelConfig("builtin")
    encoder = load_encoder(model)
    index_collection(
        IndexConfig(data_dir=folder / "data"),
        [manifest],
        model_key=model_key(model),
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )
    files = sorted((folder / "pictures").rglob("*.jpg"))[:10]
    return encoder, [path.read_bytes() for path in files]


def ask_all(url: str, files: list[bytes], clients: int, seconds: float, begin: Barrier) -> None:
    """The process of the clients."""
    begin.wait()
    end_s = time.monotonic() + seconds
    asking = [
        threading.Thread(target=ask_until, args=(url, end_s, files, seed))
        for seed in range(clients)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()


def beat_alone(seconds: float, begin: Barrier, result: Connection) -> None:
    """The process whose loop does nothing."""
    begin.wait()
    beats = Beats()
    asyncio.run(beats.keep(time.monotonic() + seconds))
    result.send(beats)


def beat(folder: Path, seconds: float, clients: int) -> tuple[Beats, Beats, Beats]:
    """Serve and ask. Returns the beats of the service's loop, of a bare one in a thread beside it,
    and of one in another process.
    """
    encoder, files = indexed_gallery(folder)
    app = create_app(Settings(data_dir=folder / "data", worker="off"), lambda _: encoder)
    server = uvicorn.Server(uvicorn.Config(app, loop="uvloop", ws="none", log_config=None))
    bound = listen("127.0.0.1", 0)
    service, bare = Beats(), Beats()
    context = multiprocessing.get_context("spawn")
    begin, (result, sending) = context.Barrier(4), context.Pipe(duplex=False)
    asking = context.Process(target=ask_all, args=(url_of(bound), files, clients, seconds, begin))
    lonely = context.Process(target=beat_alone, args=(seconds, begin, sending))
    asking.start()
    lonely.start()

    async def serve() -> None:
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        await app.state.sightline.settled.wait()
        await warm_routes(app)  # as the real process does before it says that it is ready
        await asyncio.to_thread(begin.wait)
        await service.keep(time.monotonic() + seconds)
        await asyncio.to_thread(asking.join)
        server.should_exit = True
        await serving

    set_aside_what_is_here()  # as the real process does when it is ready
    runner = asyncio.Runner(loop_factory=server.config.get_loop_factory())
    thread = threading.Thread(target=runner.run, args=(serve(),))
    thread.start()
    begin.wait()
    asyncio.run(bare.keep(time.monotonic() + seconds))
    alone: Beats = result.recv()
    thread.join()
    lonely.join()
    runner.close()
    take_back_what_was()
    bound.close()
    return service, bare, alone


def main() -> int:
    """Beat, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        service, bare, alone = beat(Path(name), options.seconds, options.clients)
    for loop, beats in (
        ("the service's loop", service),
        ("a bare loop in a thread beside it", bare),
        ("a bare loop in another process", alone),
    ):
        print(f"{loop}, {len(beats.late_s):,} beats, late: {beats.line(beats.late_s)}")
    print(f"processor time of the service's loop in one beat: {service.line(service.worked_s)} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
