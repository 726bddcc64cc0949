"""How many threads one computation uses, and that nothing else notices."""

from collections.abc import Iterator

import pytest
import torch

from models.thread_counts import computing_with, threads_for


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("multiplications", "threads"), [(10_000, 1), (100_000_000, 4), (None, 4)])
def test_small_work_gets_one_thread(multiplications: int | None, threads: int) -> None:
    assert threads_for(multiplications, 4) == threads


def test_count_is_what_it_was_afterwards_also_after_an_error() -> None:
    with computing_with(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with pytest.raises(ZeroDivisionError), computing_with(1):
        raise ZeroDivisionError
    assert torch.get_num_threads() == 2
