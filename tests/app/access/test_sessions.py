"""Signing in at the real service: what the cookie opens, for how long, and for whose page."""

import json
import logging
import re
import stat
from http.cookies import SimpleCookie

import httpx
import pytest

from app.access.key_store import KeyStore
from app.access.roles import Role
from app.access.session_store import LASTS_S, SessionStore
from tests.keys import secret_of

STRANGER = {"x-forwarded-for": "203.0.113.7"}
SEARCH, SESSION, JOBS = "/v1/search?q=red", "/v1/session", "/v1/jobs"


@pytest.fixture
def store(library) -> KeyStore:
    return KeyStore(library.data_dir)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


def _sign_in(client: httpx.Client, key: str, headers: dict[str, str] | None = None) -> str:
    """What sets the cookie; the client itself keeps none."""
    answer = client.post(SESSION, headers={"authorization": f"Bearer {key}", **(headers or {})})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return answer.headers["set-cookie"]


def _held(cookie: str) -> dict[str, str]:
    """The cookie as a browser sends it back."""
    return {"cookie": cookie.partition(";")[0]}


def _sign_out(client: httpx.Client, cookie: str) -> None:
    """It ends the session also for whoever has a copy."""
    out = client.delete(SESSION, headers=_held(cookie))
    assert (out.status_code, out.headers["clear-site-data"]) == (204, '"cache"')
    assert "max-age=0" in out.headers["set-cookie"].lower()
    client.cookies.clear()
    assert _code(client.get(SEARCH, headers=_held(cookie))) == (401, "key_needed")
    assert client.delete(SESSION, headers=_held(cookie)).status_code == 204


def test_cookie_opens_what_its_key_opens_and_ends_with_either(
    library, store, settings_for, serving, caplog: pytest.LogCaptureFixture
):
    keys = {role: store.create(role, f"{role} one") for role in Role}
    settings = settings_for(anonymous="none", trusted_proxies="127.0.0.1")
    with caplog.at_level(logging.INFO), serving(settings, lambda _: library.encoder) as client:
        record, key = keys[Role.SEARCH]
        answer = client.post(SESSION, headers={"authorization": f"Bearer {key}"})
        assert answer.json() == {"id": record.key_id, "name": "search one", "role": "search"}
        assert answer.headers["cache-control"] == "no-store"
        cookie = answer.headers["set-cookie"]
        client.cookies.clear()
        name, held = next(iter(SimpleCookie(cookie).items()))
        assert re.fullmatch("sightline_session_[0-9a-f]{8}", name)
        said = cookie.partition(";")[2].lower().replace(" ", "").split(";")
        assert set(said) == {"httponly", "samesite=strict", "path=/"}
        # Pictures, which can send no header, come too.
        hit = client.get(SEARCH, headers=_held(cookie)).json()["hits"][0]
        assert client.get(hit["thumbnail_url"], headers=_held(cookie)).status_code == 200
        assert _code(client.get(hit["thumbnail_url"])) == (401, "key_needed")
        assert _code(client.post(JOBS, json={}, headers=_held(cookie))) == (403, "role_too_low")
        told = client.get("/v1/caller", headers=_held(cookie)).json()
        assert (told["role"], told["key"]["id"]) == ("search", record.key_id)
        # A key in a header goes before the cookie.
        both = {**_held(cookie), "x-api-key": keys[Role.WRITE][1]}
        assert client.get("/v1/caller", headers=both).json()["role"] == "write"
        _sign_out(client, cookie)
        # So does the end of the key.
        other = _sign_in(client, keys[Role.ADMIN][1], {"x-forwarded-proto": "https"})
        assert "secure" in other.lower()
        assert client.get(SEARCH, headers=_held(other)).status_code == 200
        store.revoke(keys[Role.ADMIN][0].key_id)
        assert _code(client.get(SEARCH, headers=_held(other))) == (401, "key_needed")
    secrets = [held.value, *(secret_of(made[1]) for made in keys.values())]
    logged = caplog.text + repr([vars(one) for one in caplog.records])
    assert not [one for one in secrets if one in logged]
    assert any(getattr(one, "facts", {}).get("route") == SESSION for one in caplog.records)


