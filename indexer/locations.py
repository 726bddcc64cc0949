"""Paths as URIs and back: how a file is named in the catalog.

A `file://` URI is plain ASCII whatever bytes the file name has (line breaks, other encodings,
right-to-left marks), so it can be stored, compared and printed anywhere. Never touches the disk.
"""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SCHEME = "file://"


def path_to_uri(path: str | Path) -> str:
    """The URI of an absolute path; a file name of any bytes survives the way back."""
    return _SCHEME + quote_from_bytes(os.fsencode(path), safe="/")


def uri_to_path(uri: str) -> Path:
    """The path of a URI made by `path_to_uri`. Raises ValueError for any other scheme."""
    if not uri.startswith(_SCHEME + "/"):
        raise ValueError(f"not the URI of a local file: {uri!r}")
    return Path(os.fsdecode(unquote_to_bytes(uri[len(_SCHEME) :])))


def uri_segment(name: str) -> str:
    """One file name as it stands in a URI."""
    return quote_from_bytes(os.fsencode(name), safe="")


def absolute_path(path: str | Path) -> str:
    """The absolute path, `~` and `..` resolved, symbolic links kept as the user wrote them."""
    with suppress(RuntimeError):  # `~nobody` is a name like any other
        path = Path(path).expanduser()
    return os.path.normpath(Path(path).absolute())
