"""Answers → typed results, or the error that they are. Sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from app.client.errors import ClientError, UnexpectedAnswerError, UnreachableError, error_of
from app.schemas import Problem

Result = TypeVar("Result")
Model = TypeVar("Model", bound=BaseModel)

_PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Reading(Generic[Result]):
    """How the body of an answer is read."""

    read: Callable[[bytes], Result]

    def result(self, answer: httpx2.Response) -> Result:
        """The result. Raises the problem that the answer is, or UnexpectedAnswerError."""
        check(answer)
        try:
            return self.read(answer.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = f"{where}: {first['msg']}"
            raise UnexpectedAnswerError(answer.status_code, reason) from error


def as_model(model: type[Model]) -> Reading[Model]:
    """JSON of one of the API's types; fields that this version does not know are ignored."""
    return Reading(model.model_validate_json)


AS_BYTES: Reading[bytes] = Reading(lambda body: body)
AS_NOTHING: Reading[None] = Reading(lambda _: None)


def check(answer: httpx2.Response) -> None:
    """Raises the problem that an answer is; its body must have been read."""
    if answer.is_success:
        return
    declared = answer.headers.get("content-type", "").partition(";")[0].strip()
    if declared != _PROBLEM_TYPE:
        raise UnexpectedAnswerError(answer.status_code, f"its type is {declared or 'not said'}")
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError as error:
        raise UnexpectedAnswerError(answer.status_code, "it is no problem") from error
    raise error_of(problem, _seconds(answer.headers.get("retry-after")))


def failure(url: str, error: httpx2.HTTPError | httpx2.InvalidURL) -> ClientError:
    """What a request that got no answer comes to."""
    nothing_sent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
    return UnreachableError(url, str(error) or type(error).__name__, nothing_sent=nothing_sent)


def _seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds, the only form that the service sends."""
    return float(text) if text is not None and text.isdigit() else None
