"""GET /metrics: the service in figures, for Prometheus."""

import contextlib

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.dependencies import State
from app.metrics.exposition import CONTENT_TYPE, exposition
from app.metrics.readings import Reading, job_reading, read_service
from app.state import ServiceState
from indexer.errors import IndexerError

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="The service in figures",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus's text format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
    },
)
async def show_metrics(state: State, request: Request) -> Response:
    """Counted since the start, or read off now; also while the service starts."""
    readings = read_service(state, request.app.version)
    text = await state.figures.run(_text, state, readings)
    return Response(text, media_type=CONTENT_TYPE)


def _text(state: ServiceState, readings: list[Reading]) -> bytes:
    # /v1/jobs says what is wrong with its file; the other figures are needed all the more.
    with contextlib.suppress(IndexerError):
        readings.append(job_reading(state.desk.board.counts()))
    return exposition(state.metrics.registry, readings)
