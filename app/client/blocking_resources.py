"""What a `Client` has under names of their own: pictures, collections, keys, jobs and
schedules. Speaks to nothing itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar, Unpack

from pydantic import JsonValue

from app.access.roles import Role
from app.client import job_calls, key_calls, picture_calls
from app.client.calls import Call
from app.client.events import EventReader, JobEvent
from app.client.job_calls import JobOptions
from app.client.terms import Picture
from app.filter_schemas import FieldsAnswer
from app.generation_schemas import GenerationInfo, GenerationsAnswer
from app.job_schemas import JobAnswer, JobsAnswer, JobSkippedAnswer, ScheduleAnswer
from app.key_schemas import CallerAnswer, KeyAnswer, KeysAnswer, NewKeyAnswer
from app.map_schemas import MapAnswer, MapTile
from app.schemas import CollectionInfo, PictureInfo, SampleAnswer, SkippedAnswer
from app.upload_schemas import UploadAnswer

Result = TypeVar("Result")

PAGE = 100


class Asker(Protocol):
    """What sends requests."""

    def ask(self, call: Call[Result]) -> Result:
        """Send one request, and read its answer."""
        ...

    def lines(self, path: str, headers: Mapping[str, str]) -> Iterator[str]:
        """The lines of an answer as they come."""
        ...


class Images:
    """Single pictures of a collection, by their ids."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def info(self, image_id: str, *, collection: str | None = None) -> PictureInfo:
        """Everything on record about a picture."""
        return self._asker.ask(picture_calls.image(image_id, collection))

    def original(self, image_id: str, *, collection: str | None = None) -> bytes:
        """The bytes of its file."""
        return self._asker.ask(picture_calls.original(image_id, collection))

    def thumbnail(self, image_id: str, *, collection: str | None = None) -> bytes:
        """A small JPEG of it."""
        return self._asker.ask(picture_calls.thumbnail(image_id, collection))

    def put(
        self,
        image_id: str,
        picture: Picture | None = None,
        *,
        captions: Sequence[str] | None = None,
        metadata: Mapping[str, JsonValue] | None = None,
        collection: str | None = None,
        create: bool = False,
        wait_s: float = 0,
    ) -> UploadAnswer:
        """Put a picture under an id of your own, or change what is there; what is not said stays.

        With `wait_s`, answers when searches see it, or after so many seconds.
        """
        call = picture_calls.put_image(
            image_id,
            picture,
            captions=captions,
            metadata=metadata,
            collection=collection,
            create=create,
            wait_s=wait_s,
        )
        return self._asker.ask(call)

    def delete(
        self, image_id: str, *, collection: str | None = None, wait_s: float = 0
    ) -> UploadAnswer:
        """Remove a picture that was put."""
        call = picture_calls.delete_image(image_id, collection=collection, wait_s=wait_s)
        return self._asker.ask(call)


