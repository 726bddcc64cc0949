"""The rung of what makes a collection verifiable: manifests, vectors' checksums, items' digests.

Runs nothing itself.
"""

REASON = "what was written can be compared with what is there: rows, vectors, manifests"

# Rows of a model's segments that one commit has written. `checksum` is NULL for what was written
# before there were checksums; `lost` rows are not there any more, and are never written again.
_RANGES = """
CREATE TABLE vector_ranges (
    model_id INTEGER NOT NULL,
    first_row INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    checksum TEXT,
    lost INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (model_id, first_row)
) WITHOUT ROWID"""
# One for every segment of 65,536 rows. Where only items know of it, it was lost.
_KNOWN_RANGES = """
INSERT INTO vector_ranges
SELECT model_id, segment * 65536, max(vector_row) - segment * 65536 + 1, NULL, NOT max(is_needed)
FROM (
    SELECT model_id, vector_row, vector_row / 65536 AS segment, 1 AS is_needed FROM embeddings
    UNION ALL SELECT model_id, vector_row, vector_row / 65536, 0 FROM items)
GROUP BY model_id, segment"""

STATEMENTS: tuple[str, ...] = (
    _RANGES,
    _KNOWN_RANGES,
    # NULL: a generation of one index file, published before there were parts.
    "ALTER TABLE generations ADD COLUMN manifest TEXT",
    # NULL: a row that was published before there were digests.
    "ALTER TABLE items ADD COLUMN digest TEXT",
)
