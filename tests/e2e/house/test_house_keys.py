"""Keeping house where a key is needed: asked for, given, used for jobs and duplicates, made and
ended, and signed out of. Jobs stand still, as the service has no worker.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route, expect

from app.access.key_store import KeyStore
from app.access.roles import Role
from tests.e2e.conftest import Service
from tests.e2e.house.conftest import LONG_MS, enter_room, forgive_own_doings, press
from tests.e2e.watching import Watch


def test_who_may_only_look_is_asked_for_a_key(
    closed: Service, open_page: Callable[..., Page], watch: Watch
):
    watch.allowed = {401, 403}
    key = KeyStore(closed.data).create(Role.ADMIN, "mine")[1]
    low = KeyStore(closed.data).create(Role.SEARCH, "low")[1]
    page = open_page(f"{closed.url}/#/house/jobs")
    expect(page.locator(".house-who")).to_contain_text("You may look here")
    press(page, "New index run")
    press(page, "Start")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Key", exact=True)
    expect(field).to_be_focused()
    field.fill("ключ")  # no header can hold it
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This is no key")
    field.fill("sightline_nothing")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("This key opens nothing")
    field.fill(low)
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This needs a key that opens more: changing pictures")
    field.fill(low)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("This key opens less: searching.")
    field.fill(key)
    page.keyboard.press("Enter")
    job = page.locator(".house-card").first
    expect(job.locator(".badge")).to_have_text("waiting")
    expect(page.locator(".house-who")).to_contain_text("Key “mine”: Everything")
    for action, state in (("Pause", "paused"), ("Go on", "waiting"), ("Cancel", "cancelled")):
        job.get_by_role("button", name=f"{action}: job 1").press("Enter")
        expect(job.locator(".badge")).to_have_text(state)
    expect(job.get_by_role("heading")).to_be_focused()  # its buttons went
    watch_a_job(page)
    review(page)
    keep_keys(page, key)
    forgive_own_doings(page)


def watch_a_job(page: Page) -> None:
    """Events as the service writes them, of a job that the list says is at work."""
    listed = page.evaluate("fetch('v1/jobs').then((answer) => answer.json())")
    running = {**listed["jobs"][0], "id": 2, "state": "running", "stage": "reading"}
    begun = {"stage": "reading", "total": 4000, "skipped": 3, "rate": 81.5, "eta_s": 130}
    event = {"job_id": 2, "at": "", "state": "running", "message": None, **begun}
    stream = "retry: 2000\n\n" + "".join(
        f"id: {number}\nevent: progress\ndata: {json.dumps({**event, 'done': done})}\n\n"
        for number, done in enumerate((800, 1600), 1)
    )
    body: dict[str, Any] = {"jobs": [running, *listed["jobs"]], "next_before": None}

    def tell(route: Route) -> None:
        route.fulfill(body=stream)
        running.update(begun, done=1600)  # lists that come after it know as much

    page.route(re.compile(r"/v1/jobs/2/events"), tell)
    page.route(re.compile(r"/v1/jobs\?"), lambda route: route.fulfill(json=body))
    job = page.locator(".house-card").first
    expect(job).to_contain_text("1,600 of 4,000 files · 82 a second · about 2 minutes left")
    expect(job).to_contain_text("3 skipped")
    expect(job.locator("progress")).to_have_js_property("value", 0.4)
    enter_room(page, "Skipped files")
    page.unroute_all()
    expect(page.locator(".house-rows li")).to_contain_text("broken.jpg")
    expect(page.locator(".house-reason")).not_to_be_empty()
    press(page, "Try them all again")
    expect(page.locator(".house-card").first).to_contain_text("skipped files again")


def review(page: Page) -> None:
    """Decide on a group of duplicates, think again, and find it gone."""
    enter_room(page, "Duplicates")
    page.get_by_role("button", name="Identical").press("Enter")
    group = page.locator(".house-group").first
    expect(group).to_contain_text("Group 1: 3 pictures", timeout=LONG_MS)
    expect(group).to_contain_text("equal files")
    page.wait_for_function("document.querySelector('.house-group img').naturalWidth > 0")
    group.get_by_role("button", name="Keep them all").press("Enter")
    expect(group).to_contain_text("these are the same, and all stay")
    group.get_by_role("button", name="Undo").press("Enter")
    expect(group.get_by_role("button", name="Keep them all")).to_be_focused()
    page.keyboard.press("Enter")
    expect(group.get_by_role("button", name="Undo")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Identical").press("Enter")
    expect(page.locator(".house-room")).to_contain_text("No duplicates wait for a decision.")


def keep_keys(page: Page, mine: str) -> None:
    """Make a key, end it, and forget the own one; no key is on the page afterwards."""
    enter_room(page, "Keys")
    expect(page.locator(".house-card").filter(has_text="yours")).to_contain_text("mine")
    press(page, "New key")
    page.get_by_label("Whose is it?").fill("<i>the web site</i>")
    page.get_by_role("radio", name=re.compile("^Change")).check()
    press(page, "Make the key")
    shown = page.locator(".house-new")
    expect(shown.get_by_role("button", name="Copy the key")).to_be_focused()
    key = shown.locator("code").inner_text()
    assert re.fullmatch(r"sightline_[0-9a-f]{8}_[\w-]{43}", key)
    card = page.locator(".house-card").filter(has_text="<i>the web site</i>")
    expect(card).to_contain_text("Change")
    card.get_by_role("button").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="End it").press("Enter")
    expect(card).to_contain_text("ended")
    enter_room(page, "Jobs")
    enter_room(page, "Keys")
    expect(page.locator(".house-card")).to_have_count(3)
    assert key not in page.content()
    assert mine not in page.content()
    page.locator(".house-who").get_by_role("button", name="Sign out").press("Enter")
    expect(page.locator(".card").first).to_be_visible()  # here everybody may search
    caller = page.evaluate("fetch('v1/caller').then((answer) => answer.json())")
    assert (caller["role"], caller["key"]) == ("search", None)
