"""What a request asks, in JSON, in a form or in an address → the one `Query`.

Never decodes a picture, and never answers.
"""

from starlette.requests import Request

from app.bodies import JSON, image_term, media_type, read_form, read_json
from app.failures import InvalidRequestError
from app.query import Fusion, KeptTerm, Query, Term, TextTerm, UploadTerm, VectorTerm
from app.query_text import parse_question
from app.search_schemas import SearchBody, SearchForm, SearchParameters, TermBody, WantedBody
from app.state import ServiceState
from indexer.filters.parsing import parse_filter
from models.cropping import Box

_CROP_NUMBERS = 4


async def read_search(state: ServiceState, request: Request) -> Query:
    """The search in a JSON or multipart body.

    Raises RequestValidationError, InvalidRequestError, UnsupportedBodyError, BodyTooLargeError,
    FilterError's kinds.
    """
    default = state.settings.collection
    if media_type(request) == JSON:
        return await read_json(
            state, request, SearchBody, lambda body: query_of_body(body, default)
        )
    lists = ("facets", "exclude", "like", "dislike")
    form, data = await read_form(request, SearchForm, lists=lists)
    crop = None if form.crop is None else parse_crop(form.crop)
    terms: list[Term] = [UploadTerm(data, form.image_weight, crop)]
    if form.text is not None:
        terms.append(TextTerm(form.text, form.text_weight))
    exclude = tuple(parse_exclusion(text) for text in form.exclude)
    return _query(form, tuple(terms), exclude, form.fusion, default)


def query_of_body(body: SearchBody, default_collection: str) -> Query:
    """The search in a JSON body. Raises InvalidRequestError, FilterError."""
    terms = tuple(_term(term, term.weight) for term in body.query)
    exclude = tuple(_term(term) for term in body.exclude)
    return _query(body, terms, exclude, body.fusion, default_collection)


def query_of_parameters(parameters: SearchParameters, default_collection: str) -> Query:
    """The search in the parameters of an address. Raises InvalidRequestError, FilterError."""
    terms = parse_question(parameters.q)
    exclude = tuple(parse_exclusion(text) for text in parameters.exclude)
    fusion = parameters.fusion or usual_fusion(terms)
    return _query(parameters, terms, exclude, fusion, default_collection)


def usual_fusion(terms: tuple[Term, ...]) -> Fusion:
    """How the terms of a question's text are fused unless somebody says how."""
    return Fusion.JOINT if len(terms) > 1 else Fusion.LATE


def parse_exclusion(text: str) -> Term:
    """What is excluded: words, or photo:ID. Raises InvalidRequestError."""
    terms = parse_question(text)
    if len(terms) != 1:
        raise InvalidRequestError("an exclusion is one thing; repeat `exclude` for several")
    return terms[0]


def parse_crop(text: str) -> Box:
    """The part of a picture in "x,y,width,height". Raises InvalidRequestError."""
    numbers = text.split(",")
    try:
        if len(numbers) != _CROP_NUMBERS:
            raise ValueError("a crop is four numbers: x,y,width,height")
        return Box(*(float(number) for number in numbers))
    except ValueError as error:
        raise InvalidRequestError(f"the crop {text!r} cannot be used: {error}") from error


def _term(wanted: WantedBody | TermBody, weight: float = 1.0) -> Term:
    if wanted.text is not None:
        return TextTerm(wanted.text, weight)
    if wanted.embedding is not None:
        return VectorTerm(tuple(wanted.embedding), weight)
    if wanted.image is None:
        raise InvalidRequestError("a term is a text, an image or an embedding")
    if wanted.image.kept is not None:
        return KeptTerm(wanted.image.kept, weight)
    crop = wanted.image.crop
    return image_term(wanted.image, weight, None if crop is None else crop.box())


def _query(
    asked: SearchBody | SearchForm | SearchParameters,
    terms: tuple[Term, ...],
    exclude: tuple[Term, ...],
    fusion: Fusion,
    default_collection: str,
) -> Query:
    return Query(
        terms=terms,
        top_k=asked.k,
        collection=asked.collection or default_collection,
        filter=None if asked.filter is None else parse_filter(asked.filter),
        mode=asked.mode,
        facets=tuple(asked.facets),
        fold_duplicates=asked.fold_duplicates,
        cursor=asked.cursor,
        exclude=exclude,
        like=tuple(dict.fromkeys(asked.like)),
        dislike=tuple(dict.fromkeys(asked.dislike)),
        fusion=fusion,
        diversity=asked.diversity,
        target=asked.target,
        vocabulary=asked.vocabulary,
        min_relevance=asked.min_relevance,
        explain=asked.explain,
        keep_pictures=not isinstance(asked, SearchParameters) and asked.keep_pictures,
    )
