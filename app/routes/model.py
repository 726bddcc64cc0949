"""GET /v1/model: which model answers."""

from dataclasses import asdict

from fastapi import APIRouter

from app.dependencies import Parts
from app.schemas import ModelAnswer

router = APIRouter(tags=["model"])


@router.get("/v1/model", summary="The loaded model")
async def show_model(parts: Parts) -> ModelAnswer:
    """Names, fingerprint, sizes, device and scale of the loaded model."""
    facts = asdict(parts.batcher.encoder.info)
    return ModelAnswer.model_validate({**facts, "calibrated": parts.classifier.calibrated})
