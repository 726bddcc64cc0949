"""Every error as an answer: one JSON shape (RFC 9457, application/problem+json), with the status
and code that `error_table` gives it; those of the framework too. Decides no status itself.
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Scope

from app import failures, request_ids
from app.door_failures import DoorError
from app.error_table import ERROR_TABLE, row_for
from app.schemas import Problem, ProblemField
from app.seen import seen_of
from indexer.errors import FilterError

logger = logging.getLogger("sightline")

PROBLEM_TYPE = "application/problem+json"
_MAX_SHOWN_FIELDS = 3  # of a validation error, in the sentence; all of them are in `errors`
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "invalid_request"}


def problem_for(error: Exception, path: str) -> Problem:
    """An error as the client sees it."""
    row = row_for(error)
    return Problem(
        type=f"urn:sightline:error:{row.code}",
        title=row.title,
        status=row.status,
        detail=row.detail or str(error),
        code=row.code,
        instance=path,
        errors=_fields(error),
    )


def _fields(error: Exception) -> list[ProblemField] | None:
    if isinstance(error, FilterError):
        return [ProblemField(field=error.position, reason=error.reason)]
    return None


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as an HTTP answer."""
    named = problem.model_copy(update={"request_id": request_ids.current()})
    return Response(
        named.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def error_response(error: Exception, scope: Scope) -> Response:
    """Any error as the answer to a request; 5xx answers are logged with their cause."""
    path = scope["path"]
    problem = problem_for(error, path)
    seen_of(scope).update(code=problem.code)
    if isinstance(error, failures.OverloadedError):
        seen_of(scope).update(full=error.what)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(
        error, failures.NotReadyError
    ):
        logger.error("%s: %s", path, error, exc_info=error)
    return problem_response(problem, _headers(error))


def _headers(error: Exception) -> dict[str, str]:
    """What clients are told besides the problem itself."""
    if isinstance(error, DoorError):
        return error.headers
    if isinstance(error, failures.OverloadedError):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, failures.NotReadyError):
        return {"Retry-After": "2"}
    if isinstance(error, failures.BodyTooLargeError):
        return {"Connection": "close"}
    if isinstance(error, failures.RangeNotSatisfiableError):
        return {"Content-Range": f"bytes */{error.size_bytes}"}
    return {}


async def _on_error(request: Request, error: Exception) -> Response:
    return error_response(error, request.scope)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = _HTTP_CODES.get(status, status.phrase.lower().replace(" ", "_"))
    detail = str(error.detail)
    if status == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path}"
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} is not possible at {request.url.path}"
    problem = Problem(
        type=f"urn:sightline:error:{code}",
        title=status.phrase,
        status=status,
        detail=detail,
        code=code,
        instance=request.url.path,
    )
    seen_of(request.scope).update(code=code)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_at(request, headers.get("Allow", "")))
    return problem_response(problem, headers)


def _methods_at(request: Request, known: str) -> list[str]:
    """What is possible at the request's path; the framework names the methods of one route only."""
    methods = {name.strip() for name in known.split(",") if name.strip()}
    for template, operations in request.app.openapi()["paths"].items():
        if compile_path(template)[0].match(request.url.path):
            methods |= {name.upper() for name in operations}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def fields_of(error: RequestValidationError) -> list[ProblemField]:
    """The fields that failed validation, each with its reason."""
    return [
        ProblemField(field=".".join(str(part) for part in item["loc"]), reason=str(item["msg"]))
        for item in error.errors()
    ]


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = fields_of(error)
    sentence = "; ".join(f"{field.field}: {field.reason}" for field in fields[:_MAX_SHOWN_FIELDS])
    problem = problem_for(failures.InvalidRequestError(sentence), request.url.path)
    seen_of(request.scope).update(code=problem.code)
    return problem_response(problem.model_copy(update={"errors": fields}))


def install_error_handlers(app: FastAPI) -> None:
    """Answer every error in the one shape, those of the framework included."""
    for row in ERROR_TABLE:
        app.add_exception_handler(row.error, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_error)
