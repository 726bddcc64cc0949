"""CSV, JSONL and Parquet manifests → rows: a file's name, captions, the rest as metadata.

A row that cannot be understood is given out with its problem; the other rows are read. Never looks
at the files that are named.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from indexer.catalog.records import Json
from indexer.errors import ManifestError
from indexer.locations import uri_to_path
from indexer.parquet import read_parquet

MANIFEST_SUFFIXES = frozenset({".csv", ".jsonl", ".parquet"})
FILE_COLUMNS = ("file", "image", "path", "filename", "filepath")
CAPTION_COLUMNS = ("caption", "captions", "text", "title")
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One row; `problem` is a sentence if the row cannot be used. `number` counts from 1."""

    number: int
    file: str = ""
    captions: tuple[str, ...] = ()
    metadata: dict[str, Json] = field(default_factory=dict)
    problem: str | None = None


def read_manifest(
    path: str, file: IO[bytes] | None = None, store: str = ""
) -> Iterator[ManifestRow]:
    """The rows of a manifest, one at a time, read from `file` if that is given.

    Rows may name files by URIs that begin with `store`. Raises ManifestError if it is no manifest.
    """
    suffix = Path(path.partition("?")[0]).suffix.lower()
    if suffix == ".parquet":
        yield from _read_parquet(path, file, store)
        return
    try:
        # File names of any bytes survive, as Python's own functions expect them.
        with io.TextIOWrapper(
            file or Path(path).open("rb"), "utf-8-sig", errors="surrogateescape", newline=""
        ) as lines:
            yield from (
                _read_csv(path, lines, store) if suffix == ".csv" else _read_jsonl(lines, store)
            )
    except OSError as error:
        raise ManifestError(path, f"{error.strerror}; nothing was changed") from error


def _read_jsonl(lines: Iterator[str], store: str) -> Iterator[ManifestRow]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row: Json = json.loads(line, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            yield ManifestRow(number, problem=f"row {number} is not JSON: {error}")
            continue
        if isinstance(row, dict):
            yield _row(number, row, store)
        else:
            yield ManifestRow(number, problem=f"row {number} is not a JSON object")


def _read_parquet(path: str, file: IO[bytes] | None, store: str) -> Iterator[ManifestRow]:
    header: list[str] = []
    for number, cells in enumerate(read_parquet(path, file), start=1):
        if not header:
            header = [name.lower() if _is_known(name) else name for name in cells]
            _require_file_column(path, header, f"its columns are {', '.join(cells)[:80]}")
        known = zip(header, cells.values(), strict=True)
        given = {name: value for name, value in known if value is not None}
        yield _row(number, given, store)


def _read_csv(path: str, lines: Iterator[str], store: str) -> Iterator[ManifestRow]:
    header_line = next(lines, "")
    delimiter, header = _header(header_line)
    reads = f"its first line reads {_clean(header_line.strip())[:80]!r}"
    _require_file_column(path, header, reads)
    rows = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield ManifestRow(number, problem=f"row {number} is not CSV: {error}")
            continue
        if len(cells) > len(header):
            problem = f"row {number} has {len(cells)} cells, the header has {len(header)}"
            yield ManifestRow(number, problem=problem)
        elif cells:
            given = {k: v for k, v in zip(header, cells, strict=False) if v != ""}
            yield _row(number, given, store)


def _require_file_column(path: str, header: list[str], found: str) -> None:
    if not any(name in FILE_COLUMNS for name in header):
        raise ManifestError(path, f"it names no column of {', '.join(FILE_COLUMNS)}; {found}")


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter under which the first line names a file column, and the columns."""
    header: list[str] = []
    for delimiter in _DELIMITERS:
        header = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
        lowered = [name.lower() if _is_known(name) else name for name in header]
        if any(name in FILE_COLUMNS for name in lowered):
            return delimiter, lowered
    return _DELIMITERS[0], header


def _is_known(name: str) -> bool:
    return name.lower() in FILE_COLUMNS or name.lower() in CAPTION_COLUMNS


def _row(number: int, cells: Mapping[str, Json], store: str) -> ManifestRow:
    file_column = next((name for name in FILE_COLUMNS if cells.get(name)), None)
    file = cells[file_column] if file_column else None
    if not isinstance(file, str):
        return ManifestRow(number, problem=f"row {number} names no file")
    scheme, separator, _ = file.partition("://")
    if separator and scheme.isalnum() and not (store and file.startswith(store)):
        try:
            file = str(uri_to_path(file))
        except ValueError:
            problem = f"row {number} names {_clean(file)[:80]!r}, which is no local file"
            return ManifestRow(number, problem=problem)
    return ManifestRow(number, file, _caption_cells(cells), _metadata_cells(cells, file_column))


def _caption_cells(cells: Mapping[str, Json]) -> tuple[str, ...]:
    captions = (one for name in CAPTION_COLUMNS for one in _captions(cells.get(name)))
    return tuple(dict.fromkeys(captions))


def _metadata_cells(cells: Mapping[str, Json], file_column: str | None) -> dict[str, Json]:
    return {
        _clean(name): _clean_json(value)
        for name, value in cells.items()
        if name != file_column and name not in CAPTION_COLUMNS
    }


def described(text: str) -> tuple[tuple[str, ...], dict[str, Json]]:
    """Captions and metadata in a JSON object that describes one file, which it need not name.

    Raises ValueError if it is none.
    """
    try:
        cells: Json = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(cells, dict):
        raise ValueError("it is another JSON value")
    return _caption_cells(cells), _metadata_cells(cells, None)


def _captions(value: Json) -> Iterator[str]:
    """The captions in one cell: a string, or a list of them."""
    if isinstance(value, str):
        caption = _clean(value).strip()
        if caption:
            yield caption
    elif isinstance(value, list):
        for entry in value:
            yield from _captions(entry)


def _clean(text: str) -> str:
    """Text that every reader can take: what is no Unicode becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean_json(value: Json) -> Json:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, list):
        return [_clean_json(entry) for entry in value]
    if isinstance(value, dict):
        return {_clean(name): _clean_json(entry) for name, entry in value.items()}
    return value


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON number")
