"""What the page says of its results: how likely they are, why and where, and what is folded."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.test_filters import tab_to

BOAT = "a red boat on the sea"
NEXT_PAGE = re.compile(r"/v1/search\?.*cursor=")


def ask(page: Page, words: str) -> None:
    """Ask for words and wait for their answer."""
    page.fill("#words", words)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {words}")


def problem(status: int, code: str, **headers: str) -> Callable[[Route], None]:
    """A handler that refuses as the service does."""
    body = json.dumps({"title": code, "status": status, "detail": code, "code": code})

    def refuse(route: Route) -> None:
        route.fulfill(
            status=status, body=body, content_type="application/problem+json", headers=headers
        )

    return refuse


def test_likelihood_is_a_bar_and_words_and_falls_until_the_line_of_the_unlikely(page: Page):
    ask(page, BOAT)
    first = page.locator(".card").first
    expect(first).to_contain_text(re.compile(r"\d %\s+likely"))
    widths = page.eval_on_selector_all(
        ".card .bar-filled", "all => all.map((one) => parseFloat(one.style.width))"
    )
    assert len(widths) == page.locator(".card").count()
    assert widths == sorted(widths, reverse=True)
    line = page.locator(".unlikely")
    expect(line).to_contain_text("less than 10 % likely")
    # In the document, as on the screen, it stands between the likely ones and the others.
    above = line.evaluate("(line) => [...line.parentElement.children].indexOf(line)")
    assert all(width >= 10 for width in widths[:above])
    assert all(width < 10 for width in widths[above:])
    gaps = line.evaluate(
        """(line) => [line.offsetTop - line.previousSibling.offsetTop
            - line.previousSibling.offsetHeight,
            line.nextSibling.offsetTop - line.offsetTop - line.offsetHeight]"""
    )
    assert min(gaps) >= 0


def test_nothing_that_matches_is_said_with_what_to_try_instead(page: Page):
    page.fill("#words", "quarterly revenue by region")
    expect(page.locator("#heading-text")).to_have_text("Nearest to quarterly revenue by region")
    nearest = page.locator("#nearest")
    expect(nearest).to_contain_text("Nothing here matches well")
    expect(page.locator("#live")).to_contain_text("Nothing here matches well")
    expect(page.locator(".unlikely")).to_have_count(0)
    suggestion = nearest.locator("a").first
    words = suggestion.inner_text()
    suggestion.click()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {words}")
    expect(nearest).to_be_hidden()


def test_full_view_says_why_and_shows_where(open_page: Callable[..., Page], service, page: Page):
    chosen = page.locator(".card").first.get_attribute("data-id")
    other = open_page(f"{service.url}/?q=green&similar={chosen}")
    other.locator(".card-open").first.click()
    why = other.locator("#viewer .why")
    expect(why).to_contain_text("likely to show what you asked for")
    expect(why.locator(".why-parts li")).to_have_count(2)
    expect(why).to_contain_text("The picture you chose")
    expect(why).to_contain_text("green")
    heat = other.locator(".stage-heat")
    other.keyboard.press("h")
    expect(heat).to_be_visible()
    same = "(one) => [one.naturalWidth > 0, one.getBoundingClientRect().toJSON()]"
    assert heat.evaluate(same) == other.locator(".stage-full").evaluate(same)
    first = heat.get_attribute("src")
    other.keyboard.press("ArrowRight")  # the switch stays on
    expect(heat).to_have_attribute("src", re.compile(f"^(?!{first}$)blob:"))
    other.get_by_role("button", name="Show where", pressed=True).click()
    expect(heat).to_be_hidden()


def test_switch_for_where_goes_when_the_model_cannot_say(page: Page, watch):
    watch.allowed = {409}
    page.route("**/heatmap*", problem(409, "no_heat_map"))
    ask(page, BOAT)
    page.locator(".card-open").first.click()
    switch = page.get_by_role("button", name="Show where")
    switch.press("Enter")
    expect(switch).to_be_hidden()
    expect(page.locator(".viewer-close")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer .side-top [role=status]")).to_contain_text("2 of")
    expect(switch).to_be_hidden()


def test_duplicates_are_one_card_with_a_count_and_open_in_the_full_view(page: Page, gallery):
    caption = json.loads(gallery.manifest.read_text("utf-8").splitlines()[0])["captions"][0]
    ask(page, caption)
    card = page.locator(".card").filter(has=page.locator(".card-folded")).first
    expect(card).to_contain_text("+2")
    best = card.get_attribute("data-id")
    card.locator(".card-open").press("Enter")
    strip = page.locator("#viewer .twins a")
    expect(strip).to_have_count(3)
    expect(strip.first).to_have_attribute("aria-current", "true")
    tab_to(page, strip.nth(1))
    page.keyboard.press("Enter")
    expect(strip.nth(1)).to_have_attribute("aria-current", "true")
    expect(strip.nth(1)).to_be_focused()
    assert f"open={best}" not in page.url
    page.reload()  # its address is its own
    expect(strip.nth(1)).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(page.locator(f".card[data-id='{best}'] .card-open")).to_be_focused()


def test_busy_service_is_asked_for_more_when_it_says(page: Page, watch):
    watch.allowed = {429}
    page.route(NEXT_PAGE, problem(429, "overloaded", **{"Retry-After": "1"}), times=1)
    ask(page, BOAT)
    more = page.locator("#more")
    page.mouse.wheel(0, 20_000)
    expect(more).to_contain_text("all the pictures")
    found = page.eval_on_selector_all(".card", "all => all.map((one) => one.dataset.id)")
    assert len(set(found)) == len(found) > 48


@pytest.mark.parametrize("observed", [True, False])
def test_more_can_be_had_by_hand_and_a_collection_that_changed_is_said(
    open_page: Callable[..., Page], service, watch, observed: bool
):
    watch.allowed = {410}
    page = open_page("about:blank")
    watch.origin = service.url
    if not observed:
        page.add_init_script("delete window.IntersectionObserver")
    page.route(NEXT_PAGE, problem(410, "cursor_expired"), times=1)
    page.goto(f"{service.url}/?q={BOAT}")
    page.locator(".card").nth(30).wait_for()
    before = page.locator(".card").count()
    more = page.locator("#more button")
    if observed:
        more.scroll_into_view_if_needed()
    else:
        more.press("Enter")
    expect(page.locator("#more")).to_contain_text("The collection has changed")
    page.get_by_role("button", name="Search again").press("Enter")
    expect(page.locator("#more button")).to_have_text("Show more")
    page.locator("#more button").press("Enter")
    expect(page.locator("#more")).to_contain_text("all the pictures")
    assert page.evaluate("document.activeElement.closest('.card') !== null")
    assert page.locator(".card").count() > before
