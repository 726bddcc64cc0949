"""One index run, from the lock to the summary: look, read what changed, publish what differs.

An unchanged collection costs a look at its files' sizes and times: nothing is opened, no model is
loaded. Holds the collection's lock throughout; a reader never waits for it.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from indexer.belated import is_belated
from indexer.catalog import publication
from indexer.catalog.connection import Database
from indexer.catalog.differences import Differences
from indexer.catalog.facts import forget_facts
from indexer.catalog.files import FileTable, KnownContents, KnownModel
from indexer.catalog.records import GenerationRecord
from indexer.catalog.scan import Scan
from indexer.catalog.staging import Staging
from indexer.changes import open_sources, take_look
from indexer.config import IndexConfig
from indexer.dropping import drop_old, remove_orphans
from indexer.durability import full_disk_named
from indexer.errors import (
    CatalogDamagedError,
    CollectionNotFoundError,
    GenerationDamagedError,
)
from indexer.generation import open_generation, open_reader
from indexer.locking import locked
from indexer.pipeline import Pipeline, PipelineCounts
from indexer.progress import IndexSummary, Progress
from indexer.publisher import publish
from indexer.recognition import recognise
from indexer.recovery import drop_damaged, open_catalog
from indexer.shard_index import drop_unlisted
from indexer.sources.source import Source
from indexer.sources.touched import Touched
from indexer.upkeep import forget_altered_vectors, forget_lost_vectors
from indexer.uploads.naming import UPLOADS
from indexer.uploads.taking import UploadsTaking
from indexer.vocabularies.embedding import embed_missing
from models.encoder import Encoder


def index_collection(
    config: IndexConfig,
    sources: Sequence[str | Path],
    *,
    model_key: str,
    load_encoder: Callable[[], Encoder],
    progress: Progress,
    retry_skipped: bool = False,
    allow_empty: bool = False,
    remove: Sequence[str | Path] = (),
    rebuild: bool = False,
    touched: Touched | None = None,
) -> IndexSummary:
    """Bring a collection up to date with its sources and publish the result as a generation.

    Without `sources` and `remove` all known sources are looked at; of folders in `touched`, only
    the touched paths. `rebuild` does again what is not as it was written, and always publishes.

    Raises SourceError (nothing was changed), CollectionNotFoundError, CollectionBusyError,
    CatalogVersionError, CatalogDamagedError, DiskFullError, ModelLoadError or EncodeError.
    """
    opened = open_sources(config, sources)
    if not opened and not config.catalog_path().is_file():
        raise CollectionNotFoundError(config.collection)  # before a misspelt name makes one
    with full_disk_named(config.collection_dir()), locked(config):
        database, known = open_catalog(config, progress.note, rebuild=rebuild)
        opened = opened or open_sources(config, known)
        run = _Run(config, database, model_key, load_encoder, progress)
        try:
            if rebuild:
                run.distrust()
            scan = run.look(opened, remove, allow_empty=allow_empty, touched=touched)
            summary = run.bring_in(scan, retry_skipped=retry_skipped, rebuild=rebuild)
        finally:
            run.close()
    progress.finish(summary)
    return summary


class _Run:
    """The steps of one run, in order, and what they found."""

    def __init__(
        self,
        config: IndexConfig,
        database: Database,
        model_key: str,
        load_encoder: Callable[[], Encoder],
        progress: Progress,
    ) -> None:
        self._started_s = time.monotonic()
        self._config = config
        self._database = database
        self._table = FileTable(database)
        self._model_key = model_key
        self._load_encoder = load_encoder
        self._progress = progress
        self._model = self._table.model_of_key(model_key)
        self._counts = PipelineCounts()
        self._differences = Differences()
        self._published = False
        self._encoder: Encoder | None = None
        self._uploads = UploadsTaking(config)

    def close(self) -> None:
        """Close the files."""
        self._uploads.close()
        self._database.close()

    def distrust(self) -> None:
        """Read all embeddings; what is not as it was written is encoded again."""
        model = self._model or self._table.newest_model()
        if model is not None:
            forget_altered_vectors(self._config, self._table, model, self._progress.note)

    def look(
        self,
        sources: Sequence[Source],
        removed: Sequence[str | Path],
        *,
        allow_empty: bool,
        touched: Touched | None,
    ) -> Scan:
        """Find out what the sources list, and what clients put."""
        only_uploads = [source.uri for source in sources] == [UPLOADS]
        if only_uploads and self._table.newest_model() not in (None, self._model):
            only_uploads, sources = False, ()  # another model: everything has to be embedded
        if not self._config.file_facts:
            forget_facts(self._database)
        remove_orphans(self._config, self._database)
        scan = take_look(
            self._database,
            self._config,
            sources,
            removed,
            allow_empty=allow_empty,
            touched=touched,
            may_be_none=self._uploads.any(),
            model_id=self._model.model_id if self._model else None,
        )
        is_whole = touched is None and not only_uploads
        self._uploads.look(scan, whole=is_whole, allow_empty=allow_empty)
        return scan

    def bring_in(self, scan: Scan, *, retry_skipped: bool, rebuild: bool) -> IndexSummary:
        """Read what has changed and publish what differs. Returns what came of it."""
        self.read(scan, retry_skipped=retry_skipped)
        self.publish(scan, rebuild=rebuild)
        self._uploads.published(publication.newest_generation(self._database) or None)
        self._uploads.tidy(self._database, look_at_all=rebuild)
        return self.summary(scan)

    def read(self, scan: Scan, *, retry_skipped: bool) -> None:
        """Bring new and changed files into the catalog; load the model only if it is needed."""
        total = self._plan(scan, retry_skipped)
        self._progress.start(total)
        if total and self._model is not None:
            total -= self._recognise(scan, self._model)
        if total == 0:
            return
        encoder = self._loaded()
        planned_for = self._model
        self._model = self._table.register_model(self._model_key, encoder.info)
        if planned_for is None or planned_for.model_id != self._model.model_id:
            planned, total = total, self._plan(scan, retry_skipped)
            if total != planned:
                self._progress.start(total)
        with closing(KnownContents(self._database.path, self._model.model_id)) as known:
            pipeline = Pipeline(
                self._config, self._table, known, self._model, encoder, self._progress
            )
            self._counts = pipeline.run(scan.work())

    def _recognise(self, scan: Scan, model: KnownModel) -> int:
        """Settle the files that need no model, up to the first that does. Returns how many."""
        count = 0
        with closing(KnownContents(self._database.path, model.model_id)) as known:
            for files in recognise(self._config, self._table, known, scan.work()):
                self._progress.advance(len(files), sum(f.code is not None for f in files))
                count += len(files)
        scan.drop_work(count)
        return count

    def publish(self, scan: Scan, *, rebuild: bool) -> None:
        """Make what is known a new generation, if that differs from the newest one."""
        scan.synchronise(thorough=rebuild)
        drop_unlisted(self._config.shards_dir(), scan.lists_below)
        newest = self._table.newest_model()
        model = self._model or newest
        if model is None:
            return
        embed_missing(self._config, model, self._encoder_of, self._progress.note)
        staging = Staging(
            self._database,
            model.model_id,
            everything=newest is None or model != newest or rebuild,
            distrusting=rebuild,
        )
        self._differences = staging.prepare()
        item_count = self._differences.item_count
        damaged = newest is not None and self._damaged()
        if newest is None:
            needed = item_count > 0
        else:
            needed = self._differences.any() or model != newest or rebuild or damaged
            needed = needed or self._is_belated(model)
        if not needed:
            staging.settle()
            return
        publish(
            self._config,
            self._database,
            staging,
            model,
            item_count=item_count,
            newest=None if rebuild or damaged else self._newest_of(model),
            note=self._progress.note,
            encoder=lambda: self._encoder_of(model),
        )
        self._published = True
        if rebuild:
            drop_damaged(self._config, self._database, model.model_id, self._progress.note)
        drop_old(self._config, self._database, self._config.kept_generations, model.model_id)

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._progress.note("loading the model")
            self._encoder = self._load_encoder()
        return self._encoder

    def _encoder_of(self, model: KnownModel) -> Encoder | None:
        """The configured model, if it is the one whose embeddings are published."""
        encoder = self._loaded()
        return encoder if encoder.info.fingerprint == model.fingerprint else None

    def _is_belated(self, model: KnownModel) -> bool:
        """Whether publishing brings readers up to date, who may have gone back to another model."""
        newest = self._newest_of(model)
        return self._table.current_model() != model or is_belated(
            self._config, self._database, model, newest, self._encoder_of
        )

    def _newest_of(self, model: KnownModel) -> GenerationRecord | None:
        """The newest generation, if its index files can be gone on with under this model."""
        with closing(open_reader(self._config)) as reader:
            record = reader.generation(publication.newest_generation(self._database))
        if record is None or record.manifest is None or record.fingerprint != model.fingerprint:
            return None
        return record

    def summary(self, scan: Scan) -> IndexSummary:
        """What came of it."""
        differences = self._differences
        skipped_by_code = scan.skipped_by_code()
        return IndexSummary(
            generation=publication.current_generation(self._database),
            published=self._published,
            scanned=scan.scanned(),
            unchanged=differences.unchanged,
            new=differences.new,
            changed=differences.changed,
            renamed=differences.renamed,
            removed=differences.removed,
            metadata_changed=differences.metadata_changed,
            skipped=sum(skipped_by_code.values()),
            encoded=self._counts.encoded,
            decoded=self._counts.decoded,
            seconds=time.monotonic() - self._started_s,
            skipped_by_code=skipped_by_code,
            re_embedded=differences.re_embedded,
        )

    def _plan(self, scan: Scan, retry_skipped: bool) -> int:
        if self._model is None:
            return scan.plan(None, retry_skipped=retry_skipped)
        lost = forget_lost_vectors(self._config, self._table, self._model, self._progress.note)
        return scan.plan(self._model.model_id, retry_skipped=retry_skipped, distrusting=lost > 0)

    def _damaged(self) -> bool:
        """Whether the current generation cannot be opened; then another one is built."""
        reader = open_reader(self._config)
        try:
            open_generation(self._config, reader).close()
        except GenerationDamagedError as error:
            self._progress.note(f"generation {error.generation} is damaged: {error.reason}")
            return True
        except CatalogDamagedError as error:
            self._progress.note(str(error))
            return True
        finally:
            reader.close()
        return False
