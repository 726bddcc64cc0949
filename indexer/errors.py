"""What can go wrong in `indexer`, as one tree; every error carries the data that explains it.

    IndexerError
    ├── CollectionNotFoundError   .collection
    ├── NoGenerationError         .collection   nothing was published yet
    ├── GenerationNotFoundError   .generation, .kept
    ├── GenerationDamagedError    .generation, .reason
    ├── CatalogDamagedError       .file, .reason
    ├── FingerprintMismatchError  .expected, .actual
    ├── ImageNotFoundError        .image_id
    ├── ImageOfSourceError        .image_id, .source   only its source can change it
    ├── CatalogVersionError       .version, .supported
    ├── CollectionBusyError       .collection   another indexer is at work
    ├── DiskFullError             .directory   there is no room for what has to be written
    ├── SourceError               .source, .reason
    │   └── ManifestError         a CSV or JSONL file that cannot be read as a manifest
    ├── ConfigError               .reason       a value that no collection can be made of
    ├── SameContentError          .image_ids
    ├── DuplicatesUnknownError    .collection, .mode
    ├── JobNotFoundError          .job_id
    ├── JobStateError             .job_id, .state, .action   the job is past that
    ├── JobQueueFullError         .count
    ├── ScheduleNotFoundError     .schedule_id
    ├── FilterError               .position, .reason   a filter that cannot be used
    │   ├── FilterSyntaxError     not in the language
    │   ├── FilterTooLargeError   too deep, too long, too many conditions
    │   ├── UnknownFieldError     .field, .suggestions
    │   └── FilterTypeError       a value or a comparison that the field does not take
    └── FacetError                .field, .reason      a field whose values cannot be counted

Never knows about HTTP or exit codes; `app.error_table` translates. Every message says what to do.
"""

from collections.abc import Sequence


class IndexerError(Exception):
    """Anything that `indexer` raises on purpose."""


class ConfigError(IndexerError):
    """A configured value cannot work."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CollectionNotFoundError(IndexerError):
    """There is no such collection in the data directory."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            f"there is no collection {collection!r}; make it with: "
            f"sightline index --collection {collection} FOLDER"
        )
        self.collection = collection


class NoGenerationError(IndexerError):
    """The collection exists, but nothing was published yet."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            f"nothing is indexed in the collection {collection!r} yet; run: "
            f"sightline index --collection {collection} FOLDER"
        )
        self.collection = collection


class GenerationNotFoundError(IndexerError):
    """No kept generation has this number; None stands for one before the current one."""

    def __init__(self, generation: int | None, kept: list[int]) -> None:
        asked = "an earlier generation" if generation is None else f"a generation {generation}"
        super().__init__(
            f"there is no {asked.partition(' ')[2]}; kept are: {', '.join(map(str, kept))}"
        )
        self.generation = generation
        self.kept = kept


class CatalogDamagedError(IndexerError):
    """SQLite cannot read the catalog."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file} is damaged: {reason}; run `sightline index --rebuild` to make it anew"
        )
        self.file = file
        self.reason = reason


class GenerationDamagedError(IndexerError):
    """Files of a published generation are missing, truncated or altered."""

    def __init__(self, generation: int, reason: str) -> None:
        super().__init__(
            f"generation {generation} is damaged: {reason}; run `sightline index` to build it "
            "again, or `sightline index --rebuild` to build everything anew"
        )
        self.generation = generation
        self.reason = reason


class FingerprintMismatchError(IndexerError):
    """The collection was indexed with another model than the one that is asking."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(
            f"the collection was indexed with the model {expected}, but the model in use is "
            f"{actual}; their embeddings cannot be compared: configure the model that it was "
            "indexed with, or run `sightline index` to index it again with this one"
        )
        self.expected = expected
        self.actual = actual


class ImageNotFoundError(IndexerError):
    """The generation holds no picture of this id."""

    def __init__(self, image_id: str) -> None:
        super().__init__(f"there is no picture with the id {image_id!r}")
        self.image_id = image_id


class ImageOfSourceError(IndexerError):
    """The picture is a source's, and only what is in the source can change it."""

    def __init__(self, image_id: str, source: str) -> None:
        super().__init__(
            f"picture {image_id} comes from {source}: change or remove it there, then index; "
            "only pictures that were put under an id can be changed by it"
        )
        self.image_id = image_id
        self.source = source


