"""Filters: chosen by their values, written as a rule, counted anew, and leaving nothing."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.test_asking import BOAT, captions, heading

# The focus is somewhere, and the browser draws a frame around it that is in the window.
FOCUS_IS_SEEN = """() => {
  const one = document.activeElement;
  const { top, bottom } = one.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return one !== document.body && one.matches(":focus-visible") && top >= 0 && bottom <= innerHeight
    && outlineStyle !== "none" && outlineWidth !== "0px";
}"""


def tab_to(page: Page, place: Locator, key: str = "Tab") -> None:
    """By Tab to a place; the focus is seen on each of the steps."""
    for _ in range(90):
        page.keyboard.press(key)
        assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if place.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{place} is not reached")


def test_filters_are_walked_by_keyboard_alone(page: Page):
    page.locator("#brand").focus()
    page.keyboard.press("f")
    expect(page.locator("#filters-button")).to_be_focused()
    colours = page.locator("#filters fieldset").filter(has=page.get_by_text("colour", exact=True))
    blue = colours.get_by_role("button", name=re.compile("^blue"))
    expect(blue).to_be_visible()
    count = int(blue.locator(".facet-count").inner_text())
    tab_to(page, blue)
    page.keyboard.press("Enter")
    heading(page, "Pictures of the collection")
    expect(page.locator(".card")).to_have_count(count)
    assert page.locator(".card-score").count() == 0
    expect(blue).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#filters .facets")).to_have_attribute("aria-busy", "false")
    expect(blue).to_be_focused()
    tab_to(page, page.locator("#rule"))
    page.keyboard.type("thing = boat")
    page.keyboard.press("Enter")
    chips = page.locator("#chips .chip")
    expect(chips).to_have_count(2)
    expect(page.locator(".card").nth(count - 1)).to_have_count(0)
    expect(page.locator("#live")).to_contain_text(re.compile(r"picture|Nothing"))
    assert page.evaluate(FOCUS_IS_SEEN)
    remove = page.get_by_role("button", name="Remove the filter colour: blue")
    tab_to(page, remove, "Shift+Tab")
    page.keyboard.press("Enter")
    expect(chips).to_have_count(1)
    assert page.evaluate(FOCUS_IS_SEEN)
    expect(page.get_by_role("button", name="Remove the filter thing = boat")).to_be_focused()
    expect(page.locator(".card").first).to_contain_text("boat")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_be_focused()
    assert "is.colour" not in page.url
    assert "where" not in page.url


def test_filters_hold_for_words_too_and_are_cleared_with_the_focus_kept(page: Page, open_page):
    shown = open_page(f"{page.url}?q={BOAT}&is.colour=red&is.colour=none-such&is.place=sea")
    heading(shown, f"Best matches for {BOAT}")
    count = shown.locator(".card").count()
    assert all("red" in one for one in captions(shown))
    shown.locator("#filters-button").press("Enter")
    shown.get_by_role("button", name=re.compile("^none-such")).press("Enter")
    expect(shown.get_by_role("button", name=re.compile("^none-such"))).to_have_count(0)
    expect(shown.locator("#filters .facets")).to_have_attribute("aria-busy", "false")
    assert shown.evaluate("document.activeElement.matches('.facet')")  # of the same field
    shown.get_by_role("button", name="Clear filters").press("Enter")
    expect(shown.locator("#filters-button")).to_be_focused()
    expect(shown.locator(".card").nth(count)).to_be_attached()
    assert "is." not in shown.url
    shown.go_back()
    shown.get_by_role("button", name="Clear all").press("Enter")
    expect(shown.locator("#words")).to_be_focused()
    expect(shown.locator("#chips")).to_be_hidden()


def test_rule_that_cannot_be_read_says_where_and_asks_nothing(page: Page, watch):
    watch.allowed = {400}
    page.click("#filters-button")
    page.fill("#rule", "colour = red and colr = blue")
    page.keyboard.press("Enter")
    error = page.locator("#rule-error")
    expect(error).to_contain_text("At letter 18: no picture has a field 'colr'; did you mean")
    assert page.evaluate("document.activeElement.selectionStart") == 17
    assert "where" not in page.url
    page.fill("#rule", "colour = red")
    page.keyboard.press("Enter")
    expect(page.locator("#chips")).to_contain_text("colour = red")
    heading(page, "Pictures of the collection")
    expect(error).to_be_hidden()
    assert page.locator(".card").count() > 0
    assert all("red" in one for one in captions(page))


def test_filters_that_leave_nothing_say_so_with_a_way_on(page: Page, open_page):
    shown = open_page(f"{page.url}?q=boat&where=thing+%3D+nothing")
    heading(shown, "No picture for boat")
    expect(shown.locator("#nearest")).to_contain_text("No picture is left")
    shown.locator("#nearest").get_by_role("link", name="Without the filters").click()
    heading(shown, "Best matches for boat")
    expect(shown.locator("#nearest")).to_be_hidden()


def test_part_of_the_page_that_does_not_come_is_said_and_comes_later(page: Page, watch):
    watch.allows_no_answer = True
    page.route("**/filter_panel.js", lambda route: route.abort(), times=1)
    page.click("#filters-button")
    expect(page.locator("#toast")).to_contain_text("did not load")
    expect(page.locator("#filters")).to_be_hidden()
    page.click("#filters-button")
    expect(page.locator("#filters .facet").first).to_be_visible()


def test_counts_are_asked_for_again_where_they_failed_and_of_each_generation(page: Page, watch):
    watch.allowed = {500}
    page.click("#filters-button")
    facet = page.locator("#filters .facet")
    expect(facet.first).to_be_visible()

    def refuse_counts(route: Route) -> None:
        if "facets" in (route.request.post_data_json or {}):
            route.fulfill(status=500, json={"code": "internal"})
        else:
            route.continue_()

    page.route(re.compile("/v1/search"), refuse_counts)
    facet.first.click()
    expect(page.locator("#filters")).to_contain_text("The values could not be counted")
    expect(page.locator("#filters-button")).to_be_focused()  # the value that was chosen went
    page.unroute(re.compile("/v1/search"))
    page.go_back()
    expect(facet.first).to_be_visible()
    expect(page.locator("#filters .facets")).to_have_attribute("aria-busy", "false")

    def publish(route: Route) -> None:
        answer = route.fetch()
        text = answer.text().replace('"generation":1', '"generation":2')
        route.fulfill(response=answer, body=text)

    page.route(re.compile(r"/v1/(search\?|collections$)"), publish)
    page.fill("#words", BOAT)
    expect(page.locator("#status")).to_contain_text("generation 2")
    page.click("#filters-button")
    with page.expect_request(re.compile("/fields$")):
        page.click("#filters-button")
    expect(page.locator("#filters .facet").first).to_be_visible()
