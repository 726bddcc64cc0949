"""GET /v1/images/{id} and what hangs below it: bytes, caching, and files that have gone."""

import io
import os
from typing import Any

import httpx
import pytest
from PIL import Image


@pytest.fixture
def client(own_client: httpx.Client) -> httpx.Client:
    """Files are changed here, so every test has its own."""
    return own_client


@pytest.fixture
def red(client: httpx.Client) -> dict[str, Any]:
    """The red picture as a search finds it."""
    hits: list[dict[str, Any]] = client.get("/v1/search", params={"q": "red", "k": 1}).json()[
        "hits"
    ]
    return hits[0]


def test_image_is_sent_byte_for_byte_with_its_true_type(client: httpx.Client, library, red):
    answer = client.get(f"/v1/images/{red['id']}")
    assert answer.content == (library.pictures / "red.png").read_bytes()
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_image_of_a_png_named_jpg_is_sent_as_png(client: httpx.Client, library, red):
    (library.pictures / "red.png").rename(library.pictures / "red.jpeg")
    library.index()
    _wait_for_generation(client, 2)
    assert client.get(f"/v1/images/{red['id']}").headers["content-type"] == "image/png"


@pytest.mark.parametrize("part", ["", "/thumbnail"])
def test_image_is_not_sent_again_to_who_has_it(client: httpx.Client, red, part: str):
    path = f"/v1/images/{red['id']}{part}"
    etag = client.get(path).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    assert client.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_image_may_be_kept_for_good_only_under_its_version(client: httpx.Client, red):
    assert "immutable" in client.get(red["image_url"]).headers["cache-control"]
    assert "immutable" in client.get(red["thumbnail_url"]).headers["cache-control"]
    for query in ("", "?v=anotherversion"):
        kept = client.get(f"/v1/images/{red['id']}{query}").headers["cache-control"]
        assert kept == "private, no-cache"


def _naive_part(data: bytes, first: str, last: str) -> bytes:
    if not first:
        return data[-int(last) :] if int(last) else b""
    return data[int(first) : int(last) + 1 if last else None]


def test_image_can_be_read_in_parts(client: httpx.Client, library, red):
    data = (library.pictures / "red.png").read_bytes()
    etag = client.get(red["image_url"]).headers["etag"]
    for wanted in ("1-3", "0-0", "5-", "-7", "-99999", "3-99999", "0-"):
        headers = {"range": f"bytes={wanted}"}
        answer = client.get(red["image_url"], headers=headers)
        first, _, last = wanted.partition("-")
        part = _naive_part(data, first, last)
        start = int(first) if first else len(data) - len(part)
        assert (answer.status_code, answer.content) == (206, part)
        shown = f"bytes {start}-{start + len(part) - 1}/{len(data)}"
        assert (answer.headers["content-range"], answer.headers["etag"]) == (shown, etag)
        head = client.head(red["image_url"], headers=headers)
        assert (head.status_code, head.content) == (206, b"")
        assert head.headers["content-length"] == str(len(part))


def test_image_part_behind_the_end_is_refused_with_the_size(client: httpx.Client, red):
    size = len(client.get(red["image_url"]).content)
    for wanted in ("99999-", "-0", "99999-100000", "99999-,-0"):
        answer = client.get(red["image_url"], headers={"range": f"bytes={wanted}"})
        assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
        assert answer.headers["content-range"] == f"bytes */{size}"


def test_image_is_sent_whole_where_the_range_makes_no_sense(client: httpx.Client, red):
    whole = client.get(red["image_url"]).content
    many = ",".join(f"{2 * start}-{2 * start}" for start in range(9))
    senseless = ("bytes", "bytes=", "bytes=-", "bytes=3-1", "bytes=a-b", "chapters=1-2")
    for wanted in (*senseless, "bytes=0-9,5-20", f"bytes={many}", f"bytes={'9' * 30}-"):
        answer = client.get(red["image_url"], headers={"range": wanted})
        assert (answer.status_code, answer.content) == (200, whole)


