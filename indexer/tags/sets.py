"""The tag sets of a collection: names of classes that its pictures are tagged with, one file each.

A set that is saved or removed changes nothing that is published: the next generation does.
Classifies nothing.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexer.config import IndexConfig
from indexer.durability import sync_directory, write_durably
from indexer.errors import CollectionNotFoundError, ConfigError
from indexer.text_errors import TagSetNotFoundError
from models.prompts import SIMPLE_TEMPLATES
from models.templates import TemplateError, check_templates

# A set's name is a file's name, a part of URLs, and of a field that filters name without quotes.
SET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
NONE = "none"  # what a picture is tagged with that none of the names fits
DEFAULT_THRESHOLD = 0.5
MAX_SETS = 64  # each is a column of every generation
MAX_CLASSES = 1_000
MAX_CLASS_CHARS = 200
MAX_TEMPLATES = 100


@dataclass(frozen=True, slots=True)
class TagSet:
    """A picture is tagged with the class that fits best, if some class fits it with a probability
    of at least `threshold`, and else with `none`.
    """

    name: str
    classes: tuple[str, ...]
    templates: tuple[str, ...] = SIMPLE_TEMPLATES
    threshold: float = DEFAULT_THRESHOLD

    def key(self) -> str:
        """A text that is another one whenever other tags may come of the set."""
        text = json.dumps([self.classes, self.templates, self.threshold])
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def checked_set(tag_set: TagSet) -> TagSet:
    """The set with tidy names. Raises ConfigError for one that cannot be."""
    if not SET_NAME.fullmatch(tag_set.name):
        raise ConfigError(
            f"{tag_set.name!r} cannot name a tag set: use 1 to 64 of a-z, 0-9, '-' and '_', "
            "beginning with a letter or a digit"
        )
    classes = tuple(dict.fromkeys(name.strip() for name in tag_set.classes if name.strip()))
    if not 1 <= len(classes) <= MAX_CLASSES:
        raise ConfigError(f"a tag set has 1 to {MAX_CLASSES:,} classes")
    if any(len(name) > MAX_CLASS_CHARS for name in classes):
        raise ConfigError(f"the name of a class has at most {MAX_CLASS_CHARS} characters")
    if any(name.casefold() == NONE for name in classes):
        raise ConfigError(f"{NONE!r} is what a picture gets that no class fits; leave it out")
    if not 1 <= len(tag_set.templates) <= MAX_TEMPLATES:
        raise ConfigError(f"a tag set has 1 to {MAX_TEMPLATES} templates")
    try:
        check_templates(tag_set.templates)
    except TemplateError as error:
        raise ConfigError(str(error)) from error
    if not 0 <= tag_set.threshold <= 1:
        raise ConfigError("the threshold of a tag set is a probability, from 0 to 1")
    return TagSet(tag_set.name, classes, tag_set.templates, tag_set.threshold)


def save_set(config: IndexConfig, tag_set: TagSet) -> TagSet:
    """Save a set, in place of one of the same name. Returns it as it was saved.

    Raises ConfigError or CollectionNotFoundError.
    """
    checked = checked_set(tag_set)
    if not config.catalog_path().is_file():
        raise CollectionNotFoundError(config.collection)
    known = {each.name for each in tag_sets(config)}
    if len(known | {checked.name}) > MAX_SETS:
        raise ConfigError(f"a collection has at most {MAX_SETS} tag sets")
    path = _path(config, checked.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(checked), indent=2, ensure_ascii=False) + "\n"
    write_durably(path, lambda file: _write(file, text))
    sync_directory(path.parent)
    return checked


def tag_set(config: IndexConfig, name: str) -> TagSet:
    """The set of this name. Raises TagSetNotFoundError, or ConfigError for a file that is none."""
    if not SET_NAME.fullmatch(name) or not _path(config, name).is_file():
        raise TagSetNotFoundError(name)
    return _read(_path(config, name))


def tag_sets(config: IndexConfig) -> list[TagSet]:
    """All sets of a collection, by name. Raises ConfigError for a file that is none."""
    paths = sorted(_path(config, "x").parent.glob("*.json"))
    return [_read(path) for path in paths if SET_NAME.fullmatch(path.stem)]


def remove_set(config: IndexConfig, name: str) -> None:
    """Forget a set. Raises TagSetNotFoundError."""
    if not SET_NAME.fullmatch(name):
        raise TagSetNotFoundError(name)
    try:
        _path(config, name).unlink()
    except FileNotFoundError as error:
        raise TagSetNotFoundError(name) from error


def _read(path: Path) -> TagSet:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        classes: Sequence[str] = content["classes"]
        return checked_set(
            TagSet(
                path.stem, tuple(classes), tuple(content["templates"]), float(content["threshold"])
            )
        )
    except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
        raise ConfigError(f"the tag set {path} cannot be read: {error}; save it again") from error


def _path(config: IndexConfig, name: str) -> Path:
    return config.collection_dir() / "tag-sets" / f"{name}.json"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
