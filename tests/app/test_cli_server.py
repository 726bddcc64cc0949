"""`sightline search --server`: the answers are those of the service."""

import json
from pathlib import Path

import httpx

from tests.app.command_line import Sightline, one_line_error


def test_search_asks_the_service_that_is_named(
    client: httpx.Client, sightline: Sightline, picture, tmp_path: Path
):
    file = tmp_path / "query.png"
    file.write_bytes(picture("purple"))
    server = ("--server", str(client.base_url))
    told = sightline("search", "red", "-k", 3, "--json", *server)
    expected = client.get("/v1/search", params={"q": "red", "k": 3}).json()["hits"]
    assert [hit["id"] for hit in json.loads(told.out)["hits"]] == [hit["id"] for hit in expected]
    lines = sightline("search", "--image", file, "-k", 1, *server).out.split()
    assert client.get(f"/v1/images/{lines[-1]}/info").json()["uri"].endswith("purple.jpg")
    options = ("--exclude", "blue", "--filter", "width > 3", "--diversity", "0.2", "--not", "green")
    assert sightline("search", "red", *options, *server).code == 0
    missing = sightline("search", "red", "--collection", "nowhere", *server)
    assert "nowhere" in one_line_error(missing)


def test_classify_asks_the_service_that_is_named(
    client: httpx.Client, sightline: Sightline, picture, tmp_path: Path
):
    file = tmp_path / "query.png"
    file.write_bytes(picture("green"))
    names, server = ["red", "green"], ("--server", str(client.base_url))
    told = json.loads(sightline("classify", file, *names, "--json", *server).out)
    answer = client.post(
        "/v1/classify", files={"image": file.read_bytes()}, data={"classnames": names}
    ).json()
    assert [one["classname"] for one in told["classes"]] == ["green", "red"]
    assert told["classes"] == answer["classes"]
    assert told["none_of_these"] == answer["none_of_these"]
    lines = sightline("classify", file, *names, *server).out.splitlines()
    assert lines[0].split()[1] == "green"
    refused = sightline("classify", tmp_path / "none.png", *names, *server)
    assert "none.png" in one_line_error(refused)


def test_search_says_in_one_line_that_nobody_answers(sightline: Sightline):
    outcome = sightline("search", "red", "--server", "http://127.0.0.1:1/")
    assert "no answer from http://127.0.0.1:1" in one_line_error(outcome)
