"""Whether the model loads and computes what it should. Answers no question with it."""

import time
from collections.abc import Iterator

from app.doctor.findings import Finding, fail, ok, warn
from app.failures import ModelNotHereError
from app.model_choice import model_for
from app.settings import Settings
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.errors import IndexerError
from indexer.searcher import current_record
from models import loading
from models.errors import ModelError
from models.golden import golden_of, read_golden

_TOPIC = "model"


def model_findings(settings: Settings) -> Iterator[Finding]:
    """The model that the configured collection is asked with; loading it proves it."""
    try:
        config = model_for(settings, IndexConfig(settings.data_dir, settings.collection))
    except IndexerError:
        config = settings.model_choice()  # what is wrong with the collection is said elsewhere
    began = time.perf_counter()
    try:
        encoder = loading.load_encoder(config)
        golden_of(encoder)
        directory = loading.model_directory(config)
        proven = directory is not None and read_golden(directory) is not None
    except ModelError as error:
        yield fail(
            _TOPIC,
            str(error),
            "put the model's files where SIGHTLINE_MODEL names them, or leave the setting empty "
            "for the built-in model",
        )
        return
    info = encoder.info
    said = f"{info.model_name} loads in {time.perf_counter() - began:.1f} s, {info.precision}"
    if proven:
        yield ok(_TOPIC, f"{said}; its golden embeddings are what they should be")
    else:
        yield warn(
            _TOPIC,
            f"{said}; it brings no golden embeddings, so nothing proves what it computes",
            "for a model that you keep as a directory: golden.json beside its weights "
            "(models/golden.py writes one)",
        )
    record = _current(settings)
    if record is not None and info.fingerprint != record.fingerprint and settings.model is None:
        wrong = ModelNotHereError.other_weights(settings.collection, record, info.fingerprint)
        yield fail(_TOPIC, wrong.what, wrong.remedy)


def _current(settings: Settings) -> GenerationRecord | None:
    try:
        return current_record(IndexConfig(settings.data_dir, settings.collection))
    except IndexerError:
        return None  # what is wrong with the collection is said elsewhere
