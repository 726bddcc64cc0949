"""Answers that come late, or would be asked for twice: what was chosen last stays."""

import json
import re
from collections.abc import Callable, Sized
from functools import partial
from typing import Any

from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import Service
from tests.e2e.watching import Watch

SKIPPED = re.compile("/v1/collections/default/skipped")
NEXT_PAGE = re.compile(r"/v1/search\?.*cursor=")
MAP = re.compile("/v1/collections/default/map$")
READ = "fetch('healthz').then((answer) => answer.text())"  # what was answered before is read then
IDS = "all => all.map((one) => one.dataset.id)"


def hold(held: list[Route], route: Route) -> None:
    """Leave it unanswered for now."""
    held.append(route)


def wait_for(page: Page, requests: Sized, count: int) -> None:
    """Until there were so many."""
    while len(requests) < count:
        page.wait_for_timeout(10)


def test_late_list_of_skipped_files_is_not_shown(page: Page):
    opener = page.get_by_role("button", name="1 file skipped")
    rows = page.locator("#skipped .skipped-list li")
    held: list[Route] = []
    page.route(SKIPPED, lambda route: held.append(route) if len(held) < 2 else route.continue_())
    for times in (1, 2):
        opener.click()
        wait_for(page, held, times)
        page.keyboard.press("Escape")
        expect(page.locator("#skipped")).to_be_hidden()
    file = {"uri": "file:///late.jpg", "reason": "late", "code": "late", "size_bytes": 1}
    late = {"total": 900, "skipped": [file] * 100}
    held[0].fulfill(json=late)  # while it is closed
    page.evaluate(READ)
    opener.click()
    expect(rows).to_have_count(1)
    held[1].fulfill(json=late)  # while another list is on show
    page.evaluate(READ)
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("broken.jpg")
    expect(page.locator("#skipped")).not_to_contain_text("late")
    expect(page.locator("#skipped .panel-body > button")).to_be_hidden()


def test_more_is_asked_for_once_and_only_of_the_question_on_show(page: Page):
    asked: list[str] = []

    def see(request: Request) -> None:
        if NEXT_PAGE.search(request.url):
            asked.append(request.url)

    held: list[Route] = []
    page.on("request", see)
    page.route(NEXT_PAGE, partial(hold, held))
    page.fill("#words", "a red boat")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    page.mouse.wheel(0, 20_000)
    wait_for(page, held, 1)
    # Scrolling to and fro, and pressing the button, while an answer is on its way.
    page.evaluate("window.scrollTo(0, 0)")
    page.evaluate("document.querySelector('#more button').click()")
    page.mouse.wheel(0, 20_000)
    page.evaluate("document.querySelector('#more button').click()")
    page.evaluate(READ)
    assert len(asked) == 1
    held[0].continue_()
    expect(page.locator("#more")).to_contain_text("all the pictures")
    found = page.eval_on_selector_all(".card", IDS)
    assert len(set(found)) == len(found) > 48
    # The next page of one question never comes under another.
    page.fill("#words", "a blue boat")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a blue boat")
    page.mouse.wheel(0, 20_000)
    wait_for(page, held, 2)
    with page.expect_event("requestfailed", lambda one: bool(NEXT_PAGE.search(one.url))):
        page.fill("#words", "a green tree")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a green tree")
    page.unroute(NEXT_PAGE)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("#more")).to_contain_text("all the pictures")
    found = page.eval_on_selector_all(".card", IDS)
    assert len(set(found)) == len(found) > 48
    assert len(set(asked)) == len(asked)


# The timers of 77 s that wait, which the service asks for below.
TIMERS = """
window.timers = new Map();
const [set, clear] = [window.setTimeout, window.clearTimeout];
window.setTimeout = (act, ms, ...more) => {
  const id = set(act, ms, ...more);
  if (ms === 77000) window.timers.set(id, act);
  return id;
};
window.clearTimeout = (id) => { window.timers.delete(id); clear(id); };
"""


