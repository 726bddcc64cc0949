"""GET /v1/collections/{name}/map…: tiles, sheets, places, copies, and what is not there."""

import io

import httpx
from PIL import Image

MAP = "/v1/collections/default/map"


def test_levels_show_all_pictures_and_the_deepest_each_at_its_place(client: httpx.Client):
    whole = client.get(MAP).json()
    assert (whole["items"], whole["side"], whole["deepest_level"]) == (6, 4, 2)
    known = {one["id"] for one in client.get("/v1/collections/default/sample?k=9").json()["hits"]}
    shown: set[str] = set()
    for level in range(whole["deepest_level"] + 1):
        tile = client.get(f"{MAP}/tiles/{level}/0/0").json()
        assert sum(slot["count"] for slot in tile["slots"]) == 6
        standing = {slot["picture"]["id"] for slot in tile["slots"]}
        assert shown <= standing  # nothing vanishes on the way in
        shown = standing
    assert shown == known
    asked = [("id", one) for one in known] + [("id", "unknown")]
    places = client.get(f"{MAP}/places", params=asked).json()["places"]
    assert {(one["id"], one["x"], one["y"]) for one in places} == {
        (slot["picture"]["id"], slot["x"], slot["y"]) for slot in tile["slots"]
    }


def test_sheet_shows_each_picture_in_its_cell(client: httpx.Client):
    tile = client.get(f"{MAP}/tiles/2/0/0").json()
    answer = client.get(tile["sheet_url"])
    assert answer.headers["content-type"] == "image/jpeg"
    sheet = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert sheet.size == (640, 640)
    for slot in tile["slots"]:
        data = client.get(slot["picture"]["thumbnail_url"]).content
        colour = Image.open(io.BytesIO(data)).convert("RGB").resize((1, 1)).getpixel((0, 0))
        cell = sheet.getpixel((slot["x"] * 80 + 40, slot["y"] * 80 + 40))
        assert isinstance(colour, tuple)
        assert isinstance(cell, tuple)
        assert max(abs(a - b) for a, b in zip(colour, cell, strict=True)) < 12
    taken = {(slot["x"], slot["y"]) for slot in tile["slots"]}
    x, y = next((x, y) for x in range(4) for y in range(4) if (x, y) not in taken)
    assert sheet.getpixel((x * 80 + 40, y * 80 + 40)) == (128, 128, 128)


def test_copies_are_kept_by_version_and_checked_without_it(client: httpx.Client):
    version = client.get(MAP).json()["version"]
    for part in (f"{MAP}/tiles/1/0/0", f"{MAP}/tiles/1/0/0/sheet"):
        plain = client.get(part)
        assert plain.headers["cache-control"] == "private, no-cache"
        assert client.get(part, params={"v": "older"}).headers["cache-control"].endswith("no-cache")
        assert "immutable" in client.get(part, params={"v": version}).headers["cache-control"]
        again = client.get(part, headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_what_is_not_there_is_said_with_what_there_is(client: httpx.Client):
    for part, detail in (("9/0/0", "levels 0 to 2"), ("2/1/0", "1 × 1 tiles")):
        answer = client.get(f"{MAP}/tiles/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_tile")
        assert detail in answer.json()["detail"]
    assert client.get(f"{MAP}/tiles/2/-1/0").status_code == 400
    assert client.get(f"{MAP}/places").status_code == 400
    assert client.get("/v1/collections/none/map").status_code == 404
