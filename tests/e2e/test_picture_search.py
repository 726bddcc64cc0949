"""Searching by a picture of the visitor's: chosen, dropped, pasted, refused, with words."""

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

# A file reaches the page as the browser hands it over: in the transfer of a drop or of a paste.
GIVE = """
([kind, name, body]) => {
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const settings = { bubbles: true, cancelable: true };
  if (kind === "paste") {
    const paste = new ClipboardEvent("paste", { ...settings, clipboardData: transfer });
    document.body.dispatchEvent(paste);
    return;
  }
  for (const step of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(step, { ...settings, dataTransfer: transfer }));
  }
}
"""

SLOW_DRAWING = """
() => { window.createImageBitmap = () => new Promise((_, refuse) => setTimeout(refuse, 400)); }
"""


@pytest.fixture
def boat(gallery) -> Path:
    """A picture file of the collection."""
    rows = gallery.manifest.read_text("utf-8").splitlines()
    first = next(json.loads(row) for row in rows if "boat" in row)
    path: Path = gallery.folder / first["file"]
    return path


def expect_found(page: Page, path: Path) -> None:
    """The picture in this file is the best match of the search by it."""
    expect(page.locator("#heading-text")).to_contain_text("Pictures like yours")
    expect(page.locator("#chips img")).to_be_visible()
    page.locator(".card-open").first.click()
    expect(page.locator("#viewer .facts")).to_contain_text(path.name)


def test_chosen_picture_finds_itself_first(page: Page, boat: Path):
    with page.expect_file_chooser() as chooser:
        page.click("#pick")
    chooser.value.set_files(boat)
    expect_found(page, boat)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_handed_picture_finds_itself_first(page: Page, boat: Path, kind: str):
    body = base64.b64encode(boat.read_bytes()).decode()
    page.evaluate(GIVE, [kind, boat.name, body])
    expect(page.locator("#drop")).to_be_hidden()
    expect_found(page, boat)


def test_card_dragged_out_finds_pictures_like_it(page: Page):
    card = page.locator(".card").nth(1)
    dragged = card.get_attribute("data-id")
    card.drag_to(page.locator("#search"))
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one")
    assert f"similar={dragged}" in page.url


def test_words_refine_a_picture_and_the_weights_shift(page: Page, boat: Path):
    page.set_input_files("#file", boat)
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours")
    assert page.get_by_placeholder("Add words to refine").is_visible()
    page.fill("#words", "green")
    expect(page.locator("#heading-text")).to_have_text("Nearest to your picture and green")
    expect(page.locator("#chips img")).to_be_visible()
    words = page.get_by_label("Weight of “green”")
    picture = page.get_by_label("Weight of your picture")
    for _ in range(9):
        words.press("ArrowLeft")
    expect(page.locator(".card").first).to_contain_text("boat")
    expect(page).to_have_url(re.compile(r"weight=0\.\d"))
    words.press("End")
    for _ in range(10):
        picture.press("ArrowLeft")
    expect(page.locator(".card").first).not_to_contain_text("boat")


def test_words_refine_a_picture_of_the_collection(page: Page):
    page.fill("#words", "a boat")  # of whatever else comes first, words of a boat match little
    expect(page.locator("#heading-text b")).to_have_text("a boat")
    page.locator(".card").first.hover()
    page.locator(".card-similar").first.click()
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one")
    page.fill("#words", "a red boat")
    expect(page.locator("#heading-text")).to_have_text("Pictures like this one, and a red boat")
    assert "similar=" in page.url
    assert "q=a+red+boat" in page.url


def test_words_written_while_a_picture_is_read_are_kept(page: Page, boat: Path):
    page.evaluate(SLOW_DRAWING)
    page.set_input_files("#file", boat)
    page.fill("#words", "boat")
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours, and boat")
    page.wait_for_timeout(300)
    assert page.input_value("#words") == "boat"


def test_removed_picture_leaves_the_words(page: Page, boat: Path):
    page.set_input_files("#file", boat)
    page.fill("#words", "boat")
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours, and boat")
    page.get_by_role("button", name="Remove the picture").click()
    expect(page.locator("#heading-text")).to_have_text("Best matches for boat")
    expect(page.locator("#chips")).to_be_hidden()


def test_refused_picture_shows_the_reason_of_the_service(page: Page, watch, boat: Path):
    watch.allowed = {400, 415}
    with page.expect_response("**/v1/search") as answered:
        body = b"these words are no picture"
        page.set_input_files("#file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": body})
    notice = page.locator("#notice")
    expect(notice).to_contain_text("This picture cannot be used")
    expect(notice).to_contain_text(answered.value.json()["detail"])
    with page.expect_file_chooser() as chooser:
        notice.get_by_role("button", name="Choose another picture").click()
    chooser.value.set_files(boat)
    expect(page.locator("#heading-text")).to_have_text("Pictures like yours")
    expect(notice).to_be_hidden()
