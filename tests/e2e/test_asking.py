"""Questions of several terms: weights, exclusions, examples, what was asked before."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

BOAT = "a red boat"


def heading(page: Page, text: str) -> None:
    """Wait until the pictures answer this."""
    expect(page.locator("#heading-text")).to_have_text(text)


def captions(page: Page) -> list[str]:
    """The captions of the pictures, in order."""
    return page.locator(".card-caption").all_text_contents()


@pytest.fixture
def bodies(page: Page) -> list[dict[str, Any]]:
    """What the page posts to search for pictures; what it posts to count values is left aside."""
    sent: list[dict[str, Any]] = []

    def see(request: Request) -> None:
        body = request.post_data_json
        if body and "facets" not in body:
            sent.append(body)

    page.on("request", see)
    return sent


def test_terms_are_added_weighed_left_out_and_removed_by_keyboard_alone(
    page: Page, bodies: list[dict[str, Any]]
):
    page.locator("#brand").focus()
    page.keyboard.press("/")
    page.keyboard.type("a boat")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type("red")
    page.keyboard.press("Shift+Enter")
    heading(page, "Best matches for a boat and red")
    page.get_by_label("Weight of “red”").focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    heading(page, "Best matches for a boat, less “red”")
    assert bodies[-1]["query"] == [{"text": "a boat", "weight": 1}, {"text": "red", "weight": -0.5}]
    assert bodies[-1]["fusion"] == "joint"
    assert "red boat" not in captions(page)[0]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, "Best matches for a boat, without “red”")
    assert bodies[-1]["exclude"] == [{"text": "red"}]
    assert page.evaluate("document.activeElement.ariaPressed") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    heading(page, "Best matches for a boat")
    assert page.evaluate("document.activeElement.closest('.chip') !== null")


def test_address_restores_every_part_of_a_question(page: Page, open_page: Callable[..., Page]):
    known = page.request.get(f"{page.url}v1/search?q=a+yellow+lemon&k=2").json()["hits"]
    first, second = (hit["id"] for hit in known)  # what comes first in a sample is chance
    query = f"?q=boat&weight=0.8&similar={first}&term=-0.5:text:night&term=not:text:a+bus"
    query += f"&like={first}&dislike={second}&is.colour=red&is.count=1&where=thing+!%3D+bus"
    shown = open_page(f"{page.url.partition('?')[0]}{query}")
    heading(
        shown,
        "Nearest to this picture and boat, steered by an example, less “night”, without “a bus”",
    )
    values = shown.locator(".weight").evaluate_all("all => all.map((one) => one.value)")
    assert values == ["0.8", "1", "-0.5", "1"]
    chips = shown.locator("#chips")
    for text in ("colour: red", "count: 1", "thing != bus", "left out"):
        expect(chips).to_contain_text(text)
    assert all("red" in one and "bus" not in one for one in captions(shown))
    shown.get_by_role("button", name="Remove the filter colour: red").click()
    expect(chips).not_to_contain_text("colour: red")
    assert "is.colour" not in shown.url
    shown.go_back()
    expect(chips).to_contain_text("colour: red")


def test_addresses_of_earlier_versions_share_the_weights(
    page: Page, open_page: Callable[..., Page]
):
    known = page.locator(".card").first.get_attribute("data-id")
    shown = open_page(f"{page.url}?q=boat&similar={known}&balance=0.3")
    heading(shown, "Pictures like this one, and boat")
    values = shown.locator(".weight").evaluate_all("all => all.map((one) => one.value)")
    assert values == ["0.3", "0.7"]


def test_judged_pictures_steer_the_search_and_bad_ones_leave_it(
    page: Page, bodies: list[dict[str, Any]]
):
    page.fill("#words", BOAT)
    heading(page, f"Best matches for {BOAT}")
    good, bad = (page.locator(".card").nth(n).get_attribute("data-id") for n in (0, 1))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    heading(page, f"Best matches for {BOAT}, steered by an example")
    assert f"like={good}" in page.url
    page.locator(f".card[data-id='{bad}'] .card-open").click()
    page.locator("#viewer").get_by_role("button", name="Less of this").click()
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator(f".card[data-id='{bad}']")).to_have_count(0)
    assert f"dislike={bad}" in page.url
    page.get_by_role("button", name="Forget this bad example").click()
    expect(page.locator(f".card[data-id='{bad}']")).to_have_count(1)


def test_questions_asked_before_are_kept_here_and_cleared(page: Page):
    page.fill("#words", BOAT)
    heading(page, f"Best matches for {BOAT}")
    page.click("#brand")
    expect(page.locator("#intro")).to_be_visible()
    page.reload()
    expect(page.locator("#intro")).to_be_visible()
    page.locator("#brand").focus()
    page.keyboard.press("a")
    expect(page.locator("#history")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#history a").first).to_be_focused()
    page.keyboard.press("Enter")
    heading(page, f"Best matches for {BOAT}")
    expect(page.locator("#brand")).to_be_focused()
    page.keyboard.press("a")
    page.get_by_role("button", name="Clear the history").press("Enter")
    expect(page.locator("#history")).to_contain_text("Nothing yet")
    expect(page.locator("#history").get_by_role("button", name="Close")).to_be_focused()
    assert page.evaluate("localStorage.getItem('sightline-history')") is None


def ids(page: Page) -> list[str]:
    """The pictures in the grid, in order."""
    found: list[str] = page.eval_on_selector_all(".card", "all => all.map(one => one.dataset.id)")
    return found


def test_part_of_a_picture_is_asked_for_by_keyboard_and_its_link_works_elsewhere(
    page: Page, bodies: list[dict[str, Any]], gallery, open_page: Callable[..., Page]
):
    page.set_input_files("#file", next(gallery.folder.glob("*/*.jpg")))
    heading(page, "Pictures like yours")
    expect(page).to_have_url(re.compile("term=1%3Akept%3A"))
    page.get_by_role("button", name="Take a part of your picture").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".crop-box")).to_be_focused()
    for key in ("Shift+ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    part = page.locator(".crop-box")
    expect(part).to_have_accessible_name(re.compile("56% wide and 58% high, 20% from the left"))
    whole = page.url
    page.keyboard.press("Enter")
    heading(page, "Pictures like this part")
    assert bodies[-1]["query"][0]["image"]["crop"] == {
        "x": 0.2, "y": 0.22, "width": 0.56, "height": 0.58,
    }  # fmt: skip
    expect(page.get_by_role("button", name="Take a part of your picture")).to_be_focused()
    expect(page).not_to_have_url(whole)
    expect(page).to_have_url(re.compile("term=1%3Akept%3A"))
    other = open_page(page.url)
    heading(other, "Pictures like this one")
    expect(other.locator("#chips")).to_contain_text("Picture of this link")
    assert ids(other) == ids(page)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="The whole picture").click()
    heading(page, "Pictures like yours")
    assert bodies[-1]["query"][0]["image"]["crop"] is None


def test_link_of_a_picture_that_is_no_longer_kept_says_so(
    open_page: Callable[..., Page], service, watch
):
    watch.allowed = {410}
    page = open_page(f"{service.url}/?term=1:kept:{'A' * 24}")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The picture of this link is no longer kept")
    expect(notice.get_by_role("button", name="Choose another picture")).to_be_visible()


def test_best_pictures_come_by_their_dates_on_request(page: Page):
    years: dict[str, str] = {}

    def date(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for number, hit in enumerate(body["hits"]):
            years[hit["id"]] = f"{2000 + number * 7 % 20}-05-01T10:00:00"
            hit["file_facts"] = {"taken_at": years[hit["id"]]}
        route.fulfill(response=answer, json=body)

    page.route(re.compile("/v1/search"), date)
    page.fill("#words", BOAT)
    heading(page, f"Best matches for {BOAT}")
    best = ids(page)
    page.locator("#sort").press("ArrowDown")
    expect(page.locator("#sort")).to_have_value("newest")
    expect(page.locator("#sort")).to_be_focused()
    expect(page.locator("#more")).to_contain_text("best match")
    newest = ids(page)
    assert "sort=newest" in page.url
    assert set(newest) <= set(best)
    assert [years[one] for one in newest] == sorted((years[one] for one in newest), reverse=True)
    page.go_back()
    expect(page.locator(".card")).to_have_count(len(best))
    assert ids(page) == best
