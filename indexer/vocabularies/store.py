"""The vocabularies of a data directory: one file of texts each, and one of vectors for every model.

    vocabularies/NAME.json               the texts, with a checksum
    vocabularies/NAME.FINGERPRINT.f32    a header of 4 KiB (JSON), then (n, dim) float32, unit

A file of vectors names the checksum of the texts that it was made from, so that a vocabulary which
is replaced never answers with the vectors of the former one. Never encodes.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from indexer.durability import sync_directory, write_durably
from indexer.errors import ConfigError
from indexer.text_errors import (
    VocabularyDamagedError,
    VocabularyNotEmbeddedError,
    VocabularyNotFoundError,
)
from models.encoder import Embeddings

# A vocabulary's name is a file's name and a part of URLs: nothing that needs escaping in either.
VOCABULARY_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
# At 512 numbers 1 GB of vectors, compared one by one in about a tenth of a second.
MAX_TEXTS = 500_000
MAX_CHARS = 2_000
_HEADER_BYTES = 4_096
# Read again completely when it is opened; of a larger file only the size is compared.
_CHECKED_BYTES = 32 * 2**20
_BYTES_PER_NUMBER = 4
_BACKGROUND_TEXTS = 2_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The texts of a vocabulary, in the order in which they were given; `fingerprints` are those of
    the models that it has vectors of.
    """

    name: str
    texts: tuple[str, ...]
    checksum: str
    fingerprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextHit:
    """A text that was found, its place in the vocabulary, and its cosine to the question."""

    place: int
    score: float
    text: str


