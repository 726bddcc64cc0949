"""Relevance in answers: what is judged, what is left out, what is explained, where the heat is."""

import io
import math

import httpx
import numpy as np
import pytest
from PIL import Image

from app.relevance import fit_path
from models.fake_encoder import FakeEncoder
from models.relevance import (
    HIT_FEATURES,
    QUESTION_FEATURES,
    Logistic,
    Modality,
    ModalityFit,
    RelevanceFit,
)
from models.relevance_file import write_relevance
from tests.app.conftest import Library, MakeSettings, Serving

STEEP, MIDDLE = 20.0, 0.8


def _by(feature: str, features: tuple[str, ...]) -> Logistic:
    """A fit that looks at one feature: even odds at MIDDLE."""
    count = len(features)
    weights = np.zeros(count + count * (count + 1) // 2 + 1)
    weights[features.index(feature)], weights[-1] = STEEP, -STEEP * MIDDLE
    return Logistic((0.0,) * count, (1.0,) * count, tuple(weights.tolist()))


def _write_fit(library: Library, collection: str = "default") -> None:
    one = ModalityFit(_by("best", QUESTION_FEATURES), _by("cosine", HIT_FEATURES), 0.5)
    names = FakeEncoder().encode_text(["kettle", "boat"])
    fit = RelevanceFit("colours", {Modality.TEXT: one, Modality.IMAGE: one}, names)
    path = fit_path(library.data_dir, collection)
    write_relevance(path, library.encoder.info.fingerprint, fit)


def test_relevance_is_null_where_nothing_was_fitted(own_client: httpx.Client):
    answer = own_client.get("/v1/search", params={"q": "red"}).json()
    refused = own_client.get("/v1/search", params={"q": "red", "min_relevance": 0.5})
    assert answer["no_good_match"] is None
    assert {hit["relevance"] for hit in answer["hits"]} == {None}
    assert refused.status_code == 409
    assert refused.json()["code"] == "relevance_unknown"


def test_relevance_comes_from_the_collections_own_fit(library: Library, own_client: httpx.Client):
    _write_fit(library)  # a service that runs sees it
    found = own_client.get("/v1/search", params={"q": "red"}).json()
    least = own_client.get("/v1/search", params={"q": "red", "min_relevance": 0.5}).json()
    absurd = own_client.get("/v1/search", params={"q": "zzqx", "explain": True}).json()
    none = own_client.get("/v1/search", params={"q": "zzqx", "min_relevance": 0.5}).json()
    pair = {"query": [{"text": "red"}, {"image": {"id": found["hits"][0]["id"]}}]}
    mixed = own_client.post("/v1/search", json=pair).json()
    assert not found["no_good_match"]
    for hit in found["hits"]:
        expected = 1 / (1 + math.exp(-STEEP * (hit["score"] - MIDDLE)))
        assert hit["relevance"] == pytest.approx(expected, abs=1e-4)
    kept = [hit["id"] for hit in found["hits"] if hit["relevance"] >= 0.5]
    assert [hit["id"] for hit in least["hits"]] == kept
    assert 0 < len(kept) < len(found["hits"])
    assert absurd["no_good_match"]
    assert len(absurd["hits"]) == len(found["hits"])  # still the nearest, and marked
    assert absurd["explain"]["modality"] == "text"
    assert absurd["explain"]["match"] < 0.5
    assert none["no_good_match"]
    assert none["hits"] == []
    assert mixed["no_good_match"] is None  # of this kind nothing was fitted


def test_a_damaged_fit_stops_no_search(library: Library, own_client: httpx.Client):
    fit_path(library.data_dir, "default").write_text("{")
    answer = own_client.get("/v1/search", params={"q": "red"})
    assert answer.status_code == 200
    assert answer.json()["no_good_match"] is None


@pytest.mark.parametrize("fusion", ["late", "balanced"])
def test_contributions_add_up_to_the_score(own_client: httpx.Client, fusion: str):
    ids = [hit["id"] for hit in own_client.get("/v1/search", params={"q": "blue"}).json()["hits"]]
    terms = [{"text": "red", "weight": 2}, {"text": "boat", "weight": -0.5}]
    body = {"query": terms, "like": ids[:1], "dislike": ids[-1:], "fusion": fusion}
    answer = own_client.post("/v1/search", json={**body, "explain": True}).json()
    plain = own_client.post("/v1/search", json=body).json()
    assert [hit["id"] for hit in answer["hits"]] == [hit["id"] for hit in plain["hits"]]
    assert {hit["explain"] for hit in plain["hits"]} == {None}
    for rank, hit in enumerate(answer["hits"], start=1):
        parts = hit["explain"]["parts"]
        named = [part["part"] for part in parts]
        assert named == ["red", "boat", f"like {ids[0]}", f"dislike {ids[-1]}"]
        assert sum(part["contribution"] for part in parts) == pytest.approx(hit["score"], abs=1e-4)
        assert all(
            part["contribution"] == pytest.approx(part["weight"] * part["cosine"]) for part in parts
        )
        assert hit["explain"]["vector_rank"] == rank


def test_heat_map_shows_where_the_colour_is(
    empty_library: Library, serving: Serving, settings_for: MakeSettings
):
    pixels = np.full((60, 120, 3), (30, 30, 230), np.uint8)
    pixels[:, 60:] = (230, 30, 30)
    Image.fromarray(pixels).save(empty_library.pictures / "halves.png")
    empty_library.index()
    with serving(settings_for(), lambda _: empty_library.encoder) as client:
        image_id = client.get("/v1/search", params={"q": "red"}).json()["hits"][0]["id"]
        address = f"/v1/images/{image_id}/heatmap"
        found = client.get(address, params={"q": "red"})
        again = client.get(
            address, params={"q": "red"}, headers={"If-None-Match": found.headers["ETag"]}
        )
        other = client.get(address, params={"q": "blue"})
        unknown = client.get("/v1/images/nobody/heatmap", params={"q": "red"})
        nothing = client.get(address)
    assert found.headers["content-type"] == "image/png"
    assert (again.status_code, unknown.status_code, nothing.status_code) == (304, 404, 400)
    for answer, warm_half in ((found, slice(60, None)), (other, slice(None, 60))):
        with Image.open(io.BytesIO(answer.content)) as picture:
            alpha = np.asarray(picture.resize((120, 60)))[:, :, 3].astype(float)
        assert alpha[:, warm_half].mean() > 1.5 * alpha.mean() > 0


@pytest.mark.usefixtures("library")
def test_heat_map_of_a_model_without_cells_is_refused(serving: Serving, settings_for: MakeSettings):
    class WholePictures:
        """The fake encoder, less what it knows of parts."""

        def __init__(self) -> None:
            self._whole = FakeEncoder()
            for name in ("prepare_image", "encode_prepared", "encode_image", "encode_text"):
                setattr(self, name, getattr(self._whole, name))
            self.info = self._whole.info

    with serving(settings_for(), lambda _: WholePictures()) as client:
        image_id = client.get("/v1/search", params={"q": "red"}).json()["hits"][0]["id"]
        answer = client.get(f"/v1/images/{image_id}/heatmap", params={"q": "red"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "no_heat_map"
