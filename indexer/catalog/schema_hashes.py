"""The rung of hashes by which duplicates are known. Runs nothing itself."""

REASON = "hashes of every content's pixels and look, by which duplicates are found"
# A content that was indexed before has no row. `perceptual_hash` is NULL for a picture without
# structure, `pixel_hash` where only a thumbnail was left to look at.
STATEMENTS = (
    """
CREATE TABLE picture_hashes (
    content_hash TEXT PRIMARY KEY,
    pixel_hash TEXT,
    perceptual_hash INTEGER
) WITHOUT ROWID""",
)
