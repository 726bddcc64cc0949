"""What `sightline search` was asked → the one `Query`, embedded here, without a server. Prints
nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.candidates import Embedded
from app.failures import InvalidRequestError
from app.fusion import joined
from app.query import Fusion, ItemTerm, Query, Target, Term, TextTerm, UploadTerm, VectorTerm
from app.query_text import LEAST_PUSH, parse_question
from app.search_questions import parse_crop, parse_exclusion, usual_fusion
from app.settings import Settings
from app.term_embeddings import stored_embeddings, unit_vector
from indexer.filters.parsing import parse_filter
from indexer.ranking import Mode
from indexer.searcher import Searcher
from models.config import DecodeLimits
from models.cropping import Box, cropped
from models.encoder import Embeddings, Encoder
from models.errors import ImageDecodeError
from models.images import DecodedImage, decode_image


@dataclass(frozen=True, slots=True)
class Asked:
    """The flags that make a question, as they were written."""

    text: str
    images: tuple[Path, ...]
    crop: str | None
    embedding: Path | None
    push: tuple[str, ...]
    exclude: tuple[str, ...]
    like: tuple[str, ...]
    dislike: tuple[str, ...]
    fusion: str | None
    diversity: float
    top_k: int
    filter: str | None
    mode: str
    fold_duplicates: bool
    target: str
    vocabulary: str | None
    min_relevance: float | None
    explain: bool

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> "Asked":
        """What a command was given: its `locals()`."""
        lists = ("push", "exclude", "like", "dislike")
        names = ("crop", "embedding", "fusion", "diversity", "filter", "mode", "fold_duplicates")
        given: dict[str, Any] = {name: tuple(flags[name] or ()) for name in lists}
        more = ("target", "vocabulary", "min_relevance", "explain")
        given |= {name: flags[name] for name in (*names, *more)}
        text, images = " ".join(flags["words"] or []), tuple(flags["image"] or ())
        return cls(text=text, images=images, top_k=flags["k"], **given)


def question(settings: Settings, asked: Asked) -> Query:
    """The question of a command line. Raises InvalidRequestError, FilterError."""
    written = parse_question(asked.text) if asked.text.strip() else ()
    if not (written or asked.images or asked.embedding or asked.like):
        raise InvalidRequestError("say what to look for: words, or --image FILE")
    crop = None if asked.crop is None else parse_crop(asked.crop)
    if crop is not None and len(asked.images) != 1:
        raise InvalidRequestError("--crop is of one picture: give one --image with it")
    fusion = usual_fusion(written) if asked.fusion is None else Fusion(asked.fusion)
    return Query(
        terms=(
            *written,
            *(TextTerm(text, -LEAST_PUSH) for text in asked.push),
            *(UploadTerm(_read(path), crop=crop) for path in asked.images),
            *(() if asked.embedding is None else (_raw_embedding(asked.embedding),)),
        ),
        top_k=asked.top_k,
        collection=settings.collection,
        filter=None if asked.filter is None else parse_filter(asked.filter),
        mode=Mode(asked.mode),
        exclude=tuple(parse_exclusion(text) for text in asked.exclude),
        like=tuple(dict.fromkeys(asked.like)),
        dislike=tuple(dict.fromkeys(asked.dislike)),
        fusion=fusion,
        diversity=asked.diversity,
        fold_duplicates=asked.fold_duplicates,
        target=Target(asked.target),
        vocabulary=asked.vocabulary,
        min_relevance=asked.min_relevance,
        explain=asked.explain,
    )


def embed_question(
    settings: Settings, encoder: Encoder, searcher: Searcher, query: Query
) -> Embedded:
    """All parts of a question, embedded. Raises what decoding and encoding raise,
    InvalidRequestError and ImageNotFoundError.
    """
    terms = joined(query.terms) if query.fusion is Fusion.JOINT else query.terms
    limits = settings.file_limits()
    return Embedded(
        terms=terms,
        embeddings=_embed(encoder, searcher, terms, limits),
        exclusions=_embed(encoder, searcher, query.exclude, limits),
        liked=_examples(encoder, searcher, query.like),
        disliked=_examples(encoder, searcher, query.dislike),
        logit_scale=encoder.info.logit_scale,
    )


def _examples(encoder: Encoder, searcher: Searcher, image_ids: tuple[str, ...]) -> Embeddings:
    if not image_ids:
        return np.empty((0, encoder.info.dim), np.float32)
    return stored_embeddings(searcher, image_ids)


def _embed(
    encoder: Encoder, searcher: Searcher, terms: tuple[Term, ...], limits: DecodeLimits
) -> Embeddings:
    """(len(terms), dim), in order."""
    rows = np.empty((len(terms), encoder.info.dim), np.float32)
    side = encoder.info.image_size
    for row, term in enumerate(terms):
        if isinstance(term, TextTerm):
            rows[row] = encoder.encode_text([term.text])[0]
        elif isinstance(term, UploadTerm):
            rows[row] = encoder.encode_image([_decode(term.data, limits, side, term.crop)])[0]
        elif isinstance(term, ItemTerm):
            rows[row] = searcher.embedding(term.image_id)[0]
        elif isinstance(term, VectorTerm):
            rows[row] = unit_vector(term.numbers, encoder.info.dim)
        else:
            raise InvalidRequestError("only a running service keeps pictures of earlier questions")
    return rows


def _decode(data: bytes, limits: DecodeLimits, side: int, crop: Box | None) -> DecodedImage:
    try:
        if crop is None:
            return decode_image(data, limits, min_side=side)
        return cropped(decode_image(data, limits, min_side=crop.min_side(side)), crop)
    except ImageDecodeError as error:
        raise InvalidRequestError(f"cannot use the picture: {error.reason}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidRequestError(f"cannot read {path}: {error.strerror}") from error


def _raw_embedding(path: Path) -> VectorTerm:
    try:
        numbers = json.loads(_read(path))
        return VectorTerm(tuple(float(number) for number in numbers))
    except (ValueError, TypeError) as error:
        raise InvalidRequestError(f"{path} holds no JSON list of numbers: {error}") from error
