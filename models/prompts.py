"""From class names to class embeddings: prompt templates and their ensembles.

Averaging the embeddings of several templates of one name is the prompt ensemble of Radford et al.,
"Learning Transferable Visual Models From Natural Language Supervision" (2021), section 3.1.4. The
named sets stand in `texts/templates.json`: `simple` is ours, `openai` the 80 templates that the
paper's authors published for ImageNet, `seven` the seven of them that they found to do nearly as
well, and `plain` the bare name, in whatever language. Never scores a picture: `models.zero_shot`
does.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from models.encoder import Embeddings, unit_embeddings

PLACE = "{}"
TEXTS_DIRECTORY = Path(__file__).parent / "texts"


class TextEncoder(Protocol):
    """As much of an `Encoder` as class names need."""

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts, in order. Returns (len(texts), dim) float32, unit length."""
        ...


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


DEFAULT_TEMPLATE_SET = "simple"
SIMPLE_TEMPLATES = template_set(DEFAULT_TEMPLATE_SET)


def class_embeddings(
    encoder: TextEncoder, classnames: Sequence[str], templates: Sequence[str] = SIMPLE_TEMPLATES
) -> Embeddings:
    """One embedding a class: the mean over its templates. Returns (len(classnames), dim), unit.

    Raises TemplateError for a template without a place, EncodeError if the model fails.
    """
    check_templates(templates)
    prompts = [
        template.replace(PLACE, classname) for classname in classnames for template in templates
    ]
    embeddings = encoder.encode_text(prompts)  # (classes * templates, dim)
    grouped = embeddings.reshape(len(classnames), len(templates), -1)
    return unit_embeddings(grouped.mean(axis=1))


def check_templates(templates: Sequence[str]) -> None:
    """Raises TemplateError for a template without a place for the class name."""
    for template in templates:
        if PLACE not in template:
            raise TemplateError(template)
