"""Parquet manifests: what CSV and JSONL give, streamed by row group, with Parquet's own types."""

import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from indexer.catalog.records import Json
from indexer.errors import ManifestError
from indexer.manifests import ManifestRow, read_manifest
from tests.indexer.workbench import Workbench


def _write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    parquet.write_table(pyarrow.table(columns), path, **options)
    return path


def test_parquet_rows_equal_those_of_the_same_jsonl(bench: Workbench):
    columns: dict[str, list[Any]] = {
        "Path": [f"{number}.jpg" for number in range(5)],
        "captions": [["one", "two"], [], None, ["  "], ["three"]],
        "title": [None, "four", "", "five", "three"],
        "year": [2020, None, 2022, 2023, 2024],
        "tags": [{"a": [1, 2]}, {"a": []}, None, {"a": [3]}, {"a": None}],
    }
    names = [name.lower() if name == "Path" else name for name in columns]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    kept = [{name: value for name, value in row.items() if value is not None} for row in rows]
    lines = bench.home / "m.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in kept))
    table = _write(bench.home / "m.parquet", columns, row_group_size=2)
    assert list(read_manifest(str(table))) == list(read_manifest(str(lines)))


def test_parquet_manifest_is_a_source_with_captions_and_metadata(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    columns = {"image": ["a.jpg", "b.jpg", None], "caption": ["red", None, "?"], "n": [1, 2, 3]}
    source = _write(bench.pictures / "m.parquet", columns)
    summary = bench.index(source)
    items = bench.items()
    assert items["a.jpg"].captions == ("red",)
    assert items["b.jpg"].metadata == {"n": 2}
    assert summary.skipped_by_code == {"bad_row": 1}
    assert bench.index_known().published is False


def test_values_that_json_has_no_word_for_are_put_into_words(tmp_path: Path):
    columns = {
        "file": ["a.jpg"],
        "taken": [datetime.datetime(2024, 5, 1, 12, 30)],
        "day": [datetime.date(2024, 5, 1)],
        "price": [decimal.Decimal("1.50")],
        "score": [float("nan")],
        "name": [b"text"],
        "picture": [b"\xff\xd8\xff"],
    }
    rows = list(read_manifest(str(_write(tmp_path / "m.parquet", columns))))
    wanted: dict[str, Json] = {
        "taken": "2024-05-01T12:30:00",
        "day": "2024-05-01",
        "price": 1.5,
        "name": "text",
    }
    assert rows == [ManifestRow(1, "a.jpg", (), wanted)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "no Parquet file"), (b"PAR1 nonsense PAR1", "no Parquet"), (None, "No such file")],
)
def test_file_that_is_no_parquet_is_refused_and_nothing_changes(
    tmp_path: Path, data: bytes | None, reason: str
):
    path = tmp_path / "m.parquet"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ManifestError, match=reason):
        list(read_manifest(str(path)))


def test_parquet_without_a_file_column_says_which_it_has(tmp_path: Path):
    path = _write(tmp_path / "m.parquet", {"picture": ["a.jpg"], "text": ["x"]})
    with pytest.raises(ManifestError, match=r"no column of file.*its columns are picture"):
        list(read_manifest(str(path)))