def test_image_comes_in_several_parts_where_several_are_asked_for(client: httpx.Client, red):
    answer = client.get(red["image_url"], headers={"range": "bytes=5-, 1-3, 90000-"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert b"\r\n\r\nPNG\r\n" in answer.content


def test_image_part_is_given_only_of_the_version_that_the_client_has(
    client: httpx.Client, library, red
):
    etag = client.get(red["image_url"]).headers["etag"]
    for version, status in ((etag, 206), ('"other"', 200), (f"W/{etag}", 200), ("", 200)):
        headers = {"range": "bytes=1-3", "if-range": version}
        assert client.get(red["image_url"], headers=headers).status_code == status
    with (library.pictures / "red.png").open("ab") as file:
        file.write(b"edited")
    headers = {"range": "bytes=1-3", "if-range": etag}
    assert client.get(red["image_url"], headers=headers).status_code == 200


def test_image_head_is_the_answer_without_the_body(client: httpx.Client, red):
    for address in (red["image_url"], red["thumbnail_url"]):
        whole, head = client.get(address), client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "cache-control", "content-type", "content-length"):
            assert head.headers[name] == whole.headers[name]


def test_image_whose_file_has_gone_says_so_and_what_to_do(client: httpx.Client, library, red):
    (library.pictures / "red.png").unlink()
    answer = client.get(red["image_url"])
    assert (answer.status_code, answer.json()["code"]) == (410, "file_gone")
    assert "sightline index" in answer.json()["detail"]


def test_image_that_became_a_pipe_is_gone_and_nothing_hangs(client: httpx.Client, library, red):
    (library.pictures / "red.png").unlink()
    os.mkfifo(library.pictures / "red.png")
    assert client.get(red["image_url"]).status_code == 410
    assert client.get("/healthz").status_code == 200


def test_image_that_was_edited_since_is_sent_without_the_old_tag(
    client: httpx.Client, library, red
):
    library.add("red.png", (200, 200, 200))
    (library.pictures / "red.png").write_bytes(
        (library.pictures / "red.png").read_bytes() + b"edited"
    )
    answer = client.get(red["image_url"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert red["image_url"].rpartition("v=")[2] not in answer.headers["etag"]


@pytest.mark.parametrize("part", ["", "/thumbnail", "/info"])
def test_image_that_is_unknown_is_not_found(client: httpx.Client, part: str):
    answer = client.get(f"/v1/images/nosuchpicture000{part}")
    assert (answer.status_code, answer.json()["code"]) == (404, "image_not_found")


def test_thumbnail_is_a_jpeg(client: httpx.Client, red):
    answer = client.get(red["thumbnail_url"])
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (40, 30)


def test_thumbnail_is_drawn_on_demand_when_none_is_stored(client: httpx.Client, library, red):
    for stored in (library.data_dir / "collections/default/thumbnails").rglob("*.jpg"):
        stored.unlink()
    answer = client.get(red["thumbnail_url"])
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).size == (40, 30)


def test_thumbnail_of_a_file_that_is_no_picture_any_more_is_gone(
    client: httpx.Client, library, red
):
    for stored in (library.data_dir / "collections/default/thumbnails").rglob("*.jpg"):
        stored.unlink()
    (library.pictures / "red.png").write_bytes(b"no picture")
    answer = client.get(red["thumbnail_url"])
    assert (answer.status_code, answer.json()["code"]) == (410, "file_gone")


def test_info_says_everything_on_record(client: httpx.Client, library, red):
    info = client.get(f"/v1/images/{red['id']}/info").json()
    assert info["uri"] == (library.pictures / "red.png").as_uri()
    assert info["size_bytes"] == (library.pictures / "red.png").stat().st_size
    assert (info["id"], info["width"], info["height"]) == (red["id"], 40, 30)


def _wait_for_generation(client: httpx.Client, number: int) -> None:
    for _ in range(200):
        if client.get("/v1/collections/default").json()["generation"] == number:
            return
    raise AssertionError("the new generation never came")
