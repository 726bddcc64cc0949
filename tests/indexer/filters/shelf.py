"""What the tests of filters share: a catalog with rows of items, and no picture at all."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from indexer.catalog.connection import Database, ReaderPool
from indexer.catalog.metadata import MetadataTable
from indexer.catalog.words import CaptionWords
from indexer.filters.facets import FacetCounter
from indexer.filters.selection import Selector

_INSERT = """
INSERT INTO items (item_id, image_id, uri, source, content_hash, size_bytes, width, height, format,
                   captions, metadata, model_id, vector_row, first_gen)
VALUES (:item_id, :image_id, :uri, :source, :content_hash, :size_bytes, :width, :height, :format,
        :captions, :metadata, 1, :item_id, 1)"""


class Shelf:
    """Rows of items as a publication writes them; `rows` is what they say, by id."""

    def __init__(self, home: Path) -> None:
        self.path = home / "catalog.sqlite"
        self.database = Database(self.path)
        self.rows: dict[int, dict[str, Any]] = {}

    def put(self, metadata: dict[str, Any], captions: Iterable[str] = (), **facts: Any) -> int:
        """Add an item. Returns its id."""
        item_id = max(self.rows, default=100) + 1
        row = {
            "item_id": item_id,
            "image_id": f"id{item_id}",
            "uri": f"file:///pictures/{item_id}.jpg",
            "source": "/pictures",
            "content_hash": f"hash{item_id}",
            "size_bytes": 1000,
            "width": 640,
            "height": 480,
            "format": "JPEG",
            **facts,
        }
        self.rows[item_id] = {**row, "metadata": metadata, "captions": list(captions)}
        written = {"captions": json.dumps(list(captions)), "metadata": json.dumps(metadata)}
        self.database.execute_named(_INSERT, {**row, **written})
        return item_id

    def drop(self, item_id: int) -> None:
        """Drop an item, as retention does."""
        del self.rows[item_id]
        self.database.execute("DELETE FROM items WHERE item_id = ?", (item_id,))

    def selector(self, living: Iterable[int] | None = None) -> Selector:
        """Filters over a generation of all items, or of these."""
        ids = np.array(list(self.rows if living is None else living), dtype=np.int64)
        pool = ReaderPool(self.path)
        return Selector(MetadataTable(pool), CaptionWords(pool), lambda: ids)

    def counter(self, selector: Selector) -> FacetCounter:
        """Counts values over what a selector filters."""
        return FacetCounter(MetadataTable(ReaderPool(self.path)), selector)
