"""For everybody: keyboard alone, screen readers, both themes, small screens, little motion."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

WORDS = "a red boat"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

FADES_END = """
new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished.catch(() => {}))))
  .then(() => true)
"""


def axe_script() -> str:
    """The accessibility engine, as the test dependency carries it."""
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.submodule_search_locations
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """What the engine finds wrong with the page as it is, by all the rules that it has on."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    page.evaluate(FADES_END)  # contrast is measured on what is seen
    # What is right is not described either: that takes half of its time.
    run = "axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)"
    found: list[dict[str, Any]] = page.evaluate(run)
    return [f"{one['id']}: {[node['html'] for node in one['nodes']][:3]}" for one in found]


def violations_in_both_themes(page: Page) -> list[str]:
    """What the engine finds wrong in the light, and in the dark, which stays."""
    page.emulate_media(color_scheme="light")
    in_the_light = violations(page)
    page.emulate_media(color_scheme="dark")
    return in_the_light + violations(page)


def search(page: Page) -> None:
    """Search, and wait for the answer."""
    page.fill("#words", WORDS)
    expect(page.locator("#heading-text b")).to_have_text(WORDS)


def test_whole_journey_works_by_keyboard_alone(page: Page):
    page.locator("#brand").focus()
    page.keyboard.press("/")
    expect(page.locator("#words")).to_be_focused()
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {WORDS}")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".card-open").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".card-open").nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.parentElement.offsetTop")
    assert below > 0
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    page.keyboard.press("s")
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one")


def test_up_from_the_first_row_leads_back_to_the_search(page: Page):
    page.locator("#words").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#words")).to_be_focused()


def test_keys_are_explained_on_request(page: Page):
    page.locator("#brand").focus()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("More like this picture")
    expect(page.locator("#keys")).to_contain_text("On the map: list the pictures in view")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


# Each theme in one of the languages: colours do not depend on words, nor names on colours.
@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_pages_have_no_accessibility_violations(
    open_page: Callable[..., Page], service, watch, theme: str, locale: str
):
    watch.allowed = {404}
    page = open_page(service.url, color_scheme=theme, locale=locale, bypass_csp=True)
    page.locator(".card").first.wait_for()
    found = {"home": violations(page)}
    search(page)
    page.locator(".card").first.hover()
    found["results"] = violations(page)
    page.locator(".card-open").nth(1).click()
    expect(page.locator("#viewer .facts")).to_contain_text("kB")
    page.keyboard.press("h")
    expect(page.locator(".stage-heat")).to_be_visible()
    found["full view"] = violations(page)
    page.locator(".side-actions .button-main").click()
    page.fill("#words", "green")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".weight")).to_have_count(2)
    page.get_by_role("button", name=re.compile("Leave out “green”|排除“green”")).click()
    page.locator("#filters-button").click()
    expect(page.locator(".facet").first).to_be_visible()
    found["terms and filters"] = violations(page)
    page.get_by_role("button", name=re.compile("Take a part|截取")).click()
    expect(page.locator("#crop .crop-box")).to_be_focused()
    found["a part of a picture"] = violations(page)
    page.keyboard.press("Escape")
    page.goto(f"{service.url}/?q=quarterly+revenue+by+region")
    expect(page.locator("#nearest")).to_be_visible()
    found["nothing matches"] = violations(page)
    found |= look_into_dialogs(page)
    page.goto(f"{service.url}/?similar=aaaaaaaaaaaaaaaa")
    expect(page.locator("#notice")).to_be_visible()
    found["notice"] = violations(page)
    assert found == {state: [] for state in found}


# Dialog → what opens it.
DIALOGS = {
    "history": "#history-button",
    "keys": "#keys-button",
    "skipped": "#status button:not(#language)",
}


def look_into_dialogs(page: Page) -> dict[str, list[str]]:
    """What is found wrong in the lists that open over the page."""
    found = {}
    for name, opener in DIALOGS.items():
        page.locator(opener).click()
        expect(page.locator(f"#{name}").locator("li, dt").first).to_be_visible()
        found[name] = violations(page)
        page.keyboard.press("Escape")
    return found


def test_dark_theme_follows_the_system_and_the_choice_is_kept(
    open_page: Callable[..., Page], service
):
    page = open_page(service.url, color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(colour)
    page.get_by_role("button", name="Switch to the light theme").click()
    light = page.evaluate(colour)
    assert light != dark
    page.reload()
    assert page.evaluate(colour) == light
    page.get_by_role("button", name="Switch to the dark theme").click()
    assert page.evaluate(colour) == dark


def test_phone_shows_everything_without_sideways_scrolling(open_page: Callable[..., Page], service):
    page = open_page(service.url, **PHONE)
    page.locator(".card").first.wait_for()
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    page.fill("#words", WORDS)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {WORDS}")
    assert page.evaluate(overflow) == 0
    page.locator(".card-open").first.tap()
    expect(page.locator("#viewer")).to_be_visible()
    wide = "document.querySelector('.side').scrollWidth <= innerWidth"
    assert page.evaluate(wide)
    page.get_by_role("button", name="Close").tap()
    expect(page.locator("#viewer")).to_be_hidden()


def test_little_motion_is_respected(open_page: Callable[..., Page], service):
    page = open_page(service.url, reduced_motion="reduce")
    page.locator(".card").first.wait_for()
    page.locator(".card-open").first.click()
    running = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 0).length"
    assert page.evaluate(running) == 0


def test_slow_pictures_find_their_places_reserved(open_page: Callable[..., Page], service):
    held: list[Route] = []
    page = open_page(service.url)
    page.route("**/thumbnail*", lambda route: held.append(route))
    page.reload()
    page.locator(".card").first.wait_for()
    tops = "all => all.map((one) => one.getBoundingClientRect().top)"
    before = page.eval_on_selector_all(".card", tops)
    for route in held:
        route.continue_()
    expect(page.locator(".card img[class^=is-here]").first).to_be_visible()
    assert page.eval_on_selector_all(".card", tops) == before
    assert page.evaluate("window.shifts") == 0, page.evaluate("window.shifted")