class Collections:
    """What is being served."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def list(self) -> list[CollectionInfo]:
        """All collections."""
        return self._asker.ask(picture_calls.collections()).collections

    def show(self, name: str) -> CollectionInfo:
        """One of them."""
        return self._asker.ask(picture_calls.collection(name))

    def sample(self, name: str, *, k: int = 24, seed: int = 0) -> SampleAnswer:
        """Some of its pictures; the same seed gives the same ones."""
        return self._asker.ask(picture_calls.sample(name, k, seed))

    def fields(self, name: str) -> FieldsAnswer:
        """What filters and facets may name."""
        return self._asker.ask(picture_calls.fields(name))

    def map(self, name: str) -> MapAnswer:
        """What its map has, on which pictures that are alike lie together."""
        return self._asker.ask(picture_calls.collection_map(name))

    def map_tile(self, name: str, level: int, x: int, y: int) -> MapTile:
        """Up to 64 slots of the map: how many pictures each holds, and which stands for them."""
        return self._asker.ask(picture_calls.map_tile(name, level, x, y))

    def generations(self, name: str) -> GenerationsAnswer:
        """The published states that are kept."""
        return self._asker.ask(picture_calls.generations(name))

    def roll_back(self, name: str, generation: int | None = None) -> GenerationInfo:
        """Make a kept generation current: the one before the current one, or that of a number."""
        return self._asker.ask(picture_calls.roll_back(name, generation))

    def skipped(self, name: str, *, limit: int = PAGE, offset: int = 0) -> SkippedAnswer:
        """Files that were listed and not indexed."""
        return self._asker.ask(picture_calls.skipped(name, limit, offset))


class Keys:
    """The keys of the service, for who holds one of the role `admin`."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def caller(self) -> CallerAnswer:
        """What this client may do, by its key or by where it runs."""
        return self._asker.ask(key_calls.caller())

    def list(self) -> KeysAnswer:
        """All keys that were ever made, without what opens."""
        return self._asker.ask(key_calls.listing())

    def make(self, role: Role | str, name: str = "") -> NewKeyAnswer:
        """Make a key; its `key` cannot be had again."""
        return self._asker.ask(key_calls.make(role, name))

    def end(self, key_id: str) -> KeyAnswer:
        """End a key for good."""
        return self._asker.ask(key_calls.end(key_id))


class Jobs:
    """Indexing in the background."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def start(self, **options: Unpack[JobOptions]) -> JobAnswer:
        """Queue a job."""
        return self._asker.ask(job_calls.start(**options))

    def list(
        self,
        *,
        state: str | None = None,
        collection: str | None = None,
        limit: int = PAGE,
        before: int | None = None,
    ) -> JobsAnswer:
        """Jobs, newest first."""
        return self._asker.ask(job_calls.listing(state, collection, limit, before))

    def show(self, job_id: int) -> JobAnswer:
        """How a job stands."""
        return self._asker.ask(job_calls.show(job_id))

    def pause(self, job_id: int) -> JobAnswer:
        """A running job stops at its next batch."""
        return self._asker.ask(job_calls.act(job_id, "pause"))

    def resume(self, job_id: int) -> JobAnswer:
        """A paused job goes on."""
        return self._asker.ask(job_calls.act(job_id, "resume"))

    def cancel(self, job_id: int) -> JobAnswer:
        """A job ends, and publishes nothing."""
        return self._asker.ask(job_calls.act(job_id, "cancel"))

    def retry_skipped(self, job_id: int) -> JobAnswer:
        """Queue an ended job again, with the files that were skipped."""
        return self._asker.ask(job_calls.act(job_id, "retry-skipped"))

    def skipped(self, job_id: int, *, limit: int = PAGE, offset: int = 0) -> JobSkippedAnswer:
        """The files of the job's collection that are not indexed now."""
        return self._asker.ask(job_calls.skipped(job_id, limit, offset))

    def events(self, job_id: int, *, after: int = 0) -> Iterator[JobEvent]:
        """A job's events as they come, until it has ended; those `after` a number, if given."""
        reader = EventReader()
        headers = {"Last-Event-ID": str(after)}
        for line in self._asker.lines(job_calls.events_path(job_id), headers):
            yield from reader.take(line)

    def wait(self, job_id: int) -> JobAnswer:
        """The job, once it has ended."""
        for _ in self.events(job_id):
            pass
        return self.show(job_id)


class Schedules:
    """Jobs that are queued at certain times."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def add(self, cron: str, **options: Unpack[JobOptions]) -> ScheduleAnswer:
        """Queue a job whenever the expression comes true, in the service's local time."""
        return self._asker.ask(job_calls.schedule(cron, **options))

    def list(self) -> list[ScheduleAnswer]:
        """All schedules, oldest first."""
        return self._asker.ask(job_calls.schedules()).schedules

    def remove(self, schedule_id: int) -> None:
        """Forget a schedule; its jobs stay."""
        self._asker.ask(job_calls.unschedule(schedule_id))
