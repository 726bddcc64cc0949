"""The address bar: what is shown can be reloaded, shared, and stepped back through."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

BOAT = "a red boat"
HOUSE = "a green house"


def ask(page: Page, words: str) -> None:
    """Enter words and wait for their answer."""
    page.fill("#words", words)
    page.keyboard.press("Enter")
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {words}")


def test_back_and_forward_step_through_the_searches(page: Page):
    ask(page, BOAT)
    ask(page, HOUSE)
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    assert page.input_value("#words") == BOAT
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text("From the collection")
    assert page.input_value("#words") == ""
    page.go_forward()
    page.go_forward()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {HOUSE}")


def type_with_pauses(page: Page, *words: str, pause_ms: int) -> None:
    """Type these words one after the other, on a clock of the test's own."""
    page.clock.install(time=0)
    page.clock.pause_at(60_000)
    for one in words:
        page.fill("#words", one)
        page.clock.run_for(pause_ms)
        expect(page.locator("#heading-text")).to_have_text(f"Best matches for {one}")


def test_words_of_one_thought_are_one_step_back(page: Page):
    type_with_pauses(page, "a", "a red", "a red boat", pause_ms=900)
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text("From the collection")


def test_words_of_another_thought_are_another_step_back(page: Page):
    type_with_pauses(page, BOAT, HOUSE, pause_ms=5_000)
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text("From the collection")


def test_reload_restores_words_open_picture_and_title(page: Page):
    ask(page, BOAT)
    page.locator(".card-open").nth(3).click()
    caption = page.locator("#viewer-title").inner_text()
    page.reload()
    expect(page.locator("#viewer-title")).to_have_text(caption)
    page.keyboard.press("Escape")
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    assert page.title().startswith(BOAT)
    assert "open=" not in page.url


def test_reload_restores_a_search_by_a_picture(page: Page, gallery):
    picture = next(gallery.folder.glob("*/*.jpg"))
    page.set_input_files("#file", picture)
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours")
    first = page.locator(".card").first.get_attribute("data-id")
    page.reload()
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours")
    expect(page.locator("#chips img")).to_be_visible()
    assert page.locator(".card").first.get_attribute("data-id") == first


def test_way_back_leads_to_the_same_place(page: Page):
    ask(page, BOAT)
    page.mouse.wheel(0, 900)
    page.wait_for_function("() => scrollY > 700 && history.state.y > 700")
    place = page.evaluate("scrollY")
    page.locator(".card-similar").nth(16).evaluate("one => one.click()")
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one")
    page.go_back()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {BOAT}")
    assert abs(page.evaluate("scrollY") - place) < 5


def test_links_of_a_card_work_in_a_page_of_their_own(page: Page, open_page: Callable[..., Page]):
    ask(page, BOAT)
    card = page.locator(".card").first
    shown = card.get_attribute("data-id")
    link = card.locator(".card-similar").evaluate("one => one.href")
    other = open_page(link)
    expect(other.locator("#heading-text")).to_have_text("Pictures like this one")
    assert other.locator(f".card[data-id='{shown}']").count() == 0


def test_brand_leads_home(page: Page):
    ask(page, BOAT)
    page.click("#brand")
    expect(page.locator("#intro")).to_be_visible()
    assert "?" not in page.url
