"""The SQLite files beside a catalog: what duplicates and jobs are kept in. Verified, and mended.

Groups of duplicates are found again by the next look. Decisions and jobs cannot be made again: what
can still be read of a file that is broken is taken over into a new one.
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

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Sidecar:
    """One file; `taken_over` are the tables whose rows are worth saving, by their order."""

    path: Path
    migrations: tuple[Migration, ...]
    taken_over: tuple[tuple[str, str], ...]
    digested: tuple[DigestedTable, ...] = ()


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
        if _is_broken(sidecar):
            _begin_anew(sidecar, reasons[0], note)
        elif sidecar.digested:
            _mend_rows(sidecar, note)


def _sidecars(config: IndexConfig) -> list[_Sidecar]:
    known = (
        _Sidecar(
            config.duplicates_path(), DUPLICATE_MIGRATIONS, (("decisions", "one, other"),), DIGESTED
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


def _mend_rows(sidecar: _Sidecar, note: Note) -> None:
    """Forget altered decisions, and all groups if one is altered: looking finds them again."""
    decisions, *groups = sidecar.digested
    with closing(Database(sidecar.path, sidecar.migrations)) as database, database.transaction():
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
