"""`sightline relevance`, and relevance in what `sightline search` shows."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from app.relevance import fit_path
from tests.app.command_line import Sightline
from tests.app.conftest import COLOURS, Library

PAIRS = [(first, second) for first in COLOURS for second in COLOURS]


def _captioned(library: Library, count: int) -> Path:
    """Pictures in two halves, and a manifest that says of which colours they are."""
    rng = np.random.default_rng(0)
    manifest = library.pictures / "captions.jsonl"
    with manifest.open("w", encoding="utf-8") as lines:
        for number in range(count):
            first, second = PAIRS[int(rng.integers(len(PAIRS)))]
            pixels = np.zeros((16, 32, 3))
            pixels[:, :16], pixels[:, 16:] = COLOURS[first], COLOURS[second]
            pixels = np.clip(pixels + rng.integers(-20, 20, pixels.shape), 0, 255)
            name = f"{number}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(library.pictures / name)
            caption = f"{first} and {second} paint"
            lines.write(json.dumps({"file": name, "caption": caption}) + "\n")
    return manifest


def test_fit_needs_captions(library: Library, sightline: Sightline):
    refused = sightline("relevance", "fit")
    assert refused.code == 1
    assert "have captions; a fit needs 100" in refused.err
    assert "not known" in sightline("relevance", "show").out
    assert not fit_path(library.data_dir, "default").exists()


def test_fit_of_a_collection_judges_its_hits(empty_library: Library, sightline: Sightline):
    empty_library.index(sources=[_captioned(empty_library, 110)])
    fitted = json.loads(sightline("relevance", "fit", "--json").out)
    assert fitted["fitted_on"] == "half of 110 pictures of default with captions"
    assert fit_path(empty_library.data_dir, "default").exists()
    shown = json.loads(sightline("relevance", "show", "--json").out)
    assert set(shown["modalities"]) == set(fitted["modalities"])
    text = shown["modalities"]["text"]["figures"]
    assert 0 <= text["ece_hits"] <= 1
    found = json.loads(sightline("search", "red", "--json", "--explain", "-k", 5).out)
    assert isinstance(found["no_good_match"], bool)
    for hit in found["hits"]:
        assert 0 <= hit["relevance"] <= 1
        assert [part["name"] for part in hit["explain"]["parts"]] == ["red"]
    line = sightline("search", "red", "-k", 1).out
    assert "%  " in line
    none = sightline("search", "red", "--min-relevance", 1, "-k", 5)
    assert none.out == ""
    assert "no good match" in none.err