class CatalogVersionError(IndexerError):
    """The catalog was written by a newer Sightline."""

    def __init__(self, version: int, supported: int) -> None:
        super().__init__(
            f"the catalog has version {version}, this Sightline reads up to {supported}; "
            "install the newer Sightline that wrote it"
        )
        self.version = version
        self.supported = supported


class CollectionBusyError(IndexerError):
    """Another indexer holds the collection's lock."""

    def __init__(self, collection: str) -> None:
        super().__init__(
            f"another indexer is at work on the collection {collection!r}; "
            "wait until it has finished, or stop it"
        )
        self.collection = collection


class DiskFullError(IndexerError):
    """What has to be written does not fit on the disk."""

    def __init__(self, directory: str) -> None:
        super().__init__(
            f"the disk is full: no more can be written below {directory}; what was published goes "
            "on being served, and the same command goes on where it stopped when there is room"
        )
        self.directory = directory


class SourceError(IndexerError):
    """A source cannot be read, so nothing was changed."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"cannot index {source}: {reason}")
        self.source = source
        self.reason = reason


class ManifestError(SourceError):
    """A CSV or JSONL file cannot be read as a manifest."""


class SameContentError(IndexerError):
    """Two pictures were said to be no duplicates, and their files are equal."""

    def __init__(self, image_ids: tuple[str, str]) -> None:
        super().__init__(
            f"the files of {image_ids[0]} and {image_ids[1]} are equal byte for byte; "
            "decide `keep` if both should stay"
        )
        self.image_ids = image_ids


class DuplicatesUnknownError(IndexerError):
    """Nobody has looked for duplicates yet, and there are too many pictures to do it in passing."""

    def __init__(self, collection: str, mode: str) -> None:
        super().__init__(
            "nobody has looked for duplicates here yet; run: "
            f"sightline duplicates --mode {mode} --collection {collection}"
        )
        self.collection = collection
        self.mode = mode


class JobNotFoundError(IndexerError):
    """There is no such job, or no longer."""

    def __init__(self, job_id: int) -> None:
        super().__init__(f"there is no job {job_id}; old jobs are forgotten after a while")
        self.job_id = job_id


class JobStateError(IndexerError):
    """The job is in a state in which this cannot be done with it."""

    def __init__(self, job_id: int, state: str, action: str) -> None:
        super().__init__(f"job {job_id} is {state} and cannot be {action}")
        self.job_id = job_id
        self.state = state
        self.action = action


class JobQueueFullError(IndexerError):
    """So many jobs are open that another one would only be forgotten."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count:,} jobs are open already; let them end, or cancel some")
        self.count = count


class ScheduleNotFoundError(IndexerError):
    """There is no such schedule."""

    def __init__(self, schedule_id: int) -> None:
        super().__init__(f"there is no schedule {schedule_id}")
        self.schedule_id = schedule_id


class FilterError(IndexerError):
    """A filter cannot be used; `position` is a path in JSON, or a column in text."""

    def __init__(self, position: str, reason: str) -> None:
        where = f"filter, {position}" if position.startswith("column") else position
        super().__init__(f"{where}: {reason}")
        self.position = position
        self.reason = reason


class FilterSyntaxError(FilterError):
    """The filter is not in the language."""


class FilterTooLargeError(FilterError):
    """The filter is deeper, longer or has more conditions than anybody needs."""


class UnknownFieldError(FilterError):
    """No picture of the collection has such a field."""

    def __init__(self, position: str, field: str, suggestions: Sequence[str]) -> None:
        meant = " or ".join(repr(name) for name in suggestions)
        super().__init__(
            position,
            f"no picture has a field {field!r}" + (f"; did you mean {meant}?" if meant else ""),
        )
        self.field = field
        self.suggestions = tuple(suggestions)


class FilterTypeError(FilterError):
    """The field does not take this value, or this comparison."""


class FacetError(IndexerError):
    """The values of this field cannot be counted."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"cannot count the values of {field!r}: {reason}")
        self.field = field
        self.reason = reason
