"""Kept generations: listed, verified, gone back to and forward from, pruned."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import pipeline
from indexer.errors import (
    CollectionNotFoundError,
    GenerationDamagedError,
    GenerationNotFoundError,
)
from indexer.generations import list_generations, prune, roll_back, verify
from indexer.searcher import Searcher, current_generation
from models.encoder import Embeddings
from tests.indexer.workbench import CountingEncoder, Workbench


@pytest.fixture
def three(bench: Workbench) -> Workbench:
    """Three generations, of one, two and three pictures."""
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        bench.draw(name)
        bench.index()
    return bench


def _current(bench: Workbench) -> int | None:
    assert [kept.record.generation for kept in list_generations(bench.config) if kept.is_current]
    return current_generation(bench.config)


def test_going_back_changes_what_is_searched_until_the_sources_differ(three: Workbench):
    assert roll_back(three.config).generation == 2
    assert (_current(three), sorted(three.items())) == (2, ["a.jpg", "b.jpg"])
    assert not three.index().published  # nothing differs from the newest: the roll-back stands
    assert _current(three) == 2
    three.draw("d.jpg")
    (three.pictures / "a.jpg").unlink()
    summary = three.index()
    assert (summary.generation, summary.new, summary.removed, summary.unchanged) == (4, 1, 1, 2)
    assert verify(three.config) == []
    three.assert_whole()


def test_going_forward_again_is_going_back_to_a_higher_number(three: Workbench):
    roll_back(three.config, 1)
    assert sorted(three.items()) == ["a.jpg"]
    roll_back(three.config, 3)
    three.assert_whole()


def test_going_back_to_what_is_not_kept_or_not_whole_changes_nothing(three: Workbench):
    with pytest.raises(GenerationNotFoundError, match="kept are: 1, 2, 3"):
        roll_back(three.config, 9)
    (three.config.generation_dir(2) / "index.faiss").unlink()
    with pytest.raises(GenerationDamagedError):
        roll_back(three.config, 2)
    assert _current(three) == 3
    roll_back(three.config, 1)
    with pytest.raises(GenerationNotFoundError, match="earlier"):
        roll_back(three.config)


def test_going_back_from_another_model_brings_the_first_ones_vectors_back(three: Workbench):
    first = three.encoder
    three.encoder, three.model_key = CountingEncoder(dim=16, seed=9), "other"
    assert three.index().re_embedded == 3
    assert roll_back(three.config).fingerprint == first.info.fingerprint
    three.encoder, three.model_key = first, "fake"
    three.forget_counts()
    summary = three.index()
    assert (summary.published, summary.re_embedded, three.encoder.encoded) == (True, 3, 0)
    three.assert_whole()


def test_current_generation_is_never_dropped_though_it_is_old(three: Workbench):
    roll_back(three.config, 1)
    assert prune(three.config, 1) == [2]
    assert [kept.record.generation for kept in list_generations(three.config)] == [1, 3]
    assert (_current(three), sorted(three.items())) == (1, ["a.jpg"])
    roll_back(three.config, 3)
    assert prune(three.config, 1) == [1]
    three.assert_whole()


def test_pruning_leaves_what_is_being_read(three: Workbench):
    with_lease = Searcher.open(three.config, 2)
    assert prune(three.config, 1) == [1]
    with_lease.close()
    assert prune(three.config, 1) == [2]
    assert prune(three.config, 1) == []
    three.assert_whole()


def test_functions_refuse_a_collection_that_is_not_there(tmp_path: Path, bench: Workbench):
    for ask in (list_generations, verify, roll_back, lambda config: prune(config, 1)):
        with pytest.raises(CollectionNotFoundError):
            ask(bench.config)


def test_interrupted_change_of_model_keeps_what_it_embedded_while_generations_are_dropped(
    three: Workbench, monkeypatch: pytest.MonkeyPatch
):
    first = three.encoder
    for number in range(20):
        three.draw(f"more-{number}.jpg")
    three.index()
    other = three.encoder = CountingEncoder(dim=16, seed=9)
    three.model_key = "other"
    real = CountingEncoder.encode_prepared

    def interrupted(encoder: CountingEncoder, prepared: NDArray[np.uint8]) -> Embeddings:
        if encoder.encoded:
            raise KeyboardInterrupt
        return real(encoder, prepared)

    monkeypatch.setattr(pipeline, "_COMMIT_ROWS", 1)
    monkeypatch.setattr(CountingEncoder, "encode_prepared", interrupted)
    with pytest.raises(KeyboardInterrupt):
        three.index()
    monkeypatch.undo()
    embedded = other.encoded
    assert 0 < embedded < 23
    three.encoder, three.model_key = first, "fake"
    for name in ("x.jpg", "y.jpg", "z.jpg"):  # each drops a generation
        three.draw(name)
        three.index()
    three.encoder, three.model_key = other, "other"
    assert three.index().re_embedded == 26
    assert other.encoded == 26
    assert verify(three.config) == []
