"""The one ordered table: domain error → status, code, title; and the one JSON shape of an error
(RFC 9457, application/problem+json).

The first row whose class fits decides, so kinds come before their parents. Details of 5xx answers
are written here: what happened inside goes to the log, never to the client.
"""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import failures
from app.schemas import Problem, ProblemField
from indexer import errors as indexer_errors
from models import errors as model_errors

logger = logging.getLogger("sightline")

PROBLEM_TYPE = "application/problem+json"
_MAX_SHOWN_FIELDS = 3  # of a validation error, in the sentence; all of them are in `errors`
_LOGS = "the log of the service says more"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """How one class of error is answered; `detail` replaces the error's own words where set."""

    error: type[Exception]
    status: int
    code: str
    title: str
    detail: str | None = None


ERROR_TABLE: tuple[ErrorRow, ...] = (
    # app
    ErrorRow(failures.NullQueryError, 400, "null_query", "The query has no direction"),
    ErrorRow(failures.InvalidRequestError, 400, "invalid_request", "Invalid request"),
    ErrorRow(failures.UnsupportedBodyError, 415, "unsupported_body", "Unsupported body"),
    ErrorRow(failures.BodyTooLargeError, 413, "body_too_large", "Body too large"),
    ErrorRow(failures.HostNotAllowedError, 421, "host_not_allowed", "Host not allowed"),
    ErrorRow(failures.WritingOffError, 403, "writing_off", "Writing is off"),
    ErrorRow(failures.ForeignOriginError, 403, "foreign_origin", "Another site's page"),
    ErrorRow(failures.OverloadedError, 429, "overloaded", "Overloaded"),
    ErrorRow(failures.NotReadyError, 503, "not_ready", "Not ready"),
    ErrorRow(failures.ModelNotHereError, 409, "model_mismatch", "Another model"),
    ErrorRow(failures.FileGoneError, 410, "file_gone", "The file is gone"),
    ErrorRow(
        failures.StoreUnreachableError,
        502,
        "store_unreachable",
        "No answer from the store",
        "the store that holds the picture does not answer; try again later",
    ),
    ErrorRow(failures.ListenError, 500, "internal", "Internal error", _LOGS),
    ErrorRow(failures.AppError, 500, "internal", "Internal error", _LOGS),
    # models
    ErrorRow(model_errors.EmptyImageError, 400, "image_empty", "The picture is empty"),
    ErrorRow(
        model_errors.UnsupportedImageError, 415, "image_unsupported", "Not a picture that we read"
    ),
    ErrorRow(model_errors.CorruptImageError, 400, "image_corrupt", "The picture is broken"),
    ErrorRow(model_errors.ImageTooLargeError, 413, "image_too_large", "The picture is too large"),
    ErrorRow(
        model_errors.ImageFileTooLargeError, 413, "image_too_large", "The picture is too large"
    ),
    ErrorRow(
        model_errors.ImageDecodeError, 400, "image_undecodable", "The picture cannot be decoded"
    ),
    ErrorRow(model_errors.EncodeError, 500, "encode_failed", "The model failed", _LOGS),
    ErrorRow(model_errors.TrainingError, 500, "internal", "Internal error", _LOGS),
    ErrorRow(model_errors.GoldenMismatchError, 503, "model_unavailable", "No model", _LOGS),
    ErrorRow(model_errors.ModelLoadError, 503, "model_unavailable", "No model", _LOGS),
    ErrorRow(model_errors.ModelError, 500, "internal", "Internal error", _LOGS),
    # indexer
    ErrorRow(
        indexer_errors.CollectionNotFoundError, 404, "collection_not_found", "No such collection"
    ),
    ErrorRow(indexer_errors.ImageNotFoundError, 404, "image_not_found", "No such picture"),
    ErrorRow(indexer_errors.NoGenerationError, 409, "nothing_indexed", "Nothing indexed yet"),
    ErrorRow(
        indexer_errors.GenerationNotFoundError, 404, "generation_not_found", "No such generation"
    ),
    ErrorRow(indexer_errors.FingerprintMismatchError, 409, "model_mismatch", "Another model"),
    ErrorRow(indexer_errors.CollectionBusyError, 409, "collection_busy", "Collection busy"),
    ErrorRow(indexer_errors.ManifestError, 400, "manifest_invalid", "Manifest not usable"),
    ErrorRow(indexer_errors.SourceError, 400, "source_unusable", "Source not usable"),
    ErrorRow(indexer_errors.DiskFullError, 507, "disk_full", "The disk is full", _LOGS),
    ErrorRow(indexer_errors.ConfigError, 400, "invalid_request", "Invalid request"),
    ErrorRow(indexer_errors.FilterSyntaxError, 400, "filter_invalid", "Filter not understood"),
    ErrorRow(indexer_errors.FilterTooLargeError, 400, "filter_invalid", "Filter too large"),
    ErrorRow(indexer_errors.UnknownFieldError, 400, "unknown_field", "No such field"),
    ErrorRow(indexer_errors.FilterTypeError, 400, "filter_invalid", "Filter of the wrong type"),
    ErrorRow(indexer_errors.FilterError, 400, "filter_invalid", "Filter not usable"),
    ErrorRow(indexer_errors.FacetError, 400, "facet_unusable", "Values not countable"),
    ErrorRow(indexer_errors.SameContentError, 400, "same_content", "The files are equal"),
    ErrorRow(
        indexer_errors.DuplicatesUnknownError, 409, "duplicates_unknown", "Duplicates not known yet"
    ),
    ErrorRow(
        indexer_errors.GenerationDamagedError,
        503,
        "generation_damaged",
        "Damaged index",
        "the index of this collection is damaged; run `sightline index` to build a new one",
    ),
    ErrorRow(
        indexer_errors.CatalogDamagedError,
        503,
        "catalog_damaged",
        "Damaged catalog",
        "the catalog of this collection is damaged; run `sightline index --rebuild`",
    ),
    ErrorRow(
        indexer_errors.CatalogVersionError,
        503,
        "catalog_version",
        "Another catalog version",
        "the catalog of this collection was written by another version of Sightline",
    ),
    ErrorRow(indexer_errors.JobNotFoundError, 404, "job_not_found", "No such job"),
    ErrorRow(indexer_errors.JobStateError, 409, "job_state", "The job is past that"),
    ErrorRow(indexer_errors.JobQueueFullError, 409, "job_queue_full", "Too many open jobs"),
    ErrorRow(indexer_errors.ScheduleNotFoundError, 404, "schedule_not_found", "No such schedule"),
    ErrorRow(indexer_errors.IndexerError, 500, "internal", "Internal error", _LOGS),
)
_UNEXPECTED = ErrorRow(Exception, 500, "internal", "Internal error", _LOGS)
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed", 400: "invalid_request"}


