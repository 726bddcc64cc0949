"""GET /v1/images/{id}/heatmap: where in a picture it is, as a PNG to lay over the picture."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.bounds import MAX_IMAGE_ID_CHARS
from app.dependencies import Collection, State
from app.heat_maps import draw_heat_map
from app.query_text import parse_question
from app.schemas import Problem, QueryText

router = APIRouter(tags=["images"])

_KEEP = "private, max-age=3600"
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "A PNG with transparency."},
    304: {"description": "The copy that the client has is still right."},
    404: {"model": Problem, "description": "There is no such picture."},
    409: {"model": Problem, "description": "The model cannot say what is where."},
    410: {"model": Problem, "description": "It is indexed, but its file has gone."},
}


@router.get(
    "/v1/images/{image_id}/heatmap",
    summary="Where in the picture it is",
    responses=_ANSWERS,
    response_class=Response,
)
async def show_heat_map(
    state: State,
    collection: Collection,
    request: Request,
    image_id: Annotated[str, Path(max_length=MAX_IMAGE_ID_CHARS)],
    q: Annotated[QueryText, Query(description="What to look for, as in a search.")],
) -> Response:
    """Warm where the picture resembles the question, transparent elsewhere."""
    terms = parse_question(q)
    with state.ready.live.pair(collection) as pair:
        item = await state.lookup.run(pair.searcher.item, image_id)
        headers = {"ETag": _tag(pair.engine.info.fingerprint, item.content_hash, q)}
        headers["Cache-Control"] = _KEEP
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        data = await draw_heat_map(state, pair, item, terms, state.stopwatch())
    return Response(data, headers=headers, media_type="image/png")


def _tag(fingerprint: str, content_hash: str, question: str) -> str:
    digest = hashlib.blake2b(question.encode("utf-8", "surrogatepass"), digest_size=12)
    return f'"{content_hash[:16]}-{fingerprint[:16]}-{digest.hexdigest()}"'
