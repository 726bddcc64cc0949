"""The names of the kinds of index, the simplest first. Loads nothing."""

EXACT = "exact"
IVF_RABITQ = "ivf_rabitq"
KINDS = (EXACT, IVF_RABITQ)
AUTO = "auto"


def next_better(kind: str) -> str | None:
    """The kind to fall back to where this one misses too much; None for the exact one."""
    place = KINDS.index(kind)
    return KINDS[place - 1] if place else None
