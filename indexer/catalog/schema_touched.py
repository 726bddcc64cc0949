"""The rung of touched files: what publishing has to look at. Runs nothing itself.

Triggers note the URI of every file of which something has changed that an item is made of, in the
transaction in which it changes. So the note is right at any moment at which a run may die, and
publishing compares these files only. Whoever makes items of a further table adds its triggers here.
"""

REASON = "which files have changed since the newest generation: publishing looks at no others"

_TOUCHED = "CREATE TABLE touched (uri TEXT PRIMARY KEY) WITHOUT ROWID"


# `OR IGNORE` would not do: a statement that has a conflict clause imposes it on its triggers.
def _trigger(name: str, event: str, condition: str, files: str) -> str:
    return f"""
CREATE TRIGGER {name} AFTER {event} WHEN {condition} BEGIN
INSERT INTO touched {files} ON CONFLICT (uri) DO NOTHING;
END"""


def _of_file(row: str) -> str:
    return f"SELECT uri FROM files WHERE file_id = {row}.file_id"


def _of_content(row: str) -> str:
    return f"SELECT uri FROM files WHERE content_hash = {row}.content_hash AND code IS NULL"


# A model's embeddings matter to the generation that was made with it; under another model every
# file is looked at anyway.
def _of_newest_model(row: str) -> str:
    return f"{row}.model_id = (SELECT model_id FROM generations ORDER BY generation DESC LIMIT 1)"


_FILE_CHANGES = """(old.code IS NULL OR new.code IS NULL) AND (old.uri <> new.uri
    OR old.content_hash IS NOT new.content_hash OR old.size_bytes IS NOT new.size_bytes
    OR (old.code IS NULL) <> (new.code IS NULL))"""
_LISTING_CHANGES = "old.captions <> new.captions OR old.metadata <> new.metadata"

STATEMENTS: tuple[str, ...] = (
    _TOUCHED,
    _trigger("file_comes", "INSERT ON files", "new.code IS NULL", "VALUES (new.uri)"),
    _trigger("file_goes", "DELETE ON files", "old.code IS NULL", "VALUES (old.uri)"),
    _trigger("file_changes", "UPDATE ON files", _FILE_CHANGES, "VALUES (old.uri), (new.uri)"),
    _trigger("listing_comes", "INSERT ON listings", "1", _of_file("new")),
    _trigger("listing_goes", "DELETE ON listings", "1", _of_file("old")),
    _trigger("listing_changes", "UPDATE ON listings", _LISTING_CHANGES, _of_file("new")),
    _trigger("picture_comes", "INSERT ON pictures", "1", _of_content("new")),
    _trigger("picture_goes", "DELETE ON pictures", "1", _of_content("old")),
    _trigger("picture_changes", "UPDATE ON pictures", "1", _of_content("new")),
    _trigger(
        "embedding_comes", "INSERT ON embeddings", _of_newest_model("new"), _of_content("new")
    ),
    _trigger("embedding_goes", "DELETE ON embeddings", _of_newest_model("old"), _of_content("old")),
    _trigger(
        "embedding_changes", "UPDATE ON embeddings", _of_newest_model("new"), _of_content("new")
    ),
    # Of what was published before nothing is known: all of it is looked at once.
    "INSERT INTO touched SELECT uri FROM files UNION SELECT uri FROM items WHERE last_gen IS NULL",
)