def test_map_that_is_not_ready_is_asked_for_again_once(
    open_page: Callable[..., Page], service: Service, watch: Watch
):
    watch.allowed = {503}
    asked: list[int] = []
    problem = {"code": "not_ready", "title": "", "detail": ""}

    def refuse(route: Route) -> None:
        asked.append(1)
        route.fulfill(status=503, headers={"Retry-After": "77"}, json=problem)

    page = open_page(service.url)
    page.add_init_script(TIMERS)
    page.route(MAP, refuse)
    page.goto(f"{service.url}/#/map")
    page.reload()
    trouble, drawn = page.locator(".map-trouble"), page.locator(".map-canvas[aria-busy=false]")
    expect(trouble).to_be_visible()
    assert page.evaluate("timers.size") == 1
    trouble.get_by_role("button").first.click()  # by hand: the timer begins anew
    wait_for(page, asked, 2)
    expect(trouble).to_be_visible()
    assert (page.evaluate("timers.size"), len(asked)) == (1, 2)
    page.get_by_role("link", name="Map", exact=True).click()  # back to the pictures
    expect(trouble).to_be_hidden()
    assert page.evaluate("timers.size") == 0
    page.get_by_role("link", name="Map", exact=True).click()
    expect(trouble).to_be_visible()
    page.unroute(MAP)
    page.evaluate("[...timers.values()][0]()")  # its time has come
    drawn.wait_for()
    expect(trouble).to_be_hidden()
    assert (page.evaluate("timers.size"), len(asked)) == (0, 3)


# A job at work, as the service lists it.
NO_SOURCES: dict[str, Any] = {
    "sources": [],
    "remove": [],
    "uploads": None,
    "model": None,
    "retry_skipped": False,
}
JOB: dict[str, Any] = {
    "id": 2,
    "collection": "default",
    "state": "running",
    "wanted": None,
    "parameters": {**NO_SOURCES, "rebuild": False, "allow_empty": False},
    "created_at": "2026-11-21T20:00:00+00:00",
    "started_at": None,
    "finished_at": None,
    "result": None,
    "error": None,
    "message": None,
    "stage": "reading",
    "done": 800,
    "total": 4000,
    "skipped": 0,
    "rate": 1,
    "eta_s": 9,
}


def test_list_of_jobs_that_is_older_than_their_events_takes_nothing_back(
    open_page: Callable[..., Page], service: Service, watch: Watch
):
    watch.allowed = {404}  # the service itself knows of no job 2
    lists: list[Route] = []
    events: list[Route] = []
    page = open_page(service.url)
    page.route(re.compile(r"/v1/jobs\?"), partial(hold, lists))
    page.route(re.compile("/v1/jobs/2/events"), partial(hold, events))
    page.route(re.compile("/v1/jobs/2/pause"), lambda route: route.fulfill(json=JOB))
    page.evaluate("location.hash = '#/house/jobs'")
    wait_for(page, lists, 1)
    lists[0].fulfill(json={"jobs": [JOB], "next_before": None})
    wait_for(page, events, 1)
    row = page.locator(".house-card").filter(has_text="Job 2")
    expect(row).to_contain_text("800 of 4,000 files")
    row.get_by_role("button", name="Pause").press("Enter")  # a list is asked for after it
    wait_for(page, lists, 2)
    told = {"job_id": 2, "at": "", "state": "running", "message": None, "stage": "reading"}
    event = json.dumps({**told, "done": 1600, "total": 4000, "skipped": 0, "rate": 1, "eta_s": 9})
    events[0].fulfill(body=f"id: 1\nevent: progress\ndata: {event}\n\n")
    expect(row).to_contain_text("1,600 of 4,000 files")
    queued = {**JOB, "id": 3, "state": "queued"}
    for held in lists[1:]:
        held.fulfill(json={"jobs": [queued, JOB], "next_before": None})
    expect(page.locator(".house-card").filter(has_text="Job 3")).to_be_visible()
    expect(row).to_contain_text("1,600 of 4,000 files")
    page.unroute_all(behavior="ignoreErrors")
    page.evaluate("window.shifts = 0")  # the list grew by the visitor's own doing
