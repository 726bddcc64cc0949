"""How pictures that clients put are named: their own id, and a URI made of it. Reads nothing."""

import re

from indexer.errors import ConfigError

# What the catalog calls the source of all of them, and how their URIs begin.
UPLOADS = "upload:"
# An id stands in addresses as it is: letters, digits and the signs that need no escaping there.
UPLOAD_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$"
_UPLOAD_ID = re.compile(UPLOAD_ID_PATTERN)


def checked_id(image_id: str) -> str:
    """The id itself. Raises ConfigError if a client may not choose it."""
    if not _UPLOAD_ID.fullmatch(image_id):
        raise ConfigError(
            f"{image_id!r} cannot name a picture: use 1 to 64 of A-Z, a-z, 0-9, '.', '_', '~' "
            "and '-', beginning with a letter or a digit"
        )
    return image_id


def upload_uri(image_id: str) -> str:
    """The URI of the picture that was put under this id."""
    return UPLOADS + image_id


def is_upload(uri: str) -> bool:
    """Whether a picture was put by a client."""
    return uri.startswith(UPLOADS)


def id_of_upload(uri: str) -> str:
    """The id that a client chose, from the URI."""
    return uri.removeprefix(UPLOADS)
