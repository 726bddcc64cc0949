"""GET /v1/model: which model answers."""

from dataclasses import asdict

from fastapi import APIRouter

from app.dependencies import Collection, Parts
from app.schemas import ModelAnswer

router = APIRouter(tags=["model"])


@router.get("/v1/model", summary="The model that answers for a collection")
async def show_model(parts: Parts, collection: Collection) -> ModelAnswer:
    """Names, fingerprint, sizes, device and scale of the model."""
    with parts.live.engine(collection) as engine:
        facts = asdict(engine.info)
        return ModelAnswer.model_validate({**facts, "calibrated": engine.classifier.calibrated})
