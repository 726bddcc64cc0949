"""The time as every table writes it. Measures nothing."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Now, in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
