"""Keeping house: every room looked over, and each stays with the collection that was chosen.

The service is the one of the other tests; what is not in it is answered here.
"""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Gallery, Service
from tests.e2e.house.conftest import forgive_own_doings
from tests.e2e.test_page_access import violations, violations_in_both_themes

# Room → its title, and what is in it once it is filled.
ROOMS = {
    "add": ("Add pictures", ".house-drop"),
    "jobs": ("Jobs", ".house-card"),
    "skipped": ("Skipped files", ".house-rows li"),
    "duplicates": ("Duplicates", ".house-card"),
    "tags": ("Tags", ".house-card"),
    "generations": ("Generations", ".house-card dd:has-text('98.5% of the nearest 10 for pict')"),
    "keys": ("Keys", ".house-card"),
}
AT = "2026-11-02T10:00:00+00:00"
NOTHING_ASKED: dict[str, Any] = {"sources": [], "remove": [], "model": None, "retry_skipped": False}
JOB = {
    "id": 1, "collection": "default", "state": "done", "stage": None, "done": 0, "total": None,
    "skipped": 0, "rate": None, "eta_s": None, "message": None, "wanted": None, "error": None,
    "parameters": {**NOTHING_ASKED, "rebuild": False, "uploads": False},
    "result": {"generation": 2, "new": 3}, "created_at": AT, "started_at": AT, "finished_at": AT,
}  # fmt: skip
RUNNING = {"state": "running", "stage": "reading", "done": 800, "total": 4000, "result": None}
JOBS = [
    {**JOB, "id": 3, **RUNNING, "skipped": 3},
    {**JOB, "id": 2, "state": "failed", "error": "no space left on the disk", "result": None},
    JOB,
]
SET = {"name": "things", "field": "tags.things", "classes": ["boat", "bird"], "templates": ["{}"]}
SETS = [{**SET, "threshold": 0.5, "served": served, "job_id": None} for served in (True, False)]
KEYS = [
    {
        "id": f"0123456{at}",
        "name": "the web site",
        "role": role,
        "created_at": AT,
        "revoked_at": end,
    }
    for at, (role, end) in enumerate((("admin", None), ("search", None), ("write", AT)))
]
CALLER = {"role": "search", "key": None, "writes": False, "administers": False, "keeps_keys": True}
ANSWERS = {
    r"/v1/jobs\?": {"jobs": JOBS, "next_before": None},
    r"/v1/tag-sets\?": {"collection": "default", "tag_sets": SETS},
    r"/v1/keys$": {"keys": KEYS},
    r"/v1/caller$": CALLER,
}
# A tab that may keep nothing, as where cookies are blocked.
BLOCKED = """
Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
});
"""


def test_rooms_have_no_accessibility_violations(open_page: Callable[..., Page], service: Service):
    page = open_page(service.url, color_scheme="light", bypass_csp=True)
    page.locator(".card").first.wait_for()
    for path, answer in ANSWERS.items():
        page.route(re.compile(path), partial(fulfil, answer))
    page.route(re.compile("/v1/jobs/3/events"), lambda route: route.fulfill(status=204))
    page.route(re.compile("/default/generations$"), measure)
    found = look_over(page, "light")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 740})
    found |= look_over(page, "dark and narrow")
    for name, button in (("asked", "End the key the web site"), ("key", "Sign in")):
        page.get_by_role("button", name=button).first.click()
        found[name] = violations_in_both_themes(page)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="New key").click()
    found["form"] = violations_in_both_themes(page)
    assert found == {state: [] for state in found}


def fulfil(answer: Any, route: Route) -> None:
    """Answer with this."""
    route.fulfill(json=answer)


def measure(route: Route) -> None:
    """The service's answer, as if its index had been measured."""
    answer = route.fetch().json()
    figure = {"queries": "images", "k": 10, "recall": 0.985, "asked": 200}
    answer["generations"][0]["index"]["figures"] = [figure]
    route.fulfill(json=answer)


def hold(held: list[Route], route: Route) -> None:
    """Leave it unanswered for now."""
    held.append(route)


