"""`sightline put` and `sightline remove`: single pictures under ids of one's own, in the local data
directory; published at once, or by whoever is indexing the collection.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.cli import options
from app.cli.index import index_config
from app.cli.options import settings_from
from app.failures import InvalidRequestError
from app.settings import Settings
from indexer.catalog.records import Json
from indexer.config import IndexConfig
from indexer.uploads.store import UploadStore

_SHOWN_ID_CHARS = 16  # of the content hash, as the id of a picture that was given none

File = Annotated[
    Path | None, typer.Argument(help="A picture; none to change captions or metadata only.")
]
OwnId = Annotated[
    str | None, typer.Option("--id", help="What to call it; made of its content if not given.")
]
Captions = Annotated[
    list[str] | None, typer.Option("--caption", help="What it shows; may be given several times.")
]
Metadata = Annotated[str | None, typer.Option("--metadata", help="A JSON object.")]
Ids = Annotated[list[str], typer.Argument(help="Ids of pictures that were put.")]


def put_command(
    file: File = None,
    own_id: OwnId = None,
    caption: Captions = None,
    metadata: Metadata = None,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    pretrained: options.Pretrained = None,
    device: options.Device = None,
    precision: options.Precision = None,
    allow_hub: options.AllowHub = None,
    model_cache_dir: options.ModelCacheDir = None,
    max_file_bytes: options.MaxFileBytes = None,
    max_file_pixels: options.MaxFilePixels = None,
    thumbnails: options.Thumbnails = None,
) -> None:
    """Put one picture into a collection under an id, or change one. What is not given stays."""
    settings = settings_from(locals())
    from indexer.content_hash import content_hash_of
    from indexer.uploads.ownership import check_no_source_has

    config = index_config(settings)
    data = None if file is None else _picture(config, file)
    if own_id is None and data is None:
        raise InvalidRequestError("name a picture, or with --id one that was put")
    image_id = own_id or content_hash_of(data or b"")[:_SHOWN_ID_CHARS]
    check_no_source_has(config, image_id)
    with closing(UploadStore(config)) as store:
        result = store.put(image_id, data, caption, _object(metadata))
    change = "created" if result.created else "changed" if result.changed else "unchanged"
    published = {"generation": result.published_in, "job_id": None}
    if result.published_in is None:
        published = _publish(settings, config)
    _show(as_json, {"id": image_id, "change": change, **published})


def remove_command(
    ids: Ids,
    as_json: options.AsJson = False,
    data_dir: options.DataDir = None,
    collection: options.Collection = None,
    model: options.Model = None,
    device: options.Device = None,
) -> None:
    """Remove pictures that were put. A file of a folder is removed there."""
    settings = settings_from(locals())
    from indexer.errors import ImageNotFoundError
    from indexer.uploads.ownership import check_no_source_has

    config = index_config(settings)
    with closing(UploadStore(config)) as store:
        for image_id in ids:
            if store.get(image_id) is None:
                check_no_source_has(config, image_id)
                raise ImageNotFoundError(image_id)
        for image_id in ids:
            store.remove(image_id)
    published = _publish(settings, config)
    for image_id in ids:
        _show(as_json, {"id": image_id, "change": "removed", **published})


def _picture(config: IndexConfig, file: Path) -> bytes:
    from indexer.reading import UnreadableFileError, read_file
    from models.images import decode_image

    try:
        data = read_file(file, config.limits).data
    except UnreadableFileError as error:
        raise InvalidRequestError(f"{file}: {error.reason}") from error
    decode_image(data, config.limits)
    return data


def _object(text: str | None) -> Mapping[str, Json] | None:
    if text is None:
        return None
    try:
        value: Json = json.loads(text)
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise InvalidRequestError(f"--metadata is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidRequestError("--metadata is no JSON object")
    return value


def _publish(settings: Settings, config: IndexConfig) -> dict[str, int | None]:
    """Take in what is pending; where somebody is indexing, queue a job that will."""
    from app.cli.progress import progress_for_stderr
    from app.model_choice import model_to_add
    from indexer.builder import index_collection
    from indexer.errors import CollectionBusyError
    from indexer.jobs.board import JobBoard
    from indexer.uploads.naming import UPLOADS
    from models.loading import load_encoder, model_key

    model = model_to_add(settings, config)
    try:
        summary = index_collection(
            config,
            [UPLOADS],
            model_key=model_key(model),
            load_encoder=lambda: load_encoder(model),
            progress=progress_for_stderr(),
        )
    except CollectionBusyError:
        with closing(JobBoard(settings.data_dir)) as board:
            return {"generation": None, "job_id": board.add_uploads(config.collection).job_id}
    return {"generation": summary.generation, "job_id": None}


def _show(as_json: bool, said: dict[str, object]) -> None:
    if as_json:
        typer.echo(json.dumps(said))
        return
    where = f"generation {said['generation']}"
    if said["generation"] is None:
        where = f"kept; job {said['job_id']} publishes it, because the collection is being indexed"
    typer.echo(f"{said['id']}: {said['change']}, {where}")
