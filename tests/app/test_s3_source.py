"""A bucket of a real S3 server on loopback (moto's) as a source, from index to answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import fsspec
import httpx
import pytest
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from indexer.builder import index_collection
from indexer.errors import SourceError
from indexer.progress import IndexSummary, SilentProgress
from tests.app.conftest import Library, MakeSettings, Serving, picture_bytes

NOBODYS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "tests",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_MAX_ATTEMPTS": "1",
}


@dataclass
class Bucket:
    """A bucket `box`, and the server that has it."""

    server: ThreadedMotoServer
    system: Any

    def put(self, name: str, data: bytes) -> None:
        self.system.pipe_file(f"box/{name}", data)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {**NOBODYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()  # another test's server had another port
    try:
        httpx.post(f"http://{host}:{port}/moto-api/reset", trust_env=False).raise_for_status()
        system = fsspec.filesystem("s3")
        system.mkdir("box")
        yield Bucket(server, system)
    finally:
        S3FileSystem.clear_instance_cache()
        server.stop()


def _index(library: Library, *sources: str) -> IndexSummary:
    return index_collection(
        library.config(),
        sources,
        model_key=library.encoder.info.fingerprint,
        load_encoder=lambda: library.encoder,
        progress=SilentProgress(),
    )


def test_bucket_is_indexed_kept_up_with_served_and_missed(
    bucket: Bucket, empty_library: Library, settings_for: MakeSettings, serving: Serving
):
    library = empty_library
    bucket.put("pictures/red.png", picture_bytes("red"))
    bucket.put("pictures/deep/er/a b#é.png", picture_bytes("blue"))
    bucket.put("pictures/notes.txt", b"text")
    bucket.put("elsewhere/green.png", picture_bytes("green"))
    first = _index(library, "s3://box/pictures")
    assert (first.new, first.skipped_by_code) == (2, {"not_a_picture": 1})
    assert _index(library).published is False
    # as large as before: only the store's own tag tells them apart
    other = picture_bytes((231, 30, 30))
    assert len(other) == len(picture_bytes("red"))
    bucket.put("pictures/red.png", other)
    bucket.put("pictures/new.png", picture_bytes("yellow"))
    second = _index(library)
    assert (second.new, second.changed, second.unchanged) == (1, 1, 1)

    with serving(settings_for(), lambda _: library.encoder) as client:
        hits = client.get("/v1/collections/default/sample?k=9&seed=1").json()["hits"]
        originals = {client.get(hit["image_url"]).content for hit in hits}
        assert originals == {other, picture_bytes("blue"), picture_bytes("yellow")}
        bucket.server.stop()
        answer = client.get(hits[0]["image_url"])
        assert (answer.status_code, answer.json()["code"]) == (502, "store_unreachable")
        assert client.get(hits[0]["thumbnail_url"]).headers["content-type"] == "image/jpeg"
    with pytest.raises(SourceError, match=r"s3://box/pictures.*nothing was changed"):
        _index(library)


def test_bucket_that_is_not_there_is_named(bucket: Bucket, empty_library: Library):
    with pytest.raises(SourceError, match="s3://nobodys/pictures"):
        _index(empty_library, "s3://nobodys/pictures")
    assert not empty_library.config().generations_dir().exists()
