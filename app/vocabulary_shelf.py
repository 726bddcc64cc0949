"""The vocabularies that were asked lately, kept open; a replaced one is opened again. Adds none."""

import threading
from collections import OrderedDict
from pathlib import Path

from indexer.vocabularies.store import OpenVocabulary, open_vocabulary, stamp_of

_KEPT = 8  # their texts are in memory, their vectors are mapped


class VocabularyShelf:
    """Safe to use from many threads."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, str], OpenVocabulary] = OrderedDict()

    def open(self, name: str, fingerprint: str) -> OpenVocabulary:
        """A vocabulary, to be searched with embeddings of one model.

        Raises VocabularyNotFoundError, VocabularyNotEmbeddedError or VocabularyDamagedError.
        """
        key = (name, fingerprint, stamp_of(self._data_dir, name, fingerprint))
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        opened = open_vocabulary(self._data_dir, name, fingerprint)
        with self._lock:
            self._kept[key] = opened
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return opened
