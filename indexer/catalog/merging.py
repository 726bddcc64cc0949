"""Captions and metadata that several rows or sources give one file, as functions that SQL calls.

The first row's words come first; nothing is said twice. Called for the rare doubled rows only.
"""

import json

from indexer.catalog.connection import Database


def merge_captions(first: str, second: str) -> str:
    """Two JSON lists of captions as one, each caption once."""
    merged = dict.fromkeys([*json.loads(first), *json.loads(second)])
    return json.dumps(list(merged), ensure_ascii=False)


def merge_metadata(first: str, second: str) -> str:
    """Two JSON objects as one; where both have a name, the first keeps its value."""
    return json.dumps({**json.loads(second), **json.loads(first)}, ensure_ascii=False)


def add_merge_functions(database: Database) -> None:
    """Let SQL call `merge_captions` and `merge_metadata`."""
    database.add_function("merge_captions", 2, merge_captions)
    database.add_function("merge_metadata", 2, merge_metadata)
