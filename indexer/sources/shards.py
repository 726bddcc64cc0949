"""Tar shards with WebDataset's naming → the pictures in them, without unpacking anything.

`0001.jpg`, `0001.txt` or `0001.caption`, and `0001.json` are one sample: a picture, its captions,
its metadata. A shard that is as it was when last listed is not opened: its kept listing is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import IO, Protocol

from indexer.catalog.records import Json
from indexer.config import IndexConfig
from indexer.found import FoundFile
from indexer.locations import member_uri
from indexer.manifests import described
from indexer.shard_index import (
    ShardEntry,
    ShardState,
    read_shard_index,
    write_shard_index,
)
from indexer.sources.refusals import (
    NO_PICTURE,
    extension_of,
    is_picture_name,
    no_picture_reason,
    refusal_by_size,
)
from indexer.tar_members import Damage, Member, walk_members

SHARD_SUFFIX = ".tar"
_CAPTION_SUFFIXES = (".txt", ".caption")
_ABOUT_SUFFIXES = (*_CAPTION_SUFFIXES, ".json")
_MOST_ABOUT_BYTES = 2**20  # captions and metadata of one picture; more is no description
_DAMAGED = "damaged"  # the name of entries that tell of damage: no member is called nothing


@dataclass(frozen=True, slots=True)
class FoundShard:
    """A shard as it was found; `problem` is code and reason if it cannot be opened."""

    uri: str
    size_bytes: int = 0
    mtime_ns: int | None = None
    problem: tuple[str, str] | None = None


class Shards(Protocol):
    """Where shards lie."""

    def find(self) -> Iterator[FoundShard]:
        """The shards, as they are now. Raises SourceError if they cannot be found at all."""
        ...

    def open(self, shard: FoundShard) -> IO[bytes]:
        """Open one to read and seek in. Raises OSError."""
        ...


@dataclass(slots=True)
class ShardSource:
    """One tar file, or all that a pattern names."""

    uri: str
    config: IndexConfig
    shards: Shards
    kind: str = field(default="shards", init=False)

    def files(self) -> Iterator[FoundFile]:
        """List the pictures. Raises SourceError if the shards cannot be found at all."""
        for shard in self.shards.find():
            if shard.problem is not None:
                code, reason = shard.problem
                yield FoundFile(shard.uri, code=code, reason=reason, hides_others=True)
            else:
                yield from self._members(shard)

    def _members(self, shard: FoundShard) -> Iterator[FoundFile]:
        state = ShardState(shard.uri, shard.size_bytes, shard.mtime_ns)
        kept = self.config.shard_index_path(shard.uri)
        entries = read_shard_index(kept, state)
        if entries is None:
            try:
                with self.shards.open(shard) as file:
                    listed = list(_list_shard(file, shard.size_bytes))
            except OSError as error:
                reason = f"the archive cannot be read: {error.strerror or error}"
                yield FoundFile(shard.uri, code="unreadable", reason=reason, hides_others=True)
                return
            write_shard_index(kept, state, listed)
            entries = iter(listed)
        for entry in entries:
            yield self._found(shard, entry)

    def _found(self, shard: FoundShard, entry: ShardEntry) -> FoundFile:
        if entry.code == _DAMAGED:
            # What was known behind the damage stands until the archive is whole again.
            return FoundFile(
                shard.uri,
                shard.size_bytes,
                shard.mtime_ns,
                "corrupt",
                entry.reason,
                hides_others=True,
            )
        code, reason = entry.code, entry.reason
        if code is None:
            code, reason = refusal_by_size(entry.size_bytes, self.config.limits)
        return FoundFile(
            member_uri(shard.uri, entry.name),
            entry.size_bytes,
            shard.mtime_ns,
            code,
            reason,
            tuple(entry.captions),
            entry.metadata,
        )


@dataclass(slots=True)
class _About:
    """What the other members of a sample say of its picture."""

    captions: list[str] = field(default_factory=list)
    metadata: dict[str, Json] = field(default_factory=dict)


def _list_shard(file: IO[bytes], size_bytes: int) -> Iterator[ShardEntry]:
    """What a shard holds: pictures with what is said of them, and all that is none."""
    members: dict[str, Member] = {}  # of several with one name the last one counts, as for tar
    damages: list[str] = []
    for found in walk_members(file, size_bytes):
        if isinstance(found, Damage):
            damages.append(found.reason)
        elif found.problem != "it is a directory":
            members[found.name] = found
    pictures = {name for name in members if is_picture_name(name)}
    keys = {key for name in pictures for key in _keys(name)}
    about: dict[str, _About] = {}
    for name, member in members.items():
        if name in pictures or extension_of(name) not in _ABOUT_SUFFIXES:
            continue
        key = name[: -len(extension_of(name))]
        if key in keys and member.problem is None:
            problem = _read_about(file, member, about.setdefault(key, _About()))
            if problem is not None:
                yield _entry(member, "bad_row", problem)
            continue
        yield _entry(member, NO_PICTURE, "it belongs to no picture in its archive")
    for name, member in members.items():
        if name in pictures:
            yield _picture(member, about)
        elif extension_of(name) not in _ABOUT_SUFFIXES:
            yield _entry(member, NO_PICTURE, no_picture_reason(name))
    if damages:
        yield ShardEntry("", 0, 0, _DAMAGED, "; ".join(damages))


def _picture(member: Member, about: dict[str, _About]) -> ShardEntry:
    if member.problem is not None:
        return _entry(member, "not_a_file", f"{member.problem}, not a regular file")
    said = next((about[key] for key in _keys(member.name) if key in about), _About())
    return replace(_entry(member), captions=said.captions, metadata=said.metadata)


def _entry(member: Member, code: str | None = None, reason: str | None = None) -> ShardEntry:
    return ShardEntry(member.name, member.offset, member.size_bytes, code, reason)


def _keys(name: str) -> tuple[str, str]:
    """What a picture's descriptions may be called: its name without the extension, or as
    WebDataset has it, its name up to the first dot.
    """
    folder, slash, last = name.rpartition("/")
    return name[: -len(extension_of(name))], folder + slash + last.partition(".")[0]


def _read_about(file: IO[bytes], member: Member, about: _About) -> str | None:
    """Add what a member says. Returns what is wrong with it. Raises OSError."""
    if member.size_bytes > _MOST_ABOUT_BYTES:
        return f"it has {member.size_bytes:,} bytes, too many for a description"
    file.seek(member.offset)
    text = file.read(member.size_bytes).decode("utf-8-sig", "replace")
    if extension_of(member.name) == ".json":
        try:
            captions, metadata = described(text)
        except ValueError as error:
            return f"it is no JSON object: {error}"
        about.metadata.update(metadata)
    else:
        captions = (text.strip(),) if text.strip() else ()
    about.captions = list(dict.fromkeys((*about.captions, *captions)))
    return None
