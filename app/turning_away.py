"""Refuses at the door, while the model's queue is full: questions in words that nobody asked
before, and large bodies. Such words are refused, too, while so many questions are inside that one
more might be refused by the threads behind the model: late, and after all the work. For words the
answer is the one that they would get behind it, 429; a
large body is refused unread, also one whose picture is remembered. What is saved is everything that
a question goes through before it gets to the queue, most of what a refusal costs, and under
overload refusals are most of the work. Any other question goes on as usual. Plain ASGI.
"""

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.access.doors import is_long
from app.engine import Engine
from app.errors import error_response
from app.failures import OverloadedError, QueryTextError
from app.live import LiveCollections
from app.query import TextTerm
from app.query_text import parse_question
from app.state import ServiceState

_SEARCH = "/v1/search"
_WITH_PICTURES = frozenset({_SEARCH, "/v1/classify", "/v1/embeddings"})
_MOST_FIELDS = 100
_LONGEST_QUERY_BYTES = 4096  # longer ones are rare, and take longer to look through


class TurningAway:
    """Answers what has no chance with why; everything else goes on."""

    def __init__(self, app: ASGIApp, state: ServiceState) -> None:
        self._app = app
        self._state = state
        self._inside = 0  # questions in addresses that are not answered yet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None
        if scope["type"] == "http" and scope["path"] in _WITH_PICTURES and self._state.is_ready:
            refusal = self._refusal(scope)
        if refusal is None:
            await self._let_in(scope, receive, send)
            return
        answer = error_response(refusal, scope)
        if scope["method"] == "POST":
            answer.headers["Connection"] = "close"  # or the server reads on to the body's end
        await answer(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Bodies are not counted: who sends one slowly would hold a place that others need.
        question = scope["type"] == "http" and scope["path"] == _SEARCH and scope["method"] == "GET"
        self._inside += question
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= question

    def _refusal(self, scope: Scope) -> OverloadedError | None:
        live = self._state.ready.live
        if scope["method"] == "POST":
            headers = Headers(scope=scope)
            # Of unknown length: it may be a few words.
            if "transfer-encoding" in headers or not is_long(headers):
                return None
            models = live.models()
            # Which of several is meant stands in the body.
            return models[0][0].batcher.refusal() if len(models) == 1 else None
        if scope["path"] != _SEARCH or len(scope["query_string"]) > _LONGEST_QUERY_BYTES:
            return None
        return self._of_words(live, scope["query_string"])

    def _of_words(self, live: LiveCollections, query_string: bytes) -> OverloadedError | None:
        """Why a question in an address is refused; None if it is not, or not for sure."""
        lookup = self._state.lookup
        crowded = self._inside >= lookup.room
        if not crowded and all(engine.batcher.refusal() is None for engine, _ in live.models()):
            return None
        try:
            asked = parse_qs(query_string.decode("latin-1"), max_num_fields=_MOST_FIELDS)
        except ValueError:  # too many: what comes after says so
            return None
        collection = asked.get("collection", [self._state.settings.collection])[-1]
        if live.served(collection) is None or "q" not in asked:
            return None
        engine = live.engine_of(collection)
        if not _is_new(engine, asked["q"][-1]):
            return None
        return engine.batcher.refusal() or (lookup.refusal() if crowded else None)


def _is_new(engine: Engine, text: str) -> bool:
    """Whether a question is plain words that the model was not asked before."""
    try:
        terms = parse_question(text)
    except QueryTextError:
        return False
    return (
        len(terms) == 1
        and isinstance(terms[0], TextTerm)
        and bool(terms[0].text.strip())
        and not engine.memory.knows(terms[0].text)
    )
