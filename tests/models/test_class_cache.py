"""The cache of class embeddings: nothing is encoded twice, nothing grows without bound."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from models.class_cache import ClassEmbeddingCache
from models.encoder import Embeddings
from models.errors import EncodeError
from models.fake_encoder import FakeEncoder
from models.prompts import class_embeddings
from models.recent_rows import ROW_OVERHEAD_BYTES, RecentRows
from models.templates import TemplateError

DIGEST_BYTES = 16
ROW_BYTES = ROW_OVERHEAD_BYTES + DIGEST_BYTES + 32 * 4  # of a name, with the encoder below


class CountingTexts:
    """Encodes texts and remembers them: all that class embeddings need of an encoder."""

    def __init__(self) -> None:
        self.encoder = FakeEncoder()
        self.texts: list[str] = []

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        self.texts += texts
        return self.encoder.encode_text(texts)


def test_a_thousand_names_cost_nothing_the_second_time() -> None:
    texts, cache = CountingTexts(), ClassEmbeddingCache()
    names = [f"name {number}" for number in range(1000)]
    first = cache.class_embeddings(texts, "f", names)
    assert len(texts.texts) == 5000
    again = cache.class_embeddings(texts, "f", names[::-1])
    assert len(texts.texts) == 5000
    assert np.array_equal(again, first[::-1])
    assert np.array_equal(first[:10], class_embeddings(texts.encoder, names[:10]))


def test_only_names_that_are_new_are_encoded_and_each_once() -> None:
    texts, cache = CountingTexts(), ClassEmbeddingCache()
    cache.class_embeddings(texts, "f", ["red", "blue"], ["{}"])
    rows = cache.class_embeddings(texts, "f", ["blue", "green", "green", "red"], ["{}"])
    assert texts.texts == ["red", "blue", "green"]
    assert np.allclose(rows, texts.encoder.encode_text(["blue", "green", "green", "red"]))


@pytest.mark.parametrize(
    ("fingerprint", "templates"), [("other", ["{}", "a {}"]), ("f", ["{}"]), ("f", ["a {}", "{}"])]
)
def test_another_model_or_other_templates_share_nothing(
    fingerprint: str, templates: list[str]
) -> None:
    texts, cache = CountingTexts(), ClassEmbeddingCache()
    cache.class_embeddings(texts, "f", ["red"], ["{}", "a {}"])
    cache.class_embeddings(texts, fingerprint, ["red"], templates)
    assert len(texts.texts) == 2 + len(templates)


def test_the_name_used_longest_ago_goes_first() -> None:
    texts, cache = CountingTexts(), ClassEmbeddingCache(max_bytes=2 * ROW_BYTES)
    for name in ("red", "blue", "red", "green"):
        cache.class_embeddings(texts, "f", [name], ["{}"])
    assert len(cache) == 2
    cache.class_embeddings(texts, "f", ["red"], ["{}"])
    assert texts.texts == ["red", "blue", "green"]
    assert cache.class_embeddings(texts, "f", ["a", "b", "c", "d"], ["{}"]).shape == (4, 32)
    assert len(cache) == 2


def test_many_threads_get_the_right_rows() -> None:
    texts, cache = CountingTexts(), ClassEmbeddingCache(max_bytes=20 * ROW_BYTES)
    names = [f"name {number}" for number in range(40)]
    expected = class_embeddings(FakeEncoder(), names, ["{}"])

    def ask(seed: int) -> bool:
        order = np.random.default_rng(seed).permutation(len(names))
        rows = cache.class_embeddings(texts, "f", [names[place] for place in order], ["{}"])
        return np.allclose(rows, expected[order])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(64)))
    assert len(cache) == 20


class Gate(CountingTexts):
    """Encodes once it is opened; the first time may fail."""

    def __init__(self, *, fails: bool) -> None:
        super().__init__()
        self.entered, self.opened = Event(), Event()
        self.fails = fails

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        first = not self.entered.is_set()
        self.entered.set()
        assert self.opened.wait(60)
        if first and self.fails:
            raise EncodeError("once")
        return super().encode_text(texts)


@pytest.mark.parametrize("fails", [False, True])
def test_names_asked_for_at_the_same_time_are_encoded_once_and_again_if_that_fails(
    fails: bool,
) -> None:
    gate, cache = Gate(fails=fails), ClassEmbeddingCache()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(cache.class_embeddings, gate, "f", ["red", "blue"], ["{}"])
        assert gate.entered.wait(60)
        other = pool.submit(cache.class_embeddings, gate, "f", ["blue", "green"], ["{}"])
        while cache.misses < 4:  # until the other has seen that nothing is here
            time.sleep(0.01)
        gate.opened.set()
        rows = other.result(60)
        assert isinstance(one.exception(60), EncodeError) == fails
    assert np.allclose(rows, gate.encoder.encode_text(["blue", "green"]))
    assert sorted(gate.texts) == (["blue", "green"] if fails else ["blue", "green", "red"])


def test_a_template_without_a_place_is_refused_even_for_known_names() -> None:
    with pytest.raises(TemplateError):
        ClassEmbeddingCache().class_embeddings(FakeEncoder(), "f", ["red"], ["a photo"])


def test_recent_rows_never_take_more_bytes_than_allowed_whatever_is_put() -> None:
    random = np.random.default_rng(7)
    rows = RecentRows(max_bytes=20_000)
    naive: list[tuple[str, int]] = []  # key and bytes, used longest ago first
    for _ in range(500):
        key = "köy"[: random.integers(4)] + str(random.integers(40))
        row = np.ones(int(random.integers(1, 500)), np.float32)
        rows.put(key, row)
        key_bytes = len(key) if key.isascii() else 4 * len(key)
        naive = [one for one in naive if one[0] != key]
        naive.append((key, ROW_OVERHEAD_BYTES + key_bytes + row.nbytes))
        while sum(size for _, size in naive) > 20_000:
            del naive[0]
        asked = f"{random.integers(40)}"
        assert (rows.get(asked) is not None) == (asked in [name for name, _ in naive])
        naive.sort(key=lambda one: one[0] == asked)
        assert rows.size_bytes == sum(size for _, size in naive) <= 20_000


def test_recent_rows_without_room_keep_nothing() -> None:
    rows = RecentRows(max_bytes=0)
    rows.put("red", np.ones(4, np.float32))
    assert (len(rows), rows.size_bytes, rows.get("red")) == (0, 0, None)
