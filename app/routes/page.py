"""GET / (the page) and /static/* (its parts), as files that browsers check before they reuse
them, packed for those that unpack.
"""

import gzip
import os
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

STATIC_DIR = Path(__file__).parent.parent / "static"
_REVALIDATE = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
_TEXTS = {".css", ".html", ".js", ".svg"}

router = APIRouter(include_in_schema=False)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip by name."""
    for one in accepted.lower().split(","):
        coding, _, quality = one.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class PageFiles(StaticFiles):
    """Static files; a browser asks each time whether its copy is still the current one.

    Each text is packed once, when it is first asked for, and kept: all of them are a few hundred
    kilobytes.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._packed: dict[str, tuple[str, bytes]] = {}

    def file_response(
        self,
        full_path: "os.PathLike[str] | str",
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        asked = Headers(scope=scope)
        response: Response = FileResponse(full_path, status_code, stat_result=stat_result)
        path = Path(full_path)
        if path.suffix in _TEXTS and takes_gzip(asked.get("Accept-Encoding", "")):
            response = self._pack(path, response)
        response.headers.update(_REVALIDATE)
        if self.is_not_modified(response.headers, asked):
            return NotModifiedResponse(response.headers)
        return response

    def _pack(self, path: Path, plain: Response) -> Response:
        """The same file packed, under an ETag of its own."""
        tag = plain.headers["etag"]
        known, body = self._packed.get(str(path), ("", b""))
        if known != tag:
            body = gzip.compress(path.read_bytes(), mtime=0)
            self._packed[str(path)] = (tag, body)
        headers = {"Content-Encoding": "gzip", "ETag": f'{tag[:-1]}-gzip"'}
        headers["Last-Modified"] = plain.headers["last-modified"]
        return Response(body, plain.status_code, headers, plain.media_type)


PAGE_FILES = PageFiles(STATIC_DIR)


@router.get("/")
async def show_page(request: Request) -> Response:
    """The page, whole each time: an answer without it would put another policy on the copy."""
    asked = MutableHeaders(scope=dict(request.scope))
    for condition in ("If-None-Match", "If-Modified-Since"):
        del asked[condition]
    scope = {**request.scope, "headers": asked.raw}
    return await PAGE_FILES.get_response("index.html", scope)
