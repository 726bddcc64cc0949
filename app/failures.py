"""What can go wrong in `app` itself, as one tree; `app.error_table` gives each its status and code.

    AppError
    ├── InvalidRequestError     the request cannot be understood: the message says what is wrong
    │   ├── NullQueryError      its terms cancel each other: no direction is left to search in
    │   └── QueryTextError      a question's text cannot be read: .column, .reason
    ├── CursorInvalidError      a cursor that is not ours, or of another question: .reason
    ├── PagingTooDeepError      so many hits were shown already: .limit
    ├── CursorExpiredError      a cursor's generation is gone: .generation, .reason
    ├── UnsupportedBodyError    neither JSON nor multipart: .content_type
    ├── BodyTooLargeError       more bytes than allowed: .limit
    ├── HostNotAllowedError     a Host header that we do not answer to: .host
    ├── WritingOffError         this service may not be written to
    ├── ForeignOriginError      a page of another site asks for a change: .origin
    ├── OverloadedError         a queue is full: .what, .retry_after_s
    ├── NotReadyError           still starting: .waiting_for
    ├── ModelNotHereError       a generation's model cannot be used: .record, .reason
    ├── ModelNotFoundError      no loaded model has this name: .name, .known
    ├── RelevanceUnknownError   nothing was fitted that could judge a question's hits: .collection
    ├── KeptPictureGoneError    a kept picture of an earlier question is gone: .picture_id
    ├── FileGoneError           an indexed file is not on disk any more: .image_id
    ├── RangeNotSatisfiableError  a part behind the end of a picture's file: .size_bytes
    ├── StoreUnreachableError   a picture's object store does not answer: .image_id
    └── ListenError             the address cannot be listened on: .host, .port, .reason

Never raised below `app`.
"""

import shlex
from collections.abc import Sequence

from indexer.catalog.records import GenerationRecord
from indexer.config import DEFAULT_COLLECTION
from models.config import BUILTIN_MODEL


class AppError(Exception):
    """Anything that `app` raises on purpose."""


class InvalidRequestError(AppError):
    """The request says something that cannot be done; the message says what."""


class NullQueryError(InvalidRequestError):
    """The weighted terms cancel each other."""

    def __init__(self) -> None:
        super().__init__(
            "the terms cancel each other: their weighted sum has no direction to search in; "
            "change a weight or a term"
        )


class QueryTextError(InvalidRequestError):
    """The text form of a question breaks off or makes no sense at a column, counted from 1."""

    def __init__(self, column: int, reason: str) -> None:
        super().__init__(f"the question cannot be read at column {column}: {reason}")
        self.column = column
        self.reason = reason


class CursorInvalidError(AppError):
    """The cursor cannot be followed with this question."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the cursor cannot be used: {reason}")
        self.reason = reason


class PagingTooDeepError(AppError):
    """The pages of one question end here, though there may be more hits."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the first {limit:,} hits were shown, and pages go no deeper; "
            "narrow the question down with a filter"
        )
        self.limit = limit


class CursorExpiredError(AppError):
    """The generation that a cursor is bound to cannot be searched any more."""

    def __init__(self, generation: int, reason: str) -> None:
        super().__init__(
            f"the cursor is of generation {generation}, and {reason}; ask again without a cursor"
        )
        self.generation = generation
        self.reason = reason


class UnsupportedBodyError(AppError):
    """The body is of a type that this route does not read."""

    def __init__(self, content_type: str) -> None:
        shown = content_type or "none"
        super().__init__(
            f"the content type is {shown}; send application/json or multipart/form-data"
        )
        self.content_type = content_type


class BodyTooLargeError(AppError):
    """The request body is larger than allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the request body is larger than {limit:,} bytes")
        self.limit = limit


class HostNotAllowedError(AppError):
    """The Host header names a host that this service does not answer to."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"this service does not answer to the host {host!r}; "
            "add it to SIGHTLINE_ALLOWED_HOSTS if it should"
        )
        self.host = host


