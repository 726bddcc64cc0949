"""Where the service asks for a key: signing in with it on the page, being signed out in the middle,
and signing out.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from app.access.key_store import KeyStore
from app.access.roles import Role
from tests.e2e.conftest import Service, address_of, started
from tests.e2e.test_page_access import violations_in_both_themes
from tests.e2e.watching import Watch
from tests.keys import secret_of

SEEN = "Boolean(document.querySelector('.card img')?.naturalWidth)"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"


def generation_served(url: str, key: str) -> int | None:
    """The generation that the service has opened."""
    asked = Request(f"{url}/v1/collections", headers={"X-API-Key": key})
    with urlopen(asked) as answer:
        generation: int | None = json.load(answer)["collections"][0]["generation"]
        return generation


@pytest.fixture
def keyed(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Service, KeyStore, str]]:
    """A service that answers nobody without a key; its keys, and one that searches."""
    data = tmp_path / "data"
    shutil.copytree(service.data, data)
    monkeypatch.setenv("SIGHTLINE_WORKER", "off")
    monkeypatch.setenv("SIGHTLINE_ANONYMOUS", "none")
    store = KeyStore(data)
    key = store.create(Role.SEARCH, "mine")[1]
    with started(data) as process:
        url = address_of(process)
        deadline_s = time.monotonic() + 30
        while generation_served(url, key) is None and time.monotonic() < deadline_s:
            time.sleep(0.1)
        yield Service(url, data), store, key


def test_whoever_signs_in_searches_and_sees_pictures(
    keyed: tuple[Service, KeyStore, str], open_page: Callable[..., Page], watch: Watch
):
    served, store, key = keyed
    watch.allowed = {401}
    page = open_page(f"{served.url}/?q=a+red+boat", bypass_csp=True)
    field = page.get_by_role("dialog", name="Sign in").get_by_label("Key")
    expect(field).to_be_focused()
    page.keyboard.type("sightline_nothing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("This key opens nothing")
    expect(field).to_be_focused()
    assert violations_in_both_themes(page) == []
    page.keyboard.type(key)  # over the wrong one, which is selected
    page.keyboard.press("Enter")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    page.wait_for_function(SEEN)
    assert secret_of(key) not in page.content() + page.evaluate(STORED)
    end_in_the_middle(page, store, key)
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(field).to_be_focused()
    expect(page).to_have_url(f"{served.url}/")
    page.keyboard.press("Escape")
    expect(page.locator("#notice")).to_contain_text("Sign in with a key to search")
    expect(page.locator(".card")).to_have_count(0)
    assert page.evaluate("fetch('v1/caller').then(({ status }) => status)") == 401
    page.get_by_role("button", name="Sign in").press("Enter")
    expect(field).to_be_focused()


def end_in_the_middle(page: Page, store: KeyStore, key: str) -> None:
    """The key ends while somebody asks by it: the question waits for another."""
    other = store.create(Role.SEARCH, "another")[1]

    def end_the_key(route: Route) -> None:
        store.revoke(key.split("_")[1])
        route.continue_()

    page.route("**/v1/search?*", end_the_key, times=1)
    page.fill("#words", "a green tree")
    field = page.get_by_role("dialog", name="Sign in").get_by_label("Key")
    expect(field).to_be_focused()
    expect(page.locator("#heading-text")).to_have_text("Best matches for a red boat")
    field.fill(other)
    page.keyboard.press("Enter")
    expect(page.locator("#heading-text")).to_have_text("Best matches for a green tree")
    expect(page.locator("#words")).to_be_focused()
    page.wait_for_function(SEEN)
    expect(page.locator("#sign-out")).to_have_attribute("title", "Signed in with the key “another”")
    # Pictures that stay away are reason enough to look.
    page.evaluate("document.querySelectorAll('.card').forEach((card) => card.dataset.old = '')")
    store.revoke(other.split("_")[1])
    third = store.create(Role.SEARCH, "third")[1]
    page.evaluate("document.querySelector('.card img').src = 'v1/images/none/thumbnail'")
    expect(field).to_be_focused()
    field.fill(third)
    page.keyboard.press("Enter")
    expect(page.locator(".card[data-old]")).to_have_count(0)
    page.wait_for_function(SEEN)
