"""PUT and DELETE /v1/images/{id}: single pictures that a client puts into a collection and removes.

The answer comes when the change is on disk; a worker publishes it within moments.
"""

import asyncio
import time
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.bounds import MAX_PUBLICATION_WAIT_S
from app.dependencies import Collection, State
from app.failures import NotReadyError
from app.put_bodies import read_put
from app.routes.described import picture_body_of
from app.schemas import Problem
from app.state import ServiceState
from app.upload_schemas import PutBody, PutForm, UploadAnswer
from app.writing import Writing
from indexer.uploads.naming import UPLOAD_ID_PATTERN
from indexer.uploads.records import Upload
from models.errors import ModelError
from models.images import decode_image

router = APIRouter(tags=["images"])

_CHECKED_SIDE_PIXELS = 224  # the whole file is read, whatever size comes out
_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": UploadAnswer, "description": "On disk; the job publishes it."},
    404: {"model": Problem, "description": "There is no such picture, or no such collection."},
    409: {"model": Problem, "description": "The picture is a file of a source."},
}

OwnId = Annotated[str, Path(pattern=UPLOAD_ID_PATTERN, description="The client's own choice.")]
Create = Annotated[bool, Query(description="Make the collection if there is none.")]
WaitS = Annotated[
    float,
    Query(
        ge=0,
        le=MAX_PUBLICATION_WAIT_S,
        description="Answer once searches see the change, or after so many seconds.",
    ),
]


@router.put(
    "/v1/images/{image_id}",
    summary="Put a picture",
    responses=_ANSWERS,
    openapi_extra=picture_body_of(PutBody, PutForm),
)
async def put_image(
    state: State,
    collection: Collection,
    request: Request,
    response: Response,
    image_id: OwnId,
    _: Writing,
    create: Create = False,
    wait_s: WaitS = 0,
) -> UploadAnswer:
    """Keep a picture under an id of the client's, or change what is there: its bytes, its captions,
    its metadata. What is not sent stays as it is.
    """
    put = await read_put(state, request)
    desk = state.uploads
    if put.data is not None:
        check = partial(decode_image, min_side=_CHECKED_SIDE_PIXELS)
        await state.decode.run(check, put.data, desk.limits)
    receipt = await desk.threads.run(desk.put, collection, image_id, put, create=create)
    state.desk.look_for_work()
    result = receipt.result
    change = "created" if result.created else "changed" if result.changed else "unchanged"
    answer = _answer(result.upload, collection, change, result.published_in, receipt.job_id)
    return await _shaped(state, response, answer, result.upload.version, wait_s)


@router.delete("/v1/images/{image_id}", summary="Remove a picture", responses=_ANSWERS)
async def remove_image(
    state: State,
    collection: Collection,
    response: Response,
    image_id: OwnId,
    _: Writing,
    wait_s: WaitS = 0,
) -> UploadAnswer:
    """Forget a picture that was put. One that is a file of a source is removed there."""
    desk = state.uploads
    removed, job_id = await desk.threads.run(desk.remove, collection, image_id)
    state.desk.look_for_work()
    answer = _answer(removed, collection, "removed", None, job_id)
    return await _shaped(state, response, answer, removed.version, wait_s)


def _answer(
    upload: Upload, collection: str, change: str, generation: int | None, job_id: int | None
) -> UploadAnswer:
    return UploadAnswer.model_validate(
        {
            "id": upload.image_id,
            "collection": collection,
            "change": change,
            "state": "pending" if generation is None else "published",
            "generation": generation,
            "job_id": job_id,
            "content_hash": upload.content_hash,
            "size_bytes": None if upload.content_hash is None else upload.size_bytes,
            "captions": list(upload.captions),
            "metadata": upload.metadata,
        }
    )


async def _seen_in(state: ServiceState, collection: str, version: int) -> int | None:
    """The generation that has a change, if this service serves it or a newer one."""
    standing = await state.uploads.threads.run(state.uploads.standing, collection)
    if standing.taken < version or standing.generation is None:
        return None
    try:
        served = state.ready.live.served(collection)
    except (NotReadyError, ModelError):
        return None
    is_served = served is not None and served >= standing.generation
    return standing.generation if is_served else None


async def _shaped(
    state: ServiceState, response: Response, answer: UploadAnswer, version: int, wait_s: float
) -> UploadAnswer:
    """Wait if that is wanted; then 200 for what searches find, 202 for what a job will publish."""
    until_s = time.monotonic() + wait_s
    while answer.state == "pending" and time.monotonic() < until_s:
        await asyncio.sleep(state.settings.poll_interval_s)
        generation = await _seen_in(state, answer.collection, version)
        if generation is not None:
            seen = {"state": "published", "generation": generation}
            answer = answer.model_copy(update=seen)
    if answer.state == "pending":
        response.status_code = 202
        response.headers["Location"] = f"/v1/jobs/{answer.job_id}"
    return answer
