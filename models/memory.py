"""How the process holds memory between batches. Never allocates anything itself.

Every batch needs the same large buffers again. By default the C library hands each one back to
the system, and has it zeroed page by page when it is wanted next: on CPUs that can cost more time
than the model (`python -m benchmarks.kept_memory`).
"""

import ctypes
import sys

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4
_NEVER_TRIM_BYTES = 2**31 - 1  # the parameter is a C int
_GROW_BY_BYTES = 64 * 2**20


def keep_freed_memory() -> bool:
    """Tell glibc to keep freed memory for the next batch. Returns whether it will.

    The process then stays as large as its largest batch has made it. Other C libraries (macOS,
    Alpine) are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = (
        (_M_MMAP_MAX, 0),
        (_M_TRIM_THRESHOLD, _NEVER_TRIM_BYTES),
        (_M_TOP_PAD, _GROW_BY_BYTES),
    )
    return all(mallopt(parameter, value) == 1 for parameter, value in wanted)
