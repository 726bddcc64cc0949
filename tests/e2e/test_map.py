"""The map: walked by keyboard, searched, shared, pinched, read as a list, and failing."""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import GALLERY_PICTURES, HOSTILE_CAPTIONS, PATIENCE_MS
from tests.e2e.test_page_access import PHONE, violations_in_both_themes

CANVAS = ".map-canvas"
MAP = "/v1/collections/default/map"
PLACE = re.compile(r"#/map/[-\d.]+,[-\d.]+,[\d.]+$")


def wait_until_drawn(page: Page) -> None:
    """Return once the map, which is loaded on demand, shows all that is in view."""
    expect(page.locator(CANVAS)).to_have_attribute("aria-busy", "false", timeout=4 * PATIENCE_MS)


def open_map(page: Page) -> None:
    """Open the map, whose flights take part, and wait until all that is in view is there."""
    page.emulate_media(reduced_motion="no-preference")
    page.get_by_role("link", name="Map", exact=True).click()
    wait_until_drawn(page)


def scale_of(page: Page) -> float:
    """Pixels that a place takes, as the address says once the map stands still."""
    expect(page).to_have_url(PLACE)
    return float(page.url.rpartition(",")[2])


def test_map_is_walked_searched_and_shared_by_keyboard_alone(page: Page):
    open_map(page)
    expect(page).to_have_title("Map · Sightline")
    map_ = page.get_by_role("application", name="Map of 61 pictures")
    map_.focus()
    page.keyboard.press("ArrowRight")
    live = page.locator("#live")
    expect(live).not_to_be_empty()
    said = {live.text_content()}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        before = live.text_content() or ""
        page.keyboard.press(key)
        expect(live).not_to_have_text(before)
        said.add(live.text_content())
    assert len(said) >= 3
    expect(page.locator(".map-caption")).to_have_text(live.text_content() or "")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(map_).to_be_focused()
    go_closer_search_and_share(page)


def go_closer_search_and_share(page: Page) -> None:
    """The rest of the journey, from a picture that the keyboard is at."""
    page.keyboard.press("0")
    expect(page).to_have_url(re.compile("#/map$"))
    page.keyboard.press("+")
    far = scale_of(page)
    page.keyboard.press("+")
    expect(page).not_to_have_url(re.compile(rf",{re.escape(f'{far:g}')}$"))
    assert scale_of(page) > far
    page.keyboard.press("-")
    expect(page).to_have_url(re.compile(rf",{re.escape(f'{far:g}')}$"))
    page.keyboard.press("s")
    expect(page.locator(".map-lit")).to_contain_text("results are lit")
    assert "similar=" in page.url
    shared, scale = page.url, scale_of(page)
    page.goto("about:blank")
    page.goto(shared)
    wait_until_drawn(page)
    expect(page.locator(".map-lit")).to_contain_text("results are lit")
    assert (page.url.partition("#")[0], scale_of(page)) == (shared.partition("#")[0], scale)
    page.locator(CANVAS).focus()
    page.keyboard.press("0")
    expect(page).to_have_url(re.compile("#/map$"))
    page.get_by_role("button", name="Show them").press("Enter")
    expect(page.locator(CANVAS)).to_be_focused()
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one")


def test_pictures_in_view_are_a_list_and_nothing_bars_anybody(
    open_page: Callable[..., Page], service
):
    still = {"bypass_csp": True, "reduced_motion": "reduce"}  # colours do not fade into each other
    page = open_page(f"{service.url}/?q=boat#/map", color_scheme="light", **still)
    wait_until_drawn(page)
    light_what_is_likely(page)
    page.locator(CANVAS).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")
    rows = page.get_by_role("region", name="Pictures in view").get_by_role("button")
    expect(rows).to_have_count(61)
    assert violations_in_both_themes(page) == []
    rows.nth(2).click()
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rows.nth(2)).to_be_focused()
    show_results_from_afar(page, rows)
    light_more_than_a_page_of_results(page, service.url)


def light_what_is_likely(page: Page) -> None:
    """What the page itself calls unlikely is not lit, nor anything where nothing matches well."""
    lit = page.locator(".map-lit")
    found = page.request.get(
        f"{page.url.partition('?')[0]}v1/search?q=boat&k=48&fold_duplicates=true"
    ).json()["hits"]
    likely = [hit for hit in found if hit["relevance"] >= 0.1]
    assert 1 < len(likely) < len(found)
    expect(lit).to_contain_text(f"{len(likely)} likely results are lit")
    page.fill("#words", "quarterly revenue by region")
    expect(lit).to_contain_text("Nothing here matches well")
    expect(lit.get_by_role("button")).to_be_hidden()
    page.go_back()
    expect(lit).to_contain_text("likely results are lit")


