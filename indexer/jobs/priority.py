"""Yielding processor and disk to everything else on the machine. Cannot be taken back: without
privileges, one may only become less important.
"""

import os

_LEAST = 19


def yield_to_others() -> None:
    """Make this thread, and those that it starts from now on, run when nobody else would.

    On Linux by SCHED_IDLE (sched(7)), which gives way to a thread that wakes up at once; a disk
    scheduler that knows priorities treats the reads and writes of such a thread as idle too.
    Elsewhere by the least nice value, which is that of the whole process.
    """
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.nice(_LEAST)
