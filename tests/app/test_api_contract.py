"""The service against its own OpenAPI document: a short run of schemathesis, with all checks.

`benchmarks.api_fuzz` is the long one.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx

from app.main import create_app
from benchmarks.api_fuzz import CONFIG, ENDLESS, HOOKS

ERRORS = {"4XX", "5XX"}


def test_document_says_how_every_error_looks_and_nothing_that_is_never_sent():
    document = create_app().openapi()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in document["paths"].values():
        for operation in methods.values():
            answers = operation["responses"]
            assert all(answers[kind]["content"] == problem for kind in ERRORS)
            assert "422" not in answers
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_wrong_method_is_told_every_method_of_the_path(own_client: httpx.Client):
    for path, allowed in (("/v1/search", "GET, HEAD, POST"), ("/healthz", "GET, HEAD")):
        answer = own_client.request("OPTIONS", path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.json()["code"] == "method_not_allowed"


def test_service_keeps_to_its_document(own_client: httpx.Client, tmp_path: Path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
    address = str(own_client.base_url).rstrip("/")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(tmp_path / "schemathesis.toml"), "run", f"{address}/openapi.json"),
        *("--checks", "all", "--phases", "fuzzing", "--max-examples", "1", "--seed", "7"),
        *("--generation-deterministic", "--continue-on-failure", "--no-shrink", "--no-color"),
        *("--max-response-time", "120", "--request-timeout", "120"),
        *("--exclude-path", ENDLESS, "--suppress-health-check", "all"),
    ]
    environment = {**os.environ, **HOOKS, "no_proxy": "*"}
    run = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
