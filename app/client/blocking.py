"""`Client`: the HTTP API as methods that wait for their answers. May be used from many threads.

Every method raises ClientError's kinds (`errors`). What the service refuses for a moment is tried
again, as `patience` says.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self, TypeVar, Unpack

import httpx2

from app.classify_schemas import ClassifyAnswer
from app.client import calls
from app.client.answers import check, failure
from app.client.blocking_resources import Collections, Images, Jobs, Keys, Schedules
from app.client.calls import Call, SearchOptions
from app.client.errors import ClientError
from app.client.patience import Patience
from app.client.terms import Picture, Question, Term, picture_term
from app.schemas import ModelAnswer, ReadyAnswer
from app.search_schemas import Hit, SearchAnswer
from app.text_schemas import TextSearchAnswer

Result = TypeVar("Result")

TIMEOUT_S = 60.0


class Client:
    """A service at an address."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout_s: float = TIMEOUT_S,
        patience: Patience | None = None,
        transport: httpx2.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`transport` stands in for the network, and `sleep` for waiting, in tests."""
        headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self.url = url.rstrip("/")
        self._patience = patience or Patience()
        self._sleep = sleep
        self._http = httpx2.Client(headers=headers, timeout=timeout_s, transport=transport)
        self.images = Images(self)
        self.collections = Collections(self)
        self.jobs = Jobs(self)
        self.keys = Keys(self)
        self.schedules = Schedules(self)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """The client itself, closed when the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self.close()

    def search(self, question: Question = (), **options: Unpack[SearchOptions]) -> SearchAnswer:
        """The pictures nearest to words, pictures and embeddings, best first."""
        return self.ask(calls.search(question, **options))

    def search_texts(
        self,
        question: Question = (),
        *,
        vocabulary: str | None = None,
        **options: Unpack[SearchOptions],
    ) -> TextSearchAnswer:
        """The captions, or the texts of a vocabulary, nearest to a question, best first."""
        return self.ask(calls.search_texts(question, vocabulary, **options))

    def pages(
        self, question: Question = (), **options: Unpack[SearchOptions]
    ) -> Iterator[SearchAnswer]:
        """One answer page by page, of `k` hits each, all of one generation."""
        while True:
            answer = self.search(question, **options)
            yield answer
            if answer.next_cursor is None:
                return
            options["cursor"] = answer.next_cursor

    def hits(self, question: Question = (), **options: Unpack[SearchOptions]) -> Iterator[Hit]:
        """All hits, best first; further pages are fetched as they are needed."""
        for page in self.pages(question, **options):
            yield from page.hits

    def classify(
        self,
        one: Picture | str | Term,
        classnames: Sequence[str],
        *,
        templates: Sequence[str] | None = None,
        template_set: str | None = None,
        collection: str | None = None,
    ) -> ClassifyAnswer:
        """Which name fits a picture: a file, its bytes, or the id of one of the collection."""
        call = calls.classify(
            picture_term(one),
            classnames,
            templates=templates,
            template_set=template_set,
            collection=collection,
        )
        return self.ask(call)

    def embed_texts(
        self, texts: Sequence[str], *, model: str | None = None, collection: str | None = None
    ) -> list[list[float]]:
        """Embeddings of unit length, in order."""
        return self.ask(calls.embed_texts(texts, model, collection))

    def embed_pictures(
        self,
        pictures: Sequence[Picture],
        *,
        model: str | None = None,
        collection: str | None = None,
    ) -> list[list[float]]:
        """Embeddings of unit length, in order."""
        return self.ask(calls.embed_pictures(pictures, model, collection))

    def model(self, collection: str | None = None) -> ModelAnswer:
        """The model that answers for a collection."""
        return self.ask(calls.model(collection))

    def ready(self) -> ReadyAnswer:
        """What the service is ready for. Raises UnavailableError while it is not."""
        return self.ask(calls.ready())

    def ask(self, call: Call[Result]) -> Result:
        """Send one request, and read its answer."""
        tried, waited_s = 0, 0.0
        while True:
            tried += 1
            try:
                return call.reading.result(self._answer(call))
            except ClientError as error:
                wait_s = self._patience.wait_s(error, tried, waited_s)
                if wait_s is None:
                    raise
            self._sleep(wait_s)
            waited_s += wait_s

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[str]:
        """The lines of an answer as they come; none for an answer without content."""
        try:
            with self._http.stream("GET", self.url + path, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                check(answer)
                yield from answer.iter_lines()
        except httpx2.HTTPError as error:
            raise failure(self.url, error) from error

    def _answer(self, call: Call[Result]) -> httpx2.Response:
        try:
            return self._http.request(
                call.method, self.url + call.path, params=call.parameters, json=call.body
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise failure(self.url, error) from error
