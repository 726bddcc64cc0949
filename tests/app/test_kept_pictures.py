"""Pictures of earlier questions: what is kept of them, for whom, and for how long."""

import base64
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.client import terms
from app.client.blocking import Client
from app.failures import KeptPictureGoneError
from app.kept_pictures import KeptPictures
from tests.app.conftest import Library, MakePicture, MakeSettings, Serving, running

ROW = np.arange(4, dtype=np.float32)


def _ask(client: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/v1/search", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _sent(data: bytes, **more: object) -> dict[str, object]:
    return {"image": {"base64": base64.b64encode(data).decode(), **more}}


def _shown(answer: dict[str, Any]) -> list[tuple[str, float]]:
    return [(hit["id"], round(hit["score"], 5)) for hit in answer["hits"]]


def test_kept_picture_asks_what_the_picture_asked(client: httpx.Client, picture: MakePicture):
    data = picture((200, 60, 20))
    form = client.post(
        "/v1/search", files={"image": ("a.png", data)}, data={"keep_pictures": "true"}
    ).json()
    (picture_id,) = form["kept_pictures"]
    again = _ask(client, query=[{"image": {"kept": picture_id}}])
    assert _shown(again) == _shown(form)
    assert again["kept_pictures"] is None
    mixed = [{"text": "blue"}, {"image": {"kept": picture_id}, "weight": 0.5}]
    same = [{"text": "blue"}, {**_sent(data), "weight": 0.5}]
    options: dict[str, Any]
    for options in ({}, {"fusion": "balanced", "explain": True}, {"k": 2, "diversity": 0.5}):
        assert _shown(_ask(client, query=mixed, **options)) == _shown(
            _ask(client, query=same, **options)
        )


def test_kept_pictures_stand_in_order_and_keep_their_crop(
    client: httpx.Client, picture: MakePicture
):
    left = {"x": 0, "y": 0, "width": 0.5, "height": 1}
    one, two = _sent(picture("red")), _sent(picture("blue"), crop=left)
    answer = _ask(
        client,
        query=[{"text": "a"}, one, two],
        exclude=[_sent(picture("green"))],
        keep_pictures=True,
    )
    ids = answer["kept_pictures"]
    assert len(set(ids)) == 3
    assert _ask(client, query=[two], keep_pictures=True)["kept_pictures"] == [ids[1]]
    whole = _ask(client, query=[_sent(picture("blue"))], keep_pictures=True)["kept_pictures"]
    assert whole != [ids[1]]
    excluded = {"query": [{"text": "green"}], "exclude": [{"image": {"kept": ids[2]}}]}
    sent = {"query": [{"text": "green"}], "exclude": [_sent(picture("green"))]}
    assert _shown(_ask(client, **excluded)) == _shown(_ask(client, **sent))
    cropped = {"image": {"kept": ids[0], "crop": left}}
    assert client.post("/v1/search", json={"query": [cropped]}).status_code == 400


def test_kept_picture_that_is_gone_says_to_send_it_again(client: httpx.Client):
    gone = client.post("/v1/search", json={"query": [{"image": {"kept": "nobodys"}}]})
    assert gone.status_code == 410
    assert gone.json()["code"] == "kept_picture_gone"
    assert "send the picture again" in gone.json()["detail"]


def test_kept_pictures_do_not_outlive_the_service_and_never_touch_the_disk(
    library: Library, settings_for: MakeSettings, picture: MakePicture
):
    def files() -> set[Path]:
        return {path for path in library.data_dir.rglob("*") if path.is_file()}

    body = {"query": [_sent(picture("red"))], "keep_pictures": True}
    ids = []
    for _ in range(2):
        with running(settings_for(), lambda _: library.encoder) as client:
            _ask(client, query=body["query"])  # has made the cursor's key
            before = files()
            ids += _ask(client, **body)["kept_pictures"]
            assert files() == before
            first = {"query": [{"image": {"kept": ids[0]}}]}
            status = client.post("/v1/search", json=first).status_code
    assert ids[0] != ids[1]
    assert status == 410


def test_kept_pictures_are_none_where_the_setting_says_so(
    library: Library, settings_for: MakeSettings, picture: MakePicture, serving: Serving
):
    with serving(settings_for(kept_pictures=0), lambda _: library.encoder) as client:
        answer = _ask(client, query=[_sent(picture("red"))], keep_pictures=True)
        assert answer["kept_pictures"] == []
        assert answer["hits"]


def test_kept_pictures_are_known_to_the_client(client: httpx.Client, tmp_path: Path):
    file = tmp_path / "a.png"
    file.write_bytes(client.get(_any_picture(client)).content)
    with Client(str(client.base_url)) as typed:
        answer = typed.search(terms.picture(file), keep_pictures=True)
        assert answer.kept_pictures is not None
        again = typed.search(terms.kept(answer.kept_pictures[0]))
        assert [hit.id for hit in again.hits] == [hit.id for hit in answer.hits]


def _any_picture(client: httpx.Client) -> str:
    found = client.get("/v1/search", params={"q": "red"}).json()["hits"][0]
    image_url: str = found["image_url"]
    return image_url


def test_kept_pictures_past_their_number_or_age_are_forgotten():
    now = [0.0]
    memory = KeptPictures(2, 10, clock=lambda: now[0])
    first, second = memory.keep(b"1", ROW), memory.keep(b"2", ROW + 1)
    assert memory.keep(b"1", ROW) == first  # is the newest again
    third = memory.keep(b"3", ROW)
    with pytest.raises(KeptPictureGoneError):
        memory.recall(second)
    assert memory.recall(first).tolist() == ROW.tolist()
    now[0] = 5
    memory.keep(b"1", ROW)
    now[0] = 10
    assert len(memory) == 1
    with pytest.raises(KeptPictureGoneError):
        memory.recall(third)
    assert KeptPictures(2, 10).keep(b"1", ROW) != first  # another service, another id
