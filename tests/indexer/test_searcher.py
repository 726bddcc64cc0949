"""The searcher against brute force, and what it promises about rows, ids and threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.connection import ReaderPool
from indexer.config import IndexConfig, list_collections
from indexer.errors import (
    CollectionNotFoundError,
    ConfigError,
    FingerprintMismatchError,
    ImageNotFoundError,
    NoGenerationError,
)
from indexer.searcher import Searcher, current_generation
from indexer.vector_index.index import VectorIndex
from models.encoder import Embeddings, unit_embeddings
from tests.indexer.workbench import Workbench, brute_force, draw_picture


def _random_unit(count: int, dim: int, seed: int) -> Embeddings:
    return unit_embeddings(np.random.default_rng(seed).standard_normal((count, dim)))


@pytest.fixture
def filled(bench: Workbench) -> Workbench:
    """Sixty pictures."""
    for number in range(60):
        draw_picture(bench.pictures / f"{number}.jpg", number)
    bench.index()
    return bench


def test_search_finds_what_brute_force_finds(filled: Workbench):
    searcher = Searcher.open(filled.config)
    items = list(filled.items().values())
    stored = np.concatenate([searcher.embedding(item.image_id) for item in items])
    queries = _random_unit(25, stored.shape[1], seed=1)
    for query, hits, rows in zip(
        queries, searcher.search(queries, 10), brute_force(stored, queries, 10), strict=True
    ):
        assert [hit.item.image_id for hit in hits] == [items[row].image_id for row in rows]
        scores = [hit.score for hit in hits]
        np.testing.assert_allclose(scores, stored[rows] @ query, atol=1e-5)
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(("count", "queries", "top_k"), [(1, 1, 5), (300, 40, 300), (300, 3, 999)])
def test_index_finds_what_brute_force_finds_at_any_size(
    tmp_path: Path, count: int, queries: int, top_k: int
):
    embeddings = _random_unit(count, 16, seed=count)
    ids = np.arange(count, dtype=np.int64) * 7 + 3
    VectorIndex.build(16, [(ids[:100], embeddings[:100]), (ids[100:], embeddings[100:])]).save(
        tmp_path / "index"
    )
    index = VectorIndex.load(tmp_path / "index")
    asked = _random_unit(queries, 16, seed=2)
    found = index.search(asked, top_k)
    expected = [ids[rows] for rows in map(list, brute_force(embeddings, asked, top_k))]
    assert found.ids.shape == (queries, min(top_k, count))
    np.testing.assert_array_equal(found.ids, expected)


def test_search_of_many_queries_fetches_all_rows_in_one_statement(
    filled: Workbench, monkeypatch: pytest.MonkeyPatch
):
    searcher = Searcher.open(filled.config)
    statements: list[str] = []
    asking = threading.get_ident()
    real_query = ReaderPool.query

    def counting(pool: ReaderPool, sql: str, parameters: tuple[object, ...] = ()) -> object:
        if threading.get_ident() == asking:  # a service that is up looks for new generations
            statements.append(sql)
        return real_query(pool, sql, parameters)

    monkeypatch.setattr(ReaderPool, "query", counting)
    searcher.search(_random_unit(5, 32, seed=3), 20)
    assert len(statements) == 1


def test_search_gives_what_there_is_when_more_is_asked(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    searcher = Searcher.open(bench.config)
    queries = _random_unit(2, 32, seed=4)
    assert [len(hits) for hits in searcher.search(queries, 50)] == [2, 2]
    assert searcher.search(queries, 0) == [[], []]
    assert searcher.search(queries[:0], 5) == []


def test_text_that_names_a_colour_finds_pictures_of_it(bench: Workbench):
    bench.draw("a.jpg")
    searches = bench.encoder.encode_text(["red"])
    bench.index()
    assert -1 <= Searcher.open(bench.config).search(searches, 1)[0][0].score <= 1


def test_searcher_is_shared_by_many_threads(filled: Workbench):
    searcher = Searcher.open(filled.config)
    queries = _random_unit(200, 32, seed=5)
    expected = searcher.search(queries, 5)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda row: searcher.search(queries[row : row + 1], 5), range(200)))
    for hits, (result,) in zip(expected, results, strict=True):
        assert [hit.item for hit in hits] == [hit.item for hit in result]
    searcher.close()


def test_sample_draws_different_pictures_and_the_same_for_one_seed(filled: Workbench):
    searcher = Searcher.open(filled.config)
    first, again, other = (searcher.sample(10, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({item.image_id for item in first}) == 10
    assert len(searcher.sample(1_000, 1)) == 60


def test_unknown_image_id_is_not_found(filled: Workbench):
    searcher = Searcher.open(filled.config)
    with pytest.raises(ImageNotFoundError):
        searcher.item("nobody")
    with pytest.raises(ImageNotFoundError):
        searcher.embedding("nobody")


def test_another_models_fingerprint_is_refused_with_what_to_do(filled: Workbench):
    searcher = Searcher.open(filled.config)
    searcher.check_fingerprint(filled.encoder.info.fingerprint)
    with pytest.raises(FingerprintMismatchError, match="sightline index"):
        searcher.check_fingerprint("f" * 32)


def test_collection_that_does_not_exist_is_not_found(tmp_path: Path):
    config = IndexConfig(tmp_path, "nothing")
    for ask in (Searcher.open, current_generation):
        with pytest.raises(CollectionNotFoundError, match="sightline index --collection nothing"):
            ask(config)
    assert not config.collection_dir().exists()
    assert list_collections(tmp_path) == []


def test_collection_without_a_generation_says_how_to_get_one(bench: Workbench):
    (bench.pictures / "notes.txt").write_text("no picture")
    bench.index()
    assert list_collections(bench.config.data_dir) == ["default"]
    assert current_generation(bench.config) is None
    with pytest.raises(NoGenerationError, match="sightline index"):
        Searcher.open(bench.config)


@pytest.mark.parametrize("name", ["", "A", "../x", "a/b", "-a", "a" * 65, "ä", "a b", "a\n"])
def test_collection_names_that_paths_or_urls_would_escape_are_refused(tmp_path: Path, name: str):
    with pytest.raises(ConfigError, match="cannot name a collection"):
        IndexConfig(tmp_path, name)
