"""`sightline search` asks every kind of question that the service answers."""

import json
from pathlib import Path

import pytest

from models.fake_encoder import FakeEncoder
from tests.app.command_line import Sightline, one_line_error


def _found(sightline: Sightline, *arguments: object) -> list[str]:
    done = sightline("search", *arguments, "--json")
    assert done.code == 0, done.err
    return [Path(hit["path"]).stem for hit in json.loads(done.out)["hits"]]


def _id_of(sightline: Sightline, colour: str) -> str:
    answer = json.loads(sightline("search", colour, "-k", 1, "--json").out)
    image_id: str = answer["hits"][0]["id"]
    return image_id


def test_search_takes_terms_exclusions_and_feedback(sightline: Sightline, library):
    blue, green = _id_of(sightline, "blue"), _id_of(sightline, "green")
    assert _found(sightline, f'red + photo:{blue}:9 - "green"', "-k", 1) == ["blue"]
    without = _found(sightline, "yellow", "--exclude", "red", "--dislike", blue, "-x", "nothing")
    assert {"red", "blue"}.isdisjoint(without)
    assert _found(sightline, "--like", green, "-k", 1) == ["green"]
    varied = _found(sightline, "red", "--diversity", 0.9, "--fusion", "balanced")
    assert varied[0] == "red"
    assert sorted(varied) == sorted(_found(sightline, "red"))


def test_search_takes_a_crop_and_a_raw_embedding(sightline: Sightline, library, tmp_path: Path):
    picture = library.pictures / "green.jpg"
    assert _found(sightline, "-i", picture, "--crop", "0.5,0,0.5,1", "-k", 1) == ["green"]
    vector = tmp_path / "vector.json"
    vector.write_text(json.dumps(FakeEncoder().encode_text(["purple"])[0].tolist()))
    assert _found(sightline, "--embedding", vector, "-k", 1) == ["purple"]
    vector.write_text("{}")
    assert "numbers" in one_line_error(sightline("search", "--embedding", vector))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (['red + "blue'], "column 7"),
        (["red", "--crop", "0,0,1,1"], "--image"),
        (["red", "--exclude", '"a" + "b"'], "one thing"),
        (["red", "--like", "nobody"], "nobody"),
    ],
)
def test_questions_that_make_no_sense_are_one_line_each(
    sightline: Sightline, library, arguments: list[str], said: str
):
    assert said in one_line_error(sightline("search", *arguments))
