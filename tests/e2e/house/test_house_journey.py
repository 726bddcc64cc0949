"""Keeping house at a real service with a real worker, by keyboard alone: pictures added, a job
begun, tags computed, an older generation served again.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Gallery, Service
from tests.e2e.house.conftest import LONG_MS, enter_room, forgive_own_doings, press
from tests.e2e.watching import Watch

PUT = re.compile("/v1/images/")
PATHS = ["more/trip/one <b>.jpg", "two.jpg"]


def test_house_is_kept_by_keyboard_alone(
    house: Service, open_page: Callable[..., Page], gallery: Gallery, tmp_path: Path, watch: Watch
):
    watch.allowed = {400, 429}
    page = open_page(house.url)
    page.locator(".card").first.wait_for()
    page.get_by_role("link", name="Keep house").press("Enter")
    add_pictures(page, gallery, tmp_path / "more")
    enter_room(page, "Jobs")
    job = page.locator(".house-card").first
    expect(job).to_contain_text("Take in pictures that were added")
    expect(job).to_contain_text(re.compile(r"Published generation \d+ · \d new"))
    press(page, "New index run")
    expect(page.get_by_label("Folders, manifests or shards")).to_be_focused()
    page.get_by_label("Try skipped files again").press("Space")
    press(page, "Start")
    expect(page.get_by_role("button", name="New index run")).to_be_focused()
    expect(job).to_contain_text("skipped files again")
    expect(job.locator(".badge")).to_have_text("done", timeout=LONG_MS)
    tag(page)
    go_back(page)
    forgive_own_doings(page)


def add_pictures(page: Page, gallery: Gallery, folder: Path) -> None:
    """Add a folder, meanwhile a single picture, and try again the one that could not be read."""
    single = make_pictures(gallery, folder)
    held: list[Route] = []
    page.route(PUT, lambda route: held.append(route), times=1)
    with page.expect_request(PUT):
        page.locator("input[webkitdirectory]").set_input_files(folder)
    room = page.locator(".house-room")
    expect(room).to_contain_text("1 other file is no picture")
    room.locator("input[type=file]").first.set_input_files(single)
    expect(room).to_contain_text("of 3 pictures sent")
    held[0].fulfill(status=429, headers={"Retry-After": "1"}, json={"code": "overloaded"})
    done = re.compile(r"Done: searches see 2 pictures, in generation \d")
    expect(room).to_contain_text(done, timeout=LONG_MS)
    expect(page.locator("#live")).to_contain_text(done)
    expect(room).to_contain_text("1 was not taken")
    expect(room.locator(".house-rows li")).to_contain_text("more/broken.jpg")
    expect(room.locator(".house-reason")).not_to_be_empty()
    with page.expect_response(PUT):
        press(page, "Try those again")
    expect(room.locator(".house-rows li")).to_contain_text("more/broken.jpg")
    expect(room).to_contain_text(done)
    found = page.evaluate(
        "(filter) => fetch(`v1/search?q=x&k=100&filter=${encodeURIComponent(filter)}`)"
        ".then((answer) => answer.json())"
        ".then(({ hits }) => hits.map(({ metadata }) => metadata.path))",
        f"path in {json.dumps(PATHS)}",
    )
    assert sorted(found) == PATHS


def make_pictures(gallery: Gallery, folder: Path) -> Path:
    """Fill a folder with a picture, a broken one, and what is none. Returns a picture beside it."""
    (folder / "trip").mkdir(parents=True)
    drawn = [json.loads(line)["file"] for line in gallery.manifest.read_text("utf-8").splitlines()]
    shutil.copy(gallery.folder / drawn[1], folder / "trip/one <b>.jpg")
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 and no more")
    (folder / "notes.txt").write_text("no picture")
    return Path(shutil.copy(gallery.folder / drawn[2], folder.parent / "two.jpg"))


def tag(page: Page) -> None:
    """Make a tag set, and wait until its tags are there."""
    enter_room(page, "Tags")
    press(page, "New tag set")
    page.get_by_label("Name of the set").fill("things")
    page.get_by_label("Names", exact=True).fill("boat, bird\nhouse")
    press(page, "Save")
    card = page.locator(".house-card").filter(has_text="things")
    expect(card.locator(".badge")).to_have_text("in force", timeout=LONG_MS)
    page.get_by_role("button", name="Change: things").press("Enter")
    expect(page.get_by_label("Names", exact=True)).to_have_value("boat\nbird\nhouse")
    press(page, "Cancel")


def go_back(page: Page) -> None:
    """To the generation before the newest, after a second thought."""
    enter_room(page, "Generations")
    newest, older = (page.locator(".house-card").nth(at) for at in (0, 1))
    expect(newest).to_contain_text("being served")
    number = int(newest.get_by_role("heading").inner_text().split()[-1])
    older.get_by_role("button").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Searches will see generation {number - 1}")
    expect(dialog).to_contain_text("Nothing is lost")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(older.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    press(page, f"Serve generation {number - 1} instead of {number}")
    expect(older).to_contain_text("being served", timeout=LONG_MS)
    expect(page.locator("#live")).to_have_text(f"Generation {number - 1} is being served.")
    expect(newest.get_by_role("button", name="Go forward to this one")).to_be_visible()
