"""Why a picture was not fetched. The messages are the same for everything that the other side, its
network or its name can do, so that nobody can look around through this service.

    AppError
    └── FetchError
        ├── FetchOffError          this service fetches nothing
        ├── UrlRefusedError        the text of the URL is refused: .reason
        ├── UrlUnreachableError    no picture came from there
        ├── UrlTooSlowError        it took too long: .limit_s
        └── UrlTooLargeError       it is larger than allowed: .limit
"""

from app.failures import AppError


class FetchError(AppError):
    """A picture was not fetched."""


class FetchOffError(FetchError):
    """This service fetches nothing."""

    def __init__(self) -> None:
        super().__init__(
            "this service fetches no pictures (SIGHTLINE_FETCH): send the picture itself, as a "
            "file, as base64 or as a data: URL (data:image/jpeg;base64,…)"
        )


class UrlRefusedError(FetchError):
    """The text of a URL is refused, before anybody is asked for anything."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the URL is refused: {reason}")
        self.reason = reason


class UrlUnreachableError(FetchError):
    """No picture came: no such name, no public address, no answer, or not that of a picture."""

    def __init__(self) -> None:
        super().__init__("no picture could be fetched from that URL")


class UrlTooSlowError(FetchError):
    """The picture was not here in time."""

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"the picture was not here within {limit_s:g} s")
        self.limit_s = limit_s


class UrlTooLargeError(FetchError):
    """There are more bytes behind the URL than a request may bring."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the picture is larger than {limit:,} bytes")
        self.limit = limit
