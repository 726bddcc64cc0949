"""Items of the catalog → pictures of the API, with the addresses of their files. Reads nothing."""

from collections.abc import Mapping
from dataclasses import asdict

from app.answers import Answer, Why
from app.duplicate_schemas import DuplicateGroup, DuplicatePicture
from app.map_schemas import MapPicture
from app.relevance import Judged
from app.relevance_schemas import AnswerExplanation, HitExplanation, PartOfScore
from app.schemas import Picture, PictureInfo
from app.search_schemas import FoldedPictures, Hit
from indexer.catalog.records import Item
from indexer.duplicates.folding import FoldedHit
from indexer.duplicates.records import Group

_VERSION_CHARS = 12  # of the content hash: enough to tell the versions of one picture apart


def version_of(item: Item) -> str:
    """What changes in a picture's address when its bytes change, so that it can be cached."""
    return item.content_hash[:_VERSION_CHARS]


def _fields(item: Item, collection: str) -> dict[str, object]:
    query = f"?collection={collection}&v={version_of(item)}"
    return {
        "id": item.image_id,
        "caption": item.caption,
        "captions": list(item.captions),
        "metadata": item.metadata,
        "file_facts": item.facts,
        "width": item.width,
        "height": item.height,
        "format": item.format,
        "image_url": f"/v1/images/{item.image_id}{query}",
        "thumbnail_url": f"/v1/images/{item.image_id}/thumbnail{query}",
    }


def picture(item: Item, collection: str) -> Picture:
    """A picture as it stands in a sample."""
    return Picture.model_validate(_fields(item, collection))


def map_picture(item: Item, collection: str) -> MapPicture:
    """The picture that stands for a slot of the map."""
    return MapPicture.model_validate(_fields(item, collection))


def hit(answer: Answer, collection: str) -> Hit:
    """A picture that was found, and the duplicates that it stands for."""
    found = answer.hit
    return Hit.model_validate(
        {
            **_fields(found.item, collection),
            "score": found.score,
            "ranks": None if found.ranks is None else asdict(found.ranks),
            "folded": None if answer.folded is None else _folded(answer.folded),
            "relevance": answer.relevance,
            "explain": None if answer.why is None else hit_explanation(answer.why),
        }
    )


def hit_explanation(why: Why) -> HitExplanation:
    """Why a picture was found."""
    return HitExplanation(
        parts=[
            PartOfScore(
                part=one.name,
                weight=one.weight,
                cosine=one.cosine,
                contribution=one.contribution,
            )
            for one in why.parts
        ],
        vector_rank=why.vector_rank,
        keyword_rank=why.keyword_rank,
    )


def answer_explanation(found: Judged) -> AnswerExplanation:
    """What a whole answer was judged by."""
    judgement = found.judgement
    return AnswerExplanation(
        modality=found.modality,
        match=None if judgement is None else judgement.match,
        features=None if judgement is None else dict(judgement.features),
        fitted_on=found.fitted_on,
    )


def _folded(found: FoldedHit) -> FoldedPictures:
    return FoldedPictures(count=found.folded_count, ids=list(found.folded))


def duplicate_group(group: Group, collection: str) -> DuplicateGroup:
    """Pictures that are the same."""
    pictures = [
        DuplicatePicture.model_validate(
            {
                **_fields(member.item, collection),
                "reason": member.reason,
                "distance": member.distance,
                "score": member.score,
                "size_bytes": member.item.size_bytes,
                "kept": member.kept,
            }
        )
        for member in group.members
    ]
    return DuplicateGroup(number=group.number, pictures=pictures)


def picture_info(
    item: Item, collection: str, generation: int, tags: Mapping[str, str]
) -> PictureInfo:
    """Everything on record about a picture."""
    return PictureInfo.model_validate(
        {
            **_fields(item, collection),
            "collection": collection,
            "generation": generation,
            "uri": item.uri,
            "source": item.source,
            "content_hash": item.content_hash,
            "size_bytes": item.size_bytes,
            "tags": tags,
        }
    )
