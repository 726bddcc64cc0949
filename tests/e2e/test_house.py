"""Keeping house: what needs a key, jobs and skipped files by keyboard, every room looked over.

The service has no worker, so that its jobs stand still.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.access.key_store import KeyStore
from app.access.roles import Role
from tests.e2e.conftest import Service, Watch, address_of, started, wait_until_served
from tests.e2e.test_page_access import PHONE, axe_script, violations

LONG_MS = 150_000  # a worker has to start first, and load its model
ROOMS = ("add", "jobs", "skipped", "duplicates", "tags", "generations", "keys")
OpenPage = Callable[..., Page]


def _process(data: Path) -> Iterator[tuple["subprocess.Popen[str]", Service]]:
    with started(data) as process:
        url = address_of(process)
        wait_until_served(url)
        yield process, Service(url, data)


@pytest.fixture
def closed(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service without a worker that lets everybody search, and whoever has a key do more."""
    shutil.copytree(service.data, tmp_path / "data")
    monkeypatch.setenv("SIGHTLINE_WORKER", "off")
    monkeypatch.setenv("SIGHTLINE_ANONYMOUS", "search")
    for _, running in _process(tmp_path / "data"):
        yield running


def _room(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Keeping house").get_by_role("link", name=name).press(
        "Enter"
    )
    expect(page.get_by_role("heading", name=name, level=2)).to_be_focused()


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")


def _forgive_own_doings(page: Page) -> None:
    """What comes of the visitor's own doing moves the lists, on a slow machine long after it; that
    nothing moves by itself is seen to where every room is looked over.
    """
    page.evaluate("window.shifts = 0")


def test_who_may_only_look_is_asked_for_a_key(open_page: OpenPage, closed: Service, watch: Watch):
    watch.allowed = {401, 403}
    key = KeyStore(closed.data).create(Role.ADMIN, "mine")[1]
    page = open_page(f"{closed.url}/#/house/jobs")
    expect(page.locator(".house-who")).to_contain_text("You may look here")
    _press(page, "New index run")
    _press(page, "Start")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Key", exact=True)
    expect(field).to_be_focused()
    field.fill("sightline_nothing")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This key opens nothing")
    field.fill(key)
    page.keyboard.press("Enter")
    job = page.locator(".house-card").first
    expect(job.locator(".badge")).to_have_text("waiting")
    expect(page.locator(".house-who")).to_contain_text("Key “mine”: Everything")
    for action, state in (("Pause", "paused"), ("Go on", "waiting"), ("Cancel", "cancelled")):
        job.get_by_role("button", name=f"{action}: job 1").press("Enter")
        expect(job.locator(".badge")).to_have_text(state)
    expect(job.get_by_role("heading")).to_be_focused()  # its buttons went
    _watch_a_job(page)
    _forgive_own_doings(page)


def _watch_a_job(page: Page) -> None:
    """Events as the service writes them, of a job that the list says is at work."""
    listed = page.evaluate("fetch('v1/jobs').then((answer) => answer.json())")
    running = {**listed["jobs"][0], "id": 2, "state": "running", "stage": "reading"}
    events = [{"job_id": 2, "at": "", "state": "running", "stage": "reading", "message": None}]
    events = [
        {**events[0], "done": done, "total": 4000, "skipped": 3, "rate": 81.5, "eta_s": 130}
        for done in (800, 1600)
    ]
    stream = "retry: 2000\n\n" + "".join(
        f"id: {number}\nevent: progress\ndata: {json.dumps(one)}\n\n"
        for number, one in enumerate(events, 1)
    )
    body: dict[str, Any] = {"jobs": [running, *listed["jobs"]], "next_before": None}
    page.route(re.compile(r"/v1/jobs/2/events"), lambda route: route.fulfill(body=stream))
    page.route(re.compile(r"/v1/jobs\?"), lambda route: route.fulfill(json=body))
    job = page.locator(".house-card").first
    expect(job).to_contain_text("1,600 of 4,000 files · 82 a second · about 2 minutes left")
    expect(job).to_contain_text("3 skipped")
    assert job.locator("progress").evaluate("(bar) => bar.value") == pytest.approx(0.4)
    _room(page, "Skipped files")
    page.unroute_all()
    expect(page.locator(".house-rows li")).to_contain_text("broken.jpg")
    expect(page.locator(".house-reason")).not_to_be_empty()
    _press(page, "Try them all again")
    expect(page.locator(".house-card").first).to_contain_text("skipped files again")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rooms_have_no_accessibility_violations(
    open_page: OpenPage, closed: Service, watch: Watch, theme: str
):
    watch.allowed = {401, 403, 404}
    store = KeyStore(closed.data)
    key = [store.create(role, str(role))[1] for role in Role][-1]
    shape = PHONE if theme == "dark" else {}
    page = open_page(closed.url, color_scheme=theme, bypass_csp=True, **shape)
    page.locator(".card").first.wait_for()
    page.evaluate(f"sessionStorage.setItem('sightline-key', '{key}')")
    send = (
        "([path, method, body]) => fetch(path, { method, headers: { 'X-API-Key': '"
        + key
        + "', 'Content-Type': 'application/json' }, body: JSON.stringify(body) })"
    )
    page.evaluate(send, ["v1/tag-sets/things", "PUT", {"classes": ["boat", "bird"]}])
    page.evaluate(axe_script())
    found = {}
    for name in ROOMS:
        page.evaluate(f"location.hash = '#/house/{name}'")
        filled = {"add": ".house-drop", "skipped": ".house-rows li"}.get(name, ".house-card")
        page.locator(f".house-room {filled}").first.wait_for(timeout=LONG_MS)
        found[name] = violations(page, {})
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(width) <= 0, name
    page.get_by_role("button", name=re.compile("End the key")).first.click()
    found["asked"] = violations(page, {})
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New key").click()
    found["form"] = violations(page, {})
    assert found == {state: [] for state in found}
