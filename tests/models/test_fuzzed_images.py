"""A short run of the fuzzer: broken pictures of every format end as a picture or as our error."""

from collections import Counter

from benchmarks.fuzz_images import SEEDS, drawn_pictures, mutant_of, outcome_of, seed_files
from benchmarks.fuzz_images import watch_child as decode_in_a_child


def test_seeds_are_all_pictures_and_of_every_kind():
    files = seed_files(drawn_pictures(1))
    assert len(set(files)) == SEEDS
    assert {outcome_of(file) for file in files} == {"picture"}
    mutants = [mutant_of(files, 1, number) for number in range(40)]
    assert mutants == [mutant_of(files, 1, number) for number in range(40)]
    assert len(set(mutants) - set(files)) > 35


def test_mutants_of_every_format_end_as_a_picture_or_as_our_error():
    outcomes, bad = Counter[str](), list[str]()
    assert decode_in_a_child(1, 0, 200, outcomes, bad) == 200
    assert not bad
    assert outcomes["picture"] > 20
    assert outcomes["CorruptImageError"] > 20
