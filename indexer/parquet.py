"""Parquet files → rows as plain JSON values, a row group at a time; the only importer of pyarrow.

What JSON has no word for is put into words: a time in its ISO form, a decimal as a number, bytes
only if they are text. Knows nothing of what the columns mean.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO

from indexer.catalog.records import Json
from indexer.errors import ManifestError

# Rows that are Python objects at one moment: some megabytes, whatever a row group holds.
_BATCH_ROWS = 1_024


def read_parquet(path: str, file: IO[bytes] | None = None) -> Iterator[dict[str, Json]]:
    """The rows of a Parquet file, read from `file` if that is given; every column in each.

    Raises ManifestError if it is no Parquet file, or breaks off while it is read.
    """
    # Some fifty megabytes of library: who reads no Parquet never waits for them.
    import pyarrow
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(file or path) as parquet:
            for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                for row in batch.to_pylist():
                    yield {str(name): _json(value) for name, value in row.items()}
    except OSError as error:
        reason = error.strerror or _first_line(error)
        raise ManifestError(path, f"{reason}; nothing was changed") from error
    except (pyarrow.ArrowException, UnicodeDecodeError, ValueError) as error:
        reason = f"it is no Parquet file that can be read: {_first_line(error)}"
        raise ManifestError(path, f"{reason}; nothing was changed") from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


def _json(value: object) -> Json:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, list | tuple):
        return [_json(entry) for entry in value]
    if isinstance(value, Mapping):
        return {str(name): _json(entry) for name, entry in value.items()}
    return _text(value) if isinstance(value, bytes) else str(value)


def _text(value: bytes) -> str | None:
    """Bytes as text; None for what is none: a picture in a column is not metadata."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
