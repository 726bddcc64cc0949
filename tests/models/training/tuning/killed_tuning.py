"""Trains until it is killed: `python killed_tuning.py PICTURES.json BASE OUT SEED`.

Run by test_resuming; a process of its own, so that SIGKILL is real.
"""

import json
import sys
import time
from pathlib import Path

from models.config import ModelConfig
from models.training.tuning.pictures import Entry
from models.training.tuning.plan import plan_for
from models.training.tuning.progress import SilentProgress
from models.training.tuning.tune import Request, tune


class SlowProgress(SilentProgress):
    """Leaves time to be killed in, once training has begun."""

    def start(self, what: str, total: int) -> None:
        """Remember the phase."""
        self.phase = what

    def advance(self, count: int, said: str = "") -> None:
        """Dawdle."""
        if self.phase == "training":
            time.sleep(0.3)


def main() -> None:
    """Train with the plan of the test."""
    pictures, base, out = map(Path, sys.argv[1:4])
    entries = [Entry(Path(file), tuple(own)) for file, own in json.loads(pictures.read_text())]
    plan = plan_for("full", **json.loads(sys.argv[4]))
    request = Request(entries, out, plan, base=ModelConfig(str(base)), device="cpu")
    tune(request, SlowProgress())


if __name__ == "__main__":
    main()
