"""The next generation worked out the slow way: every file is looked at, none is remembered.

Takes what the catalog knows and returns what the items must be; writes nothing.
"""

import json
from dataclasses import dataclass, field

from indexer.catalog.connection import Database
from indexer.catalog.differences import Differences
from indexer.catalog.staging import image_id_of

# uri, source, content hash, bytes, width, height, format, captions, metadata, vector row
Facts = tuple[object, ...]
_LISTED = """
SELECT f.uri, s.source, f.content_hash, f.size_bytes, p.width, p.height, p.format,
       l.captions, l.metadata, e.vector_row
FROM listings l JOIN sources s USING (source_id) JOIN files f USING (file_id)
JOIN pictures p USING (content_hash)
JOIN embeddings e ON e.model_id = ? AND e.content_hash = f.content_hash
WHERE f.code IS NULL ORDER BY f.file_id, l.source_id"""
_OPEN = """
SELECT uri, source, content_hash, size_bytes, width, height, format, captions, metadata,
       vector_row, model_id, image_id, item_id
FROM items WHERE last_gen IS NULL ORDER BY uri"""
_CONTENT, _CAPTIONS, _METADATA, _ROW = 2, 7, 8, 9


@dataclass
class FullStaging:
    """`ids`: the image id of every URI; `kept`: the item number of every URI whose row stays."""

    facts: dict[str, Facts] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    differences: Differences = field(default_factory=Differences)


def stage_in_full(database: Database, model_id: int) -> FullStaging:
    """Every item of the next generation."""
    staged = FullStaging(_merged(database, model_id))
    before = {row[0]: row for row in database.query(_OPEN)}
    counts = dict.fromkeys(("new", "changed", "renamed", "metadata", "embedding", "none"), 0)
    fresh: dict[object, list[str]] = {}
    for uri, facts in staged.facts.items():
        if uri not in before:
            fresh.setdefault(facts[_CONTENT], []).append(uri)
            continue
        *old, old_model, staged.ids[uri], item_id = before[uri]
        change = _change(old, facts, same_model=old_model == model_id)
        counts[change] += 1
        if change == "none":
            staged.kept[uri] = item_id
    gone: dict[object, list[str]] = {}
    for uri in before.keys() - staged.facts.keys():
        gone.setdefault(before[uri][_CONTENT], []).append(uri)
    for content, uris in fresh.items():
        for uri, old_uri in zip(sorted(uris), sorted(gone.get(content, [])), strict=False):
            staged.ids[uri] = before[old_uri][-2]
            counts["renamed"] += 1
    for uri in staged.facts.keys() - staged.ids.keys():
        salt = 0
        while (image_id := image_id_of(uri, salt)) in staged.ids.values():
            salt += 1
        staged.ids[uri] = image_id
        counts["new"] += 1
    stayed = len(staged.facts) - counts["new"]
    staged.differences = Differences(
        new=counts["new"],
        changed=counts["changed"],
        renamed=counts["renamed"],
        metadata_changed=counts["metadata"],
        re_embedded=counts["embedding"],
        unchanged=counts["none"],
        removed=len(before) - stayed,
    )
    return staged


def _merged(database: Database, model_id: int) -> dict[str, Facts]:
    listed: dict[str, list[object]] = {}
    for row in database.query(_LISTED, (model_id,)):
        first = listed.setdefault(row[0], list(row))
        captions = dict.fromkeys(json.loads(str(first[_CAPTIONS])) + json.loads(row[_CAPTIONS]))
        metadata = {**json.loads(row[_METADATA]), **json.loads(str(first[_METADATA]))}
        first[_CAPTIONS] = json.dumps(list(captions))
        first[_METADATA] = json.dumps(metadata)
    return {uri: tuple(row) for uri, row in listed.items()}


def _change(old: list[object], facts: Facts, *, same_model: bool) -> str:
    if old[_CONTENT] != facts[_CONTENT]:
        return "changed"
    if tuple(old[:_ROW]) != facts[:_ROW]:
        return "metadata"
    return "none" if same_model and old[_ROW] == facts[_ROW] else "embedding"
