"""Filters: chosen by their values, written as a rule, counted anew, and leaving nothing."""

import re

from playwright.sync_api import Page, Route, expect

from tests.e2e.test_asking import BOAT, captions, heading


def test_filters_are_chosen_by_their_values_and_cleared(page: Page):
    page.locator("#brand").focus()
    page.keyboard.press("f")
    expect(page.locator("#filters-button")).to_be_focused()
    colours = page.locator("#filters fieldset").filter(has=page.get_by_text("colour", exact=True))
    blue = colours.get_by_role("button", name=re.compile("^blue"))
    expect(blue).to_be_visible()
    count = int(blue.locator(".facet-count").inner_text())
    blue.click()
    heading(page, "Pictures of the collection")
    expect(page.locator(".card")).to_have_count(count)
    assert page.locator(".card-score").count() == 0
    expect(blue).to_have_attribute("aria-pressed", "true")
    expect(blue).to_be_focused()
    page.fill("#words", BOAT)
    heading(page, f"Best matches for {BOAT}")
    expect(page.locator(".card")).to_have_count(count)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#more")).to_be_visible()
    expect(page.locator(".card").nth(count)).to_be_attached()
    assert "is.colour" not in page.url


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