def test_cookies_that_stand_for_nothing_lock_nobody_out(library, store, settings_for, serving):
    with serving(settings_for(), lambda _: library.encoder) as client:
        unused = {"authorization": "Bearer unused"}  # passes elsewhere, as there is no key yet
        assert _code(client.post(SESSION, headers=unused)) == (401, "key_wrong")
        record, key = store.create(Role.SEARCH, "")
        assert _code(client.post(SESSION)) == (401, "key_needed")
        assert _code(client.post(SESSION, headers={"x-api-key": key + "A"})) == (401, "key_wrong")
        cookie = _sign_in(client, key, {"x-forwarded-proto": "https"})
        assert "secure" not in cookie.lower()  # nobody trusts who says so
        assert _code(client.post(SESSION, headers=_held(cookie))) == (401, "key_needed")
        # On this machine everything is allowed without a key: the cookie takes nothing away.
        assert client.get("/v1/caller", headers=_held(cookie)).json()["role"] == "admin"
        assert client.get(SEARCH, headers={**_held(cookie), **STRANGER}).status_code == 200
        store.revoke(record.key_id)
        name = cookie.partition("=")[0]
        for stale in (cookie.partition(";")[0], f"{name}=x", "sightline_session_00000000=x", "=;;"):
            answer = client.get("/v1/caller", headers={"cookie": stale})
            assert (answer.status_code, answer.json()["role"]) == (200, "admin")
            assert _code(client.get(SEARCH, headers={"cookie": stale, **STRANGER}))[0] == 401


def test_changes_by_cookie_are_for_our_own_page_alone(library, store, settings_for, serving):
    _, key = store.create(Role.WRITE, "")
    friend = {"origin": "https://photos.example"}
    settings = settings_for(anonymous="none", cors_origins=friend["origin"])
    with serving(settings, lambda _: library.encoder) as client:
        own = {"origin": str(client.base_url).rstrip("/")}
        cookie = _held(_sign_in(client, key, own))
        assert client.post(JOBS, json={}, headers={**cookie, **own}).status_code == 201
        assert client.post(JOBS, json={}, headers=cookie).status_code == 201
        held = {"authorization": f"Bearer {key}"}
        assert client.post(JOBS, json={}, headers={**held, **friend}).status_code == 201
        # The same host with another port is the same site to a browser.
        for page in (friend, {"origin": "http://127.0.0.1:1"}, {"origin": "null"}):
            refused = (403, "foreign_origin")
            assert _code(client.post(JOBS, json={}, headers={**cookie, **page})) == refused
            assert _code(client.post(SESSION, headers={**held, **page})) == refused
            assert _code(client.delete(SESSION, headers={**cookie, **page})) == refused
        answer = client.get(SEARCH, headers={**cookie, **friend})
        assert answer.status_code == 200
        assert "access-control-allow-credentials" not in answer.headers


def test_file_of_sessions_holds_no_token_and_stays_small(tmp_path, monkeypatch: pytest.MonkeyPatch):
    sessions = SessionStore(tmp_path)
    first = [sessions.begin("aaaaaaaa")[1] for _ in range(3)]
    cookie, other = sessions.begin("bbbbbbbb")
    path = tmp_path / "sessions.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [token for token in (*first, other) if token in path.read_text("utf-8")]
    monkeypatch.setattr("app.access.session_store.MOST_OF_A_KEY", 3)
    fourth = sessions.begin("aaaaaaaa")[1]
    again = SessionStore(tmp_path).now()  # as after a restart
    assert again.cookie == cookie
    assert [again.key_id(one) for one in (*first, fourth)] == [None, *["aaaaaaaa"] * 3]
    assert again.key_id(other) == "bbbbbbbb"
    document = json.loads(path.read_text("utf-8"))
    for session in document["sessions"]:
        session["ends_at"] -= LASTS_S
    path.write_text(json.dumps(document), "utf-8")
    assert sessions.now().key_id(other) is None
    sessions.begin("cccccccc")
    assert len(json.loads(path.read_text("utf-8"))["sessions"]) == 1
    path.write_text("{", "utf-8")  # nothing is lost but the trouble of signing in again
    assert sessions.now().key_id(fourth) is None
    last = sessions.begin("aaaaaaaa")[1]
    assert sessions.now().key_id(last) == "aaaaaaaa"
