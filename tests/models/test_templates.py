"""The named sets of prompt templates that come with the package."""

import pytest
from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES, SIMPLE_IMAGENET_TEMPLATES

from models.prompts import SIMPLE_TEMPLATES
from models.templates import PLACE, UnknownTemplateSetError, template_set, template_sets


def test_every_template_of_every_set_has_a_place_and_stands_once() -> None:
    for templates in template_sets().values():
        assert templates
        assert len(set(templates)) == len(templates)
        assert all(template.count(PLACE) == 1 for template in templates)


def test_the_usual_set_is_the_simple_one() -> None:
    assert template_set("simple") == SIMPLE_TEMPLATES
    assert template_set("plain") == ("{}",)


def test_the_published_sets_are_those_of_the_field() -> None:
    published = [template("{}") for template in OPENAI_IMAGENET_TEMPLATES]
    assert list(template_set("openai")) == published
    assert len(published) == 80
    assert set(template_set("seven")) == {template("{}") for template in SIMPLE_IMAGENET_TEMPLATES}
    assert set(template_set("seven")) <= set(published)


def test_an_unknown_set_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownTemplateSetError, match="simple, openai, seven, plain") as caught:
        template_set("clever")
    assert caught.value.name == "clever"
