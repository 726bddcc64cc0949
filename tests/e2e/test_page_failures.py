"""When something is wrong the page says what, in words, and goes on by itself where it can."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.e2e.test_page_access import violations_in_both_themes

SEARCH = re.compile(r"/v1/search")
# A text that stands for a second or two is past before a busy machine looks.
KEEP_WHAT_THE_NOTICE_SAYS = """() => {
  const notice = document.getElementById("notice");
  window.said = [];
  new MutationObserver(() => window.said.push(notice.textContent)).observe(
    notice, { childList: true, subtree: true, characterData: true });
}"""


def refuse(status: int, code: str, detail: str, **headers: str) -> Callable[[Route], None]:
    """A handler that answers with a problem of the service's shape."""
    body = json.dumps({"title": code, "status": status, "detail": detail, "code": code})

    def handle(route: Route) -> None:
        route.fulfill(
            status=status, body=body, content_type="application/problem+json", headers=headers
        )

    return handle


def test_nothing_indexed_shows_the_command_and_notices_the_pictures(
    empty_service, open_page: Callable[..., Page], watch, run_command, gallery
):
    watch.allowed = {404, 409}
    page = open_page(empty_service.url, bypass_csp=True)
    notice = page.locator("#notice")
    expect(notice).to_contain_text("No pictures here yet")
    expect(notice.locator("code")).to_have_text("sightline index /path/to/pictures")
    assert violations_in_both_themes(page) == []
    run_command(empty_service.data, "index", str(gallery.hostile_manifest))
    expect(page.locator(".card")).to_have_count(3, timeout=15_000)
    expect(notice).to_be_hidden()


def test_service_away_is_said_and_its_return_is_noticed(page: Page, watch):
    watch.allows_no_answer = True
    page.route(SEARCH, lambda route: route.abort("connectionrefused"))
    page.fill("#words", "a red boat")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The service does not answer")
    expect(notice.locator("code")).to_have_text("sightline serve")
    expect(notice).to_contain_text(re.compile(r"Trying again in \d s"))
    page.unroute(SEARCH)
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    expect(notice).to_be_hidden()


def test_busy_service_is_asked_again_when_it_says(page: Page, watch):
    watch.allowed = {429}
    busy = refuse(429, "overloaded", "too many", **{"Retry-After": "2"})
    page.route(SEARCH, busy, times=1)
    page.evaluate(KEEP_WHAT_THE_NOTICE_SAYS)
    page.fill("#words", "a red boat")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    said = page.evaluate("window.said")
    assert any("The service is busy" in text for text in said)
    assert any("Trying again in 2 s" in text for text in said)


def test_failed_service_is_asked_again_by_hand(page: Page, watch):
    watch.allowed = {500}
    page.route(SEARCH, refuse(500, "internal", "the log of the service says more"), times=1)
    page.fill("#words", "a red boat")
    expect(page.locator("#notice")).to_contain_text("The service failed on this one")
    expect(page.locator("#live")).to_contain_text("The service failed on this one")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")


def test_more_pictures_that_do_not_come_leave_those_that_did(page: Page, watch):
    watch.allowed = {500}
    page.fill("#words", "a red boat")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    page.route(SEARCH, refuse(500, "internal", "no"), times=1)
    page.mouse.wheel(0, 20_000)
    expect(page.locator("#more")).to_contain_text("More pictures did not come")
    assert page.locator(".card").count() > 30
    page.locator("#more button").click()
    expect(page.locator("#more")).to_contain_text("all the pictures")


def test_link_to_a_gone_picture_says_so(open_page: Callable[..., Page], service, watch):
    watch.allowed = {404}
    page = open_page(f"{service.url}/?similar=aaaaaaaaaaaaaaaa")
    expect(page.locator("#notice")).to_contain_text("no longer in the collection")
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("#intro")).to_be_visible()


def test_link_to_an_unknown_collection_says_so(open_page: Callable[..., Page], service, watch):
    watch.allowed = {404}
    page = open_page(f"{service.url}/?q=boat&collection=holidays")
    expect(page.locator("#notice")).to_contain_text("There is no such collection")


def test_skipped_files_are_listed_with_their_reasons(page: Page):
    page.get_by_role("button", name="1 file skipped").click()
    dialog = page.locator("#skipped")
    expect(dialog).to_contain_text("broken.jpg")
    expect(dialog.locator(".skipped-reason")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
