"""POST /v1/collections/{name}/rollback: another kept generation is served, and the first again."""

import httpx

from tests.app.conftest import Library
from tests.app.waiting import eventually

ADDRESS = "/v1/collections/default/rollback"


def _served(client: httpx.Client) -> list[tuple[int, bool, bool]]:
    kept = client.get("/v1/collections/default/generations").json()["generations"]
    return [(one["generation"], one["current"], one["served"]) for one in kept]


def test_rollback_changes_what_is_served_and_forward_again(
    library: Library, own_client: httpx.Client
):
    (library.pictures / "red.png").unlink()
    library.index()
    eventually(lambda: _served(own_client) == [(1, False, False), (2, True, True)])
    gone = own_client.post(ADDRESS, json={})
    assert (gone.status_code, gone.json()["generation"], gone.json()["items"]) == (200, 1, 6)
    assert gone.json()["current"]
    eventually(lambda: _served(own_client) == [(1, True, True), (2, False, False)])
    assert own_client.get("/v1/search", params={"q": "red"}).json()["generation"] == 1
    assert own_client.post(ADDRESS, json={"generation": 2}).json()["items"] == 5
    eventually(lambda: _served(own_client) == [(1, False, False), (2, True, True)])


def test_rollback_to_what_is_not_there_changes_nothing(own_client: httpx.Client):
    for address, body, code in (
        (ADDRESS, {"generation": 9}, "generation_not_found"),
        (ADDRESS, {}, "generation_not_found"),  # none before the first
        (ADDRESS, {"generation": 0}, "invalid_request"),
        (ADDRESS, {"generation": True}, "invalid_request"),  # and not the first
        (ADDRESS, {"generation": "1"}, "invalid_request"),
        (ADDRESS, {"number": 1}, "invalid_request"),
        ("/v1/collections/nowhere/rollback", {}, "collection_not_found"),
    ):
        assert own_client.post(address, json=body).json()["code"] == code
    assert _served(own_client) == [(1, True, True)]
