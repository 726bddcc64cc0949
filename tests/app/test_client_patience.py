"""The Python client's patience: what it tries again, when, and what it never sends twice."""

import httpx2
import pytest

from app.client.blocking import Client
from app.client.errors import (
    ClientError,
    OverloadedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from app.client.patience import Patience
from app.schemas import Problem


def _problem(status: int, code: str, retry_after: str | None = None) -> httpx2.Response:
    problem = Problem(
        type=f"urn:sightline:error:{code}", title=code, status=status, detail="so", code=code
    )
    headers = {"content-type": "application/problem+json"}
    if retry_after is not None:
        headers["retry-after"] = retry_after
    return httpx2.Response(status, content=problem.model_dump_json(), headers=headers)


class StandIn:
    """Answers in place of the network, from a list, and remembers how long it was waited for."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.waits: list[float] = []
        self.client = Client(
            "http://stand.in/",
            api_key="secret",
            transport=httpx2.MockTransport(self._answer),
            sleep=self.waits.append,
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        assert request.headers["authorization"] == "Bearer secret"
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


READY = {"status": "ready", "model": "m", "collections": [], "problems": {}, "new": 1}


def _ready() -> httpx2.Response:
    return httpx2.Response(200, json=READY)


def test_client_comes_back_when_the_service_says_so():
    busy = [_problem(429, "overloaded", "3"), _problem(503, "not_ready", "2")]
    stand_in = StandIn(*busy, httpx2.ConnectError("no"), _ready())
    assert stand_in.client.ready().model == "m"
    assert stand_in.waits == [3, 2, 2]
    assert stand_in.answers == []


def test_client_gives_up_after_so_many_tries_and_when_it_would_wait_too_long():
    stand_in = StandIn(*[_problem(429, "overloaded", "1") for _ in range(5)])
    with pytest.raises(OverloadedError):
        stand_in.client.ready()
    assert (len(stand_in.waits), len(stand_in.answers)) == (3, 1)
    stand_in = StandIn(_problem(429, "rate_limited", "3600"))
    with pytest.raises(OverloadedError) as refused:
        stand_in.client.ready()
    assert (refused.value.retry_after_s, stand_in.waits) == (3600, [])


@pytest.mark.parametrize(
    "answer",
    [
        _problem(500, "internal"),
        _problem(503, "model_unavailable"),
        _problem(409, "nothing_indexed", "5"),
        httpx2.ReadError("gone"),
        httpx2.ReadTimeout("slow"),
    ],
)
def test_client_does_not_try_again_what_may_have_been_done(answer: httpx2.Response | Exception):
    stand_in = StandIn(answer)
    with pytest.raises(ClientError):
        stand_in.client.jobs.start()
    assert stand_in.waits == []


def test_client_refuses_answers_that_are_not_of_the_api():
    page = httpx2.Response(200, content="<html>", headers={"content-type": "text/html"})
    gate = httpx2.Response(502, content="bad gateway", headers={"content-type": "text/html"})
    for answer in (page, gate):
        with pytest.raises(UnexpectedAnswerError):
            StandIn(answer).client.ready()
    with pytest.raises(UnreachableError, match="nowhere"):
        Client("http://nowhere.invalid", patience=Patience(tries=1)).ready()
