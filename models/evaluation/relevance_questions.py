"""Questions that a collection can answer, and questions that it cannot, from its captions alone.

Answerable: captions, phrases of one to three words cut out of captions, pictures, and captions
together with an example picture. Unanswerable: the same with every picture removed that answers
them; everyday names that no caption has; captions and pictures of other collections; texts that no
photograph shows; random words; random letters. `models.evaluation.relevance_judge` says which
pictures answer. Never decodes a picture.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.classifier import background
from models.encoder import Embeddings
from models.evaluation.relevance_judge import RELATED, RELEVANT, WordJudge, is_content_word
from models.prompts import TextEncoder
from models.relevance import Modality
from models.templates import TEXTS_DIRECTORY

CAPTION, PHRASE, PICTURE, MIXED = "caption", "phrase", "picture", "caption and picture"
OWN_REMOVED, REMOVED = "caption, its picture removed", "caption, all matches removed"
PHRASE_REMOVED, PICTURE_REMOVED = "phrase, all matches removed", "picture, all matches removed"
MIXED_REMOVED = "caption and picture, all matches removed"
ABSENT = "everyday names that are not there"
OTHERS, OTHER_PICTURES = "captions of another collection", "pictures of another collection"
OTHERS_MIXED = "captions and pictures of another collection"
ABSURD, SALAD, GIBBERISH = "nothing to photograph", "random words", "random letters"

MOST = 400  # questions of one kind: the error of a share of them is below 0.025
_WHOLE = 0.99  # a phrase is answered by whoever has all of its words
_LITTLE = 0.3
_MOST_COMMON = 0.2  # a phrase that more pictures answer is not asked of those that do not

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts and their embeddings (t, dim)."""

    texts: tuple[str, ...]
    embeddings: Embeddings

    def rows(self, rows: Rows) -> "Texts":
        """Some of them."""
        return Texts(tuple(self.texts[row] for row in rows), self.embeddings[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """What is asked though nothing answers: texts by kind, and pictures (p, dim) from elsewhere."""

    texts: Mapping[str, Texts]
    pictures: Embeddings


@dataclass(frozen=True, slots=True, eq=False)
class CaptionedPictures:
    """Embedded pictures (n, dim), with captions; caption i, row i of `texts`, is of `own[i]`."""

    name: str
    images: Embeddings
    captions: tuple[tuple[str, ...], ...]
    texts: Texts
    own: Rows  # (captions,)
    phrases: Texts

    def rows(self, rows: Rows) -> "CaptionedPictures":
        """Some of the pictures, with their captions; phrases are drawn from all."""
        place = np.full(len(self.images), -1)
        place[rows] = np.arange(len(rows))
        kept = np.flatnonzero(place[self.own] >= 0)
        return CaptionedPictures(
            self.name,
            self.images[rows],
            tuple(self.captions[row] for row in rows),
            self.texts.rows(kept),
            place[self.own[kept]],
            self.phrases,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Questions (q, dim) of one kind, put to pictures (n, dim).

    `searched` and `relevant` (q, n) say which pictures there are for a question, and which of them
    answer it; `answerable` is None where that is not certain: these are only reported.
    """

    kind: str
    modality: Modality
    queries: Embeddings
    searched: Bools
    relevant: Bools
    answerable: bool | None


def captioned(
    encoder: TextEncoder,
    name: str,
    images: Embeddings,
    captions: Sequence[Sequence[str]],
    *,
    seed: int = 0,
) -> CaptionedPictures:
    """Embed the captions of pictures, and phrases cut out of them. Raises EncodeError."""
    texts = tuple(text for own in captions for text in own)
    own = np.array([row for row, own in enumerate(captions) for _ in own], dtype=np.int64)
    phrases = tuple(_phrases(texts, seed))
    return CaptionedPictures(
        name,
        images,
        tuple(tuple(texts) for texts in captions),
        Texts(texts, encoder.encode_text(texts)),
        own,
        Texts(phrases, encoder.encode_text(phrases)),
    )


def strangers(
    encoder: TextEncoder, others: Sequence[str], pictures: Embeddings, *, seed: int = 0
) -> Strangers:
    """Embed what is asked though nothing answers; `others` are captions from elsewhere."""
    rng = np.random.default_rng(seed)
    absurd = json.loads((TEXTS_DIRECTORY / "absurd.json").read_text(encoding="utf-8"))["texts"]
    kinds = {
        ABSENT: background().names,
        OTHERS: others,
        ABSURD: absurd,
        SALAD: _salad(others, rng),
        GIBBERISH: _gibberish(rng),
    }
    texts = {
        kind: Texts(tuple(one), encoder.encode_text(one)) for kind, one in kinds.items() if one
    }
    return Strangers(texts, pictures)


@dataclass(slots=True, eq=False)
class _Asker:
    """Puts questions to one set of pictures."""

    pictures: CaptionedPictures
    rng: np.random.Generator
    judge: WordJudge = field(init=False)

    def __post_init__(self) -> None:
        self.judge = WordJudge(self.pictures.captions)

    @property
    def count(self) -> int:
        return len(self.pictures.images)

    def answerable(self) -> list[Asked]:
        return [*self._captions(), *self._phrases(), *self._pictures()]

    def unanswerable(self, others: Strangers) -> list[Asked]:
        asked = []
        for kind, texts in others.texts.items():
            limit = _LITTLE if kind == ABSENT else RELATED
            covered = self.judge.coverage(texts.texts).max(axis=1) >= limit
            rows = self._drawn(np.flatnonzero(~covered))
            asked.append(self._nothing(kind, Modality.TEXT, texts.embeddings[rows]))
            if kind == OTHERS and len(others.pictures):
                examples = self.rng.choice(others.pictures, len(rows))
                mixed = _fused(texts.embeddings[rows], examples)
                asked.append(self._nothing(OTHERS_MIXED, Modality.MIXED, mixed))
        rows = self._drawn(np.arange(len(others.pictures)))
        asked.append(self._nothing(OTHER_PICTURES, Modality.IMAGE, others.pictures[rows]))
        return asked

    def _captions(self) -> list[Asked]:
        rows = self._drawn(np.arange(len(self.pictures.own)))
        texts, own = self.pictures.texts.rows(rows), self.pictures.own[rows]
        covered, mine = self._covered(texts, own), _marked(own, self.count)
        relevant = covered >= RELEVANT
        everything, queries = np.ones_like(mine), texts.embeddings
        nothing = np.zeros_like(mine)
        text, mixed = Modality.TEXT, Modality.MIXED
        asked = [
            Asked(CAPTION, text, queries, everything, relevant, True),
            Asked(OWN_REMOVED, text, queries, ~mine, relevant & ~mine, None),
            Asked(REMOVED, text, queries, covered < RELATED, nothing, False),
        ]
        exampled = np.flatnonzero((relevant & ~mine).any(axis=1))
        if len(exampled):
            example = [self.rng.choice(np.flatnonzero(r)) for r in (relevant & ~mine)[exampled]]
            there = ~_marked(np.array(example), self.count)
            both = _fused(queries[exampled], self.pictures.images[example])
            far = there & (covered[exampled] < RELATED)
            found = relevant[exampled] & there
            asked.append(Asked(MIXED, mixed, both, there, found, True))
            asked.append(Asked(MIXED_REMOVED, mixed, both, far, far & False, False))
        return asked

    def _phrases(self) -> list[Asked]:
        phrases = self.pictures.phrases
        covered = self.judge.coverage(phrases.texts)
        whole = covered >= _WHOLE
        rows = self._drawn(np.flatnonzero(whole.any(axis=1)))
        rare = rows[whole[rows].mean(axis=1) < _MOST_COMMON]
        text, all_there = Modality.TEXT, np.ones((len(rows), self.count), dtype=np.bool_)
        far = covered[rare] < _LITTLE
        queries = phrases.embeddings
        return [
            Asked(PHRASE, text, queries[rows], all_there, whole[rows], True),
            Asked(PHRASE_REMOVED, text, queries[rare], far, far & False, False),
        ]

    def _pictures(self) -> list[Asked]:
        """A picture is answered by those that answer one of its captions."""
        rows = self._drawn(np.arange(self.count))
        covered = np.zeros((len(rows), self.count), dtype=np.float32)
        for place, row in enumerate(rows):
            captions = self.pictures.captions[row]
            if captions:
                covered[place] = self.judge.coverage(captions).max(axis=0)
        others = ~_marked(rows, self.count)
        relevant = (covered >= RELEVANT) & others
        sure = relevant.any(axis=1)
        far = others & (covered < RELATED)
        queries, image = self.pictures.images[rows], Modality.IMAGE
        return [
            Asked(PICTURE, image, queries[sure], others[sure], relevant[sure], True),
            Asked(PICTURE_REMOVED, image, queries, far, far & False, False),
        ]

    def _covered(self, texts: Texts, own: Rows) -> NDArray[np.float32]:
        covered = self.judge.coverage(texts.texts)
        covered[np.arange(len(own)), own] = 1
        return covered

    def _nothing(self, kind: str, modality: Modality, queries: Embeddings) -> Asked:
        shape = (len(queries), self.count)
        searched, relevant = np.ones(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
        return Asked(kind, modality, queries, searched, relevant, False)

    def _drawn(self, rows: Rows) -> Rows:
        drawn: Rows = np.sort(self.rng.permutation(rows)[:MOST])
        return drawn


def ask(pictures: CaptionedPictures, others: Strangers, *, seed: int = 0) -> list[Asked]:
    """All kinds of question that can be put to these pictures; kinds without any are left out."""
    asker = _Asker(pictures, np.random.default_rng(seed))
    asked = [*asker.answerable(), *asker.unanswerable(others)]
    return [one for one in asked if len(one.queries)]


def _marked(rows: Rows, count: int) -> Bools:
    """(q, n), True at each question's own row."""
    marked = np.zeros((len(rows), count), dtype=np.bool_)
    marked[np.arange(len(rows)), rows] = True
    return marked


def _fused(texts: Embeddings, images: Embeddings) -> Embeddings:
    both = texts + images
    unit: Embeddings = both / np.linalg.norm(both, axis=1, keepdims=True)
    return unit


def _phrases(captions: Sequence[str], seed: int) -> list[str]:
    """Up to a few hundred different neighbouring words that begin and end with a content word."""
    rng = np.random.default_rng(seed)
    found: dict[str, None] = {}
    for place in rng.permutation(len(captions))[: 8 * MOST]:
        words = re.findall(r"[a-z']+", captions[place].lower())
        length = int(rng.integers(1, 4))
        start = int(rng.integers(0, max(len(words) - length + 1, 1)))
        chosen = words[start : start + length]
        if chosen and is_content_word(chosen[0]) and is_content_word(chosen[-1]):
            found[" ".join(chosen)] = None
    return list(found)[: 4 * MOST]


def _salad(texts: Sequence[str], rng: np.random.Generator) -> list[str]:
    words = sorted({word for text in texts for word in re.findall(r"[a-z]{4,}", text.lower())})
    if len(words) < 3:
        return []
    return [" ".join(rng.choice(words, int(rng.integers(3, 8)))) for _ in range(MOST // 2)]


def _gibberish(rng: np.random.Generator) -> list[str]:
    letters = list("abcdefghijklmnopqrstuvwxyz")
    return [
        " ".join(
            "".join(rng.choice(letters, int(rng.integers(3, 10))))
            for _ in range(int(rng.integers(1, 5)))
        )
        for _ in range(MOST // 2)
    ]
