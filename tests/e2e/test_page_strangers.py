"""Captions and metadata come from strangers: on the page they are text and nothing else."""

from playwright.sync_api import Page, expect


def open_hostile(page: Page, part: str) -> None:
    """Open the picture whose caption holds this text, in the full view."""
    page.fill("#words", "a red boat")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    for _ in range(3):
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(100)
    card = page.locator(".card").filter(has_text=part)
    card.locator(".card-open").click()
    expect(page.locator("#viewer")).to_be_visible()


def test_hostile_caption_stays_text_on_the_card_and_in_the_full_view(page: Page):
    open_hostile(page, "onerror=")
    caption = "<img src=x onerror=\"window.hacked='caption'\">"
    expect(page.locator("#viewer-title")).to_have_text(caption)
    expect(page.locator("#viewer .facts")).to_contain_text(caption)
    assert page.locator("main img[src=x], dialog img[src=x], main script").count() == 0
    assert page.evaluate("window.hacked") is None


def test_hostile_link_in_a_caption_is_no_link(page: Page):
    open_hostile(page, "bold")
    expect(page.locator("#viewer-title")).to_contain_text("<b>bold</b>")
    assert page.locator("#viewer a[href^=javascript]").count() == 0
    assert page.locator("#viewer-title b, .card-caption b").count() == 0


def test_hostile_words_in_the_address_stay_text(open_page, service):
    words = "<img src=x onerror=window.hacked=1>"
    page = open_page(f"{service.url}/?q={words}")
    expect(page.locator("#heading-text")).to_have_text(f"Nearest to {words}")
    assert page.evaluate("window.hacked") is None
