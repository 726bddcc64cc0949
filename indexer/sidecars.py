"""The SQLite files beside a catalog: what duplicates, uploads and jobs are kept in. Verified, and
mended.

Groups of duplicates are found again by the next look. The rest cannot be made again: what can still
be read of a file that is broken is taken over into a new one.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.catalog.connection import Database
from indexer.catalog.row_inspection import altered, altered_rows, structure_of
from indexer.catalog.salvage import ASIDE, rescue, set_aside
from indexer.catalog.schema import Migration
from indexer.catalog.schema_digests import DigestedTable, digest_of
from indexer.config import IndexConfig
from indexer.duplicates.schema import DIGESTED, DUPLICATE_MIGRATIONS
from indexer.errors import CatalogDamagedError
from indexer.jobs.schema import JOB_MIGRATIONS
from indexer.jobs.store import FILE_NAME
from indexer.uploads.damage import mend_uploads, set_altered_aside
from indexer.uploads.schema import DIGESTED as UPLOADS_DIGESTED
from indexer.uploads.schema import UPLOAD_MIGRATIONS

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Sidecar:
    """One file; `taken_over` are the tables whose rows are worth saving, by their order."""

    path: Path
    migrations: tuple[Migration, ...]
    taken_over: tuple[tuple[str, str], ...]
    digested: tuple[DigestedTable, ...] = ()
    mend: Callable[[Database, Note, bool], None] | None = None  # the bool: it was begun anew


def complaints(config: IndexConfig) -> Iterator[tuple[str, str]]:
    """(file, what is wrong with it) of every such file that is there."""
    for sidecar in _sidecars(config):
        name = sidecar.path.name
        for reason in _complaints(sidecar):
            yield name, f"{name}: {reason}"


def mend_sidecars(config: IndexConfig, note: Note) -> None:
    """Have all of them whole again; what is lost is said."""
    for sidecar in _sidecars(config):
        reasons = _complaints(sidecar)
        is_broken = _is_broken(sidecar)
        if is_broken:
            _begin_anew(sidecar, reasons[0], note)
        if sidecar.mend is not None:
            with closing(Database(sidecar.path, sidecar.migrations)) as database:
                sidecar.mend(database, note, is_broken)
    set_altered_aside(config, note)


def _sidecars(config: IndexConfig) -> list[_Sidecar]:
    known = (
        _Sidecar(
            config.duplicates_path(),
            DUPLICATE_MIGRATIONS,
            (("decisions", "one, other"),),
            DIGESTED,
            _mend_groups,
        ),
        _Sidecar(
            config.uploads_path(),
            UPLOAD_MIGRATIONS,
            (("uploads", "image_id"), ("loose", "content_hash")),
            UPLOADS_DIGESTED,
            lambda database, note, is_new: mend_uploads(config, database, note, is_new=is_new),
        ),
        _Sidecar(
            config.data_dir / FILE_NAME,
            JOB_MIGRATIONS,
            (("jobs", "job_id"), ("job_events", "event_id"), ("schedules", "schedule_id")),
        ),
    )
    return [sidecar for sidecar in known if sidecar.path.is_file()]


def _complaints(sidecar: _Sidecar) -> list[str]:
    try:
        with closing(Database(sidecar.path, sidecar.migrations)) as database:
            reasons = structure_of(database, sidecar.migrations)
            return [*reasons, *altered_rows(database, sidecar.digested)]
    except CatalogDamagedError as error:
        return [error.reason]


def _is_broken(sidecar: _Sidecar) -> bool:
    try:
        with closing(Database(sidecar.path, sidecar.migrations)) as database:
            return bool(structure_of(database, sidecar.migrations))
    except CatalogDamagedError:
        return True


def _begin_anew(sidecar: _Sidecar, reason: str, note: Note) -> None:
    set_aside(sidecar.path)
    aside = sidecar.path.with_name(sidecar.path.name + ASIDE)
    with closing(Database(sidecar.path, sidecar.migrations)) as database:
        digested = {table.name: digest_of(table) for table in sidecar.digested}
        saved = sum(
            rescue(aside, database, name, order, digested.get(name))
            for name, order in sidecar.taken_over
        )
    note(
        f"{sidecar.path.name} is damaged: {reason}; it is kept as {aside.name}, a new one has "
        f"{saved} of its rows"
    )


def _mend_groups(database: Database, note: Note, _is_new: bool) -> None:
    """Forget altered decisions, and all groups if one is altered: looking finds them again."""
    decisions, *groups = DIGESTED
    with database.transaction():
        lost = database.execute(f"DELETE FROM {decisions.name} WHERE {altered(decisions)}")
        if lost:
            note(f"{lost} decisions on duplicates were altered and are forgotten")
        if any(
            database.value(f"SELECT EXISTS (SELECT 1 FROM {table.name} WHERE {altered(table)})")
            for table in groups
        ):
            note("groups of duplicates were altered: `sightline duplicates` finds them again")
            for table in groups:
                database.execute(f"DELETE FROM {table.name}")
