"""From class names to class embeddings: prompt templates and their ensembles.

Averaging the embeddings of several templates of one name is the prompt ensemble of Radford et al.,
"Learning Transferable Visual Models From Natural Language Supervision" (2021), section 3.1.4.
Never scores a picture: `models.zero_shot` does.
"""

from collections.abc import Sequence

from models.encoder import Embeddings, Encoder, unit_embeddings

PLACE = "{}"
SIMPLE_TEMPLATES = (
    "{}",
    "a photo of a {}.",
    "a picture of a {}.",
    "a close-up photo of a {}.",
    "a drawing of a {}.",
)


class TemplateError(ValueError):
    """A template has no place for the class name: .template."""

    def __init__(self, template: str) -> None:
        super().__init__(f"the template {template!r} must contain {PLACE!r} for the class name")
        self.template = template


def class_embeddings(
    encoder: Encoder, classnames: Sequence[str], templates: Sequence[str] = SIMPLE_TEMPLATES
) -> Embeddings:
    """One embedding a class: the mean over its templates. Returns (len(classnames), dim), unit.

    Raises TemplateError for a template without a place, EncodeError if the model fails.
    """
    for template in templates:
        if PLACE not in template:
            raise TemplateError(template)
    prompts = [
        template.replace(PLACE, classname) for classname in classnames for template in templates
    ]
    embeddings = encoder.encode_text(prompts)  # (classes * templates, dim)
    grouped = embeddings.reshape(len(classnames), len(templates), -1)
    return unit_embeddings(grouped.mean(axis=1))
