"""`sightline search --server`: the answers are those of the service."""

import json
from pathlib import Path

import httpx
import pytest

from tests.app.command_line import Sightline, one_line_error
from tests.app.conftest import Library


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


def test_jobs_of_the_service_that_is_named(
    library: Library, own_client: httpx.Client, sightline: Sightline
):
    server = ("--server", str(own_client.base_url))
    source = str(library.pictures)
    options = (source, "--rebuild", "-c", "other", "--json")
    queued = json.loads(sightline("jobs", "start", *options, *server).out)
    answer = own_client.get(f"/v1/jobs/{queued['id']}").json()
    assert (queued["parameters"]["sources"], queued["parameters"]["rebuild"]) == ([source], True)
    assert queued["parameters"] == answer["parameters"]
    number = str(queued["id"])
    for command, state in (("pause", "paused"), ("resume", "queued"), ("cancel", "cancelled")):
        assert (
            f"job             {number}, {state}" in sightline("jobs", command, number, *server).out
        )
        assert own_client.get(f"/v1/jobs/{number}").json()["state"] == state
    again = json.loads(sightline("jobs", "retry", number, "--json", *server).out)
    assert again["parameters"]["retry_skipped"]
    listed = json.loads(sightline("jobs", "list", "-n", 1, "--json", *server).out)["jobs"]
    assert [job["id"] for job in listed] == [again["id"]]
    assert sightline("jobs", "list", "--state", "cancelled", *server).out.split()[0] == number
    assert sightline("jobs", "watch", number, *server).code == 1
    assert "99" in one_line_error(sightline("jobs", "show", "99", *server))


def test_schedules_of_the_service_that_is_named(
    library: Library, own_client: httpx.Client, sightline: Sightline, tmp_path: Path
):
    server = ("--server", str(own_client.base_url))
    here = ("--data-dir", str(tmp_path / "elsewhere"))  # where these commands open nothing
    asked = ("30 3 * * *", str(library.pictures), "--rebuild", "-c", "other", "--json")
    added = json.loads(sightline("jobs", "schedule", "add", *asked, *here, *server).out)
    (known,) = own_client.get("/v1/schedules").json()["schedules"]
    assert (known["cron"], known["parameters"]["sources"]) == (asked[0], [asked[1]])
    assert (known["parameters"]["rebuild"], known["parameters"]["collection"]) == (True, "other")
    listed = json.loads(sightline("jobs", "schedule", "list", "--json", *here, *server).out)
    assert listed == {"schedules": [added]}
    assert {name: added[name] for name in known} == known
    number, remove = str(known["id"]), ("jobs", "schedule", "remove")
    assert "five fields" in one_line_error(sightline("jobs", "schedule", "add", "daily", *server))
    assert sightline(*remove, number, *here, *server).out == f"schedule {number} is forgotten\n"
    assert sightline("jobs", "schedule", "list", *here, *server).out == "no schedules\n"
    assert "no schedule" in one_line_error(sightline(*remove, number, *here, *server))


def test_info_of_the_service_that_is_named(client: httpx.Client, sightline: Sightline):
    server = ("--server", str(client.base_url))
    told = json.loads(sightline("info", "--json", "--skipped", *server).out)
    (one,) = told["collections"]
    (served,) = client.get("/v1/collections").json()["collections"]
    assert {name: one[name] for name in ("name", "generation", "items", "dim", "index")} == {
        name: served[name] for name in ("name", "generation", "items", "dim", "index")
    }
    assert len(one["skipped_files"]) == one["skipped"]
    lines = sightline("info", "--collection", "default", *server).out.splitlines()
    assert lines[0] == f"service         {client.base_url}"
    assert f"fingerprint     {served['model']['fingerprint']}" in lines
    missing = sightline("info", "--collection", "nowhere", *server)
    assert "nowhere" in one_line_error(missing)


def test_search_says_in_one_line_that_nobody_answers(
    sightline: Sightline, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.client.patience._FIRST_WAIT_S", 0)
    outcome = sightline("search", "red", "--server", "http://127.0.0.1:1/")
    assert "no answer from http://127.0.0.1:1" in one_line_error(outcome)
