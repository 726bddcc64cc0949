"""The one ordered table: domain error → status, code, title.

The first row whose class fits decides, so kinds come before their parents. Details of 5xx answers
are written here: what happened inside goes to the log, never to the client. Answers nothing
itself: `errors` does.
"""

from dataclasses import dataclass

from app import door_failures, failures
from app.fetch import failures as fetching
from indexer import errors as indexer_errors
from indexer import text_errors
from indexer.picture_map import errors as map_errors
from models import errors as model_errors

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
    ErrorRow(failures.QueryTextError, 400, "bad_question", "The question cannot be read"),
    ErrorRow(failures.NullQueryError, 400, "null_query", "The query has no direction"),
    ErrorRow(failures.InvalidRequestError, 400, "invalid_request", "Invalid request"),
    ErrorRow(failures.CursorInvalidError, 400, "cursor_invalid", "Not a cursor for this"),
    ErrorRow(failures.PagingTooDeepError, 400, "paging_too_deep", "No deeper pages"),
    ErrorRow(failures.CursorExpiredError, 410, "cursor_expired", "The pages have expired"),
    ErrorRow(failures.UnsupportedBodyError, 415, "unsupported_body", "Unsupported body"),
    ErrorRow(failures.BodyTooLargeError, 413, "body_too_large", "Body too large"),
    ErrorRow(failures.HostNotAllowedError, 421, "host_not_allowed", "Host not allowed"),
    ErrorRow(failures.WritingOffError, 403, "writing_off", "Writing is off"),
    ErrorRow(failures.ForeignOriginError, 403, "foreign_origin", "Another site's page"),
    ErrorRow(door_failures.KeyNeededError, 401, "key_needed", "A key is needed"),
    ErrorRow(door_failures.WrongKeyError, 401, "key_wrong", "The key opens nothing"),
    ErrorRow(door_failures.RoleTooLowError, 403, "role_too_low", "The key does not open this"),
    ErrorRow(door_failures.RateLimitedError, 429, "rate_limited", "Too many requests"),
    ErrorRow(
        door_failures.KeysUnreadableError, 503, "keys_unreadable", "No way to check keys", _LOGS
    ),
    ErrorRow(door_failures.KeyNotFoundError, 404, "key_not_found", "No such key"),
    ErrorRow(door_failures.NoKeysError, 500, "internal", "Internal error", _LOGS),
    ErrorRow(door_failures.DoorError, 500, "internal", "Internal error", _LOGS),
    ErrorRow(fetching.FetchOffError, 400, "fetch_off", "Nothing is fetched here"),
    ErrorRow(fetching.UrlRefusedError, 400, "url_refused", "The URL is refused"),
    ErrorRow(fetching.UrlUnreachableError, 422, "url_unreachable", "No picture at the URL"),
    ErrorRow(fetching.UrlTooSlowError, 422, "url_too_slow", "The URL is too slow"),
    ErrorRow(fetching.UrlTooLargeError, 413, "url_too_large", "Too much at the URL"),
    ErrorRow(fetching.FetchError, 422, "url_unreachable", "No picture at the URL"),
    ErrorRow(failures.OverloadedError, 429, "overloaded", "Overloaded"),
    ErrorRow(failures.NotReadyError, 503, "not_ready", "Not ready"),
    ErrorRow(failures.ModelNotHereError, 409, "model_mismatch", "Another model"),
    ErrorRow(failures.ModelNotFoundError, 404, "model_not_found", "No such model"),
    ErrorRow(failures.RelevanceUnknownError, 409, "relevance_unknown", "Relevance not known"),
    ErrorRow(failures.KeptPictureGoneError, 410, "kept_picture_gone", "The picture is not kept"),
    ErrorRow(failures.FileGoneError, 410, "file_gone", "The file is gone"),
    ErrorRow(failures.RangeNotSatisfiableError, 416, "range_not_satisfiable", "No such part"),
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
    ErrorRow(model_errors.NoCellsError, 409, "no_heat_map", "No map of where"),
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
    ErrorRow(indexer_errors.ImageOfSourceError, 409, "image_of_source", "A source's picture"),
    ErrorRow(
        text_errors.CaptionsNotEmbeddedError, 409, "captions_not_embedded", "Captions not embedded"
    ),
    ErrorRow(text_errors.VocabularyNotFoundError, 404, "vocabulary_not_found", "No vocabulary"),
    ErrorRow(
        text_errors.VocabularyNotEmbeddedError, 409, "vocabulary_not_embedded", "Not embedded yet"
    ),
    ErrorRow(
        text_errors.VocabularyDamagedError, 503, "vocabulary_damaged", "Damaged vocabulary", _LOGS
    ),
    ErrorRow(text_errors.TagSetNotFoundError, 404, "tag_set_not_found", "No such tag set"),
    ErrorRow(map_errors.NoMapError, 404, "no_map", "No map yet"),
    ErrorRow(map_errors.NoTileError, 404, "no_tile", "No such tile"),
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


def row_for(error: Exception) -> ErrorRow:
    """The first row of the table that fits; the row for the unexpected otherwise."""
    return next((row for row in ERROR_TABLE if isinstance(error, row.error)), _UNEXPECTED)
