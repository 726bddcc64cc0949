"""Prompt templates and their named sets, which are data: `texts/templates.json`.

`simple` is ours; `openai` are the 80 that Radford et al. (2021) published for ImageNet, `seven` the
seven of these that they found to do nearly as well; `plain` is the bare name, in whatever language.
Imports nothing heavy, so that the command line can list the sets, and encodes nothing.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

PLACE = "{}"
DEFAULT_TEMPLATE_SET = "simple"
TEXTS_DIRECTORY = Path(__file__).parent / "texts"


class TemplateError(ValueError):
    """A template has no place for the class name: .template."""

    def __init__(self, template: str) -> None:
        super().__init__(f"the template {template!r} must contain {PLACE!r} for the class name")
        self.template = template


class UnknownTemplateSetError(ValueError):
    """No set of templates has this name: .name, .known."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no template set {name!r}; choose one of: {', '.join(known)}")
        self.name = name
        self.known = tuple(known)


@cache
def template_sets() -> Mapping[str, tuple[str, ...]]:
    """Every named set of templates, in the order of the file."""
    sets = json.loads((TEXTS_DIRECTORY / "templates.json").read_text(encoding="utf-8"))
    return MappingProxyType({name: tuple(templates) for name, templates in sets.items()})


def template_set(name: str) -> tuple[str, ...]:
    """The templates of a named set. Raises UnknownTemplateSetError, which lists the names."""
    sets = template_sets()
    if name not in sets:
        raise UnknownTemplateSetError(name, tuple(sets))
    return sets[name]


def check_templates(templates: Sequence[str]) -> None:
    """Raises TemplateError for a template without a place for the class name."""
    for template in templates:
        if PLACE not in template:
            raise TemplateError(template)
