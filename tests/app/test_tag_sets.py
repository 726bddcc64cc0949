"""Tag sets: saved by HTTP and from the command line, in force with the next generation."""

import json

import httpx

from tests.app.command_line import Sightline
from tests.app.conftest import Library, running
from tests.app.waiting import eventually

SET = {"classes": ["red", "blue", "green"], "templates": ["{}"], "threshold": 0.2}


def test_saved_set_is_a_field_once_its_job_is_done(library: Library, settings_for):
    with running(settings_for(), lambda _: library.encoder) as client:
        saved = client.put("/v1/tag-sets/colours", json=SET).json()
        assert (saved["field"], saved["served"]) == ("tags.colours", False)
        assert client.get(f"/v1/jobs/{saved['job_id']}").json()["state"] == "queued"
        library.index()
        _wait_for(client, 2)
        assert client.get("/v1/tag-sets/colours").json()["served"]
        (listed,) = client.get("/v1/tag-sets").json()["tag_sets"]
        assert (listed["name"], listed["classes"]) == ("colours", SET["classes"])
        found = client.get(
            "/v1/search",
            params={"q": "x", "filter": "tags.colours = red", "facets": "tags.colours"},
        ).json()
        info = client.get(f"/v1/images/{found['hits'][0]['id']}/info").json()
        assert info["tags"] == {"colours": "red"}
        assert found["facets"]["tags.colours"]["distinct"] == 1
        fields = client.get("/v1/collections/default/fields").json()["fields"]
        assert {"name": "tags.colours", "types": ["text"]} in fields
        gone = client.delete("/v1/tag-sets/colours").json()
        assert gone["name"] == "colours"
        library.index()
        _wait_for(client, 3)
        unknown = client.get("/v1/search", params={"q": "x", "filter": "tags.colours = red"})
        assert unknown.json()["code"] == "unknown_field"
        missing = client.get("/v1/tag-sets/colours")
        assert (missing.status_code, missing.json()["code"]) == (404, "tag_set_not_found")


def test_sets_that_cannot_be_and_foreign_writers_are_refused(library: Library, settings_for):
    with running(settings_for(writing="off"), lambda _: library.encoder) as client:
        assert client.put("/v1/tag-sets/colours", json=SET).json()["code"] == "writing_off"
        assert client.delete("/v1/tag-sets/colours").json()["code"] == "writing_off"
    with running(settings_for(), lambda _: library.encoder) as client:
        for name, body in (
            ("colours", {**SET, "classes": []}),
            ("colours", {**SET, "classes": ["none"]}),
            ("colours", {**SET, "templates": ["no place"]}),
            ("colours", {**SET, "threshold": 2}),
            ("Colours!", SET),
        ):
            answer = client.put(f"/v1/tag-sets/{name}", json=body)
            assert answer.json()["code"] == "invalid_request", body
        nowhere = client.put("/v1/tag-sets/colours", params={"collection": "nowhere"}, json=SET)
        assert nowhere.json()["code"] == "collection_not_found"
        assert client.get("/v1/tag-sets").json()["tag_sets"] == []


def test_command_line_tags_a_collection_at_once(library: Library, sightline: Sightline):
    added = sightline("tags", "add", "colours", "--classes", "red,blue", "--threshold", "0")
    assert "generation 2 is published" in added.out
    assert "red, blue" in sightline("tags", "list").out
    found = sightline("search", "x", "--filter", "tags.colours in [red, blue]", "--json").out
    assert len(json.loads(found)["hits"]) == 6
    assert "saved" in sightline("tags", "remove", "colours", "--later").out
    assert json.loads(sightline("tags", "list", "--json").out)["tag_sets"] == []


def _wait_for(client: httpx.Client, generation: int) -> None:
    eventually(lambda: client.get("/v1/collections/default").json()["generation"] == generation)