def light_more_than_a_page_of_results(page: Page, url: str) -> None:
    """Results are asked for as far as there are any; until then the line says that some miss."""
    lit, held = page.locator(".map-lit"), list[Route]()

    def hold_the_second(route: Route) -> None:
        if json.loads(route.request.post_data or "{}")["cursor"]:
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/search", hold_the_second)
    page.goto(f"{url}/?where=thing+!%3D+nothing#/map")
    expect(lit).to_contain_text("The first 48 results are lit")
    held[0].continue_()
    expect(lit).to_contain_text(f"{GALLERY_PICTURES + len(HOSTILE_CAPTIONS)} results are lit")


def show_results_from_afar(page: Page, rows: Locator) -> None:
    """A slot that stands for several pictures shows the result among them, not the others."""
    url = page.url.partition("?")[0]
    found = page.request.get(f"{url}v1/search?q=boat&k=48&fold_duplicates=true").json()["hits"]
    likely = [hit["id"] for hit in found if hit["relevance"] >= 0.1]
    asked = "&".join(f"id={one}" for one in likely)
    places = page.request.get(f"{url}{MAP[1:]}/places?{asked}").json()["places"]
    slots = {(place["x"] // 2, place["y"] // 2) for place in places}
    page.set_viewport_size({"width": 390, "height": 844})
    expect(rows).not_to_have_count(61)  # a level higher
    results = page.locator(", ".join(f"button[data-picture='{one}']" for one in likely))
    expect(rows.and_(results)).to_have_count(len(slots))
    page.evaluate("window.shifts = 0")  # the window became another one


def a_picture(page: Page, url: str) -> tuple[float, float]:
    """A point of the page where the map shows a picture: the one that is nearest to the middle."""
    x, y, scale = (float(part) for part in page.url.rpartition("/")[2].split(","))
    tiles = [page.request.get(f"{url}{MAP}/tiles/4/{a}/{b}").json() for a in (0, 1) for b in (0, 1)]
    slots = [slot for tile in tiles for slot in tile["slots"]]
    nearest = min(slots, key=lambda slot: abs(slot["x"] + 0.5 - x) + abs(slot["y"] + 0.5 - y))
    box = page.locator(CANVAS).bounding_box()
    assert box
    left = box["x"] + box["width"] / 2 + (nearest["x"] + 0.5 - x) * scale
    return left, box["y"] + box["height"] / 2 + (nearest["y"] + 0.5 - y) * scale


def test_fingers_and_the_mouse_move_the_map(open_page: Callable[..., Page], service):
    page = open_page(f"{service.url}/#/map", reduced_motion="no-preference", **PHONE)
    wait_until_drawn(page)
    speaker = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        speaker.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (150, 400), (210, 400))
    for spread in (20, 50, 90):
        touch("touchMove", (150 - spread, 400), (210 + spread, 400))
    touch("touchEnd")
    near = scale_of(page)
    touch("touchStart", (180, 400))
    touch("touchMove", (180, 360))
    touch("touchMove", (180, 330))
    touch("touchEnd")
    expect(page).not_to_have_url(page.url)
    assert scale_of(page) == near  # one finger moves, and opens nothing
    expect(page.locator("#viewer")).to_be_hidden()
    page.touchscreen.tap(*a_picture(page, service.url))
    expect(page.locator("#viewer")).to_be_visible()


def test_map_says_what_is_wrong_and_what_to_do(open_page: Callable[..., Page], service, watch):
    watch.allowed = {404}
    problem = {"code": "no_map", "title": "No map yet", "detail": "run: sightline index"}
    answers: list[dict[str, Any]] = [
        {"status": 404, "content_type": "application/problem+json", "body": json.dumps(problem)}
    ]

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop())
        else:
            route.continue_()

    page = open_page(f"{service.url}/")
    page.locator(".card").first.wait_for()
    page.route(f"**{MAP}", answer)
    page.get_by_role("link", name="Map", exact=True).click()
    expect(page.locator(".map-trouble")).to_contain_text("There is no map yet")
    expect(page.locator(".map-trouble")).to_contain_text("sightline index")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".map-trouble")).to_be_hidden()
    wait_until_drawn(page)
    fail_while_places_are_asked_for(page)
    empty = {"collection": "default", "generation": 1, "version": "x", "items": 0, "side": 1}
    more = {"deepest_level": 0, "tile_slots": 8, "sheet_cell_pixels": 80}
    answers.append({"status": 200, "json": {**empty, **more}})
    page.unroute(f"**{MAP}")
    page.route(f"**{MAP}", answer)
    page.reload()
    expect(page.locator(".map-trouble")).to_contain_text("No pictures here yet")


def fail_while_places_are_asked_for(page: Page) -> None:
    """Where the results of the last question are is no news once the next one has failed."""
    held: list[Route] = []
    page.route("**/map/places*", lambda route: held.append(route))
    with page.expect_request("**/map/places*"):
        page.fill("#words", "a red boat")
    page.route(re.compile("/v1/search"), lambda route: route.fulfill(status=404, json={}))
    with page.expect_event("requestfailed", lambda request: "/map/places" in request.url):
        page.fill("#words", "a blue boat")
    expect(page.locator(".map-lit")).to_contain_text("The service did not accept this search")
    page.unroute_all()
