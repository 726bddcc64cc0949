"""POST /v1/classify: which of these names fits the picture (zero-shot classification)."""

from typing import Any

from fastapi import APIRouter, Request

from app.bodies import read_classify
from app.classify_schemas import (
    ClassifyAnswer,
    ClassifyBody,
    ClassifyForm,
    ClassifyTookMs,
    ClassScore,
)
from app.classifying import classify
from app.dependencies import State
from app.routes.described import body_of

router = APIRouter(tags=["classify"])

_BODY: dict[str, Any] = body_of(ClassifyBody, ClassifyForm)


@router.post("/v1/classify", summary="Score class names for a picture", openapi_extra=_BODY)
async def classify_picture(state: State, request: Request) -> ClassifyAnswer:
    """The class names, the one that fits best first."""
    watch = state.stopwatch()
    with watch.step("decode"):
        question = await read_classify(state, request)
    scores = await classify(state, question, watch)
    classes = [
        ClassScore(classname=classname, probability=float(probability), score=float(score))
        for classname, probability, score in zip(
            scores.classnames, scores.probabilities[0], scores.scores[0], strict=True
        )
    ]
    classes.sort(key=lambda one: one.score, reverse=True)
    took_ms = ClassifyTookMs(
        decode=watch.ms("decode"), encode=watch.ms("encode"), total=watch.total_ms()
    )
    return ClassifyAnswer(
        classes=classes, none_of_these=float(scores.none_of_these[0]), took_ms=took_ms
    )
