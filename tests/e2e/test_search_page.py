"""Searching by words: what a visitor types, sees, and gets more of."""

import json
import re

from playwright.sync_api import Page, Request, Route, expect

BOAT = "a red boat on the sea"
HOUSE = "a green house"
# Without this the browser itself drops an old answer, and the page's own order goes untested.
NEVER_ABORT = "AbortController.prototype.abort = function () {};"


def ask(page: Page, words: str) -> None:
    """Type words and wait for their answer."""
    page.fill("#words", words)
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {words}")


def ids(page: Page) -> list[str]:
    """The pictures in the grid, in order."""
    found: list[str] = page.eval_on_selector_all(".card", "all => all.map(one => one.dataset.id)")
    return found


def test_typed_words_bring_fitting_pictures_best_first(page: Page):
    ask(page, BOAT)
    expect(page.locator(".card").first).to_contain_text("boat")
    texts = page.locator(".card-score").all_text_contents()
    scores = [0.5 if "under" in text else int(re.sub(r"\D", "", text)) for text in texts]
    assert scores == sorted(scores, reverse=True)
    expect(page.locator("#live")).to_contain_text(f"pictures for {BOAT}")


def test_letters_typed_in_one_go_make_one_search(page: Page):
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    page.locator("#words").press_sequentially("red boat", delay=20)
    expect(page.locator("#heading-text")).to_have_text("Best matches for red boat")
    assert len([one for one in requests if "/search" in one.url]) == 1


def test_late_answers_never_overwrite_newer_ones(page: Page):
    held: list[Route] = []
    page.evaluate(NEVER_ABORT)
    page.route(re.compile(r"/v1/search\?q=slow"), lambda route: held.append(route))
    with page.expect_request(re.compile(r"q=slow")):
        page.fill("#words", "slow")
    ask(page, HOUSE)
    newer = ids(page)
    stale = {"collection": "default", "generation": 1, "hits": [], "took_ms": {"total": 1}}
    held[0].fulfill(body=json.dumps(stale), content_type="application/json")
    page.wait_for_timeout(200)
    assert ids(page) == newer
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {HOUSE}")


def test_examples_come_from_the_collection_and_search_by_a_click(page: Page):
    example = page.locator("#examples a").first
    words = example.inner_text()
    example.click()
    expect(page.locator("#heading-text")).to_have_text(f"Best matches for {words}")
    assert page.input_value("#words") == words


def test_reaching_the_end_brings_more_pictures_without_moving_the_first(page: Page):
    ask(page, BOAT)
    before = ids(page)
    boxes = page.eval_on_selector_all(".card", "all => all.map(one => one.style.cssText)")
    for _ in range(3):
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(120)
    expect(page.locator("#more")).to_contain_text("all the pictures")
    assert ids(page)[: len(before)] == before
    assert len(ids(page)) > len(before)
    after = page.eval_on_selector_all(".card", "all => all.map(one => one.style.cssText)")
    assert after[: len(before)] == boxes


def test_cleared_search_shows_the_collection_again(page: Page):
    ask(page, BOAT)
    page.click("#clear")
    expect(page.locator("#heading-text")).to_have_text("From the collection")
    assert page.input_value("#words") == ""
    expect(page.locator("#words")).to_be_focused()


def test_other_pictures_are_shown_on_request(page: Page):
    before = ids(page)
    page.click("#shuffle")
    # All of them in their order: the first alone is drawn again once in a while.
    page.wait_for_function(
        """before => {
            const now = [...document.querySelectorAll('.card')].map(one => one.dataset.id);
            return now.length === before.length && now.join() !== before.join();
        }""",
        arg=before,
    )
    assert ids(page) != before


def test_status_line_tells_the_collection_and_the_time(page: Page):
    ask(page, BOAT)
    status = page.locator("#status")
    expect(status).to_contain_text("61 pictures")
    expect(status).to_contain_text("generation 1")
    expect(status).to_contain_text(re.compile(r"answered in [\d.,]+ ms"))
