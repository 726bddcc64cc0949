"""A question: weighted terms, what is excluded, liked and disliked, and how to look for it.

Only data and what makes sense of it together; knows no HTTP. Never encodes and never searches.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.failures import InvalidRequestError
from indexer.filters.expression import Expression
from indexer.ranking import Mode
from models.cropping import Box


@dataclass(frozen=True, slots=True)
class TextTerm:
    """Words to look for."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class UploadTerm:
    """A picture that came with the question, as the bytes of its file, or a part of it."""

    data: bytes
    weight: float = 1.0
    crop: Box | None = None


@dataclass(frozen=True, slots=True)
class ItemTerm:
    """A picture of the collection, or a part of it."""

    image_id: str
    weight: float = 1.0
    crop: Box | None = None


@dataclass(frozen=True, slots=True)
class KeptTerm:
    """A picture, or a part of one, that came with an earlier question, which had it kept."""

    picture_id: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class VectorTerm:
    """An embedding that somebody computed; its length does not matter."""

    numbers: tuple[float, ...]
    weight: float = 1.0


Term = TextTerm | UploadTerm | ItemTerm | KeptTerm | VectorTerm


class Fusion(StrEnum):
    """How weighted terms become one direction; `app.fusion` says what each does."""

    LATE = "late"
    BALANCED = "balanced"
    JOINT = "joint"


class Target(StrEnum):
    """What is found: pictures, or texts."""

    IMAGE = "image"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to one collection. `filter` says which pictures are searched.

    With the target text, texts are found: captions, or those of a `vocabulary`. `exclude` are terms
    whose weight does not matter; `like` and `dislike` are pictures' ids; `diversity` is 0 for none,
    and 1 for nothing else. Hits below `min_relevance` are left out. With `keep_pictures`, pictures
    that came along can be asked for again.
    """

    terms: tuple[Term, ...]
    top_k: int
    collection: str
    filter: Expression | None = None
    mode: Mode = Mode.VECTOR
    facets: tuple[str, ...] = ()
    fold_duplicates: bool = False
    cursor: str | None = None
    exclude: tuple[Term, ...] = ()
    like: tuple[str, ...] = ()
    dislike: tuple[str, ...] = ()
    fusion: Fusion = Fusion.LATE
    diversity: float = 0.0
    target: Target = Target.IMAGE
    vocabulary: str | None = None
    min_relevance: float | None = None
    explain: bool = False
    keep_pictures: bool = False

    def __post_init__(self) -> None:
        if not self.terms and not self.like:
            raise InvalidRequestError("the query has no terms, and no picture to be like")
        if not self.like and all(term.weight == 0 for term in self.terms):
            raise InvalidRequestError("all weights are zero; give at least one term a weight")
        if self.mode is not Mode.VECTOR and not self.words:
            raise InvalidRequestError(f"the mode {self.mode} needs words to look for")
        both = set(self.like) & set(self.dislike)
        if both:
            raise InvalidRequestError(f"picture {min(both)} is both liked and disliked")

        if self.target is Target.TEXT:
            self._check_texts()
        elif self.vocabulary is not None:
            raise InvalidRequestError("a vocabulary is searched with the target text")

    def _check_texts(self) -> None:
        """Raises InvalidRequestError for what only pictures can be asked."""
        used = {
            "mode": self.mode is not Mode.VECTOR,
            "facets": bool(self.facets),
            "fold_duplicates": self.fold_duplicates,
            "cursor": self.cursor is not None,
            "min_relevance": self.min_relevance is not None,
            "explain": self.explain,
            "filter": self.filter is not None and self.vocabulary is not None,
        }
        for name in (name for name, is_used in used.items() if is_used):
            what = "a vocabulary" if name == "filter" else "the target text"
            raise InvalidRequestError(f"{name} cannot be used with {what}")

    @property
    def words(self) -> str:
        """What is looked for in captions: the texts that are not pushed away from."""
        wanted = (term for term in self.terms if isinstance(term, TextTerm) and term.weight > 0)
        return " ".join(term.text for term in wanted)
