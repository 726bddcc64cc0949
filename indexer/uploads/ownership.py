"""Whose a picture is: a client's, who put it, or a source's, whose file it is. Changes nothing."""

from contextlib import closing

from indexer.config import IndexConfig
from indexer.errors import ImageOfSourceError
from indexer.generation import open_reader
from indexer.locations import shown
from indexer.uploads.naming import is_upload


def check_no_source_has(config: IndexConfig, image_id: str) -> None:
    """Raises ImageOfSourceError if the current generation has a source's picture of this id."""
    if not config.catalog_path().is_file():
        return
    with closing(open_reader(config)) as reader:
        current = reader.current_generation()
        item = None if current is None else reader.item(image_id, current)
    if item is not None and not is_upload(item.uri):
        raise ImageOfSourceError(image_id, shown(item.source))