class WritingOffError(AppError):
    """This service answers questions and changes nothing."""

    def __init__(self) -> None:
        super().__init__(
            "this service changes nothing, because it can be reached from other machines; "
            "set SIGHTLINE_WRITING=on if everybody who can reach it may write"
        )


class ForeignOriginError(AppError):
    """A browser says that another site's page sends the request."""

    def __init__(self, origin: str) -> None:
        super().__init__(f"a page of {origin} may not change anything here")
        self.origin = origin


class OverloadedError(AppError):
    """A bounded queue is full; try again later."""

    def __init__(self, what: str, retry_after_s: int) -> None:
        super().__init__(f"too many requests are waiting for {what}; try again in a moment")
        self.what = what
        self.retry_after_s = retry_after_s


class NotReadyError(AppError):
    """The service is still starting."""

    def __init__(self, waiting_for: str) -> None:
        super().__init__(f"the service is starting: waiting for {waiting_for}")
        self.waiting_for = waiting_for


class ModelNotHereError(AppError):
    """The model that a generation was made with cannot be used by this service."""

    def __init__(
        self, collection: str, record: GenerationRecord, reason: str, remedy: str | None = None
    ) -> None:
        self.what = (
            f"generation {record.generation} needs the model that it was made with, and that "
            f"cannot be used here: {reason}"
        )
        self.remedy = remedy or (
            "put that model where this service finds it, or go back "
            f"(sightline generations rollback --collection {collection}), or index with a model "
            f"that is here (sightline reindex --collection {collection} --model NAME)"
        )
        super().__init__(f"{self.what}; {self.remedy}")
        self.record = record
        self.reason = reason

    @classmethod
    def other_weights(
        cls, collection: str, record: GenerationRecord, found: str
    ) -> "ModelNotHereError":
        """For a model of the same name with another fingerprint, as an upgrade may bring one."""
        name = str(record.model.get("model_name"))
        whose = "the built-in model" if name == BUILTIN_MODEL else f"the model {name}"
        where = "" if collection == DEFAULT_COLLECTION else f" --collection {collection}"
        return cls(
            collection,
            record,
            f"{whose} has other weights here (fingerprint {found}, {record.fingerprint} is needed)",
            f"`sightline reindex --model {shlex.quote(name)}{where}` embeds its "
            f"{record.item_count:,} pictures with the model that is here, and running services "
            "show them as soon as that is done",
        )


class ModelNotFoundError(AppError):
    """No loaded model has the name that a request asks for."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no model {name!r} here; there is {', '.join(known)}")
        self.name = name
        self.known = tuple(known)


class RelevanceUnknownError(AppError):
    """A least relevance was asked for, and nothing was fitted that could judge it."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            "how relevant a hit is, is not known for this model and this kind of question: ask "
            f"without min_relevance, or run `sightline relevance fit --collection {collection}`"
        )
        self.collection = collection


class KeptPictureGoneError(AppError):
    """A picture of an earlier question is not kept, or was never."""

    def __init__(self, picture_id: str) -> None:
        super().__init__(
            "the picture that this question is about is not kept here any more; "
            "send the picture again"
        )
        self.picture_id = picture_id


class FileGoneError(AppError):
    """The file of an indexed picture cannot be read any more."""

    def __init__(self, image_id: str, reason: str) -> None:
        super().__init__(
            f"the file of picture {image_id} {reason} since it was indexed; "
            "run `sightline index` to bring the collection up to date"
        )
        self.image_id = image_id
        self.reason = reason


class RangeNotSatisfiableError(AppError):
    """The part of a file that was asked for lies behind its end."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the picture's file has {size_bytes:,} bytes, and no such part")
        self.size_bytes = size_bytes


class StoreUnreachableError(AppError):
    """The store of an indexed picture does not answer."""

    def __init__(self, image_id: str, reason: str) -> None:
        super().__init__(
            f"picture {image_id} lies in a store that does not answer: {reason}; try again later"
        )
        self.image_id = image_id
        self.reason = reason


class ListenError(AppError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port
        self.reason = reason
