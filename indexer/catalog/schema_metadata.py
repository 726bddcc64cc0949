"""What filters and keyword search read: values of metadata, facts of files, words of captions.

Statements of one rung of the ladder in `schema`. Triggers fill the tables from the rows of `items`
that a publication adds, and empty them with the rows that it drops: whoever writes items need not
know, and the work is proportional to the change. Runs nothing itself.
"""

REASON = "values of metadata, facts of files and words of captions: filters and keyword search"
# Where a field comes from: `metadata_fields.origin`.
FROM_METADATA = 0
FROM_FILE = 1
# What a value is: `metadata_values.kind`.
NUMBER = 0
TEXT = 1
BOOLEAN = 2
# How deep lists and objects of metadata are looked into: a field of a field of a list of a field.
_DEPTH = 4
# Between two captions of one picture, so that no phrase reaches across: a letter of no language.
_CAPTION_BREAK = "' ' || char(57344) || ' '"

_FIELDS = """
CREATE TABLE metadata_fields (
    field_id INTEGER PRIMARY KEY,
    origin INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (origin, name)
)"""
# One narrow row a value, and the key is the whole row: conditions read nothing else. `value` has no
# affinity, so that numbers compare as numbers and texts as texts.
_VALUES = """
CREATE TABLE metadata_values (
    field_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    value NOT NULL,
    item_id INTEGER NOT NULL,
    PRIMARY KEY (field_id, kind, value, item_id)
) WITHOUT ROWID"""
# Deletes what is inserted into it, by the whole key: `DELETE … WHERE (…) IN (SELECT …)` would read
# all values of the field.
_VALUES_TO_DROP = (
    "CREATE VIEW values_to_drop AS SELECT * FROM metadata_values",
    """
CREATE TRIGGER value_goes INSTEAD OF INSERT ON values_to_drop BEGIN
DELETE FROM metadata_values WHERE field_id = new.field_id AND kind = new.kind
    AND value = new.value AND item_id = new.item_id;
END""",
)
# What the file of a content says of itself (EXIF), as JSON.
_PICTURE_FACTS = """
CREATE TABLE picture_facts (
    content_hash TEXT PRIMARY KEY,
    facts TEXT NOT NULL
) WITHOUT ROWID"""
# The same as it was when the item was published: a row of a generation never changes.
_ITEM_FACTS = """
CREATE TABLE item_facts (
    item_id INTEGER PRIMARY KEY,
    facts TEXT NOT NULL
)"""
# Contentless: the captions themselves stand in `items`.
_WORDS = """
CREATE VIRTUAL TABLE caption_words USING fts5(
    captions, content = '', tokenize = 'porter unicode61 remove_diacritics 2')"""
# To compare it with: the same, filled with `ITEM_WORDS`.
WORDS_DUE = _WORDS.replace("TABLE caption_words", "TABLE temp.words_due")


def _values_of(document: str, item_id: str, tables: str = "") -> str:
    """Every plain value in a JSON object: item_id, name (dotted, lists left out), kind, value."""
    joined = f"{tables}json_each(iif(json_valid({document}), {document}, '{{}}')) e1"
    name = "e1.key"
    levels = []
    for level in range(1, _DEPTH + 1):
        if level > 1:
            outer = f"e{level - 1}"
            inside = f"iif({outer}.type IN ('array', 'object'), {outer}.value, '[]')"
            joined += f", json_each({inside}) e{level}"
            name = f"iif({outer}.type = 'array', {name}, {name} || '.' || e{level}.key)"
        kind = (
            f"CASE WHEN e{level}.type IN ('integer', 'real') THEN {NUMBER} "
            f"WHEN e{level}.type = 'text' THEN {TEXT} ELSE {BOOLEAN} END"
        )
        levels.append(
            f"SELECT {item_id} AS item_id, {name} AS name, {kind} AS kind, e{level}.atom AS value "
            f"FROM {joined} WHERE e{level}.atom IS NOT NULL"
        )
    return " UNION ALL ".join(levels)


def _add_values(origin: int, values: str) -> str:
    return f"""
INSERT OR IGNORE INTO metadata_fields (origin, name)
    SELECT {origin}, name FROM ({values})
    WHERE name NOT IN (SELECT name FROM metadata_fields WHERE origin = {origin});
INSERT OR IGNORE INTO metadata_values {_rows(origin, values)}"""


def _drop_values(origin: int, values: str) -> str:
    return f"""
INSERT INTO values_to_drop {_rows(origin, values)}"""


