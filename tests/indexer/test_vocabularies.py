"""Vocabularies: searched as by hand, bound to their texts and to a model, replaced and removed."""

from pathlib import Path

import pytest

from indexer.errors import ConfigError
from indexer.text_errors import (
    VocabularyDamagedError,
    VocabularyNotEmbeddedError,
    VocabularyNotFoundError,
)
from indexer.vocabularies.embedding import embed_vocabulary
from indexer.vocabularies.store import (
    open_vocabulary,
    read_vocabulary,
    remove_vocabulary,
    save_vocabulary,
    vocabulary_names,
)
from models.fake_encoder import FakeEncoder
from tests.indexer.workbench import CountingEncoder, Workbench

ENCODER = FakeEncoder()
MODEL = ENCODER.info.fingerprint
LINES = ["a red thing", "a blue thing", "", "a green thing", " a red thing ", "something else"]


def _added(data_dir: Path, name: str = "things") -> None:
    embed_vocabulary(data_dir, save_vocabulary(data_dir, name, LINES), ENCODER)


def test_vocabulary_is_searched_as_by_hand(tmp_path: Path):
    _added(tmp_path)
    vocabulary = read_vocabulary(tmp_path, "things")
    assert vocabulary.texts == (
        "a red thing",
        "a blue thing",
        "a green thing",
        "something else",
    )
    assert vocabulary.fingerprints == (MODEL,)
    query = ENCODER.encode_text(["red"])
    cosines = {text: float(ENCODER.encode_text([text])[0] @ query[0]) for text in vocabulary.texts}
    hits = open_vocabulary(tmp_path, "things", MODEL).search(query, 3)
    assert [hit.text for hit in hits] == sorted(cosines, key=lambda text: -cosines[text])[:3]
    assert [hit.score for hit in hits] == pytest.approx([cosines[hit.text] for hit in hits])
    assert len(open_vocabulary(tmp_path, "things", MODEL).search(query, 99)) == 4


def test_vectors_of_other_texts_and_other_models_are_never_used(tmp_path: Path):
    _added(tmp_path)
    save_vocabulary(tmp_path, "things", ["other words", "than", "those", "before"])
    with pytest.raises(VocabularyNotEmbeddedError, match="sightline index"):
        open_vocabulary(tmp_path, "things", MODEL)
    with pytest.raises(VocabularyNotEmbeddedError):
        open_vocabulary(tmp_path, "things", "0" * 32)


def test_damaged_files_are_refused(tmp_path: Path):
    _added(tmp_path)
    for name in (f"things.{MODEL}.f32", "things.json"):
        path = tmp_path / "vocabularies" / name
        data = path.read_bytes()
        for broken in (data[:-3], data[:-20] + b"\x03" + data[-19:]):
            path.write_bytes(broken)
            with pytest.raises(VocabularyDamagedError, match="add it again"):
                open_vocabulary(tmp_path, "things", MODEL)
        path.write_bytes(data)
    assert open_vocabulary(tmp_path, "things", MODEL) is not None


def test_vocabularies_are_listed_and_removed(tmp_path: Path):
    _added(tmp_path)
    _added(tmp_path, "more")
    assert vocabulary_names(tmp_path) == ["more", "things"]
    remove_vocabulary(tmp_path, "things")
    assert {path.name.split(".")[0] for path in (tmp_path / "vocabularies").iterdir()} == {"more"}
    with pytest.raises(VocabularyNotFoundError, match="there are more"):
        remove_vocabulary(tmp_path, "things")
    for name in ("../more", "More", ""):
        with pytest.raises(VocabularyNotFoundError):
            read_vocabulary(tmp_path, name)
        with pytest.raises(ConfigError):
            save_vocabulary(tmp_path, name, LINES)
    with pytest.raises(ConfigError):
        save_vocabulary(tmp_path, "empty", ["", " "])


def test_index_run_embeds_vocabularies_anew_when_the_model_changes(bench: Workbench):
    bench.draw("a.jpg")
    bench.index()
    _added(bench.config.data_dir)
    bench.encoder, bench.model_key = CountingEncoder(seed=1), "other"
    bench.index()
    fingerprint = bench.encoder.info.fingerprint
    assert open_vocabulary(bench.config.data_dir, "things", fingerprint) is not None
    bench.loads = 0
    bench.index()
    assert bench.loads == 0
