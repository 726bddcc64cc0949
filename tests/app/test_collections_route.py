"""GET /v1/collections and what hangs below it, and GET /v1/model."""

import httpx

from models.fake_encoder import FakeEncoder


def test_collections_list_what_is_being_served(client: httpx.Client):
    (one,) = client.get("/v1/collections").json()["collections"]
    assert (one["name"], one["items"], one["generation"], one["skipped"]) == ("default", 6, 1, 1)
    assert one["model"]["model_name"] == "fake"
    assert one["dim"] == FakeEncoder().info.dim
    assert one["created_at"]
    assert one["problem"] is None
    assert client.get("/v1/collections/default").json() == one


def test_collection_says_what_is_searched_and_why(client: httpx.Client):
    index = client.get("/v1/collections/default").json()["index"]
    assert (index["kind"], index["parts"], index["dead"]) == ("exact", 1, 0)
    assert index["figures"] == []
    assert "one by one" in index["reasons"][0]


def test_collection_that_is_unknown_is_not_found(client: httpx.Client):
    for part in ("", "/skipped", "/sample"):
        answer = client.get(f"/v1/collections/nowhere{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "collection_not_found")


def test_skipped_files_are_listed_with_the_reason(client: httpx.Client):
    answer = client.get("/v1/collections/default/skipped").json()
    assert answer["total"] == 1
    (file,) = answer["skipped"]
    assert file["uri"].endswith("broken.jpg")
    assert file["code"] in ("corrupt", "unsupported_format")
    assert file["reason"]


def test_skipped_files_come_in_pages(client: httpx.Client):
    path = "/v1/collections/default/skipped"
    assert client.get(path, params={"offset": 1}).json() == {"total": 1, "skipped": []}
    assert client.get(path, params={"limit": 0}).status_code == 400
    assert client.get(path, params={"offset": -1}).status_code == 400
    assert client.get(path, params={"offset": 2**63 - 1}).json()["skipped"] == []
    assert client.get(path, params={"offset": 2**63}).status_code == 400


def test_sample_is_the_same_for_the_same_seed(client: httpx.Client):
    path = "/v1/collections/default/sample"
    orders = {
        seed: [hit["id"] for hit in client.get(path, params={"seed": seed, "k": 4}).json()["hits"]]
        for seed in range(5)
    }
    assert all(len(set(order)) == 4 for order in orders.values())
    assert len({tuple(order) for order in orders.values()}) > 1
    again = client.get(path, params={"seed": 3, "k": 4}).json()
    assert [hit["id"] for hit in again["hits"]] == orders[3]
    assert again["generation"] == 1
    assert "score" not in again["hits"][0]


def test_model_says_what_is_loaded(client: httpx.Client):
    model = client.get("/v1/model").json()
    info = FakeEncoder().info
    assert model["fingerprint"] == info.fingerprint
    assert (model["model_name"], model["dim"], model["logit_bias"]) == ("fake", info.dim, None)
