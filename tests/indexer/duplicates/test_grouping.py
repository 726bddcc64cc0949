"""Grouping against the slow way: every pair compared, the same rules written as plain loops."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.duplicates import grouping
from indexer.duplicates.grouping import Grouping, NearLimits, group_near
from indexer.duplicates.hamming import HammingTable, part_radii

LIMITS = NearLimits(max_distance=10, min_score=0.85)
Apart = set[tuple[int, int]]


def _likenesses(
    rng: np.random.Generator, count: int, families: int, flips: int, noise: float
) -> tuple[NDArray[np.uint64], NDArray[np.float32]]:
    """Hashes and unit embeddings of pictures in families: members differ a little, or too much."""
    bases = rng.integers(0, 2**63, families, dtype=np.uint64)
    centres = rng.standard_normal((families, 16))
    family = rng.integers(0, families, count)
    hashes = bases[family]
    for _ in range(flips):
        flipped = np.uint64(1) << rng.integers(0, 63, count).astype(np.uint64)
        hashes = np.where(rng.random(count) < 0.5, hashes ^ flipped, hashes)
    embeddings = centres[family] + noise * rng.standard_normal((count, 16))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return hashes, embeddings.astype(np.float32)


def _naive(
    hashes: NDArray[np.uint64], embeddings: NDArray[np.float32], limits: NearLimits, apart: Apart
) -> list[int]:
    """The leader of each picture, every pair compared."""
    near: dict[tuple[int, int], tuple[float, int]] = {}
    for better, worse in itertools.combinations(range(len(hashes)), 2):
        distance = (int(hashes[better]) ^ int(hashes[worse])).bit_count()
        score = float(np.einsum("d,d->", embeddings[better], embeddings[worse]))
        allowed = (better, worse) not in apart and (worse, better) not in apart
        if distance <= limits.max_distance and score >= limits.min_score and allowed:
            near[better, worse] = (-score, distance)
    leaders: list[int] = []
    offers: dict[int, list[tuple[float, int, int]]] = {}
    for rank in range(len(hashes)):
        offers[rank] = sorted((*near[b, rank], b) for b in leaders if (b, rank) in near)
        if not offers[rank]:
            leaders.append(rank)
    result = [offers[rank][0][2] if offers[rank] else rank for rank in range(len(hashes))]
    placed: dict[int, int] = {}
    for rank in sorted(set(itertools.chain(*apart))):
        foes = {other for pair in apart if rank in pair for other in pair} - {rank}
        taken = {placed[foe] for foe in foes if foe in placed}
        choices = [leader for *_, leader in offers[rank] if leader not in taken]
        result[rank] = placed[rank] = choices[0] if choices else rank
    return result


def _group(
    hashes: NDArray[np.uint64],
    embeddings: NDArray[np.float32],
    limits: NearLimits = LIMITS,
    apart: Apart = frozenset(),  # type: ignore[assignment]
) -> Grouping:
    return group_near(hashes, lambda ranks: embeddings[ranks], limits, apart)


@pytest.mark.parametrize("seed", range(12))
def test_grouping_equals_comparing_every_pair(seed: int, monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(seed)
    if seed % 2:  # pictures ask in many small blocks, and few pairs fit into memory
        monkeypatch.setattr(grouping, "_MOST_ASKING", 16)
        monkeypatch.setattr(grouping, "_MOST_PAIRS", 20)
        monkeypatch.setattr(grouping, "_PAIRS_AT_ONCE", 7)
    hashes, embeddings = _likenesses(rng, 150, families=12, flips=9, noise=0.25)
    drawn = rng.integers(0, 150, (60 if seed % 3 else 0, 2)).tolist()
    apart = {(a, b) for a, b in drawn if a != b}
    found = _group(hashes, embeddings, LIMITS, apart)
    assert found.leader.tolist() == _naive(hashes, embeddings, LIMITS, apart)
    assert 5 < len(set(found.leader.tolist())) < 145  # neither nothing nor everything is grouped
    assert found.crowded == 0


def test_members_are_close_to_their_best_and_told_how_close():
    rng = np.random.default_rng(3)
    hashes, embeddings = _likenesses(rng, 400, families=20, flips=8, noise=0.2)
    found = _group(hashes, embeddings)
    for rank, leader in enumerate(found.leader.tolist()):
        assert leader <= rank
        assert found.leader[leader] == leader
        distance = (int(hashes[rank]) ^ int(hashes[leader])).bit_count()
        assert found.distance[rank] == distance <= LIMITS.max_distance
        assert found.score[rank] == pytest.approx(embeddings[rank] @ embeddings[leader], abs=1e-5)
        assert found.score[rank] >= LIMITS.min_score


def test_a_chain_of_small_steps_is_not_one_group():
    steps = 40  # neighbours differ by 4 bits and 5 degrees; the ends have nothing in common
    hashes = np.array([((1 << 63) - 1) >> min(63, 4 * n // 3) for n in range(steps)], np.uint64)
    angles = np.deg2rad(5) * np.arange(steps)
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = _group(hashes, embeddings)
    for rank, leader in enumerate(found.leader.tolist()):
        assert embeddings[rank] @ embeddings[leader] >= LIMITS.min_score - 1e-6
    assert len(set(found.leader.tolist())) >= 4


def test_equal_hashes_of_different_pictures_are_not_compared_each_with_each(
    monkeypatch: pytest.MonkeyPatch,
):
    """A form that was filled in 3,000 times: 4.5 million pairs, and no two pictures alike."""
    count, most = 3_000, 16
    monkeypatch.setattr(grouping, "_MOST_STRANGERS", most)
    rng = np.random.default_rng(1)
    embeddings = rng.standard_normal((count, 64)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    compared = 0

    def read(ranks: NDArray[np.int64]) -> NDArray[np.float32]:
        nonlocal compared
        compared += len(ranks)
        return embeddings[ranks]

    found = group_near(np.full(count, 12345, np.uint64), read, LIMITS)
    assert found.leader.tolist() == list(range(count))
    assert found.crowded > count // 2
    assert compared <= count * 3 * (most + 1)


def test_a_picture_that_is_there_thousands_of_times_is_one_group_at_little_cost():
    """The best takes all others in before they ask: not a pair of two others is compared."""
    count = 20_000
    embeddings = np.full((count, 4), 0.5, np.float32)
    read: list[int] = []

    def reading(ranks: NDArray[np.int64]) -> NDArray[np.float32]:
        read.append(len(ranks))
        return embeddings[ranks]

    found = group_near(np.full(count, 77, np.uint64), reading, LIMITS)
    assert set(found.leader.tolist()) == {0}
    assert sum(read) < 250 * count


@pytest.mark.parametrize("max_distance", [0, 1, 2, 3, 5, 8, 10, 12])
def test_hashes_within_a_distance_are_all_found_once(max_distance: int):
    rng = np.random.default_rng(max_distance)
    hashes, _ = _likenesses(rng, 500, families=9, flips=14, noise=0)
    table = HammingTable(hashes)
    found = [
        (int(query), int(row), int(distance))
        for near in table.within(hashes[:60], max_distance)
        for query, row, distance in zip(near.query, near.row, near.distance, strict=True)
    ]
    expected = {
        (query, row, distance)
        for query in range(60)
        for row in range(500)
        if (distance := (int(hashes[query]) ^ int(hashes[row])).bit_count()) <= max_distance
    }
    assert len(found) == len(expected)
    assert set(found) == expected


def test_part_radii_leave_no_pair_out():
    for max_distance in range(20):
        radii = part_radii(max_distance)
        # The nearest pair that no part would find differs by one bit more than each radius.
        assert sum(radius + 1 for radius in radii) == max_distance + 1
