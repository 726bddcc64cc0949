"""The full view of one picture: walking, facts, likes, download, link."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

WORDS = "a red boat on the sea"


@pytest.fixture
def results(page: Page) -> Page:
    """The page with the answer to a search."""
    page.fill("#words", WORDS)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {WORDS}")
    return page


def open_card(page: Page, number: int) -> str:
    """Open a card; returns its picture's id."""
    card = page.locator(".card").nth(number)
    card.locator(".card-open").click()
    expect(page.locator("#viewer")).to_be_visible()
    return card.get_attribute("data-id") or ""


def test_opened_picture_is_walked_by_arrows_and_left_by_escape(results: Page):
    open_card(results, 1)
    place = results.locator("#viewer .side-top [role=status]")
    expect(place).to_have_text("2 of 48+")
    results.keyboard.press("ArrowRight")
    expect(place).to_have_text("3 of 48+")
    results.keyboard.press("ArrowLeft")
    results.keyboard.press("ArrowLeft")
    expect(place).to_have_text("1 of 48+")
    results.keyboard.press("Escape")
    expect(results.locator("#viewer")).to_be_hidden()
    expect(results.locator(".card-open").first).to_be_focused()


def test_full_view_shows_caption_metadata_and_file_facts(results: Page):
    open_card(results, 0)
    expect(results.locator("#viewer-title")).to_contain_text("boat")
    facts = results.locator("#viewer .facts")
    for fact in ("Score", "File", "Folder", "JPEG", "thing", "licence", "CC0-1.0"):
        expect(facts).to_contain_text(fact)
    expect(facts).to_contain_text("kB")
    expect(results.locator(".stage-full.is-here")).to_be_visible()


def test_more_like_this_finds_others_from_the_view_and_from_a_card(results: Page):
    shown = open_card(results, 0)
    results.get_by_role("button", name="More like this").click()
    expect(results.locator("#viewer")).to_be_hidden()
    expect(results.locator("#heading-text")).to_have_text("Pictures like this one")
    expect(results.locator("#chips img")).to_be_visible()
    assert f"similar={shown}" in results.url
    assert results.locator(f".card[data-id='{shown}']").count() == 0
    card = results.locator(".card").nth(2)
    other = card.get_attribute("data-id")
    card.hover()
    card.locator(".card-similar").click()
    expect(results.locator(f".card[data-id='{other}']")).to_have_count(0)
    assert f"similar={other}" in results.url


def test_download_gives_the_bytes_of_the_file(results: Page, gallery):
    open_card(results, 0)
    expect(results.locator("#viewer .facts")).to_contain_text(".jpg")
    with results.expect_download() as started:
        results.get_by_role("link", name="Download").click()
    name = started.value.suggested_filename
    original = next(gallery.folder.rglob(name))
    assert started.value.path().read_bytes() == original.read_bytes()


def test_copied_link_opens_the_same_picture(results: Page, open_page: Callable[..., Page]):
    results.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_card(results, 2)
    caption = results.locator("#viewer-title").inner_text()
    results.get_by_role("button", name="Copy link").click()
    expect(results.locator("#toast")).to_have_text("Link copied")
    link = results.evaluate("navigator.clipboard.readText()")
    other = open_page(link)
    expect(other.locator("#viewer-title")).to_have_text(caption)
    expect(other.locator("#viewer .side-top [role=status]")).to_have_text("3 of 48+")
    other.keyboard.press("Escape")
    expect(other.locator("#viewer")).to_be_hidden()
    expect(other.locator("#heading-text")).to_have_text(f"Best matches for {WORDS}")


def test_back_button_closes_the_full_view_and_keeps_the_place(results: Page):
    results.mouse.wheel(0, 500)
    results.wait_for_function("() => scrollY > 300")
    before = results.evaluate("scrollY")
    results.locator(".card").nth(12).locator(".card-open").click()
    expect(results.locator("#viewer")).to_be_visible()
    results.go_back()
    expect(results.locator("#viewer")).to_be_hidden()
    assert abs(results.evaluate("scrollY") - before) < 300
    expect(results.locator("#heading-text")).to_have_text(f"Best matches for {WORDS}")


def test_picture_that_does_not_come_is_forgotten_once_it_was_closed(results: Page, watch):
    watch.allowed = {404}
    held: list[Route] = []
    results.route("**/info*", lambda route: held.append(route))
    with results.expect_request("**/info*"):
        results.goto(f"{results.url}&open=aaaaaaaaaaaaaaaa")
    address = f"{results.url.partition('?')[0]}?q=boat"
    results.evaluate("history.pushState(null, '', '?q=boat')")
    with results.expect_response("**/info*"):
        held[0].fulfill(status=404, json={"code": "image_not_found", "detail": "gone"})
    results.evaluate("fetch('v1/caller').then((answer) => answer.json())")  # the late one is read
    assert results.url == address
    expect(results.locator("#toast")).to_be_hidden()
