"""The real service with and without keys: who is let in where, and what the others are told."""

import contextlib

import httpx
import pytest

from app.access.callers import anonymous_role
from app.access.key_records import new_key
from app.access.key_store import KeyStore
from app.access.keyring import Keys
from app.access.roles import Role
from app.door_failures import NoKeysError
from app.server import check_doors
from app.settings import Settings

SEARCHES = [("GET", "/v1/search?q=red"), ("GET", "/v1/jobs"), ("GET", "/v1/collections")]
CHANGES = [("POST", "/v1/jobs"), ("DELETE", "/v1/schedules/1"), ("POST", "/v1/jobs/1/cancel")]
OPEN = [("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/"), ("GET", "/docs")]


@pytest.fixture
def store(library) -> KeyStore:
    return KeyStore(library.data_dir)


@pytest.fixture
def closed(library, store, settings_for, serving):
    """A service that asks everybody for a key, and a key of each role."""
    keys = {role: store.create(role, "")[1] for role in Role}
    with serving(settings_for(anonymous="none"), lambda _: library.encoder) as client:
        yield client, keys


def _code(client: httpx.Client, method: str, path: str, **headers: str) -> tuple[int, str]:
    answer = client.request(
        method, path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    code = answer.json()["code"] if answer.status_code >= 400 else ""
    return answer.status_code, code


def test_each_role_opens_its_own_and_what_is_below(closed):
    client, keys = closed
    for method, path in SEARCHES:
        assert _code(client, method, path) == (401, "key_needed")
        for role in Role:
            assert _code(client, method, path, authorization=f"Bearer {keys[role]}")[0] == 200
    for method, path in CHANGES:
        assert _code(client, method, path) == (401, "key_needed")
        assert _code(client, method, path, x_api_key=keys[Role.SEARCH]) == (403, "role_too_low")
        for role in (Role.WRITE, Role.ADMIN):
            assert _code(client, method, path, x_api_key=keys[role])[0] not in (401, 403)
    for method, path in OPEN:
        assert _code(client, method, path)[0] == 200


def test_refusals_say_what_is_missing_and_never_the_key(closed):
    client, keys = closed
    needed = client.get("/v1/search?q=red")
    assert needed.headers["www-authenticate"] == 'Bearer realm="sightline"'
    assert needed.headers["content-type"] == "application/problem+json"
    wrong = client.get("/v1/search?q=red", headers={"authorization": "Bearer sightline_no"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "key_wrong")
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    low = client.post("/v1/jobs", headers={"x-api-key": keys[Role.SEARCH]})
    assert 'scope="write"' in low.headers["www-authenticate"]
    assert keys[Role.SEARCH] not in low.text
    both = {"authorization": f"Bearer {keys[Role.ADMIN]}", "x-api-key": keys[Role.SEARCH]}
    assert client.get("/v1/model", headers=both).status_code == 401
    same = {"authorization": f"bearer {keys[Role.ADMIN]}", "x-api-key": keys[Role.ADMIN]}
    assert client.get("/v1/model", headers=same).status_code == 200
    assert client.get("/v1/model", headers={"authorization": "Basic eDp5"}).status_code == 401


def test_body_of_somebody_without_a_key_is_not_read(closed):
    client, _ = closed
    sent = [0]

    def long():
        for _ in range(1024):
            sent[0] += 1
            yield b"x" * 65536

    with contextlib.suppress(httpx.TransportError):  # the service has hung up: as good an answer
        assert client.post("/v1/search", content=long()).status_code == 401
    assert sent[0] < 1024


def test_revoked_key_opens_nothing_from_the_next_request_on(closed, store):
    client, keys = closed
    headers = {"x-api-key": keys[Role.SEARCH]}
    assert client.get("/v1/model", headers=headers).status_code == 200
    store.revoke(keys[Role.SEARCH].split("_")[1])
    assert client.get("/v1/model", headers=headers).status_code == 401
    _, new = store.create(Role.SEARCH, "")
    assert client.get("/v1/model", headers={"x-api-key": new}).status_code == 200


def test_file_of_keys_that_cannot_be_read_lets_nobody_in(closed, store):
    client, keys = closed
    store.path.write_text("{", "utf-8")
    answer = client.get("/v1/model", headers={"x-api-key": keys[Role.ADMIN]})
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unreadable")
    assert "keys.json" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_page_on_this_machine_works_without_a_key_also_when_there_are_keys(
    library, store, settings_for, serving
):
    store.create(Role.SEARCH, "")
    with serving(settings_for(), lambda _: library.encoder) as client:
        assert client.get("/v1/search?q=red").status_code == 200
        assert client.post("/v1/jobs", json={}).status_code == 201
        # Through a proxy on this machine come strangers.
        forwarded = {"x-forwarded-for": "203.0.113.7"}
        assert client.get("/v1/search?q=red", headers=forwarded).status_code == 401
        assert client.get("/v1/search?q=red", headers={"x-api-key": "wrong"}).status_code == 401


def test_programs_that_must_send_some_key_work_where_there_is_none(client: httpx.Client):
    answer = client.get("/v1/model", headers={"authorization": "Bearer unused"})
    assert answer.status_code == 200


A_KEY = Keys({"00000000": new_key(Role.SEARCH, "")[0]})
TABLE = [  # anonymous, writing, insecure, on this machine, keys: what is allowed
    ("auto", "auto", False, True, Keys(), Role.ADMIN),
    ("auto", "auto", False, True, A_KEY, Role.ADMIN),
    ("auto", "off", False, True, Keys(), Role.SEARCH),
    ("auto", "auto", True, False, Keys(), Role.SEARCH),
    ("auto", "on", True, False, Keys(), Role.ADMIN),
    ("auto", "on", True, False, A_KEY, None),
    ("auto", "auto", False, False, Keys(), None),
    ("auto", "on", False, False, A_KEY, None),
    ("search", "auto", False, True, Keys(), Role.SEARCH),
    ("search", "on", True, False, Keys(), Role.SEARCH),
    ("search", "auto", False, False, A_KEY, Role.SEARCH),
    ("none", "on", True, True, Keys(), None),
]


@pytest.mark.parametrize(("anonymous", "writing", "insecure", "near", "keys", "role"), TABLE)
def test_what_is_allowed_without_a_key(anonymous, writing, insecure, near, keys, role):
    settings = Settings(anonymous=anonymous, writing=writing, insecure=insecure)
    assert anonymous_role(settings, near=near, keys=keys) == role


def test_service_asks_for_keys_before_it_listens_to_others(settings_for, store):
    public = settings_for(host="0.0.0.0")
    with pytest.raises(NoKeysError, match="sightline keys create"):
        check_doors(public)
    assert check_doors(settings_for(host="127.0.0.1")) is None
    warning = check_doors(settings_for(host="0.0.0.0", insecure=True))
    assert warning is not None
    assert "everybody" in warning
    record, _ = store.create(Role.SEARCH, "")
    assert check_doors(public) is None
    store.revoke(record.key_id)
    with pytest.raises(NoKeysError):
        check_doors(public)


def test_caller_who_asks_too_often_is_told_to_wait(library, store, settings_for, serving):
    _, key = store.create(Role.SEARCH, "")
    settings = settings_for(rate_per_s=0.001, rate_burst=3)
    with serving(settings, lambda _: library.encoder, until_ready=True) as client:
        answers = [client.get("/v1/model") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["code"] == "rate_limited"
        assert int(answers[3].headers["retry-after"]) > 1
        assert client.get("/healthz").status_code == 200
        mine = {"x-api-key": key}
        codes = [client.get("/v1/model", headers=mine).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        # A guess at keys counts as the address that makes it.
        assert client.get("/v1/model", headers={"x-api-key": "guess"}).status_code == 429


def test_pages_of_named_origins_alone_may_read_answers(library, store, settings_for, serving):
    _, key = store.create(Role.WRITE, "")
    settings = settings_for(cors_origins="https://photos.example")
    with serving(settings, lambda _: library.encoder) as client:
        friend, stranger = {"origin": "https://photos.example"}, {"origin": "https://evil.example"}
        allowed = client.get("/v1/search?q=red", headers=friend).headers
        assert allowed["access-control-allow-origin"] == "https://photos.example"
        assert "access-control-allow-credentials" not in allowed
        refused = client.get("/v1/search?q=red", headers=stranger).headers
        assert "access-control-allow-origin" not in refused
        asked = {**friend, "access-control-request-method": "POST"}
        asked["access-control-request-headers"] = "x-api-key, content-type"
        assert client.options("/v1/jobs", headers=asked).status_code == 200
        assert client.post("/v1/jobs", json={}, headers=friend).status_code == 403
        keyed = {**friend, "x-api-key": key}
        assert client.post("/v1/jobs", json={}, headers=keyed).status_code == 201
        assert client.post("/v1/jobs", json={}, headers={**keyed, **stranger}).status_code == 403


@pytest.mark.parametrize("origins", ["*", "null", "photos.example", "https://a.example/path"])
def test_origins_are_named_one_by_one(origins: str):
    with pytest.raises(ValueError, match="is no origin"):
        Settings(cors_origins=origins)
