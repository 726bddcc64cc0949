"""GET / (the page) and /static/* (its parts), as files that browsers check before they reuse
them.
"""

import os
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIR = Path(__file__).parent.parent / "static"
_REVALIDATE = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


class PageFiles(StaticFiles):
    """Static files; a browser asks each time whether its copy is still the current one."""

    def file_response(
        self,
        full_path: "os.PathLike[str] | str",
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_REVALIDATE)
        return response


@router.get("/")
async def show_page() -> FileResponse:
    """The page."""
    return FileResponse(STATIC_DIR / "index.html", headers=_REVALIDATE)
