"""Hits → how relevant they are, and whether anything is: which fit applies, and what asks.

A collection's own fit goes before its model's. Without either nothing is judged: relevance is null,
never a guess. Scores nothing that was not found, and changes no order.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.answers import Answer
from app.candidates import Embedded, aim
from app.explaining import explained
from app.failures import RelevanceUnknownError
from app.query import ItemTerm, KeptTerm, Query, TextTerm, UploadTerm, VectorTerm
from indexer.config import IndexConfig
from indexer.searcher import Searcher
from models.encoder import Embeddings
from models.errors import ModelLoadError
from models.relevance import Judgement, Modality, RelevanceFit, judge
from models.relevance_file import RELEVANCE_FILE, read_relevance

_FITS_KEPT = 32

logger = logging.getLogger("sightline")


@dataclass(frozen=True, slots=True)
class Judged:
    """Answers with their relevance; `judgement` is of the question, None where nothing fits it.

    `kept_pictures` are the ids of pictures that came along and were kept.
    """

    answers: list[Answer]
    judgement: Judgement | None = None
    modality: Modality | None = None
    fitted_on: str | None = None
    kept_pictures: tuple[str, ...] = ()

    @property
    def no_good_match(self) -> bool | None:
        """Whether nothing here shows what was asked for; None where nothing can say."""
        if self.judgement is None:
            return None
        return self.judgement.no_good_match or not self.answers


def fit_path(data_dir: Path, collection: str) -> Path:
    """Where a collection's own fit lies."""
    return IndexConfig(data_dir, collection).collection_dir() / RELEVANCE_FILE


def fit_for(
    data_dir: Path, collection: str, fingerprint: str, of_model: RelevanceFit | None
) -> RelevanceFit | None:
    """What judges a collection's hits: its own fit, completed by its model's. Reads a file once."""
    path = fit_path(data_dir, collection)
    try:
        status = path.stat()
    except OSError:
        return of_model
    own = _read(path, fingerprint, (status.st_mtime_ns, status.st_size))
    return of_model if own is None else own.completed_by(of_model)


@lru_cache(maxsize=_FITS_KEPT)
def _read(path: Path, fingerprint: str, _state: tuple[int, int]) -> RelevanceFit | None:
    """The file in this state; one that cannot be read is no reason not to answer."""
    try:
        return read_relevance(path, fingerprint)
    except ModelLoadError as error:
        logger.warning("the relevance of a collection is not used: %s", error)
        return None


def modality_of(query: Query) -> Modality | None:
    """What asks, by what is looked for, not by what is pushed away; None for raw embeddings."""
    wanted = [term for term in query.terms if term.weight > 0]
    words = any(isinstance(term, TextTerm) for term in wanted)
    shown = any(isinstance(term, UploadTerm | ItemTerm | KeptTerm) for term in wanted)
    pictures = shown or bool(query.like)
    if any(isinstance(term, VectorTerm) for term in wanted):
        return None
    if words and pictures:
        return Modality.MIXED
    if words:
        return Modality.TEXT
    return Modality.IMAGE if pictures else None


def judged(
    searcher: Searcher,
    fit: RelevanceFit | None,
    query: Query,
    direction: Embeddings,
    answers: Sequence[Answer],
) -> Judged:
    """Give every answer its relevance, and leave out what is below the question's least.

    Raises RelevanceUnknownError if there is a least, and nothing was fitted.
    """
    modality = modality_of(query)
    if fit is None or modality is None:
        return _unknown(query, answers)
    cosines = np.array([answer.hit.score for answer in answers])
    found = judge(fit, modality, direction, cosines, searcher.background)
    if found is None:
        return _unknown(query, answers)
    rated = [
        replace(answer, relevance=value)
        for answer, value in zip(answers, found.relevance.tolist(), strict=True)
    ]
    least = query.min_relevance
    if least is not None:
        rated = [answer for answer in rated if (answer.relevance or 0.0) >= least]
    return Judged(rated, found, modality, fit.fitted_on)


def finish(
    data_dir: Path,
    searcher: Searcher,
    of_model: RelevanceFit | None,
    query: Query,
    embedded: Embedded,
    answers: Sequence[Answer],
) -> Judged:
    """Say of every answer how relevant it is, and why, if that is asked for; for a thread.

    Raises RelevanceUnknownError.
    """
    fit = fit_for(data_dir, query.collection, searcher.record.fingerprint, of_model)
    direction = aim(searcher, query, embedded)  # (1, dim)
    found = replace(
        judged(searcher, fit, query, direction, answers), kept_pictures=embedded.kept_pictures
    )
    if not query.explain:
        return found
    return replace(found, answers=explained(searcher, query, embedded, direction, found.answers))


def _unknown(query: Query, answers: Sequence[Answer]) -> Judged:
    if query.min_relevance is not None:
        raise RelevanceUnknownError(query.collection)
    return Judged(list(answers))
