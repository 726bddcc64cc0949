"""Which model: the one that the settings name, or the one that a collection was made with. Loads
nothing.
"""

from dataclasses import replace

from app.settings import Settings
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.searcher import current_record
from models.config import ModelConfig


def model_of(settings: Settings, record: GenerationRecord) -> ModelConfig:
    """The model that a generation names, with this machine's device, precision and hub rules."""
    pretrained = record.model.get("pretrained")
    return replace(
        settings.model_choice(),
        model_name=str(record.model.get("model_name")),
        pretrained=None if pretrained is None else str(pretrained),
    )


def model_for(settings: Settings, config: IndexConfig) -> ModelConfig:
    """The model to index or to ask a collection with: what the settings name, else what its current
    generation was made with, else the built-in one.

    So an index run after a change of model goes on with the new model, and one after a roll-back
    with the old one, without being told.
    """
    return model_to_add(settings, config) if settings.model is None else settings.model_choice()


def model_to_add(settings: Settings, config: IndexConfig) -> ModelConfig:
    """The model to add single pictures with: what the current generation was made with, whatever
    the settings name; without one, what the settings name.
    """
    if not config.catalog_path().is_file():
        return settings.model_choice()
    record = current_record(config)
    return settings.model_choice() if record is None else model_of(settings, record)
