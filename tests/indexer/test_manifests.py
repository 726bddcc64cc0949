"""CSV and JSONL manifests: columns, captions, metadata, relative paths, rows that make no sense."""

import json
import os
import shutil
from pathlib import Path

import pytest

from indexer.errors import ManifestError, SourceError
from tests.indexer.workbench import Workbench


def _manifest(bench: Workbench, name: str, content: str | bytes) -> Path:
    path = bench.pictures / name
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    return path


def _jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_jsonl_rows_bring_captions_and_metadata(bench: Workbench):
    bench.draw("a.jpg", "sub/b.jpg")
    rows = _jsonl(
        {"file": "a.jpg", "caption": "a red kite", "year": 2020, "tags": ["sky", {"x": None}]},
        {"file": "sub/b.jpg", "captions": ["one", "two"], "title": "three"},
    )
    bench.index(_manifest(bench, "m.jsonl", rows))
    items = bench.items()
    assert items["a.jpg"].captions == ("a red kite",)
    assert items["a.jpg"].caption == "a red kite"
    assert items["a.jpg"].metadata == {"year": 2020, "tags": ["sky", {"x": None}]}
    assert items["b.jpg"].captions == ("one", "two", "three")
    assert items["b.jpg"].metadata == {}


@pytest.mark.parametrize("column", ["file", "image", "path", "filename", "filepath", "FilePath"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_columns_are_found_under_every_name_and_delimiter(
    bench: Workbench, column: str, delimiter: str
):
    bench.draw("a.jpg")
    lines = [delimiter.join([column, "Caption", "Place"]), delimiter.join(["a.jpg", "hi", "Rome"])]
    bench.index(_manifest(bench, "m.csv", "\ufeff" + "\r\n".join(lines)))
    item = bench.items()["a.jpg"]
    assert (item.captions, item.metadata) == (("hi",), {"Place": "Rome"})


def test_rows_of_one_file_are_merged_wherever_they_stand(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    content = "image,caption,split\na.jpg,one,train\nb.jpg,other,test\na.jpg,two,\na.jpg,one,dev\n"
    summary = bench.index(_manifest(bench, "m.csv", content))
    item = bench.items()["a.jpg"]
    assert (item.captions, item.metadata) == (("one", "two"), {"split": "train"})
    assert (summary.scanned, summary.new) == (2, 2)


def test_quoted_csv_cells_keep_commas_quotes_and_line_breaks(bench: Workbench):
    bench.draw("a,b.jpg")
    _manifest(bench, "m.csv", 'file,caption\n"a,b.jpg","she said ""hi"",\nand left"\n')
    bench.index(bench.pictures / "m.csv")
    assert bench.items()["a,b.jpg"].caption == 'she said "hi",\nand left'


def test_changed_caption_changes_the_item_but_not_the_vector(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    rows = [{"file": "a.jpg", "caption": "old"}, {"file": "b.jpg", "n": 1}]
    manifest = _manifest(bench, "m.jsonl", _jsonl(*rows))
    bench.index(manifest)
    before = bench.items()["a.jpg"]
    _manifest(bench, "m.jsonl", _jsonl({"file": "a.jpg", "caption": "new"}, rows[1]))
    bench.forget_counts()
    summary = bench.index(manifest)
    after = bench.items()["a.jpg"]
    assert (after.caption, after.image_id, after.vector_row) == (
        "new",
        before.image_id,
        before.vector_row,
    )
    assert (summary.metadata_changed, summary.unchanged, bench.encoder.prepared) == (1, 1, 0)


def test_bad_rows_are_on_record_and_the_others_are_read(bench: Workbench):
    bench.draw("good.jpg")
    rows = [
        b'{"file": "good.jpg"}',
        b"{not json",
        b"[1, 2]",
        b'{"caption": "no file"}',
        b'{"file": 7}',
        b'{"file": "good.jpg", "n": NaN}',
        b'{"file": "https://example.org/a.jpg"}',
        b"[" * 100_000,
        b'{"file": "missing.jpg"}',
        b'{"file": "notes.txt"}',
        b'{"file": "nul\\u0000.jpg"}',
        b"",
    ]
    (bench.pictures / "notes.txt").write_text("x")
    summary = bench.index(_manifest(bench, "m.jsonl", b"\n".join(rows)))
    codes = {name: file.code for name, file in bench.skipped().items()}
    assert codes == {
        **{f"m.jsonl#row={number}": "bad_row" for number in range(2, 9)},
        "missing.jpg": "not_found",
        "notes.txt": "not_a_picture",
        "nul%00.jpg": "not_found",
    }
    assert list(bench.items()) == ["good.jpg"]
    assert summary.skipped == 10
    assert "row 7 names 'https://example.org/a.jpg'" in bench.skipped()["m.jsonl#row=7"].reason


def test_csv_rows_with_too_many_cells_are_on_record(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index(_manifest(bench, "m.csv", "file,caption\na.jpg,one,two,three\nb.jpg\n\n,orphan\n"))
    assert {name: f.code for name, f in bench.skipped().items()} == {
        "m.csv#row=1": "bad_row",
        "m.csv#row=4": "bad_row",
    }
    assert list(bench.items()) == ["b.jpg"]


def test_manifest_paths_may_be_absolute_parent_or_uri(bench: Workbench):
    bench.draw("a.jpg", "b.jpg", "c.jpg", "sub/x.jpg")
    rows = [
        {"file": str(bench.pictures / "a.jpg")},
        {"file": "../b.jpg"},
        {"file": (bench.pictures / "c.jpg").as_uri()},
    ]
    (bench.pictures / "sub/m.jsonl").write_text(_jsonl(*rows))
    bench.index(bench.pictures / "sub/m.jsonl")
    assert sorted(bench.items()) == ["a.jpg", "b.jpg", "c.jpg"]


def test_manifest_in_another_encoding_keeps_file_names_and_cleans_captions(bench: Workbench):
    bench.draw("a.jpg")
    shutil.copy(bench.pictures / "a.jpg", bench.pictures / os.fsdecode(b"\xe9t\xe9.jpg"))
    bench.index(_manifest(bench, "m.csv", b"file,caption\n\xe9t\xe9.jpg,\xe9t\xe9\n"))
    item = bench.items()[os.fsdecode(b"\xe9t\xe9.jpg")]
    assert item.caption == "?t?"


def test_manifest_without_a_file_column_is_refused(bench: Workbench):
    bench.draw("a.jpg")
    with pytest.raises(ManifestError, match="names no column of file, image"):
        bench.index(_manifest(bench, "m.csv", "a.jpg,a red kite\n"))


def test_manifest_that_became_empty_is_refused_unless_that_is_meant(bench: Workbench):
    bench.draw("a.jpg")
    manifest = _manifest(bench, "m.jsonl", _jsonl({"file": "a.jpg"}))
    bench.index(manifest)
    manifest.write_text("")
    with pytest.raises(SourceError, match="had 1 pictures"):
        bench.index(manifest)
    assert bench.index(manifest, allow_empty=True).removed == 1


def test_caption_of_a_manifest_stays_when_its_folder_is_indexed_too(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    manifest = _manifest(bench, "m.jsonl", _jsonl({"file": "a.jpg", "caption": "kept", "n": 1}))
    bench.index(manifest)
    bench.index(bench.pictures)
    items = bench.items()
    assert (items["a.jpg"].captions, items["a.jpg"].metadata) == (("kept",), {"n": 1})
    assert sorted(items) == ["a.jpg", "b.jpg"]
