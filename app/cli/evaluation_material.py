"""What is measured with: manifests and folders → picture files with their captions or their label.

Reads lists through the indexer's own code, so that `sightline eval` takes what `sightline index`
takes; opens no picture. What cannot be used is on record with its reason.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.failures import InvalidRequestError
from app.settings import Settings
from indexer.errors import SourceError
from indexer.found import FoundFile
from indexer.locations import uri_to_path
from indexer.sources.folder import FolderSource
from indexer.sources.opening import open_local
from models.evaluation.encoding import SkippedPicture, shown_path

LABEL_COLUMNS = ("label", "class", "classname", "category")


@dataclass(frozen=True, slots=True)
class CaptionedFiles:
    """Picture files, each with its captions, and what cannot be used."""

    paths: list[Path]
    captions: list[tuple[str, ...]]
    skipped: list[SkippedPicture]


@dataclass(frozen=True, slots=True)
class LabelledFiles:
    """Picture files, each with the name of its class, and what cannot be used."""

    paths: list[Path]
    labels: list[str]
    skipped: list[SkippedPicture]


def captioned_files(settings: Settings, source: Path, text_column: str | None) -> CaptionedFiles:
    """The pictures of a manifest; rows of the same picture add up. `text_column` names the column
    that holds captions, instead of those that `sightline index` reads.

    Raises InvalidRequestError if it cannot be read, or has no captions.
    """
    captions: dict[str, dict[str, None]] = {}  # by URI, in the order of the manifest
    skipped: dict[str, SkippedPicture] = {}
    for file in _listed(settings, source)[0]:
        if file.code is not None:
            skipped.setdefault(file.uri, _skipped(file))
        else:
            texts = file.captions if text_column is None else tuple(_texts(file, (text_column,)))
            captions.setdefault(file.uri, {}).update(dict.fromkeys(texts))
    if captions and not any(captions.values()):
        column = f"in the column {text_column!r}" if text_column else "(see --text-column)"
        raise InvalidRequestError(f"{source} has pictures, but no captions {column}")
    paths = [uri_to_path(uri) for uri in captions]
    return CaptionedFiles(paths, [tuple(c) for c in captions.values()], list(skipped.values()))


def labelled_files(settings: Settings, source: Path, label_column: str | None) -> LabelledFiles:
    """The pictures below a folder, whose first folder names their class (`_` is read as a space),
    or those of a manifest, which has a column for it.

    Raises InvalidRequestError if it cannot be read.
    """
    files, folder = _listed(settings, source)
    columns = (label_column,) if label_column else LABEL_COLUMNS
    labels: dict[str, str] = {}
    skipped: dict[str, SkippedPicture] = {}
    for file in files:
        label = _folder_label(file, folder) if folder else next(_texts(file, columns), None)
        if file.code is not None:
            skipped.setdefault(file.uri, _skipped(file))
        elif label is None:
            reason = "it lies in no class folder" if folder else "it has no label"
            skipped.setdefault(file.uri, _skipped(file, "no_label", reason))
        elif labels.setdefault(file.uri, label) != label:
            reason = f"it has two labels: {labels[file.uri]} and {label}"
            skipped[file.uri] = _skipped(file, "two_labels", reason)
    if not labels and any(one.code == "no_label" for one in skipped.values()):
        hint = "folders in it that name the classes" if folder else f"a column {columns[0]!r}"
        raise InvalidRequestError(f"{source} has pictures, but no labels: it needs {hint}")
    kept = {uri: label for uri, label in labels.items() if uri not in skipped}
    paths = [uri_to_path(uri) for uri in kept]
    return LabelledFiles(paths, list(kept.values()), list(skipped.values()))


def names_of(paths: Sequence[Path], source: Path) -> list[str]:
    """Names to show: relative to the source's folder where they lie below it."""
    base = Path(os.path.abspath(source))  # noqa: PTH100 (links stay as the user wrote them)
    folder = base if base.is_dir() else base.parent
    return [
        shown_path(path.relative_to(folder) if path.is_relative_to(folder) else path)
        for path in paths
    ]


def _listed(settings: Settings, source: Path) -> tuple[list[FoundFile], Path | None]:
    """The files that a source lists, those of a folder by name; the folder, if it is one."""
    try:
        opened = open_local(source, settings.file_limits(), settings.data_dir)
        files = list(opened.files())
    except SourceError as error:
        reason = error.reason.removesuffix("; nothing was changed")
        raise InvalidRequestError(f"cannot read {error.source}: {reason}") from error
    if isinstance(opened, FolderSource):
        return sorted(files, key=lambda file: file.uri), Path(opened.path)
    return files, None


def _skipped(file: FoundFile, code: str | None = None, reason: str | None = None) -> SkippedPicture:
    uri, row, number = file.uri.partition("#row=")
    name = f"{shown_path(uri_to_path(uri))}{row and ', row '}{number}"
    return SkippedPicture(name, code or file.code or "", reason or file.reason or "")


def _folder_label(file: FoundFile, folder: Path) -> str | None:
    path = uri_to_path(file.uri)
    parts = path.relative_to(folder).parts if path.is_relative_to(folder) else ()
    return shown_path(Path(parts[0])).replace("_", " ") if len(parts) > 1 else None


def _texts(file: FoundFile, columns: Sequence[str]) -> Iterator[str]:
    """The texts in the first of these columns that has any."""
    for column in columns:
        value = file.metadata.get(column)
        entries = value if isinstance(value, list) else [value]
        # A number may be the name of a class; an object or a list of lists is none.
        texts = [str(one).strip() for one in entries if isinstance(one, str | int | float)]
        yield from (text for text in texts if text)
        if any(texts):
            return
