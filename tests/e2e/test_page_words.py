"""In the visitor's language, on paper, by the thousand, and closer: names and neighbours."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

BOAT = "a red boat"
RESULTS = 900
# What the page itself says: names of things that can be pressed, and what stands in them. The
# captions of pictures like the open one, which come when they come, are words of the collection.
SAID = """
() => [...document.querySelectorAll("button, label, h2, h3, [aria-label], [title], [placeholder]")]
  .filter((one) => one.checkVisibility() && !one.closest("[lang=en], .near li"))
  .flatMap((one) => [one.ariaLabel, one.title, one.placeholder,
                     one.childElementCount || one.dir ? null : one.textContent])
  .filter(Boolean)
"""
ENGLISH = re.compile(r"[A-Za-z]{3,}")
NAMES = {"Sightline", "English", "Shift", "Enter", "JPEG", "builtin", "cat", "dog", "horse"}


def many(route: Route) -> None:
    """Answer with the service's own pictures over and over, as many as a patient visitor sees."""
    body = route.fetch().json()
    own = body["hits"]
    body["hits"] = [
        {**own[number % len(own)], "id": f"{number:016x}", "folded": None, "relevance": 0.9}
        for number in range(RESULTS)
    ]
    body["next_cursor"] = None
    route.fulfill(body=json.dumps(body), content_type="application/json")


def left_in_english(page: Page) -> list[str]:
    """What the page still says in English; words of the collection are left aside."""
    said: list[str] = page.evaluate(SAID)
    return [one for one in said if set(ENGLISH.findall(one)) - NAMES - {"red", "boat"}]


def test_page_speaks_the_browsers_language_until_another_is_chosen(
    open_page: Callable[..., Page], service
):
    page = open_page(f"{service.url}/?q={BOAT}", locale="zh-CN")
    expect(page.locator("#heading-text")).to_have_text(f"最符合 {BOAT} 的图片")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator("#status")).to_contain_text("61 张图片")
    assert left_in_english(page) == []
    page.locator(".card-open").first.click()
    expect(page.locator("#viewer .facts")).to_contain_text("文件夹")
    assert left_in_english(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("打开图片")
    page.keyboard.press("Escape")
    switch = page.get_by_role("button", name="English")
    switch.press("Enter")
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    expect(page.get_by_role("button", name="中文")).to_be_focused()
    page.reload()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_thousands_of_results_are_in_the_document_as_far_as_they_are_near(
    open_page: Callable[..., Page], service, watch
):
    watch.allowed = {404}  # nobody knows the facts of the made-up ones
    page = open_page("about:blank")
    watch.origin = service.url
    page.route(re.compile(r"/v1/search\?"), many)
    page.goto(f"{service.url}/?q={BOAT}")
    cards = page.locator(".card")
    expect(cards.first).to_have_attribute("aria-setsize", str(RESULTS))
    few = 160
    assert 10 < cards.count() < few
    page.locator(".card-open").nth(3).focus()
    page.evaluate("window.scrollTo({ top: document.body.scrollHeight / 2 })")
    expect(page.locator("[aria-posinset='450']")).to_be_attached()
    assert cards.count() < few
    focused = "document.activeElement.closest('.card').getAttribute('aria-posinset')"
    assert page.evaluate(focused) == "4"  # it stays, wherever the visitor scrolls
    places = "all => all.map((one) => Number(one.getAttribute('aria-posinset')))"
    shown = page.eval_on_selector_all(".card", places)
    assert shown == sorted(shown)
    page.keyboard.press("End")
    assert page.evaluate(focused) == str(RESULTS)
    seen = "() => document.activeElement.getBoundingClientRect().bottom <= innerHeight"
    page.wait_for_function(seen)
    for _ in range(12):  # beyond what was in the document
        page.keyboard.press("ArrowUp")
    assert 780 < int(page.evaluate(focused)) < 880
    page.keyboard.press("Home")
    assert page.evaluate(focused) == "1"
    tab_stops = "all => all.filter((one) => one.tabIndex === 0).length"
    assert page.eval_on_selector_all(".card-open", tab_stops) == 1
    page.wait_for_function("() => scrollY < 60")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer [role=status]")).to_have_text(f"1 of {RESULTS}")


def test_paper_shows_the_question_and_every_picture_with_its_caption(page: Page):
    page.fill("#words", BOAT)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#heading-text")).to_be_visible()
    expect(page.locator(".card-caption").last).to_be_visible()
    for hidden in ("#search", "#filters-button", ".card-similar", "#language"):
        expect(page.locator(hidden).first).to_be_hidden()
    boxes = page.eval_on_selector_all(
        ".card", "all => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    assert len({box["x"] for box in boxes}) == 4
    for row in range(0, len(boxes) - 4, 4):
        assert boxes[row]["bottom"] <= boxes[row + 4]["top"]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    page.wait_for_function("() => window.shifts > 0")  # the sheet of paper is another layout
    page.evaluate("window.shifts = 0")


def test_names_that_are_typed_are_tried_on_each_picture(page: Page):
    page.fill("#words", BOAT)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    page.locator(".card-open").first.click()
    page.get_by_label("What is it?").fill("boat, bicycle，house")
    page.keyboard.press("ArrowLeft")  # in the field it moves the cursor only
    page.keyboard.press("Enter")
    guess = page.locator("#viewer .guess")
    expect(guess.locator(".guess-said")).to_contain_text("Most likely: ")
    expect(guess.locator("li")).to_have_count(4)
    expect(guess.locator("li").first).to_contain_text(re.compile(r"boat.*%"))
    page.locator(".viewer-close").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#viewer [role=status]")).to_contain_text("2 of")
    expect(guess.locator(".guess-said")).to_contain_text("Most likely")
    page.get_by_label("What is it?").fill("")
    page.keyboard.press("Enter")
    expect(guess.locator("li")).to_have_count(0)


def test_pictures_like_the_open_one_lead_on(page: Page):
    page.fill("#words", BOAT)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    page.locator(".card-open").first.click()
    near = page.locator("#viewer .near a")
    expect(near).to_have_count(8)
    before = page.locator("#viewer").get_attribute("data-id")
    near.nth(1).press("Enter")
    expect(page.locator("#viewer")).not_to_have_attribute("data-id", str(before))
    assert page.evaluate("document.querySelector('#viewer').contains(document.activeElement)")
    expect(near).to_have_count(8)
    page.keyboard.press("Escape")
    expect(page.locator("#viewer")).to_be_hidden()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")


def test_theme_goes_round_by_light_dark_and_the_systems(open_page: Callable[..., Page], service):
    page = open_page(service.url, color_scheme="light")
    theme = page.locator("html")
    for name, shown in (("dark", "dark"), ("light", "light")):
        page.get_by_role("button", name=f"Switch to the {name} theme").click()
        expect(theme).to_have_attribute("data-theme", shown)
    page.get_by_role("button", name="Follow the system's theme").click()
    expect(theme).not_to_have_attribute("data-theme", re.compile(".*"))
    assert page.evaluate("localStorage.getItem('sightline-theme')") is None
