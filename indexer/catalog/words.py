"""Keyword search over captions: which items have these words, and how well they fit (BM25).

A query is taken apart into words first, each of which is then quoted, so whatever people type is a
search and never an error. Knows no generation: whoever asks leaves out other generations' ids.
Never writes.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import ReaderPool
from indexer.catalog.metadata import Ids, parsed_numbers

# Further words of a query are left out: nobody types more, and each is a list to be read.
MAX_WORDS = 64
# A word that stands in more than this share of the captions says little and costs the most: such
# words are left out if there are others.
_COMMON_SHARE = 0.2
# Below so many captions nothing is slow, and shares mean little.
_COMMON_LEAST = 1_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class WordMatches:
    """Items that have at least one of the words: ids (n,) and BM25 scores (n,), higher is better.

    No order. The scores rank the answers of one query and mean nothing else.
    """

    ids: Ids
    scores: NDArray[np.float64]


class CaptionWords:
    """The read side of the words of captions."""

    def __init__(self, pool: ReaderPool) -> None:
        self._pool = pool

    def matching(self, query: str) -> WordMatches:
        """The items whose captions have any word of the query. No words, no items."""
        words = self._telling(list(dict.fromkeys(words_of(query)))[:MAX_WORDS])
        if not words:
            return WordMatches(np.empty(0, np.int64), np.empty(0, np.float64))
        # A subquery with a limit is not merged into the outer query, where bm25 cannot be used.
        ((ids, scores),) = self._pool.query(
            "SELECT group_concat(item_id), group_concat(-score) FROM ("
            "SELECT rowid AS item_id, bm25(caption_words) AS score FROM caption_words "
            "WHERE caption_words MATCH ? LIMIT -1)",
            (" OR ".join(words),),
        )
        return WordMatches(
            parsed_numbers(ids, np.int64).astype(np.int64, copy=False),
            parsed_numbers(scores, np.float64).astype(np.float64, copy=False),
        )

    def with_phrase(self, text: str) -> Ids:
        """The items of which a caption has these words, side by side in this order."""
        words = words_of(text)[:MAX_WORDS]
        if not words:
            return np.empty(0, np.int64)
        ((ids,),) = self._pool.query(
            "SELECT group_concat(rowid) FROM caption_words WHERE caption_words MATCH ?",
            (" + ".join(words),),
        )
        return parsed_numbers(ids, np.int64).astype(np.int64, copy=False)

    def _telling(self, words: list[str]) -> list[str]:
        """The words without those that most captions have, unless there are no others."""
        ((captions,),) = self._pool.query("SELECT count(*) FROM caption_words_docsize")
        if captions < _COMMON_LEAST or len(words) < 2:
            return words
        limit = int(captions * _COMMON_SHARE)
        return [word for word in words if self._count(word, limit + 1) <= limit] or words

    def _count(self, word: str, limit: int) -> int:
        ((count,),) = self._pool.query(
            "SELECT count(*) FROM (SELECT 1 FROM caption_words WHERE caption_words MATCH ? "
            "LIMIT ?)",
            (word, limit),
        )
        return int(count)


def words_of(text: str) -> list[str]:
    """The words of a text in order, in lower case, quoted as FTS5 wants them."""
    return [f'"{word}"' for word in _WORD.findall(text.lower())]
