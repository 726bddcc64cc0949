"""Does the service keep to its own OpenAPI document, whatever it is sent?

    python -m benchmarks.api_fuzz [--examples 25] [--seed 1] [--phases …] [--report FILE]

Draws a small gallery, indexes it with the built-in model, starts the real service on a free port of
this machine, and lets schemathesis (https://schemathesis.io) ask every route of the document with
all its checks: boundary values, generated requests that fit the schema and some that do not, and
chains of requests. No server error, no status, header, type or body that the document does not
have. Jobs are queued and never run. The same seed asks the same, as far as the answers do not lead
elsewhere. Ends with what schemathesis ends with: 0 if no check failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.gallery.generate import generate_gallery

PICTURES = 24
SIGHTLINE = (sys.executable, "-m", "app.cli.main")
# A JSON schema cannot say what a filter, a cron expression, base64 of a picture or a cursor looks
# like, nor that two ids must differ: what fits it may rightly be answered 400, 410 or 415.
CONFIG = """
[checks]
positive_data_acceptance.expected-statuses = \
["2xx", "3xx", 400, 401, 403, 404, 409, 410, 413, 415, 429]
negative_data_rejection.expected-statuses = \
[400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, 431]
"""
HOOKS = {
    "SCHEMATHESIS_HOOKS": "benchmarks.fuzz_hooks",
    "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
}
LONGEST_S = 60  # for one answer
# The stream of a job's events ends with the job, and here none ever does.
ENDLESS = "/v1/jobs/{job_id}/events"
PHASES = "examples,coverage,fuzzing,stateful"


@contextmanager
def running_service(folder: Path) -> Iterator[str]:
    """A service on a drawn gallery in `folder`. Gives its address."""
    pictures = folder / "pictures"
    generate_gallery(pictures, PICTURES, 5)
    environment = {
        **os.environ,
        "SIGHTLINE_DATA_DIR": str(folder / "data"),
        "SIGHTLINE_WORKER": "off",
        "SIGHTLINE_WRITING": "on",
        "SIGHTLINE_PORT": "0",
    }
    manifest = pictures / "manifest.jsonl"
    subprocess.run([*SIGHTLINE, "index", str(manifest)], env=environment, check=True)
    service = subprocess.Popen(
        [*SIGHTLINE, "serve"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert service.stdout is not None
        yield service.stdout.readline().split()[-1].rstrip("/")
        if service.poll() is not None:
            raise SystemExit(f"the service ended by itself, with {service.returncode}")
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait(30)


def ask(address: str, folder: Path, options: argparse.Namespace) -> int:
    """Let schemathesis ask. Returns its exit code."""
    (folder / "schemathesis.toml").write_text(CONFIG, "utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(folder / "schemathesis.toml")),
        *("run", f"{address}/openapi.json", "--checks", "all", "--phases", options.phases),
        *("--max-examples", str(options.examples), "--seed", str(options.seed)),
        *("--continue-on-failure", "--no-shrink", "--generation-database", "none", "--no-color"),
        *("--request-timeout", str(LONGEST_S), "--max-response-time", str(LONGEST_S)),
        *("--exclude-path", ENDLESS, "--warnings", "off"),
        *(("--report", "ndjson", "--report-ndjson-path", options.report) if options.report else ()),
    ]
    environment = {**os.environ, **HOOKS}
    return subprocess.run(command, env=environment, check=False, cwd=folder).returncode


def main() -> int:
    """Start a service, have it asked, stop it. Returns schemathesis' exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=25, help="generated, a route and kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=PHASES)
    parser.add_argument("--report", help="file for every request and answer, JSON lines")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_service(Path(name)) as address:
        return ask(address, Path(name), options)


if __name__ == "__main__":
    sys.exit(main())
