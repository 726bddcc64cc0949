"""GET /v1/vocabularies: the lists of texts that can be searched with the target text."""

from fastapi import APIRouter

from app.dependencies import State
from app.text_schemas import VocabulariesAnswer, VocabularyInfo
from indexer.vocabularies.store import read_vocabulary, vocabulary_names

router = APIRouter(tags=["search"])


@router.get("/v1/vocabularies", summary="Lists of texts that can be searched")
async def list_vocabularies(state: State) -> VocabulariesAnswer:
    """Every vocabulary that was added with `sightline vocab add`."""
    data_dir = state.settings.data_dir

    def look() -> list[VocabularyInfo]:
        found = [read_vocabulary(data_dir, name) for name in vocabulary_names(data_dir)]
        return [
            VocabularyInfo(name=one.name, count=len(one.texts), fingerprints=list(one.fingerprints))
            for one in found
        ]

    return VocabulariesAnswer(vocabularies=await state.lookup.run(look))