def _rows(origin: int, values: str) -> str:
    return f"""
    SELECT (SELECT f.field_id FROM metadata_fields f WHERE f.origin = {origin} AND f.name = v.name),
           v.kind, v.value, v.item_id FROM ({values}) v"""


def _words_of(row: str) -> str:
    return (
        f"(SELECT group_concat(value, {_CAPTION_BREAK}) "
        f"FROM json_each(iif(json_valid({row}.captions), {row}.captions, '[]')))"
    )


_NEW_FACTS = "(SELECT facts FROM picture_facts WHERE content_hash = new.content_hash)"
_OLD_FACTS = "(SELECT facts FROM item_facts WHERE item_id = old.item_id)"
ITEM_FACTS_COME = f"""
CREATE TRIGGER item_facts_come AFTER INSERT ON items WHEN {_NEW_FACTS} IS NOT NULL BEGIN
INSERT INTO item_facts VALUES (new.item_id, {_NEW_FACTS});
{_add_values(FROM_FILE, _values_of(_NEW_FACTS, "new.item_id"))};
END"""
_TRIGGERS = (
    f"""
CREATE TRIGGER item_values_come AFTER INSERT ON items WHEN new.metadata <> '{{}}' BEGIN
{_add_values(FROM_METADATA, _values_of("new.metadata", "new.item_id"))};
END""",
    f"""
CREATE TRIGGER item_values_go AFTER DELETE ON items WHEN old.metadata <> '{{}}' BEGIN
{_drop_values(FROM_METADATA, _values_of("old.metadata", "old.item_id"))};
END""",
    ITEM_FACTS_COME,
    f"""
CREATE TRIGGER item_facts_go AFTER DELETE ON items WHEN {_OLD_FACTS} IS NOT NULL BEGIN
{_drop_values(FROM_FILE, _values_of(_OLD_FACTS, "old.item_id"))};
DELETE FROM item_facts WHERE item_id = old.item_id;
END""",
    f"""
CREATE TRIGGER item_words_come AFTER INSERT ON items WHEN new.captions <> '[]' BEGIN
INSERT INTO caption_words (rowid, captions) VALUES (new.item_id, {_words_of("new")});
END""",
    f"""
CREATE TRIGGER item_words_go AFTER DELETE ON items WHEN old.captions <> '[]' BEGIN
INSERT INTO caption_words (caption_words, rowid, captions)
    VALUES ('delete', old.item_id, {_words_of("old")});
END""",
    """
CREATE TRIGGER picture_facts_go AFTER DELETE ON pictures BEGIN
DELETE FROM picture_facts WHERE content_hash = old.content_hash;
END""",
)
_PUBLISHED = _add_values(FROM_METADATA, _values_of("i.metadata", "i.item_id", "items i, "))
ITEM_WORDS = f"SELECT i.item_id, {_words_of('i')} FROM items i WHERE i.captions <> '[]'"
_PUBLISHED_WORDS = f"INSERT INTO caption_words (rowid, captions) {ITEM_WORDS}"

STATEMENTS: tuple[str, ...] = (
    _FIELDS,
    _VALUES,
    *_VALUES_TO_DROP,
    _PICTURE_FACTS,
    _ITEM_FACTS,
    _WORDS,
    # Conditions on what every picture has: one index that is read instead of the wide rows.
    "CREATE INDEX items_by_shape ON items (width, height, size_bytes, format)",
    "CREATE INDEX items_by_source ON items (source)",
    "CREATE INDEX captioned_items ON items (item_id) WHERE captions <> '[]'",
    *_TRIGGERS,
    # What is published already.
    *_PUBLISHED.split(";"),
    _PUBLISHED_WORDS,
)
# What every published row should have in `metadata_values`: field_id, kind, value, item_id. Fields
# of several levels under one name may give a value twice.
EXPECTED_VALUES = " UNION ".join(
    _rows(origin, _values_of(f"i.{document}", "i.item_id", f"{table} i, "))
    for origin, document, table in (
        (FROM_METADATA, "metadata", "items"),
        (FROM_FILE, "facts", "item_facts"),
    )
)
# Filters from the rows as they are.
VALUES_AGAIN: tuple[str, ...] = (
    "DELETE FROM metadata_values",
    "DELETE FROM metadata_fields",
    *_PUBLISHED.split(";"),
    *_add_values(FROM_FILE, _values_of("i.facts", "i.item_id", "item_facts i, ")).split(";"),
)
# Keyword search from the rows as they are: once a bit of a caption has flipped, its words cannot be
# dropped with it.
WORDS_AGAIN: tuple[str, ...] = (
    "INSERT INTO caption_words (caption_words) VALUES ('delete-all')",
    _PUBLISHED_WORDS,
)
