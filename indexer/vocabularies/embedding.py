"""A vocabulary's texts → vectors of one model, stored beside them; only where there are none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from indexer.catalog.files import KnownModel
from indexer.config import IndexConfig
from indexer.text_errors import VocabularyDamagedError
from indexer.vocabularies.store import (
    Vocabulary,
    is_embedded,
    read_vocabulary,
    save_vectors,
    vocabulary_names,
)
from models.encoder import Encoder

# What is told between two batches may end the run there.
_BATCH_TEXTS = 2_048

Note = Callable[[str], None]


def embed_vocabulary(
    data_dir: Path, vocabulary: Vocabulary, encoder: Encoder, note: Note = lambda _: None
) -> None:
    """Give a vocabulary vectors of the encoder's model. Raises EncodeError and what `note` does."""
    parts = []
    for start in range(0, len(vocabulary.texts), _BATCH_TEXTS):
        note(f"embedding the vocabulary {vocabulary.name}: {start} of {len(vocabulary.texts)}")
        parts.append(encoder.encode_text(vocabulary.texts[start : start + _BATCH_TEXTS]))
    save_vectors(data_dir, vocabulary, encoder.info.fingerprint, np.concatenate(parts))


def embed_missing(
    config: IndexConfig,
    model: KnownModel,
    encoder_of: Callable[[KnownModel], Encoder | None],
    note: Note,
) -> None:
    """Give every vocabulary vectors of the model of a collection, if it has none.

    The model is asked for only then; without it, nothing is done. Raises as `embed_vocabulary`.
    """
    for name in vocabulary_names(config.data_dir):
        try:
            vocabulary = read_vocabulary(config.data_dir, name)
        except VocabularyDamagedError as error:
            note(str(error))
            continue
        if is_embedded(config.data_dir, vocabulary, model.fingerprint):
            continue
        if (loaded := encoder_of(model)) is None:
            return
        embed_vocabulary(config.data_dir, vocabulary, loaded, note)