class OpenVocabulary:
    """A vocabulary and its vectors of one model. Searching is safe in many threads."""

    def __init__(self, texts: Sequence[str], vectors: Embeddings) -> None:
        self._texts = texts
        self._vectors = vectors  # (n, dim), mapped

    def search(self, query: Embeddings, top_k: int) -> list[TextHit]:
        """The texts nearest to a (1, dim) unit query, best first; all of them are compared."""
        scores = np.clip(self._vectors @ query[0], -1.0, 1.0)  # (n,)
        count = min(top_k, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        order = best[np.lexsort((best, -scores[best]))]
        return [
            TextHit(place, float(scores[place]), self._texts[place]) for place in order.tolist()
        ]

    def embeddings(self, places: Sequence[int]) -> Embeddings:
        """The embeddings (n, dim) of texts by their places."""
        return np.asarray(self._vectors[np.array(places, dtype=np.int64)])

    @cached_property
    def background(self) -> Embeddings:
        """The embeddings of some of the texts, (<= 2,000, dim): what is usual here."""
        count = min(_BACKGROUND_TEXTS, len(self._vectors))
        drawn = np.random.default_rng(0).choice(len(self._vectors), size=count, replace=False)
        return np.asarray(self._vectors[np.sort(drawn)])


def checked_texts(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines without space around them, without empty and repeated ones. Raises ConfigError."""
    texts = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not texts:
        raise ConfigError("a vocabulary needs at least one text")
    if len(texts) > MAX_TEXTS:
        raise ConfigError(f"a vocabulary has at most {MAX_TEXTS:,} texts")
    if max(map(len, texts)) > MAX_CHARS:
        raise ConfigError(f"a text of a vocabulary has at most {MAX_CHARS:,} characters")
    return texts


def save_vocabulary(data_dir: Path, name: str, lines: Sequence[str]) -> Vocabulary:
    """Add a vocabulary, or replace the one of this name, without vectors. Raises ConfigError."""
    texts = checked_texts(lines)
    path = _texts_path(data_dir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"name": name, "checksum": _texts_checksum(texts), "texts": texts}
    write_durably(path, lambda file: _write_json(file, content))
    sync_directory(path.parent)
    return read_vocabulary(data_dir, name)


def read_vocabulary(data_dir: Path, name: str) -> Vocabulary:
    """The texts of a vocabulary. Raises VocabularyNotFoundError or VocabularyDamagedError."""
    if not VOCABULARY_NAME.fullmatch(name):
        raise VocabularyNotFoundError(name, vocabulary_names(data_dir))
    path = _texts_path(data_dir, name)
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        texts = tuple(map(str, content["texts"]))
        if content["checksum"] != _texts_checksum(texts):
            raise ValueError("its texts were altered")
    except FileNotFoundError as error:
        raise VocabularyNotFoundError(name, vocabulary_names(data_dir)) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VocabularyDamagedError(name, f"{path.name}: {error}") from error
    vectors = path.parent.glob(f"{name}.*.f32")
    fingerprints = tuple(sorted(file.name.split(".")[1] for file in vectors))
    return Vocabulary(name, texts, content["checksum"], fingerprints)


def vocabulary_names(data_dir: Path) -> list[str]:
    """The names of the vocabularies of a data directory, sorted."""
    files = (data_dir / "vocabularies").glob("*.json")
    return sorted(file.stem for file in files if VOCABULARY_NAME.fullmatch(file.stem))


def remove_vocabulary(data_dir: Path, name: str) -> None:
    """Remove a vocabulary and its vectors. Raises VocabularyNotFoundError."""
    if name not in vocabulary_names(data_dir):
        raise VocabularyNotFoundError(name, vocabulary_names(data_dir))
    path = _texts_path(data_dir, name)
    path.unlink(missing_ok=True)
    for vectors in path.parent.glob(f"{name}.*.f32"):
        vectors.unlink(missing_ok=True)


def save_vectors(
    data_dir: Path, vocabulary: Vocabulary, fingerprint: str, vectors: Embeddings
) -> None:
    """Store the (n, dim) embeddings of all texts of a vocabulary, durably."""
    data = np.ascontiguousarray(vectors, dtype="<f4").tobytes()
    header = {
        "texts": vocabulary.checksum,
        "count": len(vectors),
        "dim": vectors.shape[1],
        "checksum": hashlib.blake2b(data, digest_size=32).hexdigest(),
    }
    path = _vectors_path(data_dir, vocabulary.name, fingerprint)
    text = json.dumps(header).encode().ljust(_HEADER_BYTES)
    write_durably(path, lambda file: _write_bytes(file, text + data))
    sync_directory(path.parent)


def is_embedded(data_dir: Path, vocabulary: Vocabulary, fingerprint: str) -> bool:
    """Whether a vocabulary has vectors of this model, made from these texts."""
    try:
        header = _header(_vectors_path(data_dir, vocabulary.name, fingerprint))
    except (OSError, ValueError):
        return False
    return header.get("texts") == vocabulary.checksum


def stamp_of(data_dir: Path, name: str, fingerprint: str) -> str:
    """A text that changes when the files of a vocabulary do."""
    stamps = []
    if VOCABULARY_NAME.fullmatch(name):
        for path in (_texts_path(data_dir, name), _vectors_path(data_dir, name, fingerprint)):
            try:
                status = path.stat()
            except OSError:
                continue
            stamps.append(f"{status.st_ino} {status.st_mtime_ns} {status.st_size}")
    return ", ".join(stamps)


def open_vocabulary(data_dir: Path, name: str, fingerprint: str) -> OpenVocabulary:
    """A vocabulary, to be searched with embeddings of one model.

    Raises VocabularyNotFoundError, VocabularyNotEmbeddedError or VocabularyDamagedError.
    """
    vocabulary = read_vocabulary(data_dir, name)
    path = _vectors_path(data_dir, name, fingerprint)
    try:
        header = _header(path)
        if header["texts"] != vocabulary.checksum:
            raise VocabularyNotEmbeddedError(name)
        count, dim = int(header["count"]), int(header["dim"])
        vectors = np.memmap(path, dtype="<f4", mode="r", offset=_HEADER_BYTES, shape=(count, dim))
        size_bytes = _HEADER_BYTES + count * dim * _BYTES_PER_NUMBER
        if count != len(vocabulary.texts) or path.stat().st_size != size_bytes:
            raise ValueError("it has another size")
        if size_bytes <= _CHECKED_BYTES and _checksum(vectors) != header["checksum"]:
            raise ValueError("it was altered")
    except FileNotFoundError as error:
        raise VocabularyNotEmbeddedError(name) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VocabularyDamagedError(name, f"{path.name}: {error}") from error
    return OpenVocabulary(vocabulary.texts, vectors)


def _texts_path(data_dir: Path, name: str) -> Path:
    if not VOCABULARY_NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a vocabulary: use 1 to 64 of a-z, 0-9, '-' and '_', beginning "
            "with a letter or a digit"
        )
    return data_dir / "vocabularies" / f"{name}.json"


def _vectors_path(data_dir: Path, name: str, fingerprint: str) -> Path:
    return data_dir / "vocabularies" / f"{name}.{fingerprint}.f32"


def _header(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        header: dict[str, Any] = json.loads(file.read(_HEADER_BYTES))
    return header


def _texts_checksum(texts: Sequence[str]) -> str:
    data = "\n".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def _checksum(vectors: Embeddings) -> str:
    return hashlib.blake2b(np.ascontiguousarray(vectors).data, digest_size=32).hexdigest()


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)
