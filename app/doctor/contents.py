"""What is in the data directory: collections, held against what was published, and jobs."""

from collections.abc import Iterator

from app.doctor.findings import Finding, fail, ok, warn
from app.settings import Settings
from indexer.config import IndexConfig, list_collections
from indexer.errors import CatalogVersionError, IndexerError
from indexer.generations import list_generations, verify, verify_files
from indexer.jobs.board import JobBoard

_SHOWN = 3  # of many findings of one collection


def collection_findings(settings: Settings, *, deep: bool) -> Iterator[Finding]:
    """Every collection: its catalog and current generation; with `deep` everything that is kept."""
    names = list_collections(settings.data_dir)
    if not names:
        yield warn("collections", "nothing is indexed yet", "sightline index FOLDER")
    for name in names:
        config = IndexConfig(settings.data_dir, name)
        topic = f"collection {name}"
        try:
            yield from _verified(config, topic, deep)
        except CatalogVersionError as error:
            yield fail(topic, str(error), "run the version of Sightline that wrote it, or a newer")
        except IndexerError as error:
            yield fail(topic, str(error), f"sightline index --rebuild --collection {name}")


def _verified(config: IndexConfig, topic: str, deep: bool) -> Iterator[Finding]:
    current = next((one.record for one in list_generations(config) if one.is_current), None)
    if current is None:
        yield warn(topic, "nothing is published yet", "let `sightline index` finish")
        return
    found = verify(config) if deep else verify_files(config, current.generation)
    for one in found[:_SHOWN]:
        yield fail(topic, one.reason, f"sightline index --rebuild --collection {config.collection}")
    if len(found) > _SHOWN:
        yield fail(
            topic,
            f"and {len(found) - _SHOWN:,} findings more",
            f"sightline generations verify --collection {config.collection} lists them",
        )
    if not found:
        what = "everything kept is whole" if deep else "what is served is whole"
        yield ok(topic, f"generation {current.generation}, {current.item_count:,} pictures: {what}")


def job_findings(settings: Settings) -> Iterator[Finding]:
    """Jobs on record, and whether anybody runs them."""
    board = JobBoard(settings.data_dir)
    try:
        counts = board.counts()
        failed = board.jobs(state="failed", limit=1)
    except IndexerError as error:
        yield fail("jobs", str(error), "sightline index --rebuild mends the file of jobs")
        return
    finally:
        board.close()
    said = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    yield ok("jobs", said or "there are none")
    if settings.worker == "off" and counts["queued"]:
        yield warn(
            "jobs",
            f"{counts['queued']:,} jobs wait, and SIGHTLINE_WORKER is off here",
            "see that `sightline worker` runs somewhere",
        )
    for job in failed:
        yield warn(
            "jobs",
            f"job {job.job_id} of the collection {job.collection} failed: {job.error}",
            f"sightline jobs retry {job.job_id}, once that is mended",
        )
