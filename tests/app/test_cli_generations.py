"""`sightline generations` and `sightline reindex`, run as users run them; only the models are
weight-free ones.
"""

import json
from pathlib import Path

import httpx
import pytest

from app.cli.generations import as_dict, one_line
from app.doctor.findings import Level
from app.doctor.model_proof import model_findings
from indexer.catalog.records import GenerationRecord, IndexFile, IndexLayout
from indexer.config import IndexConfig
from indexer.gate_result import Figure, GateResult
from indexer.generations import KeptGeneration
from indexer.searcher import Searcher, current_record
from models.config import ModelConfig
from models.encoder import Encoder
from tests.app.command_line import Sightline, one_line_error
from tests.app.shelf import NamedEncoder, Shelf
from tests.app.waiting import eventually


@pytest.fixture
def shelf(sightline: Sightline, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Three models by name: the built-in one's place is taken by a weight-free one."""
    shelf = Shelf({name: _maker(name, seed) for seed, name in enumerate(["builtin", "a", "b"])})
    monkeypatch.setattr("models.loading.load_encoder", shelf.load)
    monkeypatch.setattr("models.loading.model_key", lambda config: config.model_name)
    return shelf


def _maker(name: str, seed: int):
    return lambda: NamedEncoder(name, dim=16 + 16 * seed, seed=seed)


def _model(data_dir: Path) -> tuple[int, str]:
    record = current_record(IndexConfig(data_dir))
    assert record is not None
    return record.generation, str(record.model["model_name"])


def _said(sightline: Sightline, *words: object) -> str:
    done = sightline(*words)
    assert done.code == 0, done.err
    return done.out


def test_reindex_changes_the_model_and_says_what_it_takes_and_how_to_go_back(
    sightline: Sightline, empty_library, shelf: Shelf
):
    for colour in ("red", "green", "blue"):
        empty_library.add(f"{colour}.png", colour)
    _said(sightline, "index", empty_library.pictures)
    assert _model(empty_library.data_dir) == (1, "builtin")
    done = sightline("reindex", "--model", "a")
    assert "3 pictures are embedded with a beside generation 1" in done.err
    assert "of disk" in done.err
    assert "3 embedded by another model" in done.out
    assert "sightline generations rollback 1" in done.out
    assert _model(empty_library.data_dir) == (2, "a")
    again = sightline("reindex", "--model", "a")
    assert "made with this model already" in again.err
    assert "nothing has changed; generation 2 stays" in again.out


def test_reindex_needs_a_model_and_a_collection_that_has_something(
    sightline: Sightline, empty_library, shelf: Shelf
):
    assert "--model" in one_line_error(sightline("reindex"))
    assert "no collection" in one_line_error(sightline("reindex", "--model", "a"))
    empty_library.add("red.png", "red")
    _said(sightline, "index", empty_library.pictures)
    assert "no weights" in one_line_error(sightline("reindex", "--model", "elsewhere"))
    assert _model(empty_library.data_dir) == (1, "builtin")


def test_index_goes_on_with_the_model_of_the_current_generation(
    sightline: Sightline, empty_library, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    def step(*words: object) -> tuple[int, str]:
        empty_library.add(f"{len(list(empty_library.pictures.iterdir()))}.png", (9, 9, 9))
        _said(sightline, *words)
        return _model(empty_library.data_dir)

    assert step("index", empty_library.pictures) == (1, "builtin")
    assert step("reindex", "--model", "a") == (2, "a")
    assert step("index") == (3, "a")
    _said(sightline, "generations", "rollback", 1)
    assert step("index") == (4, "builtin")
    assert step("index", "--model", "b") == (5, "b")
    monkeypatch.setenv("SIGHTLINE_MODEL", "a")
    assert step("index") == (6, "a")
    monkeypatch.setenv("SIGHTLINE_MODEL", "")
    assert step("index") == (7, "a")
    assert "0.png" in _said(sightline, "search", "red", "-k", 99)
    assert shelf.names()[-1] == "a"
    assert "cannot be compared" in one_line_error(sightline("search", "red", "--model", "b"))


def test_collection_of_a_former_built_in_model_is_brought_to_todays_by_one_command(
    sightline: Sightline,
    empty_library,
    shelf: Shelf,
    settings_for,
    monkeypatch: pytest.MonkeyPatch,
):
    command = "`sightline reindex --model builtin`"
    empty_library.add("red.png", "red")
    _said(sightline, "index", empty_library.pictures)
    shelf.encoders["builtin"] = _maker("builtin", 7)
    monkeypatch.setattr("models.loading.model_key", lambda config: f"new {config.model_name}")
    assert command in one_line_error(sightline("search", "red"))
    (_, finding) = model_findings(settings_for(model=None))
    assert (finding.level, command in str(finding.remedy)) == (Level.FAIL, True)
    assert "rollback 1" in _said(sightline, "reindex", "--model", "builtin")
    assert "red.png" in _said(sightline, "search", "red")
    back = sightline("generations", "rollback")
    assert "had other weights then" in back.err
    assert "sightline generations rollback 2" in back.err
    assert command in one_line_error(sightline("search", "red"))
    assert "published" in _said(sightline, "reindex", "--model", "builtin")
    assert _model(empty_library.data_dir) == (3, "builtin")
    assert "red.png" in _said(sightline, "search", "red")


def test_generations_are_listed_gone_back_to_and_dropped(
    sightline: Sightline, empty_library, shelf: Shelf
):
    assert "no collection" in one_line_error(sightline("generations", "list"))
    for number in range(3):
        empty_library.add(f"{number}.png", (number, 99, 9))
        _said(sightline, "index", empty_library.pictures, "--keep-generations", 9)
    lines = _said(sightline, "generations", "list").splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "*"]
    assert "model builtin" in lines[0]
    assert "generation 2 is current: 2 pictures" in _said(sightline, "generations", "rollback")
    rows = json.loads(_said(sightline, "generations", "list", "--json"))["generations"]
    assert [(row["generation"], row["items"], row["current"]) for row in rows] == [
        (1, 1, False),
        (2, 2, True),
        (3, 3, False),
    ]
    assert [row["index"]["figures"] for row in rows] == [[], [], []]  # exact: nothing is missed
    assert "4" in one_line_error(sightline("generations", "rollback", 4))
    _said(sightline, "generations", "rollback", 3)
    pruned = json.loads(_said(sightline, "generations", "prune", "--keep", 2, "--json"))
    assert pruned == {"dropped": [1]}
    assert "dropped: 2" in _said(sightline, "generations", "prune", "--keep", 1)
    assert "nothing was dropped" in _said(sightline, "generations", "prune")
    assert "earlier generation" in one_line_error(sightline("generations", "rollback"))
    assert "all kept generations are whole" in _said(sightline, "generations", "verify")


def test_generations_over_http_say_which_should_be_served_and_which_is(
    sightline: Sightline, library, shelf: Shelf, settings_for, serving
):
    def load(config: ModelConfig) -> Encoder:
        return library.encoder if config.model_name in ("builtin", "fake") else shelf.load(config)

    def marks(client: httpx.Client) -> list[tuple[int, bool, bool]]:
        answer = client.get("/v1/collections/default/generations").json()
        return [(one["generation"], one["current"], one["served"]) for one in answer["generations"]]

    with serving(settings_for(), load) as client:
        _said(sightline, "reindex", "--model", "a")
        eventually(lambda: marks(client) == [(1, False, False), (2, True, True)])
        assert client.get("/v1/model").json()["model_name"] == "a"
        _said(sightline, "generations", "rollback")
        eventually(lambda: marks(client) == [(1, True, True), (2, False, False)])
        assert client.get("/v1/model").json()["model_name"] == "fake"
        assert client.get("/v1/collections/nowhere/generations").status_code == 404


def test_search_command_answers_like_the_generation_it_asks(
    sightline: Sightline, empty_library, shelf: Shelf
):
    for colour in ("red", "green", "blue"):
        empty_library.add(f"{colour}.png", colour)
    _said(sightline, "index", empty_library.pictures)
    _said(sightline, "reindex", "--model", "b")
    score, path = _said(sightline, "search", "a boat", "-k", 1).split()
    searcher = Searcher.open(IndexConfig(empty_library.data_dir))
    best = searcher.search(shelf.encoders["b"]().encode_text(["a boat"]), 1)[0][0]
    searcher.close()
    assert (score, path) == (f"{best.score:.3f}", str(best.item.path))


def test_measured_recall_stands_in_a_line_and_in_json_for_texts_and_pictures():
    figures = tuple(
        Figure(queries, k, recall, 256)
        for queries, k, recall in (("texts", 10, 0.9938), ("images", 100, 1.0))
    )
    gate = GateResult("ivf_rabitq", 500, 0.99, figures, ("it was asked for",), "common words")
    layout = IndexLayout(
        (IndexFile("index.faiss", "ivf_rabitq", 9, 9, ""),), gate=gate.to_json(), effort=500
    )
    record = GenerationRecord(7, "now", "", 4, 9, {"model_name": "builtin"}, layout, {})
    kept = KeptGeneration(record, is_current=True)
    assert one_line(kept).endswith("recall 0.9938 @10 for texts, 1.0000 @100 for images")
    assert as_dict(kept)["index"]["figures"] == [
        {"queries": "texts", "k": 10, "recall": 0.9938, "asked": 256},
        {"queries": "images", "k": 100, "recall": 1.0, "asked": 256},
    ]
