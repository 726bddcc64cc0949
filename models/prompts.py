"""From class names to class embeddings, through prompt templates and their ensembles.

Averaging the embeddings of several templates of one name is the prompt ensemble of Radford et al.,
"Learning Transferable Visual Models From Natural Language Supervision" (2021), section 3.1.4.
Never scores a picture: `models.zero_shot` does.
"""

from collections.abc import Sequence
from typing import Protocol

from models.encoder import Embeddings, unit_embeddings
from models.templates import (
    DEFAULT_TEMPLATE_SET,
    PLACE,
    TemplateError,
    check_templates,
    template_set,
    template_sets,
)

__all__ = [
    "DEFAULT_TEMPLATE_SET",
    "SIMPLE_TEMPLATES",
    "TemplateError",
    "TextEncoder",
    "check_templates",
    "class_embeddings",
    "template_set",
    "template_sets",
]

SIMPLE_TEMPLATES = template_set(DEFAULT_TEMPLATE_SET)


class TextEncoder(Protocol):
    """As much of an `Encoder` as class names need."""

    def encode_text(self, texts: Sequence[str]) -> Embeddings:
        """Encode texts, in order. Returns (len(texts), dim) float32, unit length."""
        ...


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
