"""Workers in processes of their own, with a weight-free model, which tests let go on step by step.

    python -m tests.app.job_workers DATA_DIR [--on-leash]

On the leash a worker that has written down how far it is says `held` and waits for a line before it
looks what is wanted of it.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from indexer import pipeline
from indexer.config import IndexConfig
from indexer.jobs.claims import Claims, Report
from indexer.jobs.records import Job
from indexer.jobs.worker import Worker, WorkerSetup
from models.config import ModelConfig
from models.fake_encoder import FakeEncoder

ROOT = Path(__file__).resolve().parents[2]
BATCH = 4
LEASE_S = 2.0


class WorkerProcess:
    """A worker that is killed at the latest when the block ends."""

    def __init__(self, data_dir: Path, *, on_leash: bool = True) -> None:
        arguments = [str(data_dir), *(["--on-leash"] if on_leash else [])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.job_workers", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_held(self) -> None:
        """Until it has written down how far it is."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def let_go_on(self) -> None:
        """To the next time that it writes down how far it is."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """As `kill -9`."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()


def _hold_after_each_report() -> None:
    real = Claims.report

    def report(claims: Claims, job: Job, report: Report) -> bool:
        is_ours = real(claims, job, report)
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.readline()
        return is_ours

    Claims.report = report  # type: ignore[method-assign, assignment]


def run_worker(data_dir: Path, on_leash: bool) -> None:
    """Work until killed."""
    pipeline._COMMIT_INTERVAL_S = 0.0

    if on_leash:
        _hold_after_each_report()
    encoder = FakeEncoder()
    setup = WorkerSetup(
        data_dir,
        config_for=lambda name: IndexConfig(
            data_dir,
            name,
            decode_workers=2,
            batch_size=BATCH,
            thumbnails=False,  # drawing them imports torch, which takes seconds
        ),
        model_for=lambda _: ModelConfig("fake"),
        load_encoder=lambda _: encoder,
        model_key=lambda _: "fake",
        lease_s=LEASE_S,
        poll_s=0.05,
    )
    Worker(setup, say=lambda _: None).run()


if __name__ == "__main__":
    run_worker(Path(sys.argv[1]), "--on-leash" in sys.argv)
