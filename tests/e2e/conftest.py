"""The browser tests' ground: a drawn gallery, indexed and served by the real command line in
processes of their own, and a real Chromium. Every page is watched: an error on its console, a
request to another host, or a layout that shifts fails the test that caused it.

Without a Chromium the tests are skipped; CI, or SIGHTLINE_REQUIRE_BROWSER=1, insists on it.
SIGHTLINE_CHROMIUM names one that is not on the PATH.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.watching import WATCH_SHIFTS, Watch
from tests.sharing import made_once

ROOT = Path(__file__).resolve().parents[2]
# The headless shell is the same engine without a desktop browser's window around it: a page costs
# half the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--renderer-process-limit=1",  # none kept ready for a page that does not come
)
COMMAND = (sys.executable, "-c", "from app.cli.main import main; main()")
# Things that fade and slide cost a sixth of a page's time; the map's tests ask for them.
AS_A_VISITOR = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"}
BOATS_FIRST = 6  # red boats that every drawn gallery begins with; tests look for others
GALLERY_PICTURES = 56  # more than the page asks for at once
SEED = 7
TWINS = ("twin-0.jpg", "twin-1.jpg")
MAX_LAYOUT_SHIFT = 0.02
PATIENCE_MS = 15_000  # a busy machine draws and answers slowly
HOSTILE_CAPTIONS = (
    "<img src=x onerror=\"window.hacked='caption'\">",
    "\"><script>window.hacked='script'</script>",
    "<b>bold</b> & <a href=javascript:window.hacked='link'>link</a> ‮ reversed",
)


def find_chromium() -> str | None:
    """The path of a Chromium on this machine."""
    named = os.environ.get("SIGHTLINE_CHROMIUM")
    candidates = [named] if named else [shutil.which(name) for name in NAMES]
    return next((path for path in candidates if path and Path(path).exists()), None)


def browser_is_required() -> bool:
    """Whether a missing Chromium is a failure."""
    return (
        os.environ.get("CI", "").lower() == "true"
        or os.environ.get("SIGHTLINE_REQUIRE_BROWSER") == "1"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests, and skip them where there is no browser and none is demanded."""
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    absent = find_chromium() is None and not browser_is_required()
    for item in ours:
        item.add_marker(pytest.mark.browser)
        if absent:
            item.add_marker(pytest.mark.skip(reason="no Chromium: set SIGHTLINE_CHROMIUM"))


@dataclass(frozen=True, slots=True)
class Gallery:
    """The pictures behind the tests."""

    folder: Path
    manifest: Path
    hostile_manifest: Path


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, and the folder its collections are in."""

    url: str
    data: Path


def command(data: Path, *words: str) -> None:
    """Run one command of Sightline to its end."""
    run = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=_environment(data), capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-3000:]


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "SIGHTLINE_DATA_DIR": str(data), "OMP_NUM_THREADS": "1"}


@contextmanager
def started(data: Path) -> Iterator["subprocess.Popen[str]"]:
    """A service that is starting on a free port; it ends with the block."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        cwd=ROOT,
        env=_environment(data),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def address_of(process: "subprocess.Popen[str]") -> str:
    """Where a started service listens, once it is ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    ready = re.search(r"http://[\d.]+:\d+", line)
    assert ready, f"the service did not start: {line}"
    return ready[0]


def wait_until_served(url: str) -> None:
    """Return once the service has noticed what was published."""
    deadline_s = time.monotonic() + 30
    while time.monotonic() < deadline_s:
        with urlopen(f"{url}/v1/collections") as answer:
            if any(one["generation"] for one in json.load(answer)["collections"]):
                return
        time.sleep(0.1)
    pytest.fail("the service does not serve what was indexed")


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Gallery:
    """Drawn pictures, one of them three times; others under captions that mean harm."""
    folder = made_once(tmp_path_factory, worker_id, "page-gallery", _draw)
    return Gallery(folder, folder / "manifest.jsonl", folder / "hostile.jsonl")


def _draw(folder: Path) -> None:
    command(folder, "gallery", str(folder), "--count", str(GALLERY_PICTURES), "--seed", str(SEED))
    manifest = folder / "manifest.jsonl"
    drawn = [json.loads(line) for line in manifest.read_text("utf-8").splitlines()]
    with manifest.open("a", encoding="utf-8") as more:
        for twin in TWINS:
            shutil.copy(folder / drawn[0]["file"], folder / twin)
            more.write(json.dumps({**drawn[0], "file": twin}) + "\n")
    strange = folder / "strange"
    count = str(BOATS_FIRST + len(HOSTILE_CAPTIONS))
    command(folder, "gallery", str(strange), "--count", count, "--seed", str(SEED + 1))
    rows = []
    drawn_strangely = (strange / "manifest.jsonl").read_text("utf-8").splitlines()[BOATS_FIRST:]
    for caption, line in zip(HOSTILE_CAPTIONS, drawn_strangely, strict=True):
        file = "strange/" + json.loads(line)["file"]
        rows.append(json.dumps({"file": file, "caption": caption, "by": caption}))
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    rows.append(json.dumps({"file": "broken.jpg", "caption": "a broken file"}))
    (folder / "hostile.jsonl").write_text("\n".join(rows) + "\n", "utf-8")


@pytest.fixture(scope="session")
def service(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, gallery: Gallery
) -> Iterator[Service]:
    """The gallery, indexed once a run, and served from a copy."""

    def index(folder: Path) -> None:
        command(folder, "index", str(gallery.manifest), str(gallery.hostile_manifest))

    indexed = made_once(tmp_path_factory, worker_id, "page-index", index)
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(indexed, data, dirs_exist_ok=True)
    with started(data) as process:
        url = address_of(process)
        wait_until_served(url)
        yield Service(url, data)


@pytest.fixture
def empty_service(tmp_path: Path) -> Iterator[Service]:
    """A service that has nothing to serve yet."""
    with started(tmp_path / "data") as process:
        yield Service(address_of(process), tmp_path / "data")


@pytest.fixture(scope="session")
def run_command() -> Callable[..., None]:
    """Runs one command of Sightline on a data directory."""
    return command


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file; each test gets a profile of its own.

    Playwright holds the thread's event loop, which tests of other files need.
    """
    chromium = find_chromium()
    assert chromium, f"the browser tests need a Chromium: one of {NAMES}, or SIGHTLINE_CHROMIUM"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        launched = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def watch(service: Service) -> Watch:
    """What the page of this test must not do."""
    return Watch(origin=service.url)


@pytest.fixture
def open_page(browser: Browser, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a page in a fresh profile; at the end of the test its behaviour is judged."""
    pages: list[Page] = []

    def make(url: str, **options: object) -> Page:
        watch.origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        wanted: dict[str, Any] = {**AS_A_VISITOR, **options}
        context = browser.new_context(**wanted)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", watch.hear)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("request", watch.see)
        page.add_init_script(WATCH_SHIFTS)
        page.goto(url)
        pages.append(page)
        return page

    yield make
    for page in pages:
        shifts, shifted = page.evaluate("[window.shifts, window.shifted]")
        page.context.close()
        assert shifts <= MAX_LAYOUT_SHIFT, shifted
    assert watch.errors == []
    assert watch.foreign == []


@pytest.fixture
def page(open_page: Callable[..., Page], service: Service) -> Page:
    """The page as a visitor finds it, its sample of the collection shown."""
    opened = open_page(service.url)
    opened.locator(".card").first.wait_for()
    return opened
