"""Collections that were published before there were parts, checksums and touched files."""

import json
import sqlite3
from contextlib import closing

from indexer.catalog.connection import Database
from indexer.catalog.schema import MIGRATIONS
from indexer.catalog.vector_rows import VectorRows
from indexer.generations import list_generations, verify
from indexer.searcher import Searcher
from tests.indexer.workbench import Workbench

BEFORE_TOUCHED, BEFORE_CHECKSUMS = 3, 5


def _as_it_was_published_before(bench: Workbench) -> None:
    """The catalog and the manifest of generation 1 in the older form."""
    with closing(sqlite3.connect(bench.config.catalog_path())) as old, old:
        old.execute("UPDATE generations SET manifest = NULL")
        old.execute("UPDATE items SET digest = NULL")
        old.execute("UPDATE vector_ranges SET checksum = NULL")
        old.execute("INSERT INTO touched SELECT uri FROM files")
    path = bench.config.generation_dir(1) / "manifest.json"
    content = json.loads(path.read_text())
    content["index"] = {"file": "index.faiss", **content["index"]["parts"][0]}
    path.write_text(json.dumps(content))


def test_generation_of_one_index_file_is_served_and_gone_on_from(bench: Workbench):
    bench.draw("a.jpg", "b.jpg")
    bench.index()
    _as_it_was_published_before(bench)
    searcher = Searcher.open(bench.config)
    assert len(searcher.search(bench.encoder.encode_text(["red"]), 9)[0]) == 2
    searcher.close()
    assert verify(bench.config) == []
    ids = {name: item.item_id for name, item in bench.items().items()}
    assert not bench.index().published
    bench.draw("c.jpg")
    summary = bench.index()
    assert (summary.new, summary.unchanged) == (1, 2)
    assert {name: bench.items()[name].item_id for name in ids} == ids
    assert [kept.record.manifest is None for kept in list_generations(bench.config)] == [
        True,
        False,
    ]
    bench.assert_whole()


def test_older_catalog_learns_of_its_files_and_of_the_rows_that_are_valid(bench: Workbench):
    path = bench.config.catalog_path()
    path.parent.mkdir(parents=True)
    Database(path, MIGRATIONS[:BEFORE_TOUCHED]).close()
    with closing(sqlite3.connect(path)) as old, old:
        for number in range(3):
            old.execute(
                "INSERT INTO files (uri, content_hash, seen_at) VALUES (?, ?, '-')",
                (f"file:///{number}", f"content{number}"),
            )
            # The second segment of 65,536 rows is lost: only a published row remembers it.
            old.execute("INSERT INTO embeddings VALUES (1, ?, ?)", (f"content{number}", number))
        old.execute(
            "INSERT INTO items (image_id, uri, source, content_hash, size_bytes, width, height, "
            "format, captions, metadata, model_id, vector_row, first_gen) VALUES "
            "('i', 'file:///gone', 's', 'c', 1, 1, 1, 'JPEG', '[]', '{}', 1, 65540, 1)"
        )
    Database(path, MIGRATIONS[:BEFORE_CHECKSUMS]).close()
    with closing(Database(path)) as database:
        touched = [row[0] for row in database.query("SELECT uri FROM touched")]
        assert touched == ["file:///0", "file:///1", "file:///2", "file:///gone"]
        rows = VectorRows(database)
        assert rows.needed_segments(1) == {0: 3}
        assert rows.next_row(1) == 65_541
