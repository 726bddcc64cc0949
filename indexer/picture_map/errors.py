"""What can go wrong with a map: a branch of the IndexerError tree.

    IndexerError
    ├── NoMapError       the generation was published before there were maps: .collection
    └── NoTileError      the map has no such tile: .level, .x, .y

Every message says what to do.
"""

from indexer.errors import IndexerError


class NoMapError(IndexerError):
    """The generation has no map."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            f"the collection {collection!r} has no map yet; run: "
            f"sightline index --collection {collection}"
        )
        self.collection = collection


class NoTileError(IndexerError):
    """Nothing of the map is there."""

    def __init__(self, level: int, x: int, y: int, deepest: int, tiles: int | None) -> None:
        if tiles is None:
            reason = f"the map has levels 0 to {deepest}, and no {level}"
        else:
            reason = f"level {level} has {tiles} × {tiles} tiles, counted from 0, and no {x}/{y}"
        super().__init__(f"{reason}; ask for the map itself to see what it has")
        self.level, self.x, self.y = level, x, y