def row_for(error: Exception) -> ErrorRow:
    """The first row of the table that fits; the row for the unexpected otherwise."""
    return next((row for row in ERROR_TABLE if isinstance(error, row.error)), _UNEXPECTED)


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
    if isinstance(error, indexer_errors.FilterError):
        return [ProblemField(field=error.position, reason=error.reason)]
    return None


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """A problem as an HTTP answer."""
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def error_response(error: Exception, path: str) -> Response:
    """Any error as an HTTP answer; 5xx answers are logged with their cause."""
    problem = problem_for(error, path)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(
        error, failures.NotReadyError
    ):
        logger.error("%s: %s", path, error, exc_info=error)
    headers: dict[str, str] = {}
    if isinstance(error, failures.OverloadedError):
        headers["Retry-After"] = str(error.retry_after_s)
    elif isinstance(error, failures.NotReadyError):
        headers["Retry-After"] = "2"
    elif isinstance(error, failures.BodyTooLargeError):
        headers["Connection"] = "close"
    return problem_response(problem, headers)


async def _on_error(request: Request, error: Exception) -> Response:
    return error_response(error, request.url.path)


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
    return problem_response(problem, dict(error.headers or {}))


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
    return problem_response(problem.model_copy(update={"errors": fields}))


def install_error_handlers(app: FastAPI) -> None:
    """Answer every error in the one shape, those of the framework included."""
    for row in ERROR_TABLE:
        app.add_exception_handler(row.error, _on_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_error)
