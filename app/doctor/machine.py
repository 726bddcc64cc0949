"""Processor, cards and libraries. Loads no model."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fail, ok, warn
from app.settings import Settings
from indexer.config import available_cores
from models.errors import ModelLoadError

_TOPIC = "machine"


def machine_findings(settings: Settings) -> Iterator[Finding]:
    """What this machine computes with, and whether searching on it finds what it should."""
    from indexer.vector_index.card import find_card
    from indexer.vector_index.self_test import library_version, self_test
    from models.devices import device_facts

    try:
        facts = device_facts(settings.device, settings.precision)
    except ModelLoadError as error:
        yield fail(_TOPIC, str(error), "set SIGHTLINE_DEVICE and SIGHTLINE_PRECISION to auto")
    else:
        features = ", ".join(facts.features) or "none that matters here"
        yield ok(_TOPIC, f"{available_cores()} cores with {features}; torch {facts.torch_version}")
        yield ok(_TOPIC, f"models run on {facts.device} in {facts.precision}")
        if settings.precision in ("bf16", "fp16") and not facts.fast_bf16:
            yield warn(
                _TOPIC,
                f"{settings.precision} is set, and this hardware is slow in it",
                "set SIGHTLINE_PRECISION to auto",
            )
    wrong = self_test()
    if wrong is None:
        yield ok(_TOPIC, f"faiss {library_version()} finds what NumPy finds")
    else:
        yield fail(
            _TOPIC,
            f"faiss {library_version()} failed its self-test: {wrong}",
            "install faiss-cpu or faiss-gpu anew, never both",
        )
    card = find_card()
    if card.device is not None and card.make is None:
        yield warn(_TOPIC, f"graphics card: {card.words}", "indexes are searched on the processor")
    else:
        yield ok(_TOPIC, f"graphics card: {card.words}")
