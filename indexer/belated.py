"""What a new generation would have that the newest one lacks, though no file has changed: captions
that were not embedded, tags of sets that were saved since, a map. Changes nothing.
"""

from collections.abc import Callable

from indexer.catalog.captions import count_embedded, has_captions
from indexer.catalog.connection import Database
from indexer.catalog.files import KnownModel
from indexer.catalog.records import GenerationRecord
from indexer.config import IndexConfig
from indexer.tags.tagging import are_wanted, column_keys
from models.encoder import Encoder


def is_belated(
    config: IndexConfig,
    database: Database,
    model: KnownModel,
    newest: GenerationRecord | None,
    encoder_of: Callable[[KnownModel], Encoder | None],
) -> bool:
    """Whether publishing would bring the newest generation up to date; not if there is none.

    The model is loaded only if tags have to be computed. Raises ConfigError, ModelLoadError.
    """
    if newest is None:
        return False
    if newest.map is None:
        return True
    return _captions_are(config, database, model, newest) or _tags_are(
        config, model, newest, encoder_of
    )


def _captions_are(
    config: IndexConfig, database: Database, model: KnownModel, newest: GenerationRecord
) -> bool:
    if not config.embed_captions:
        return False
    if newest.captions is None:
        return has_captions(database)
    return count_embedded(database, model.model_id) < newest.captions.count


def _tags_are(
    config: IndexConfig,
    model: KnownModel,
    newest: GenerationRecord,
    encoder_of: Callable[[KnownModel], Encoder | None],
) -> bool:
    keys = column_keys(config, model.fingerprint, newest.model)
    return are_wanted(keys, newest) and (not keys or encoder_of(model) is not None)
