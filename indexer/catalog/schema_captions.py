"""The rung of captions as texts that can be found: which texts there are, whose they are, and where
their embeddings lie. Runs nothing itself.

A text is known by its digest alone: the words are read from the row of a picture that has it, which
has a digest of its own. Equal captions are one text, embedded once.
"""

REASON = "captions as texts of their own: found by pictures and by other texts"

# AUTOINCREMENT: an index of a kept generation may know a number whose text is gone.
_TEXTS = """
CREATE TABLE caption_texts (
    text_id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE
)"""
_EMBEDDINGS = """
CREATE TABLE caption_embeddings (
    model_id INTEGER NOT NULL,
    text_id INTEGER NOT NULL,
    vector_row INTEGER NOT NULL,
    PRIMARY KEY (model_id, text_id)
) WITHOUT ROWID"""
_ITEM_CAPTIONS = """
CREATE TABLE item_captions (
    text_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    PRIMARY KEY (text_id, item_id)
) WITHOUT ROWID"""

STATEMENTS: tuple[str, ...] = (
    _TEXTS,
    _EMBEDDINGS,
    _ITEM_CAPTIONS,
    "CREATE INDEX captions_of_item ON item_captions (item_id)",
    "CREATE INDEX captions_by_row ON caption_embeddings (model_id, vector_row)",
    """
CREATE TRIGGER item_captions_go AFTER DELETE ON items BEGIN
DELETE FROM item_captions WHERE item_id = old.item_id;
END""",
    """
CREATE TRIGGER caption_text_goes AFTER DELETE ON item_captions
WHEN NOT EXISTS (SELECT 1 FROM item_captions WHERE text_id = old.text_id) BEGIN
DELETE FROM caption_embeddings
    WHERE model_id IN (SELECT model_id FROM models) AND text_id = old.text_id;
DELETE FROM caption_texts WHERE text_id = old.text_id;
END""",
)
