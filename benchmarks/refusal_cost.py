"""What a refusal under overload costs the service: at the door, and behind it.

    python -m benchmarks.refusal_cost [--questions 300]

The app itself, without a socket; a model that is stuck, and a queue that is full. Questions in new
words are refused before they are parsed; questions of two terms only when they get to the queue.
Processor time of the process, which others on the machine hardly disturb.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote_plus

from starlette.types import ASGIApp, Message, Scope

from app.main import create_app
from app.settings import Settings
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.gallery.generate import generate_gallery
from indexer.progress import SilentProgress
from models.encoder import Embeddings
from models.fake_encoder import FakeEncoder

KINDS = {"new words, at the door": "red {}", "two terms, behind it": '"red {}" + "blue"'}


class StuckEncoder(FakeEncoder):
    """Encodes no texts until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Wait, then encode."""
        self.let_go.wait()
        return super().encode_text(texts)


async def ask(app: ASGIApp, words: str) -> int:
    """Ask without a socket. Returns the status."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/search",
        "raw_path": b"/v1/search",
        "query_string": f"k=10&q={quote_plus(words)}".encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    statuses: list[int] = []
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        nobody_leaves: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await nobody_leaves

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


async def measure(data_dir: Path, encoder: StuckEncoder, questions: int) -> None:
    """Fill the queue, then be refused so many times in each way."""
    settings = Settings(
        data_dir=data_dir, worker="off", queue_length=1, batch_size=1, queue_wait_s=3600
    )
    app = create_app(settings, lambda _: encoder)
    async with app.router.lifespan_context(app):
        state = app.state.sightline
        await state.settled.wait()
        batcher = state.ready.live.engine_of("default").batcher
        waiting = [asyncio.create_task(ask(app, f"green {number}")) for number in range(2)]
        while batcher.refusal() is None:
            await asyncio.sleep(0.01)
        for name, form in KINDS.items():
            began_s = time.process_time()
            for number in range(questions):
                assert await ask(app, form.format(number)) == 429
            took_s = time.process_time() - began_s
            print(f"{name}: {took_s / questions * 1000:.2f} ms of processor each")
        encoder.let_go.set()
        await asyncio.gather(*waiting)


def main() -> None:
    """Draw, index, be refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir, encoder = Path(folder) / "data", StuckEncoder()
        index_collection(
            IndexConfig(data_dir=data_dir, collection="default", embed_captions=False),
            [generate_gallery(Path(folder) / "pictures", 4).parent],
            model_key=encoder.info.fingerprint,
            load_encoder=lambda: encoder,
            progress=SilentProgress(),
        )
        asyncio.run(measure(data_dir, encoder, options.questions))


if __name__ == "__main__":
    main()
