"""/v1/tag-sets: class names whose zero-shot result is a field of the collection, `tags.NAME`.

Saving or removing a set queues a job: the next generation has the tags, the one being served keeps
its own.
"""

from typing import Annotated

from fastapi import APIRouter, Path

from app.dependencies import Collection, State
from app.state import ServiceState
from app.tag_schemas import SetName, TagSetAnswer, TagSetBody, TagSetRemoved, TagSetsAnswer
from app.writing import Writing
from indexer.config import IndexConfig
from indexer.errors import CollectionNotFoundError
from indexer.jobs.records import JobParameters
from indexer.searcher import Searcher
from indexer.tags.columns import PREFIX
from indexer.tags.sets import TagSet, remove_set, save_set, tag_set, tag_sets

router = APIRouter(tags=["collections"])

Name = Annotated[SetName, Path()]


@router.get("/v1/tag-sets", summary="All tag sets of a collection")
async def list_tag_sets(state: State, collection: Collection) -> TagSetsAnswer:
    """The saved sets, by name."""
    config = _config(state, collection)

    def look() -> list[TagSet]:
        if not config.catalog_path().is_file():
            raise CollectionNotFoundError(collection)
        return tag_sets(config)

    found = await state.lookup.run(look)
    searcher = state.ready.live.searcher(collection)
    answers = [_answer(each, collection, searcher) for each in found]
    return TagSetsAnswer(collection=collection, tag_sets=answers)


@router.get("/v1/tag-sets/{name}", summary="One tag set")
async def show_tag_set(state: State, collection: Collection, name: Name) -> TagSetAnswer:
    """A saved set, and whether its tags are being served."""
    found = await state.lookup.run(tag_set, _config(state, collection), name)
    return _answer(found, collection, state.ready.live.searcher(collection))


@router.put("/v1/tag-sets/{name}", summary="Save a tag set")
async def save_tag_set(
    state: State, collection: Collection, name: Name, body: TagSetBody, _: Writing
) -> TagSetAnswer:
    """Save a set, in place of one of the same name, and queue a job that tags the collection."""
    saved = await state.lookup.run(save_set, _config(state, collection), body.tag_set(name))
    answer = _answer(saved, collection, state.ready.live.searcher(collection))
    return answer.model_copy(update={"job_id": await _queued(state, collection)})


@router.delete("/v1/tag-sets/{name}", summary="Remove a tag set")
async def remove_tag_set(
    state: State, collection: Collection, name: Name, _: Writing
) -> TagSetRemoved:
    """Remove a set, and queue a job that publishes the collection without its tags."""
    await state.lookup.run(remove_set, _config(state, collection), name)
    job_id = await _queued(state, collection)
    return TagSetRemoved(name=name, collection=collection, job_id=job_id)


def _config(state: ServiceState, collection: str) -> IndexConfig:
    return IndexConfig(state.settings.data_dir, collection)


async def _queued(state: ServiceState, collection: str) -> int:
    job = await state.desk.threads.run(state.desk.board.add, JobParameters(collection))
    state.desk.look_for_work()
    return job.job_id


def _answer(tag_set: TagSet, collection: str, searcher: Searcher | None) -> TagSetAnswer:
    served = searcher is not None and any(
        column.name == tag_set.name and column.set_key == tag_set.key() and not column.missing
        for column in searcher.record.tags
    )
    return TagSetAnswer(
        name=tag_set.name,
        collection=collection,
        field=PREFIX + tag_set.name,
        classes=list(tag_set.classes),
        templates=list(tag_set.templates),
        threshold=tag_set.threshold,
        served=served,
    )
