"""The serving process as users start and stop it: ready line, port in use, signals."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys, time
from pathlib import Path
from app.server import serve
from app.settings import Settings
from app.failures import AppError
from models.errors import ModelError, ModelLoadError
from models.fake_encoder import FakeEncoder

def load(config):
    if config.model_name == "missing":
        raise ModelLoadError("missing", "there are no weights")
    if config.model_name == "slow":
        time.sleep(30)
    return FakeEncoder()

def say(line):
    print(line, flush=True)

def warn(line):
    print(line, file=sys.stderr, flush=True)

host, port, model, data_dir, insecure = sys.argv[1:]
settings = Settings(
    host=host, port=int(port), model=model, data_dir=Path(data_dir), insecure=insecure == "True"
)
try:
    serve(settings, say=say, warn=warn, encoder_loader=load)
except (AppError, ModelError) as error:
    sys.exit(str(error))
"""
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts serving processes; what is still running at the end is killed."""
    processes: list[subprocess.Popen[str]] = []

    def begin(
        host: str = "127.0.0.1", port: int = 0, model: str = "fake", insecure: bool = False
    ) -> "subprocess.Popen[str]":
        arguments = [host, str(port), model, str(tmp_path / "data"), str(insecure)]
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def _ready_url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Sightline is ready: http://")
    return line.removeprefix("Sightline is ready: ").strip()


def test_process_says_its_address_once_it_can_answer(start: Start):
    url = _ready_url(start())
    assert url.startswith("http://127.0.0.1:")
    assert url.endswith("/")
    assert httpx.get(url + "readyz", trust_env=False).status_code == 200


def test_process_whose_port_is_taken_says_so_in_one_line(start: Start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(port=taken.getsockname()[1])
        _, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "the port is in use" in error
    assert len(error.splitlines()) == 1


def test_process_whose_address_is_not_ours_says_so_in_one_line(start: Start):
    process = start(host="203.0.113.7", insecure=True)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "cannot listen on 203.0.113.7" in error


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_process_ends_within_seconds_of_a_signal(start: Start, sent: signal.Signals):
    process = start()
    url = _ready_url(process)
    with httpx.Client(base_url=url, trust_env=False) as client:  # keeps its connection open
        assert client.get("healthz").status_code == 200
        began_s = time.monotonic()
        process.send_signal(sent)
        _, error = process.communicate(timeout=20)
    assert time.monotonic() - began_s < 3
    assert process.returncode == 0
    assert error == ""


def test_process_ends_within_seconds_while_its_model_is_loading(start: Start):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(port=port, model="slow")
    _wait_until_alive(port)
    began_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert time.monotonic() - began_s < 3
    assert process.returncode == 0


def test_process_ends_within_seconds_while_a_jobs_events_are_watched(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SIGHTLINE_WORKER", "off")
    process = start()
    with httpx.Client(base_url=_ready_url(process), trust_env=False) as client:
        job = client.post("v1/jobs", json={"sources": [str(tmp_path)]}).json()
        with client.stream("GET", f"v1/jobs/{job['id']}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 2000"
            process.send_signal(signal.SIGTERM)
            _, error = process.communicate(timeout=20)
    assert process.returncode == 0
    assert error == ""


def _wait_until_alive(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("it never listened")


def test_process_whose_model_cannot_be_loaded_ends_and_says_why(start: Start):
    process = start(model="missing")
    said, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "there are no weights" in error
    assert len(error.splitlines()) == 1
    assert said == ""


def test_process_refuses_to_serve_strangers_without_a_key(start: Start):
    process = start(host="0.0.0.0")
    _, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "sightline keys create" in error


def test_process_warns_when_others_can_reach_it(start: Start):
    process = start(host="0.0.0.0", insecure=True)
    url = _ready_url(process)
    assert httpx.get(url + "healthz", trust_env=False).status_code == 200
    process.terminate()
    _, error = process.communicate(timeout=20)
    assert "WARNING" in error
    assert "without a key" in error
