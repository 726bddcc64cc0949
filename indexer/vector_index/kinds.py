"""The names of the kinds of index, the simplest first. Loads nothing."""

EXACT = "exact"
IVF_RABITQ = "ivf_rabitq"
GPU_EXACT = "gpu_exact"
KINDS = (EXACT, IVF_RABITQ, GPU_EXACT)
AUTO = "auto"


def next_better(kind: str) -> str | None:
    """The kind to fall back to where this one misses too much; None for the exact one."""
    return None if kind == EXACT else EXACT
