"""Response types of relevance: what was fitted, and why a hit was found. Shapes only."""

from typing import Annotated

from pydantic import BaseModel, Field

from models.relevance import Modality, RelevanceFit

MinRelevance = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Leave out hits that are less likely than this to show what is looked for.",
    ),
]
Explain = Annotated[bool, Field(description="Say why each hit was found.")]


class FittedFigures(BaseModel):
    """What was fitted for one kind of question, and what it is worth on pictures left out of it."""

    no_good_match_below: float
    figures: dict[str, float]


class RelevanceInfo(BaseModel):
    """What judges a collection's hits, by what asks: text, image, or both mixed."""

    fitted_on: str
    modalities: dict[Modality, FittedFigures]


def relevance_info(fit: RelevanceFit | None) -> RelevanceInfo | None:
    """A fit, without its weights."""
    if fit is None:
        return None
    modalities = {
        modality: FittedFigures(
            no_good_match_below=one.no_good_match_below, figures=dict(one.figures)
        )
        for modality, one in fit.modalities.items()
    }
    return RelevanceInfo(fitted_on=fit.fitted_on, modalities=modalities)


class PartOfScore(BaseModel):
    """What one part of the question adds to a score: `contribution` is weight × cosine."""

    part: str
    weight: float
    cosine: float
    contribution: float


class HitExplanation(BaseModel):
    """Why a picture was found; the contributions of `parts` add up to its score.

    The ranks count from 1: among the hits by score, and by the words of captions in the modes that
    look at them.
    """

    parts: list[PartOfScore]
    vector_rank: int | None
    keyword_rank: int | None


class AnswerExplanation(BaseModel):
    """What the whole answer was judged by; `match` is the chance that the collection holds what was
    asked for, `features` are what was seen of the question's scores. All null where nothing fits.
    """

    modality: Modality | None
    match: float | None
    features: dict[str, float] | None
    fitted_on: str | None
