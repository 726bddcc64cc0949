"""POST /v1/classify over a real socket."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

MakePicture = Callable[..., bytes]
NAMES = ["green", "red", "blue"]


def _classes(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    classes: list[dict[str, Any]] = answer.json()["classes"]
    return classes


@pytest.fixture
def base64_red(picture: MakePicture) -> str:
    """A red picture as base64."""
    return base64.b64encode(picture("red")).decode()


def test_classify_puts_the_name_that_fits_first(client: httpx.Client, base64_red: str):
    body = {"image": {"base64": base64_red}, "classnames": NAMES, "templates": ["{}"]}
    classes = _classes(client.post("/v1/classify", json=body))
    assert classes[0]["classname"] == "red"
    assert classes[0]["score"] == pytest.approx(1.0, abs=1e-5)
    assert sum(one["probability"] for one in classes) == pytest.approx(1.0, abs=1e-5)
    scores = [one["score"] for one in classes]
    assert scores == sorted(scores, reverse=True)


def test_classify_takes_a_form_with_its_names_repeated(client: httpx.Client, picture: MakePicture):
    files = {"image": ("photo.png", picture("green"))}
    answer = client.post("/v1/classify", files=files, data={"classnames": NAMES})
    assert _classes(answer)[0]["classname"] == "green"
    assert answer.json()["took_ms"]["encode"] > 0


def test_classify_takes_a_picture_of_the_collection(client: httpx.Client):
    (hit,) = client.get("/v1/search", params={"q": "blue", "k": 1}).json()["hits"]
    body = {"image": {"id": hit["id"]}, "classnames": NAMES, "templates": ["{}"]}
    assert _classes(client.post("/v1/classify", json=body))[0]["classname"] == "blue"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classnames": []}, "classnames"),
        ({"classnames": [" "]}, "classnames"),
        ({"templates": ["no place"]}, "templates"),
        ({"classnames": ["x"] * 1000, "templates": ["{} {}"] * 6}, "6,000 prompts"),
        ({"image": {}}, "either an id, base64 or a url"),
        ({"template_set": "clever"}, "simple, openai, seven, plain"),
        ({"template_set": "plain", "templates": ["a {}"]}, "either templates or a template_set"),
        ({"classnames": ["x"] * 63, "template_set": "openai"}, "5,040 prompts"),
    ],
)
def test_classify_refuses_what_it_cannot_score(
    client: httpx.Client, base64_red: str, changes: dict[str, Any], said: str
):
    body = {"image": {"base64": base64_red}, "classnames": NAMES, **changes}
    answer = client.post("/v1/classify", json=body)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_classify_with_many_names_lets_searches_through(client: httpx.Client, base64_red: str):
    body = {"image": {"base64": base64_red}, "classnames": [f"name {n}" for n in range(1000)]}
    classes = _classes(client.post("/v1/classify", json=body))
    assert len(classes) == 1000


def test_classify_takes_a_named_set_of_templates(client: httpx.Client, base64_red: str):
    body = {"image": {"base64": base64_red}, "classnames": NAMES}
    named = _classes(client.post("/v1/classify", json={**body, "template_set": "plain"}))
    listed = _classes(client.post("/v1/classify", json={**body, "templates": ["{}"]}))
    assert named == listed
    files = {"image": ("photo.png", base64.b64decode(base64_red))}
    form = {"classnames": NAMES, "template_set": "plain"}
    assert _classes(client.post("/v1/classify", files=files, data=form)) == listed


def test_classify_says_when_no_name_fits(client: httpx.Client, base64_red: str):
    body = {"image": {"base64": base64_red}, "template_set": "plain"}
    fits, wrong = (
        client.post("/v1/classify", json={**body, "classnames": names}).json()["none_of_these"]
        for names in (NAMES, ["blue", "yellow"])
    )
    assert 0 <= fits < 0.5 < wrong <= 1


def test_the_model_says_whether_it_is_calibrated(client: httpx.Client):
    assert client.get("/v1/model").json()["calibrated"] is False
