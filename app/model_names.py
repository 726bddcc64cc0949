"""The names by which clients ask for a loaded model. Loads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.engine import Engine
from app.failures import ModelNotFoundError
from app.live import LiveCollections
from indexer.errors import CollectionNotFoundError


@dataclass(frozen=True, slots=True)
class NamedModel:
    """A loaded model under the name that tells it from the others."""

    name: str
    engine: Engine
    collections: tuple[str, ...]


def named_models(live: LiveCollections) -> list[NamedModel]:
    """The loaded models, that of the configured collection first.

    Where two have one name, the later one is known by its fingerprint.
    """
    found: list[NamedModel] = []
    for engine, collections in live.models():
        info = engine.info
        taken = any(model.name == info.model_name for model in found)
        name = info.fingerprint if taken else info.model_name
        found.append(NamedModel(name, engine, tuple(collections)))
    return found


@contextmanager
def model_named(
    live: LiveCollections, wanted: str | None, collection: str | None, default_collection: str
) -> Iterator[NamedModel]:
    """The model of this name or fingerprint, held until the block ends; that of the collection if
    there is no name. Both must agree. Raises ModelNotFoundError or CollectionNotFoundError.
    """
    models = named_models(live)
    if collection is not None or wanted is None:
        asked = collection or default_collection
        if asked != default_collection and asked not in live.names():
            raise CollectionNotFoundError(asked)
        models = [model for model in models if model.engine is live.engine_of(asked)]
    for model in models:
        if wanted in (None, model.name, model.engine.info.fingerprint):
            with live.hold(model.engine):
                yield model
            return
    raise ModelNotFoundError(wanted or "", [model.name for model in models])
