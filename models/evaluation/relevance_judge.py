"""Does a picture show what a text asks for? Judged by the words of the picture's captions.

A caption's own picture is not the only one that it fits: counting only that one would call every
other picture of a dog in the snow a mistake. So a picture counts as relevant if its captions
together cover at least 60 % of the question's words, each word weighted by how rare it is (inverse
document frequency; Sparck Jones, "A statistical interpretation of term specificity", 1972). 60 % is
what the *other* captions of a picture cover of one of its captions at the median (Flickr8k dev:
0.596): a picture passes that is as well described by the question as a typical picture is by its
own. The judge sees no embedding, so it cannot flatter a model. Never encodes anything.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RELEVANT = 0.6
# Pictures between the two are neither: they are left out where a question must have no match.
RELATED = 0.4

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_STOP_WORDS = (
    "a an the of in on at to and or with by for from is are was were be being been it its this "
    "that these those there their his her he she they them as into onto over under up down out "
    "off while who which some one another other each near next front behind beside through along "
    "around across very"
)
_STOP = frozenset(_STOP_WORDS.split())
_SUFFIXES = (("'s", ""), ("ies", "y"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))
_DOUBLED = frozenset("bdgmnprt")  # jumped, running; but not falling


def content_words(text: str) -> frozenset[str]:
    """The stems of the words of a text that say something."""
    words = _WORD.findall(text.lower())
    return frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 1)


def is_content_word(word: str) -> bool:
    """Whether a word, in lower case, says something."""
    return word not in _STOP and len(word) > 2


class WordJudge:
    """Judges pictures (n,) by their captions."""

    def __init__(self, captions: Sequence[Sequence[str]]) -> None:
        self._words = [[content_words(text) for text in texts] for texts in captions]
        known = sorted({word for words in self._words for one in words for word in one})
        self._places = {word: place for place, word in enumerate(known)}
        self._holds = np.zeros((len(captions), len(known)), dtype=np.float32)  # (n, words)
        for row, words in enumerate(self._words):
            self._holds[row, self._of(frozenset().union(*words))] = 1
        pictures = self._holds.sum(axis=0)  # (words,) that have the word
        self._rarity = np.log((len(captions) + 1) / (pictures + 0.5))
        self._unknown = float(np.log((len(captions) + 1) / 0.5))

    def coverage(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How much of each text the pictures' captions cover, (t, n) in [0, 1]."""
        asked = np.zeros((len(texts), len(self._places)), dtype=np.float32)
        totals = np.full(len(texts), 1e-9)
        for row, text in enumerate(texts):
            words = content_words(text)
            known = self._of(words)
            asked[row, known] = self._rarity[known]
            totals[row] += asked[row].sum() + self._unknown * (len(words) - len(known))
        covered: NDArray[np.float32] = (asked @ self._holds.T / totals[:, None]).astype(np.float32)
        return covered

    def own_coverage(self) -> NDArray[np.float64]:
        """For every caption, how much of it the other captions of its picture cover."""
        shares = []
        for words in self._words:
            for place, one in enumerate(words):
                others = frozenset().union(*words[:place], *words[place + 1 :])
                total = self._rarity[self._of(one)].sum()
                shares.append(self._rarity[self._of(one & others)].sum() / max(total, 1e-9))
        return np.array(shares)

    def _of(self, words: frozenset[str]) -> list[int]:
        return [self._places[word] for word in words if word in self._places]


def _stem(word: str) -> str:
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: len(word) - len(suffix)] + instead
            if suffix in ("ing", "ed") and word[-1] == word[-2] and word[-1] in _DOUBLED:
                word = word[:-1]
            break
    return word.rstrip("e") if len(word) > 3 else word
