"""A generation → its groups of duplicates, kept until the next look.

Writes nothing but `duplicates.sqlite`, so it may run beside an indexer and beside a service.
"""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.connection import Database
from indexer.catalog.contents import Contents, read_contents
from indexer.config import IndexConfig
from indexer.duplicates.colours import Colours
from indexer.duplicates.grouping import Grouping, NearLimits, group_near
from indexer.duplicates.identical import group_identical
from indexer.duplicates.records import GroupingRecord, Mode, Reason, StoredMember, Verdict
from indexer.duplicates.store import DuplicateStore
from indexer.errors import GenerationDamagedError
from indexer.generation import Generation, open_generation, open_reader
from indexer.timestamps import utc_now
from indexer.vector_store import VectorsMissingError
from models.encoder import Embeddings

Pairs = list[tuple[int, int]]


def find_duplicates(
    config: IndexConfig,
    store: DuplicateStore,
    mode: Mode,
    limits: NearLimits | None = None,
    number: int | None = None,
) -> GroupingRecord:
    """Look for duplicates in a generation, the current one by default; keep what was found.

    Raises CollectionNotFoundError, NoGenerationError or GenerationDamagedError.
    """
    limits = limits or NearLimits()
    serial = store.serial()  # first: a decision that comes meanwhile makes the result stale
    with closing(open_reader(config)) as reader:
        generation = open_generation(config, reader, number)
        try:
            with closing(Database(config.catalog_path())) as database:
                contents = read_contents(database, generation.record.generation)
            apart = _apart(store, contents)
            if mode == Mode.IDENTICAL:
                grouping = group_identical(contents.pixel_hash, apart)
            else:
                colours = Colours(config, contents.content_hash)
                grouping = _near(generation, contents, limits, apart, colours)
        finally:
            generation.close()
    numbers = _numbers(grouping, contents)
    record = GroupingRecord(
        mode=mode,
        generation=generation.record.generation,
        made_at=utc_now(),
        limits=limits,
        contents=len(contents.copies),
        unhashed=int(np.count_nonzero(~contents.hashed)),
        crowded=grouping.crowded,
        groups=len(numbers),
        decisions_serial=serial,
    )
    store.replace(record, _members(grouping, contents, numbers))
    return record


def _near(
    generation: Generation,
    contents: Contents,
    limits: NearLimits,
    apart: Pairs,
    colours: Colours,
) -> Grouping:
    """Groups of what looks the same, and of what is the same though it has no perceptual hash."""
    decided = {rank for pair in apart for rank in pair}
    pixels = contents.pixel_hash.copy()
    pixels[sorted(decided)] = b""  # each of these stands for itself
    same = group_identical(pixels, []).leader
    ranks = np.arange(len(same))
    nodes = np.flatnonzero((same == ranks) & (contents.perceptual_hash >= 0))
    node_of = np.full(len(same), -1)
    node_of[nodes] = np.arange(len(nodes))

    def read(chosen: NDArray[np.int64]) -> Embeddings:
        try:
            return generation.store.read(contents.vector_row[nodes[chosen]])
        except VectorsMissingError as error:
            raise GenerationDamagedError(generation.record.generation, error.reason) from error

    found = group_near(
        contents.perceptual_hash[nodes].astype(np.uint64),
        read,
        limits,
        [(int(node_of[a]), int(node_of[b])) for a, b in apart if min(node_of[[a, b]]) >= 0],
        lambda better, worse: colours.alike(nodes[better], nodes[worse]),
    )
    leader, distance, score = same.copy(), np.zeros(len(same), np.uint8), np.ones(len(same))
    leader[nodes], distance[nodes], score[nodes] = nodes[found.leader], found.distance, found.score
    # Equal pixels are as close to the leader as the best of them is.
    return Grouping(leader[same], distance[same], score[same].astype(np.float32), found.crowded)


def _apart(store: DuplicateStore, contents: Contents) -> Pairs:
    """Pairs of ranks that were decided to be no duplicates."""
    decisions = store.decisions(verdict=Verdict.NOT_A_DUPLICATE)
    if not decisions:
        return []
    named = np.array([name.encode() for d in decisions for name in d.contents])
    ranks = np.flatnonzero(np.isin(contents.content_hash, named))
    rank_of = {contents.content_hash[rank].decode(): int(rank) for rank in ranks}
    return [
        (rank_of[one], rank_of[other])
        for one, other in (decision.contents for decision in decisions)
        if one in rank_of and other in rank_of
    ]


def _numbers(grouping: Grouping, contents: Contents) -> dict[int, int]:
    """Leaders of groups of at least two files → the group's number, by size and then by rank."""
    files = np.bincount(
        grouping.leader, weights=contents.copies, minlength=len(grouping.leader)
    ).astype(np.int64)
    leaders = np.flatnonzero(files > 1)
    leaders = leaders[np.argsort(-files[leaders], kind="stable")]
    return {leader: number for number, leader in enumerate(leaders.tolist())}


def _members(
    grouping: Grouping, contents: Contents, numbers: dict[int, int]
) -> Iterator[tuple[int, int, StoredMember]]:
    places: dict[int, int] = {}
    for rank, leader in enumerate(grouping.leader.tolist()):
        number = numbers.get(leader)
        if number is None:
            continue
        place = places[number] = places.get(number, -1) + 1
        same_pixels = (
            contents.pixel_hash[rank] != b""
            and contents.pixel_hash[rank] == contents.pixel_hash[leader]
        )
        reason = Reason.BEST if place == 0 else Reason.PIXELS if same_pixels else Reason.NEAR
        has_hash = contents.perceptual_hash[rank] >= 0
        yield (
            number,
            place,
            StoredMember(
                contents.content_hash[rank].decode(),
                reason,
                int(grouping.distance[rank]) if has_hash else None,
                float(grouping.score[rank]),
                int(contents.copies[rank]),
            ),
        )
