"""A change of model and a roll-back under steady questions: real models, real index, real socket.

Every answer must be right for the generation that it names: a question embedded by one model and
searched in the other's index would find other scores.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from app.settings import Settings
from indexer.builder import index_collection
from indexer.config import IndexConfig
from indexer.gallery.generate import generate_gallery
from indexer.generations import roll_back, verify
from indexer.progress import SilentProgress
from indexer.searcher import Searcher
from models.config import ModelConfig
from models.encoder import Encoder
from models.loading import load_encoder, model_key
from tests.app.conftest import running
from tests.app.waiting import eventually
from tests.models.conftest import TEXT, VISION, write_model

QUESTIONS = ("a red bird", "a boat on the sea", "a house at night")
QUERIES_PER_S = 20
PICTURES = 12
Answer = tuple[int, str, tuple[str, ...]]  # generation, question, ids of the hits, best first


@dataclass
class Asker:
    """Asks at a steady rate and keeps every answer."""

    url: httpx.URL
    answers: list[Answer] = field(default_factory=list)
    scores: dict[tuple[int, str], set[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Ask until told to stop."""
        next_s = time.monotonic()
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            while not self.stop.wait(max(0.0, next_s - time.monotonic())):
                next_s = max(next_s + 1 / QUERIES_PER_S, time.monotonic())
                question = QUESTIONS[len(self.answers) % len(QUESTIONS)]
                try:
                    self._keep(question, client.get("/v1/search", params={"q": question, "k": 5}))
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))

    def _keep(self, question: str, response: httpx.Response) -> None:
        if response.status_code != 200:
            self.failures.append(f"{response.status_code} {response.text}")
            return
        body = response.json()
        hits = body["hits"]
        self.answers.append((body["generation"], question, tuple(hit["id"] for hit in hits)))
        key = (body["generation"], question)
        self.scores.setdefault(key, set()).add(round(hits[0]["score"], 3))

    def has_seen(self, generation: int, since: int) -> bool:
        """Whether this generation answered every question after so many answers."""
        seen = {question for number, question, _ in self.answers[since:] if number == generation}
        return seen == set(QUESTIONS)


@contextmanager
def _asking(url: httpx.URL) -> Iterator[Asker]:
    asker = Asker(url)
    thread = threading.Thread(target=asker.run)
    thread.start()
    try:
        yield asker
    finally:
        asker.stop.set()
        thread.join()


def _index(config: IndexConfig, pictures: Path, model: ModelConfig) -> Encoder:
    encoder = load_encoder(model)
    index_collection(
        config,
        [pictures],
        model_key=model_key(model),
        load_encoder=lambda: encoder,
        progress=SilentProgress(),
    )
    return encoder


def _expected(config: IndexConfig, encoder: Encoder, generation: int) -> dict[str, list[float]]:
    """The scores of each question's hits in one generation, computed without the service."""
    searcher = Searcher.open(config, generation)
    try:
        found = searcher.search(encoder.encode_text(list(QUESTIONS)), 5)
        return {q: [hit.score for hit in hits] for q, hits in zip(QUESTIONS, found, strict=True)}
    finally:
        searcher.close()


@pytest.mark.timeout(240)
def test_model_is_changed_and_taken_back_under_questions_without_a_failure(tmp_path: Path):
    generate_gallery(tmp_path / "gallery", PICTURES, 1)
    model_cfg = {"embed_dim": 48, "vision_cfg": VISION, "text_cfg": TEXT}
    tiny = ModelConfig(str(write_model(tmp_path / "tiny", model_cfg)))
    config = IndexConfig(tmp_path / "data", decode_workers=2, thumbnails=False)
    encoders = {1: _index(config, tmp_path / "gallery", ModelConfig())}
    settings = Settings(data_dir=tmp_path / "data", poll_interval_s=0.05)
    with running(settings, load_encoder) as client, _asking(client.base_url) as asker:
        eventually(lambda: asker.has_seen(1, 0) or asker.failures)
        encoders[2] = _index(config, tmp_path / "gallery", tiny)
        eventually(lambda: asker.has_seen(2, 0) or asker.failures)
        assert client.get("/v1/model").json()["model_name"] == tiny.model_name
        since = len(asker.answers)
        roll_back(config)
        eventually(lambda: asker.has_seen(1, since) or asker.failures)
        assert client.get("/v1/model").json()["model_name"] == "builtin"
    assert asker.failures == []
    numbers = [generation for generation, _, _ in asker.answers]
    changes = [b for a, b in pairwise(numbers) if a != b]
    assert changes == [2, 1]  # once there, once back, nothing in between
    for generation, encoder in encoders.items():
        for question, scores in _expected(config, encoder, generation).items():
            got = asker.scores[generation, question]
            assert all(score == pytest.approx(scores[0], abs=2e-3) for score in got), (got, scores)
    assert verify(config) == []
    assert json.loads((config.generation_dir(2) / "manifest.json").read_text())["model"][
        "model_name"
    ] == str(tiny.model_name)
