"""A generation as a text: written beside its files and into its row, so that neither can change
without the other. Reads no file.
"""

import json
from collections.abc import Mapping
from typing import Any

from indexer.catalog.records import (
    CaptionIndex,
    GenerationRecord,
    IndexFile,
    IndexLayout,
    Json,
    MapLayout,
    TagColumn,
)


def manifest_text(record: GenerationRecord) -> str:
    """The manifest of a generation."""
    content: dict[str, Json] = {
        "generation": record.generation,
        "created_at": record.created_at,
        "fingerprint": record.fingerprint,
        "dim": record.dim,
        "item_count": record.item_count,
        "model": record.model,
        "index": _layout_to_json(record.layout),
        "captions": None if record.captions is None else _captions_to_json(record.captions),
        "tags": [_column_to_json(column) for column in record.tags],
        "map": None if record.map is None else _map_to_json(record.map),
        "vector_segments": dict(record.vector_segments),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def record_of(text: str) -> GenerationRecord:
    """The generation that a manifest describes. Raises ValueError if it is none."""
    try:
        content: dict[str, Any] = json.loads(text)
        return GenerationRecord(
            generation=content["generation"],
            created_at=content["created_at"],
            fingerprint=content["fingerprint"],
            dim=content["dim"],
            item_count=content["item_count"],
            model=content["model"],
            layout=_layout_of(content["index"]),
            vector_segments=content["vector_segments"],
            captions=_captions_of(content.get("captions")),
            tags=tuple(_column_of(column) for column in content.get("tags", ())),
            map=_map_of(content.get("map")),
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"no manifest: {error}") from error


def _layout_to_json(layout: IndexLayout) -> dict[str, Json]:
    return {
        "kind": layout.base.kind,
        "reason": layout.reason,
        "effort": layout.effort,
        "gate": layout.gate,
        "parts": [_file_to_json(file) for file in layout.parts],
        "dead": None if layout.dead is None else _file_to_json(layout.dead),
    }


def _layout_of(index: Mapping[str, Any]) -> IndexLayout:
    return IndexLayout(
        parts=tuple(_file_of(part) for part in index["parts"]),
        dead=None if index["dead"] is None else _file_of(index["dead"]),
        reason=index["reason"],
        effort=index["effort"],
        gate=index["gate"],
    )


def _captions_to_json(captions: CaptionIndex) -> dict[str, Json]:
    return {
        "count": captions.count,
        "missing": captions.missing,
        "index": None if captions.layout is None else _layout_to_json(captions.layout),
    }


def _captions_of(content: Mapping[str, Any] | None) -> CaptionIndex | None:
    """None also for a generation that was published before captions were embedded."""
    if content is None:
        return None
    layout = None if content["index"] is None else _layout_of(content["index"])
    return CaptionIndex(layout, content["count"], content["missing"])


def _column_to_json(column: TagColumn) -> dict[str, Json]:
    return {
        "name": column.name,
        "classes": list(column.classes),
        "key": column.key,
        "set_key": column.set_key,
        "missing": column.missing,
        "file": _file_to_json(column.file),
    }


def _column_of(content: Mapping[str, Any]) -> TagColumn:
    return TagColumn(
        content["name"],
        tuple(content["classes"]),
        content["key"],
        content["set_key"],
        content["missing"],
        _file_of(content["file"]),
    )


def _map_to_json(layout: MapLayout) -> dict[str, Json]:
    return {
        "parts": [_file_to_json(file) for file in layout.parts],
        "dead": None if layout.dead is None else _file_to_json(layout.dead),
        "axes": _file_to_json(layout.axes),
        "side": layout.side,
        "fitted_on": layout.fitted_on,
    }


def _map_of(content: Mapping[str, Any] | None) -> MapLayout | None:
    """None also for a generation that was published before there were maps."""
    if content is None:
        return None
    return MapLayout(
        parts=tuple(_file_of(part) for part in content["parts"]),
        dead=None if content["dead"] is None else _file_of(content["dead"]),
        axes=_file_of(content["axes"]),
        side=content["side"],
        fitted_on=content["fitted_on"],
    )


def _file_to_json(file: IndexFile) -> dict[str, Json]:
    return {
        "file": file.name,
        "kind": file.kind,
        "count": file.count,
        "bytes": file.size_bytes,
        "checksum": file.checksum,
    }


def _file_of(content: Mapping[str, Any]) -> IndexFile:
    return IndexFile(
        content["file"], content["kind"], content["count"], content["bytes"], content["checksum"]
    )
