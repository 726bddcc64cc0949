"""Flipped bits, as users meet them: named by `verify`, refused at start, mended by one command."""

import json
from pathlib import Path

import pytest

from tests.app.command_line import Sightline
from tests.app.waiting import eventually


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["index", "vectors"])
def test_flipped_bits_are_named_and_repaired_by_one_command(
    sightline: Sightline, library, settings_for, serving, kind: str
):
    home = library.data_dir / "collections/default"
    sightline("index")
    assert sightline("generations", "verify").code == 0
    pattern = {"index": "generations/*/*.faiss", "vectors": "vectors/*/segment-*.f32"}[kind]
    damaged = max(home.glob(pattern))
    _flip(damaged)
    found = sightline("generations", "verify", "--json")
    assert found.code == 1
    assert damaged.name in {one["file"] for one in json.loads(found.out)["findings"]}
    assert damaged.name in sightline("generations", "verify").out
    with serving(settings_for(), lambda _: library.encoder) as client:
        rebuilt = sightline("index", "--rebuild", "--keep-generations", 1)
        assert rebuilt.code == 0, rebuilt.err
        number = json.loads(sightline("generations", "list", "--json").out)["generations"][-1]
        eventually(
            lambda: (
                client.get("/v1/collections/default").json()["generation"] == number["generation"]
            )
        )
        hits = client.get("/v1/search", params={"q": "red", "k": 99}).json()["hits"]
        assert len(hits) == 6
    sightline("generations", "prune", "--keep", 1)
    assert sightline("generations", "verify").code == 0


def test_damaged_generation_is_refused_at_start_with_the_file_s_name(
    sightline: Sightline, library, settings_for, serving
):
    (damaged,) = (library.data_dir / "collections/default/generations").glob("*/manifest.json")
    _flip(damaged)
    with serving(settings_for(), lambda _: library.encoder) as client:
        assert client.get("/v1/search", params={"q": "red"}).status_code == 503
        assert "manifest.json" in client.get("/readyz").json()["problems"]["default"]
        assert sightline("index", "--rebuild").code == 0
        eventually(lambda: client.get("/v1/search", params={"q": "red"}).status_code == 200)
        assert client.get("/readyz").json()["problems"] == {}
