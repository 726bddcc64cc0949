"""/v1/keys and /v1/caller at the real service: who may make and end keys, and what it leaves."""

import logging

import httpx
import pytest

from app.access.key_store import KeyStore
from app.access.roles import Role
from tests.keys import secret_of

STRANGER = {"x-forwarded-for": "203.0.113.7"}


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def test_key_is_made_used_and_ended_and_each_leaves_a_line(
    library, settings_for, serving, caplog: pytest.LogCaptureFixture
):
    with (
        caplog.at_level(logging.WARNING, "sightline.audit"),
        serving(settings_for(), lambda _: library.encoder) as client,
    ):
        alone = client.get("/v1/caller").json()
        assert (alone["role"], alone["key"], alone["keeps_keys"]) == ("admin", None, True)
        made = client.post("/v1/keys", json={"role": "admin", "name": "mine\x1b\n"})
        key = made.json()["key"]
        assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
        held = {"x-api-key": key, **STRANGER}
        told = client.get("/v1/caller", headers=held).json()
        assert (told["role"], told["key"]["id"]) == ("admin", made.json()["id"])
        assert (told["writes"], told["administers"], told["keeps_keys"]) == (True, True, True)
        other = client.post("/v1/keys", json={"role": "write"}, headers=held).json()
        listed = client.get("/v1/keys", headers=held)
        assert [one["name"] for one in listed.json()["keys"]] == ["mine", ""]
        assert secret_of(key) not in listed.text
        assert "sha256" not in listed.text
        ended = client.delete(f"/v1/keys/{other['id']}", headers=held).json()
        assert ended["revoked_at"] is not None
        opened = client.get("/v1/caller", headers={"x-api-key": other["key"]})
        assert _code(opened) == (401, "key_wrong")
        assert _code(client.delete("/v1/keys/00000000")) == (404, "key_not_found")
        assert _code(client.delete("/v1/keys/nothing")) == (400, "invalid_request")
    lines = [
        (one.getMessage(), vars(one)["facts"])
        for one in caplog.records
        if one.name == "sightline.audit"
    ]
    assert [line[0] for line in lines] == ["key made", "key made", "key ended"]
    assert [line[1]["by"] for line in lines] == [None, made.json()["id"], made.json()["id"]]
    assert secret_of(key) not in repr(lines)


def test_nobody_below_the_role_admin_gets_at_keys(library, settings_for, serving):
    store = KeyStore(library.data_dir)
    keys = {role: store.create(role, "")[1] for role in Role}
    requests = [("GET", "/v1/keys"), ("POST", "/v1/keys"), ("DELETE", "/v1/keys/00000000")]
    roll_back = ("POST", "/v1/collections/default/rollback")
    with serving(settings_for(anonymous="none"), lambda _: library.encoder) as client:
        for method, path in [*requests, roll_back]:
            assert _code(client.request(method, path, json={})) == (401, "key_needed")
            for role in (Role.SEARCH, Role.WRITE):
                headers = {"authorization": f"Bearer {keys[role]}"}
                answer = client.request(method, path, json={}, headers=headers)
                assert _code(answer) == (403, "role_too_low")
        told = client.get("/v1/caller", headers={"x-api-key": keys[Role.WRITE]}).json()
        assert (told["writes"], told["administers"], told["keeps_keys"]) == (True, False, False)
        page = {"x-api-key": keys[Role.ADMIN], "origin": "https://elsewhere.example"}
        foreign = client.post("/v1/keys", json={"role": "admin"}, headers=page)
        assert _code(foreign) == (403, "foreign_origin")
    assert len(store.records()) == len(keys)


def test_strangers_that_may_change_things_without_a_key_get_at_no_keys(
    library, settings_for, serving
):
    """With --insecure and writing on everybody is an administrator, while the service is so."""
    settings = settings_for(insecure=True, writing="on")
    with serving(settings, lambda _: library.encoder) as client:
        told = client.get("/v1/caller", headers=STRANGER).json()
        assert (told["administers"], told["keeps_keys"]) == (True, False)
        refused = client.post("/v1/keys", json={"role": "admin"}, headers=STRANGER)
        assert _code(refused) == (401, "key_needed")
        assert _code(client.get("/v1/keys", headers=STRANGER)) == (401, "key_needed")
        rolled = client.post("/v1/collections/default/rollback", json={}, headers=STRANGER)
        assert _code(rolled) == (404, "generation_not_found")
    with serving(settings_for(writing="off"), lambda _: library.encoder) as client:
        assert client.get("/v1/caller").json()["administers"] is False
        assert _code(client.post("/v1/keys", json={"role": "search"})) == (403, "writing_off")
    assert KeyStore(library.data_dir).records() == []
