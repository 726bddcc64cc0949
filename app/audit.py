"""A line in the log for what only administrators do: who did it, and what. At the level of
warnings, so that it is there unless errors alone are logged. Never a key.
"""

import logging

from app.access.callers import Caller

logger = logging.getLogger("sightline.audit")


def note(caller: Caller, what: str, **facts: object) -> None:
    """Write it down. Control characters in names are escaped where the line is written."""
    by = {"by": caller.key.key_id if caller.key else None, "address": caller.address}
    logger.warning(what, extra={"facts": {**facts, **by}})
