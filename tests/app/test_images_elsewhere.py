"""Originals that are no files of their own: members of tar shards."""

import io
import tarfile
from pathlib import Path

import pytest

from tests.app.conftest import Serving, picture_bytes


def _shard(path: Path, *colours: str) -> Path:
    with tarfile.open(path, "w") as archive:
        for colour in colours:
            data = picture_bytes(colour)
            info = tarfile.TarInfo(f"some/{colour}.png")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("thumbnails", [True, False])
def test_member_of_a_shard_is_served_as_it_is_and_as_a_thumbnail(
    library, serving: Serving, settings_for, tmp_path: Path, thumbnails: bool
):
    shard = _shard(tmp_path / "a.tar", "red", "blue")
    library.index("packed", sources=[shard], thumbnails=thumbnails)
    with serving(settings_for(), lambda _: library.encoder) as client:
        hits = client.get("/v1/search?q=red&collection=packed&k=2").json()["hits"]
        assert len(hits) == 2
        for hit in hits:
            original = client.get(hit["image_url"])
            assert original.headers["content-type"] == "image/png"
            assert original.content in (picture_bytes("red"), picture_bytes("blue"))
            assert client.get(hit["thumbnail_url"]).headers["content-type"] == "image/jpeg"
            etag = original.headers["etag"]
            assert client.get(hit["image_url"], headers={"if-none-match": etag}).status_code == 304
            part = client.get(hit["image_url"], headers={"range": "bytes=1-3", "if-range": etag})
            assert (part.status_code, part.content) == (206, original.content[1:4])
            assert part.headers["content-range"] == f"bytes 1-3/{len(original.content)}"
            behind = client.get(hit["image_url"], headers={"range": "bytes=99999-"})
            assert (behind.status_code, behind.json()["code"]) == (416, "range_not_satisfiable")
            assert client.head(hit["image_url"]).headers["etag"] == etag
        shard.unlink()
        gone = client.get(hits[0]["image_url"])
        assert (gone.status_code, gone.json()["code"]) == (410, "file_gone")
