"""The process keeps what it frees, where the C library can be told to."""

import subprocess
import sys

COUNT_PAGE_FAULTS = """
import resource, sys
import numpy
from models.memory import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()
for _ in range(3):
    numpy.ones(8_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    numpy.ones(8_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how: str) -> int:
    command = [sys.executable, "-c", COUNT_PAGE_FAULTS, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_kept_memory_is_not_fetched_again_for_every_batch():
    if sys.platform.startswith("linux"):
        assert page_faults("keep") * 10 < page_faults("default")
    else:
        assert page_faults("default") >= 0
