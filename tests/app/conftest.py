"""What the tests of the service share: coloured pictures, the real indexer with a weight-free
encoder, and the real server on a real socket.
"""

import asyncio
import io
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from PIL import Image

from app.cli.main import main
from app.engines import EncoderLoader
from app.main import create_app
from app.server import listen, url_of
from app.settings import Settings
from app.state import ServiceState
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.progress import IndexSummary, SilentProgress
from models.encoder import Encoder
from models.fake_encoder import FakeEncoder
from tests.app.command_line import Outcome, Sightline

# Nothing here speaks TLS: reading all the certificates would take longer than most questions do.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
COLOURS = {
    "red": (230, 30, 30),
    "green": (30, 180, 30),
    "blue": (30, 30, 230),
    "yellow": (240, 230, 30),
    "orange": (250, 140, 20),
    "purple": (130, 30, 160),
}


MakePicture = Callable[..., bytes]
MakeSettings = Callable[..., Settings]
Serving = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as the service does."""
    return "asyncio"


def picture_bytes(
    colour: str | tuple[int, int, int], size: tuple[int, int] = (40, 30), kind: str = "PNG"
) -> bytes:
    """The file of a picture of one colour."""
    rgb = COLOURS[colour] if isinstance(colour, str) else colour
    buffer = io.BytesIO()
    Image.new("RGB", size, rgb).save(buffer, kind)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Library:
    """Pictures on disk and a data directory that the real indexer fills."""

    pictures: Path
    data_dir: Path
    encoder: Encoder = field(default_factory=FakeEncoder)

    def config(self, collection: str = "default", *, thumbnails: bool = True) -> IndexConfig:
        """How a collection is indexed."""
        return IndexConfig(
            data_dir=self.data_dir, collection=collection, decode_workers=2, thumbnails=thumbnails
        )

    def add(self, name: str, colour: str | tuple[int, int, int]) -> Path:
        """Put a picture on disk."""
        path = self.pictures / name
        path.write_bytes(picture_bytes(colour, kind="JPEG" if name.endswith("jpg") else "PNG"))
        return path

    def index(
        self,
        collection: str = "default",
        *,
        encoder: Encoder | None = None,
        sources: Sequence[Path] | None = None,
        thumbnails: bool = True,
    ) -> IndexSummary:
        """Run the real indexer."""
        encoder = encoder or self.encoder
        return index_collection(
            self.config(collection, thumbnails=thumbnails),
            sources or [self.pictures],
            model_key=encoder.info.fingerprint,
            load_encoder=lambda: encoder,
            progress=SilentProgress(),
        )


def _empty_library(folder: Path) -> Library:
    (folder / "pictures").mkdir()
    return Library(folder / "pictures", folder / "data")


def _indexed_library(folder: Path) -> Library:
    """A picture of each colour, and a file that is none."""
    library = _empty_library(folder)
    for number, colour in enumerate(COLOURS):
        library.add(f"{colour}.{'jpg' if number % 2 else 'png'}", colour)
    (library.pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    library.index()
    return library


@pytest.fixture
def empty_library(tmp_path: Path) -> Library:
    """No picture, nothing indexed."""
    return _empty_library(tmp_path)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A picture of each colour, and a file that is none; indexed."""
    return _indexed_library(tmp_path)


class RunningServer(uvicorn.Server):
    """uvicorn in a thread of the test's process."""

    def __init__(self, config: uvicorn.Config, state: ServiceState) -> None:
        super().__init__(config)
        self.state = state
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.listening.set()


@contextmanager
def running(
    settings: Settings, encoder_loader: EncoderLoader, *, until_ready: bool = True
) -> Iterator[httpx.Client]:
    """The real service on a real socket; a client for it."""
    app = create_app(settings, encoder_loader)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # as the command serves: who is believed is for our doors to say
    )
    server = RunningServer(config, app.state.sightline)
    bound = listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    assert server.listening.wait(10)
    try:
        with httpx.Client(
            base_url=url_of(bound), timeout=20, trust_env=False, verify=NO_CERTIFICATES
        ) as client:
            if until_ready:
                settled = asyncio.run_coroutine_threadsafe(server.state.settled.wait(), server.loop)
                assert settled.result(10)
            yield client
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
    assert not thread.is_alive()


@pytest.fixture
def picture() -> MakePicture:
    """Makes the file of a picture of one colour."""
    return picture_bytes


@pytest.fixture
def serving() -> Serving:
    """Runs the real service with these settings and this encoder, as a context."""
    return running


def settings_of(data_dir: Path, **changes: object) -> Settings:
    """Settings of a test: its own data directory, a quick poll."""
    values = {
        "data_dir": data_dir,
        "poll_interval_s": 0.05,
        "decode_workers": 2,
        "worker": "off",
        **changes,
    }
    return Settings.model_validate(values)


@pytest.fixture
def settings_for(tmp_path: Path) -> MakeSettings:
    """Makes settings with the test's own data directory."""

    def make(**changes: object) -> Settings:
        return settings_of(tmp_path / "data", **changes)

    return make


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose library nobody changes."""
    library = _indexed_library(tmp_path_factory.mktemp("shared"))
    with running(settings_of(library.data_dir), lambda _: library.encoder) as client:
        yield client


@pytest.fixture
def own_client(library: Library, settings_for: MakeSettings) -> Iterator[httpx.Client]:
    """A client of a service that serves the test's own library."""
    with running(settings_for(), lambda _: library.encoder) as client:
        yield client


@pytest.fixture
def sightline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sightline:
    """Runs a command on the test's own data directory, with a weight-free encoder for a model."""
    monkeypatch.setenv("SIGHTLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("models.loading.load_encoder", lambda _: FakeEncoder())
    monkeypatch.setattr("models.loading.model_key", lambda _: "fake")

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sightline", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code
        said = capsys.readouterr()
        return Outcome(int(str(code or 0)), said.out, said.err)

    return run
