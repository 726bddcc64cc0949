"""docs/client.md, run from top to bottom against a real service."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.client.blocking import Client
from tests.app.conftest import Library, MakePicture, MakeSettings, running

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/client.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def written_to(library: Library, settings_for: MakeSettings) -> Iterator[httpx.Client]:
    """A service that may be written to."""
    with running(settings_for(writing="on"), lambda _: library.encoder) as client:
        yield client


def test_client_document_works_from_top_to_bottom(
    written_to: httpx.Client,
    picture: MakePicture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photo.jpg").write_bytes(picture("red", kind="JPEG"))
    address = str(written_to.base_url).rstrip("/")
    names: dict[str, object] = {}
    with Client(address) as staying:
        for example in EXAMPLES:
            # No worker runs beside a test: a job is cancelled instead of waited for.
            code = example.replace("http://127.0.0.1:8000", address).replace(
                "retry_skipped=True)\n", "retry_skipped=True)\nclient.jobs.cancel(job.id)\n"
            )
            exec(compile(code, "docs/client.md", "exec"), names)
            if "client" in names:
                names["client"] = staying
    said = capsys.readouterr().out
    assert "no picture has a field 'widht'; did you mean 'width'?" in said
    assert "state cancelled" in said
    assert (tmp_path / "small.jpg").read_bytes().startswith(b"\xff\xd8")
