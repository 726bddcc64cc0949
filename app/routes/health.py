"""GET /healthz (the process answers) and /readyz (it can answer questions)."""

from fastapi import APIRouter

from app.dependencies import Collection, Parts
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
async def readyz(parts: Parts, collection: Collection) -> ReadyAnswer:
    """Ready once the model is loaded and the collections were looked at; `problems` says for which
    collections the newest generation is not the one that is served, and why.
    """
    live = parts.live
    with live.engine(collection) as engine:
        model = engine.info.model_name
    return ReadyAnswer(
        status="ready", model=model, collections=live.names(), problems=live.problems()
    )
