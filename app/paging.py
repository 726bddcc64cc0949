"""One answer in pages: which generation a page comes from, how deep it must look, what is on it,
and the cursor to the next one. What a cursor holds is `cursor`'s; what is found is `asking`'s.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from app.answers import Answer
from app.cursor import MAX_DEPTH, Cursor, digest_of, next_marks, opened, page_of, stamp_of
from app.cursor_key import cursor_key
from app.failures import CursorExpiredError, CursorInvalidError, PagingTooDeepError
from app.live import Pair
from app.query import Query, UploadTerm
from app.state import ServiceState

# Hits that are looked for beyond a page, in case some of them turn out to be shown already.
_SPARE = 16
_LARGE_BYTES = 256 * 1024  # hashing this much takes a fraction of a millisecond


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a question: what is asked of the generation for it, and what was shown before."""

    query: Query
    digest: bytes
    key: bytes
    cursor: Cursor | None

    def deep_query(self) -> Query:
        """The question, with as many hits as are needed to see whether there is a page behind."""
        if self.cursor is None:
            return replace(self.query, top_k=self.size() + 1)
        return replace(self.query, top_k=self.cursor.shown + self.size() + 1 + _SPARE)

    def size(self) -> int:
        """How many hits it may have."""
        before = 0 if self.cursor is None else self.cursor.shown
        return min(self.query.top_k, MAX_DEPTH - before)


async def page_asked(state: ServiceState, query: Query) -> Page:
    """The page that a question asks for.

    Raises CursorInvalidError for a cursor of another service or question, PagingTooDeepError.
    """
    key = await _key(state)
    if _picture_bytes(query) > _LARGE_BYTES:
        digest = await state.lookup.run(digest_of, query)
    else:
        digest = digest_of(query)
    if query.cursor is None:
        return Page(query, digest, key, None)
    cursor = opened(query.cursor, key)
    if cursor.question != digest:
        raise CursorInvalidError("it belongs to another question; repeat the question as it was")
    if cursor.shown >= MAX_DEPTH:
        raise PagingTooDeepError(MAX_DEPTH)
    return Page(query, digest, key, cursor)


@asynccontextmanager
async def pair_of(state: ServiceState, page: Page) -> AsyncIterator[Pair]:
    """What answers a page: the generation that its cursor is bound to, else the current one.

    Raises CursorExpiredError when that generation is not kept any more, and as `live.pair`.
    """
    live, collection, cursor = state.ready.live, page.query.collection, page.cursor
    with live.pair(collection) as pair:
        if cursor is None or cursor.generation == pair.searcher.record.generation:
            _check(cursor, pair)
            yield pair
            return
    async with live.older_pair(collection, cursor.generation) as pair:
        _check(cursor, pair)
        yield pair


def cut(
    state: ServiceState, page: Page, found: Sequence[Answer], pair: Pair
) -> tuple[list[Answer], str | None]:
    """The hits of a page, and the cursor to the next one if there is one."""
    shown, left = page_of(found, page.cursor, page.size(), _image_id)
    if not left and len(found) < page.deep_query().top_k:
        return shown, None
    record = pair.searcher.record
    following = Cursor(
        record.generation,
        stamp_of(record),
        page.digest,
        (0 if page.cursor is None else page.cursor.shown) + len(shown),
        next_marks(page.cursor, [_image_id(one) for one in shown]),
    )
    state.ready.live.older.promise((page.query.collection, record.generation))
    return shown, following.sealed(page.key)


async def _key(state: ServiceState) -> bytes:
    if state.cursor_key is None:
        state.cursor_key = await state.lookup.run(cursor_key, state.settings.data_dir)
    return state.cursor_key


def _check(cursor: Cursor | None, pair: Pair) -> None:
    if cursor is not None and cursor.stamp != stamp_of(pair.searcher.record):
        raise CursorExpiredError(cursor.generation, "the collection was made anew")


def _picture_bytes(query: Query) -> int:
    return sum(len(term.data) for term in query.terms if isinstance(term, UploadTerm))


def _image_id(answer: Answer) -> str:
    return answer.hit.item.image_id
