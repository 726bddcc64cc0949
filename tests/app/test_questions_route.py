"""Every kind of question over HTTP: raw embeddings, crops, exclusions, feedback, text form."""

import base64
import io
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from models.fake_encoder import FakeEncoder
from tests.app.conftest import COLOURS, Library, MakeSettings, running

Body = dict[str, Any]


def _names(client: httpx.Client, answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    uris = [
        client.get(f"/v1/images/{hit['id']}/info").json()["uri"] for hit in answer.json()["hits"]
    ]
    return [uri.rpartition("/")[2].partition(".")[0] for uri in uris]


def _post(client: httpx.Client, **body: Any) -> list[str]:
    return _names(client, client.post("/v1/search", json=body))


def _id_of(client: httpx.Client, colour: str) -> str:
    answer = client.get("/v1/search", params={"q": colour, "k": 1})
    image_id: str = answer.json()["hits"][0]["id"]
    return image_id


def _halves(left: str, right: str, orientation: int = 1) -> bytes:
    """A picture that is one colour on the left and another on the right, before EXIF."""
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:, :32], pixels[:, 32:] = COLOURS[left], COLOURS[right]
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif)
    return file.getvalue()


def test_search_by_a_raw_embedding_normalises_it_and_refuses_another_length(client: httpx.Client):
    numbers = (1e-3 * FakeEncoder().encode_text(["green"])[0]).tolist()
    assert _post(client, query=[{"embedding": numbers}], k=1) == ["green"]
    for wrong, said in ((numbers[:3], "3 numbers"), ([0.0] * 32, "no direction")):
        refused = client.post("/v1/search", json={"query": [{"embedding": wrong}]})
        assert refused.status_code == 400, refused.text
        assert said in refused.json()["detail"]


@pytest.mark.parametrize(
    ("orientation", "crop", "colour"),
    [(1, (0, 0, 0.5, 1), "red"), (1, (0.5, 0, 0.5, 1), "blue"), (6, (0, 0, 1, 0.5), "red")],
)
def test_search_by_a_crop_looks_for_that_part_of_the_upright_picture(
    client: httpx.Client, orientation: int, crop: tuple[float, ...], colour: str
):
    data = _halves("red", "blue", orientation)
    box = dict(zip(("x", "y", "width", "height"), crop, strict=True))
    image = {"base64": base64.b64encode(data).decode(), "crop": box}
    assert _post(client, query=[{"image": image}], k=1) == [colour]
    fields = {"k": "1", "crop": ",".join(str(number) for number in crop)}
    form = client.post("/v1/search", files={"image": ("a.png", data)}, data=fields)
    assert _names(client, form) == [colour]


def test_search_by_a_crop_of_an_indexed_picture_reads_its_original(
    empty_library: Library, settings_for: MakeSettings
):
    library = empty_library
    (library.pictures / "both.png").write_bytes(_halves("yellow", "purple"))
    for colour in ("yellow", "purple"):
        library.add(f"{colour}.png", colour)
    library.index()
    with running(settings_for(), lambda _: library.encoder) as client:
        hits = client.get("/v1/search", params={"q": "yellow", "k": 9}).json()["hits"]
        both = next(hit["id"] for hit in hits if hit["width"] == 64)
        box = {"x": 0.5, "y": 0, "width": 0.5, "height": 1}
        body = {"query": [{"image": {"id": both, "crop": box}}], "k": 1}
        assert _names(client, client.post("/v1/search", json=body)) == ["purple"]
        (library.pictures / "both.png").write_bytes(b"no picture any more")
        body["query"] = [{"image": {"id": both, "crop": {**box, "x": 0.25}}}]
        assert client.post("/v1/search", json=body).json()["code"] == "file_gone"


@pytest.mark.parametrize(
    "term",
    [
        {"image": {"id": "a", "crop": {"x": 0.6, "y": 0, "width": 0.5, "height": 1}}},
        {"image": {"id": "a", "crop": {"x": 0, "y": 0, "width": 0, "height": 1}}},
        {"image": {"id": "a", "crop": {"x": 0, "y": 0, "width": 1}}},
        {"text": "red", "embedding": [1.0]},
        {"embedding": []},
        {"weight": 1},
    ],
)
def test_search_refuses_terms_that_make_no_sense(client: httpx.Client, term: Body):
    refused = client.post("/v1/search", json={"query": [term]})
    assert 400 <= refused.status_code < 500
    assert refused.json()["code"] == "invalid_request"


def test_exclusions_feedback_and_diversity_work_the_same_in_every_way_of_asking(
    client: httpx.Client,
):
    green, blue = _id_of(client, "green"), _id_of(client, "blue")
    body = {"exclude": [{"text": "red"}], "like": [green], "dislike": [blue], "diversity": 0.2}
    by_json = _post(client, query=[{"text": "yellow"}], **body)
    parameters: Body = {"exclude": "red", "like": green, "dislike": blue, "diversity": 0.2}
    by_address = client.get("/v1/search", params={"q": "yellow", **parameters})
    assert _names(client, by_address) == by_json
    assert "red" not in by_json
    assert "blue" not in by_json
    assert "green" in by_json
    assert _post(client, like=[green], k=1) == ["green"]
    assert client.post("/v1/search", json={"dislike": [green]}).status_code == 400
    both = {"query": [{"text": "red"}], "like": [green], "dislike": [green]}
    assert "both" in client.post("/v1/search", json=both).json()["detail"]
    assert client.post("/v1/search", json={"like": ["nobody"]}).status_code == 404


def test_question_in_an_address_is_read_as_its_terms(client: httpx.Client):
    blue = _id_of(client, "blue")
    terms = [{"text": "red"}, {"image": {"id": blue}, "weight": 2}, {"text": "green", "weight": -1}]
    asked = {"q": f'red + photo:{blue}:2 - "green":1', "fusion": "late"}
    by_text = client.get("/v1/search", params=asked)
    by_json = client.post("/v1/search", json={"query": terms})
    assert [hit["score"] for hit in by_text.json()["hits"]] == pytest.approx(
        [hit["score"] for hit in by_json.json()["hits"]], abs=1e-6
    )
    refused = client.get("/v1/search", params={"q": 'red + "blue'})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_question")
    assert "column 7" in refused.json()["detail"]


@pytest.mark.parametrize("fusion", ["balanced", "joint"])
def test_fusion_of_words_and_a_picture_finds_what_both_say(client: httpx.Client, fusion: str):
    terms = [{"text": "red"}, {"text": "red"}, {"image": {"id": _id_of(client, "red")}}]
    assert _post(client, query=terms, fusion=fusion, k=1) == ["red"]
