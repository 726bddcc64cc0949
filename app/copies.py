"""What clients are told of keeping a copy, and whether the one that they have is still right."""

from starlette.requests import Request

KEEP = "private, max-age=31536000, immutable"
ASK = "private, no-cache"


def has_copy(request: Request, etag: str) -> bool:
    """Whether the client says that it has what the ETag names."""
    known = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return etag in tags or tags == ["*"]
