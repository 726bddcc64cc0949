"""Paths as URIs and back: how a file is named in the catalog.

A `file://` URI is plain ASCII whatever bytes the file name has (line breaks, other encodings,
right-to-left marks), so it can be stored, compared and printed anywhere. What lies in an archive
has the archive's URI with the member's name behind `#/`. Never touches the disk.
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SCHEME = "file://"
_MEMBER = "#/"  # a fragment: a `#` in a name is always written %23
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.:-]+://")


def path_to_uri(path: str | Path) -> str:
    """The URI of an absolute path; a file name of any bytes survives the way back."""
    return _SCHEME + quote_from_bytes(os.fsencode(path), safe="/")


def uri_to_path(uri: str) -> Path:
    """The path of a URI made by `path_to_uri`. Raises ValueError for any other scheme."""
    if not uri.startswith(_SCHEME + "/") or _MEMBER in uri:
        raise ValueError(f"not the URI of a local file: {uri!r}")
    return Path(os.fsdecode(unquote_to_bytes(uri[len(_SCHEME) :])))


def uri_segment(name: str) -> str:
    """One file name as it stands in a URI."""
    return quote_from_bytes(os.fsencode(name), safe="")


def member_uri(archive_uri: str, name: str) -> str:
    """The URI of a member of an archive."""
    return archive_uri + _MEMBER + quote_from_bytes(os.fsencode(name), safe="/")


def split_member(uri: str) -> tuple[str, str | None]:
    """The archive's URI and the member's name; the URI itself and None if it is no member's."""
    archive_uri, separator, name = uri.partition(_MEMBER)
    return archive_uri, os.fsdecode(unquote_to_bytes(name)) if separator else None


def is_remote(name: str) -> bool:
    """Whether a source or a file is named by a URI that is not a local file's."""
    return bool(_REMOTE.match(name)) and not name.startswith(_SCHEME)


def shown(uri: str) -> str:
    """A URI as people read it: the path, for a file on this machine."""
    try:
        return str(uri_to_path(uri))
    except ValueError:
        return uri


def absolute_path(path: str | Path) -> str:
    """The absolute path, `~` and `..` resolved, symbolic links kept as the user wrote them."""
    with suppress(RuntimeError):  # `~nobody` is a name like any other
        path = Path(path).expanduser()
    return os.path.normpath(Path(path).absolute())
