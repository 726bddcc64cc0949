"""Opening the catalog to write, also where it is damaged and everything shall be built anew.

A damaged catalog is put aside and an empty one begun; numbers of generations go on from the highest
that was in use. Reads no picture.
"""

from collections.abc import Callable
from contextlib import closing

from indexer.catalog import publication, retention
from indexer.catalog.connection import Database
from indexer.catalog.inspection import Inspection
from indexer.catalog.mending import forget_contents, mend_rows
from indexer.catalog.salvage import ASIDE, set_aside
from indexer.config import IndexConfig
from indexer.dropping import drop
from indexer.errors import CatalogDamagedError
from indexer.generations import verify_files
from indexer.sidecars import mend_sidecars
from indexer.verification import altered_thumbnails

Note = Callable[[str], None]


def open_catalog(config: IndexConfig, note: Note, *, rebuild: bool) -> tuple[Database, list[str]]:
    """The catalog, and the sources to look at if none are named and it does not know them.

    With `rebuild` an empty one takes the place of a damaged one, and gives the sources that this
    names; rows and thumbnails that were altered are forgotten, so that the run makes them again.
    Raises CatalogVersionError, or CatalogDamagedError without `rebuild`.
    """
    if not rebuild:
        return Database(config.catalog_path()), []
    mend_sidecars(config, note)
    reason = _damage(config)
    if reason is None:
        database = Database(config.catalog_path())
        for said in mend_rows(database):
            note(said)
        _forget_thumbnails(config, database, note)
        return database, []
    path = config.catalog_path()
    sources = set_aside(path)
    note(f"{path.name} is damaged: {reason}; it is kept as {path.name}{ASIDE}, a new one is begun")
    database = Database(path)
    publication.begin_above(database, _highest_generation(config))
    return database, sources


def drop_damaged(config: IndexConfig, database: Database, model_id: int, note: Note) -> None:
    """Read the generations before the current one, and drop those that are not as published."""
    current = publication.current_generation(database)
    damaged = {
        finding.generation: finding
        for number in retention.kept_generations(database)
        if number != current
        for finding in verify_files(config, number)
    }
    for finding in damaged.values():
        note(f"generation {finding.generation} is dropped: {finding.reason}")
    drop(config, database, [n for n in damaged if n is not None], model_id)


def _forget_thumbnails(config: IndexConfig, database: Database, note: Note) -> None:
    """A content without an embedding is decoded again, which makes its thumbnail."""
    damaged = altered_thumbnails(config)
    for path in damaged:
        path.unlink(missing_ok=True)
    if damaged:
        forget_contents(database, [path.stem for path in damaged])
        note(f"{len(damaged)} thumbnails were altered: they are made again")


def _damage(config: IndexConfig) -> str | None:
    try:
        with closing(Inspection(config.catalog_path())) as inspection:
            return next(iter(inspection.structure()), None)
    except FileNotFoundError:
        return None
    except CatalogDamagedError as error:
        return error.reason


def _highest_generation(config: IndexConfig) -> int:
    directory = config.generations_dir()
    names = [entry.name for entry in directory.iterdir()] if directory.is_dir() else []
    return max((int(name) for name in names if name.isdecimal()), default=0)
