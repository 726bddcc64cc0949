"""The story of a job over HTTP, as docs/jobs.md tells it: started, watched, paused, resumed, its
worker killed, taken up by another one, done.

    python -m tests.app.job_story        prints it, for the document

Nothing depends on time: each worker waits for leave whenever it has written down how far it is, and
gets it when the stream of events has told that.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.app.conftest import Library, running, settings_of
from tests.app.job_workers import BATCH, WorkerProcess

PICTURES = 3 * BATCH
SHOWN = "/home/ada/pictures"
_PATIENCE_S = 120.0  # a worker imports torch, which takes long on a busy machine
_SHOWN_FIELDS = ("state", "stage", "done", "total", "skipped")
Events = Iterator[dict[str, Any]]


class Story:
    """What is told, line by line; what differs from time to time is left out."""

    def __init__(self, client: httpx.Client, library: Library) -> None:
        self._client = client
        self._library = library
        self._lines: list[str] = []
        self._last_id = 0

    def text(self) -> str:
        """All of it."""
        return "\n".join(self._lines) + "\n"

    def tell(self, line: str) -> None:
        """A line; the same again says nothing new."""
        line = line.replace(str(self._library.pictures), SHOWN)
        if not self._lines or self._lines[-1] != line:
            self._lines.append(line)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request, and what matters of the answer."""
        answer = self._client.request(method, path, json=body, timeout=_PATIENCE_S)
        said: dict[str, Any] = answer.json()
        self.tell(f"\n> {method} {path}" + (f"  {json.dumps(body)}" if body else ""))
        matters = {name: said[name] for name in ("id", "state", "wanted") if said.get(name)}
        self.tell(f"< {answer.status_code}  {json.dumps(matters)}")
        return said

    def watch(self) -> Events:
        """The stream of events, from the last one on that was seen. Tells each."""
        headers = {"Last-Event-ID": str(self._last_id)} if self._last_id else {}
        shown = f"  (Last-Event-ID: {self._last_id})" if self._last_id else ""
        self.tell(f"\n> GET /v1/jobs/1/events{shown}".replace(str(self._last_id), "N"))
        with self._client.stream(
            "GET", "/v1/jobs/1/events", headers=headers, timeout=_PATIENCE_S
        ) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            kind = ""
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    assert int(value) > self._last_id
                    self._last_id = int(value)
                elif name == "event":
                    kind = value
                elif name == "data":
                    event = json.loads(value)
                    self._tell_event(kind, event)
                    yield {"kind": kind, **event}

    def _tell_event(self, kind: str, event: dict[str, Any]) -> None:
        shown = {name: event[name] for name in _SHOWN_FIELDS if event[name] is not None}
        if kind == "state" and event["message"]:
            shown["message"] = event["message"]
        self.tell(f"< {kind:<8}  {json.dumps(shown)}")

    def follow(self, events: Events, worker: WorkerProcess, done: int) -> None:
        """Let a worker go on until so many files are done; it is then held."""
        for event in events:
            if event["kind"] == "progress":
                worker.wait_until_held()
                if event["done"] >= done:
                    return
                worker.let_go_on()
        raise AssertionError("the stream ended too early")

    def finish(self, events: Events, worker: WorkerProcess) -> dict[str, Any]:
        """Let a worker go on until the stream ends. Returns the last event."""
        last: dict[str, Any] = {}
        for last in events:
            if last["kind"] == "progress":
                worker.wait_until_held()
                worker.let_go_on()
        return last


def tell_story(client: httpx.Client, library: Library) -> str:
    """Live through it. `library` is empty, and its service keeps no worker."""
    for number in range(PICTURES):
        library.add(f"{number:02d}.png", (20 * number, 250 - 20 * number, 7 * number))
    (library.pictures / "broken.png").write_bytes(b"no picture")
    story = Story(client, library)
    job = story.ask("POST", "/v1/jobs", {"sources": [str(library.pictures)]})
    assert job["id"] == 1
    events = story.watch()
    assert next(events)["state"] == "queued"
    with WorkerProcess(library.data_dir) as first:
        story.follow(events, first, BATCH)
        story.ask("POST", "/v1/jobs/1/pause")
        first.let_go_on()
        assert next(events)["state"] == "paused"
        story.ask("POST", "/v1/jobs/1/resume")
        story.follow(events, first, 2 * BATCH)
        first.kill()
    events.close()  # type: ignore[attr-defined]
    story.tell("\n(kill -9 ends the worker, and the client loses its connection; a second worker)")
    events = story.watch()
    with WorkerProcess(library.data_dir) as second:
        last = story.finish(events, second)
    assert last["state"] == "done"
    ended = story.ask("GET", "/v1/jobs/1")
    story.tell(
        "            result: "
        + json.dumps({name: ended["result"][name] for name in ("scanned", "new", "published")})
    )
    return story.text()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "pictures", Path(folder) / "data")
        library.pictures.mkdir()
        settings = settings_of(library.data_dir)
        with running(settings, lambda _: library.encoder) as client:
            sys.stdout.write(tell_story(client, library))
