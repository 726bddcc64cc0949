"""GET /healthz (the process answers) and /readyz (it can answer questions)."""

from fastapi import APIRouter

from app.dependencies import Parts
from app.schemas import HealthAnswer, Problem, ReadyAnswer

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> HealthAnswer:
    """Always ok, as long as the event loop turns."""
    return HealthAnswer(status="ok")


@router.get(
    "/readyz",
    summary="Can it answer questions?",
    responses={503: {"model": Problem, "description": "Not yet; the detail says what it awaits."}},
)
async def readyz(parts: Parts) -> ReadyAnswer:
    """Ready once the model is loaded and the collections were looked at."""
    return ReadyAnswer(
        status="ready",
        model=parts.batcher.encoder.info.model_name,
        collections=parts.live.names(),
    )
