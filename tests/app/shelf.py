"""Models of several names without weights, a shelf to load them from, and a client that never stops
asking.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx

from models.config import ModelConfig
from models.encoder import Encoder
from models.errors import ModelLoadError
from models.fake_encoder import FakeEncoder

PAUSE_S = 0.005  # between two questions: the indexer needs the processor too


class NamedEncoder(FakeEncoder):
    """A model of its own name, number of dimensions and weights."""

    def __init__(self, name: str, dim: int = 32, seed: int = 0) -> None:
        super().__init__(dim, seed)
        self._info = replace(self._info, model_name=name)


@dataclass
class Shelf:
    """The models that there are on this machine; loads them by name and keeps count."""

    encoders: dict[str, Callable[[], Encoder]] = field(default_factory=dict)
    loads: list[ModelConfig] = field(default_factory=list)

    def load(self, config: ModelConfig) -> Encoder:
        self.loads.append(config)
        if config.model_name not in self.encoders:
            raise ModelLoadError(config.model_name, "there are no weights")
        return self.encoders[config.model_name]()

    def names(self) -> list[str]:
        return [config.model_name for config in self.loads]


@contextmanager
def hammering(client: httpx.Client) -> Iterator[Counter[tuple[int, int, int]]]:
    """Asks without a pause; counts (status, generation, number of hits)."""
    seen: Counter[tuple[int, int, int]] = Counter()
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=client.base_url, timeout=20, trust_env=False) as own:
            while not stop.wait(PAUSE_S):
                answer = own.get("/v1/search", params={"q": "red", "k": 100})
                body = answer.json()
                seen[answer.status_code, body.get("generation", 0), len(body.get("hits", []))] += 1

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()