def look_over(page: Page, state: str) -> dict[str, list[str]]:
    """What is found wrong in each room; nothing in it is wider than the window."""
    found = {}
    for name, (title, filled) in ROOMS.items():
        page.evaluate(f"location.hash = '#/house/{name}'")
        expect(page.get_by_role("heading", name=title, level=2)).to_be_visible()
        page.locator(f".house-room {filled}").first.wait_for()
        found[f"{name}, {state}"] = violations(page)
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(width) <= 0, name
    return found


def give_a_second_collection(page: Page) -> None:
    """The collection of the service under another name, too."""

    def name_both(route: Route) -> None:
        answer = route.fetch()
        (known,) = answer.json()["collections"]
        route.fulfill(json={"collections": [known, {**known, "name": "other"}]})

    def be_the_first(route: Route) -> None:
        url = route.request.url.replace("/other/", "/default/").replace("=other", "=default")
        route.continue_(url=url)

    page.route(re.compile(r"/v1/collections$"), name_both)
    page.route(re.compile(r"/v1/.*[/=]other\b"), be_the_first)


# Room → what is asked for it, an answer that is not the service's, what is there if it is the
# service's, and how often.
LATE: dict[str, tuple[str, dict[str, Any], str, int]] = {
    "generations": (r"/default/generations", {"generations": []}, ".house-card", 1),
    "skipped": (r"/default/skipped", {"total": 0, "skipped": []}, ".house-rows li", 1),
    "tags": (r"/tag-sets\?collection=default", {"tag_sets": SETS}, ".house-nothing:visible", 1),
}


def test_rooms_stay_with_the_collection_that_was_chosen(
    open_page: Callable[..., Page], service: Service, gallery: Gallery
):
    page = open_page(service.url)
    page.add_init_script(BLOCKED)
    give_a_second_collection(page)
    page.goto(f"{service.url}/#/house/add")
    page.reload()
    expect(page.get_by_role("heading", name="Add pictures", level=2)).to_be_visible()
    choice = page.locator(".house-side select")
    choice.press("ArrowDown")
    expect(choice).to_have_value("other")
    for name, (asked, answer, filled, count) in LATE.items():
        page.evaluate(f"location.hash = '#/house/{name}'")
        expect(page.locator(filled)).to_have_count(count)
        held: list[Route] = []
        page.route(re.compile(asked), partial(hold, held))
        with page.expect_request(re.compile(asked)):
            choice.select_option("default")
        choice.select_option("other")
        expect(page.locator(filled)).to_have_count(count)
        with page.expect_response(re.compile(asked)):
            held[0].fulfill(json=answer)
        page.evaluate("fetch('v1/caller').then((answer) => answer.json())")  # the late one is read
        expect(page.locator(filled)).to_have_count(count)
    open_a_duplicate(page)
    add_one_picture(page, gallery)
    forgive_own_doings(page)


def open_a_duplicate(page: Page) -> None:
    """A picture of the room is one of its collection, and closing it leads back to the room."""
    page.evaluate("location.hash = '#/house/duplicates'")
    page.locator(".house-group img").first.click()
    expect(page.locator("#viewer")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?collection=other&open=\w+#/house/duplicates$"))
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/#/house/duplicates$"))
    expect(page.get_by_role("heading", name="Duplicates", level=2)).to_be_visible()


def add_one_picture(page: Page, gallery: Gallery) -> None:
    """A single picture comes to its end, which leads to the pictures of its collection."""
    drawn = json.loads(gallery.manifest.read_text("utf-8").splitlines()[0])["file"]
    put = {"change": "unchanged", "job_id": None}
    page.route(re.compile("/v1/images/"), partial(fulfil, put), times=1)
    page.evaluate("location.hash = '#/house/add'")
    page.locator(".house-room input[type=file]").first.set_input_files(gallery.folder / drawn)
    expect(page.locator(".house-room")).to_contain_text("This picture was here already")
    page.get_by_role("button", name="See the collection").click()
    expect(page).to_have_url(re.compile(r"\?collection=other$"))
    expect(page.locator(".card").first).to_be_visible()
