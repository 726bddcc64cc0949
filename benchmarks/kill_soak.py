"""Does anything break or get lost when the indexer is killed 200 times?

    python -m benchmarks.kill_soak [--kills 200] [--seed 0]

A folder changes all the time (new, edited, renamed and deleted pictures). Index runs, some of which
change the model, are killed (SIGKILL) at every step in turn and at random moments between, while a
client searches without pause; after each kill everything that is kept is verified. At the end the
indexer runs once undisturbed. Fails unless every search was answered, everything was whole after
each kill, and every picture is there once, with its own embedding. The models are weight-free ones,
so that the kills and not the encoding take the time; with the real service and the real model:
`benchmarks.killed_indexing`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from indexer.generations import verify
from tests.indexer.test_crashes import Reader
from tests.indexer.workbench import Workbench, draw_picture

PICTURES = 30
# Runs that end before the moment at which they were to be killed are none of the kills.
SPARE = 1.3


def main() -> None:
    """Kill, search, verify, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        bench = Workbench(Path(home))
        for number in range(PICTURES):
            draw_picture(bench.pictures / f"{number}.jpg", number)
        bench.index()
        with Reader(bench) as reader:
            outcomes = _kill(bench, options.seed, options.kills)
            bench.index()
        report(outcomes, reader)
        if skipped := bench.skipped():
            raise SystemExit(f"not indexed: {skipped}")
        bench.assert_whole()
        if reader.failures or verify(bench.config):
            raise SystemExit("a search failed, or something is damaged")
    print("nothing lost, nothing doubled, nothing damaged")


def report(outcomes: list[list[str]], reader: Reader) -> None:
    """Print what was killed where, and how the searches went. Ends the process on damage."""
    kills = [one for one in outcomes if one[1] == "killed"]
    steps = Counter(step for step, *_ in kills)
    print(f"{len(kills)} kills, {sum(how == 'switch' for _, _, how, _ in kills)} in a model change")
    print("  " + ", ".join(f"{step} {count}" for step, count in steps.most_common()))
    print(
        f"{reader.searches:,} searches over {len(reader.generations)} generations, "
        f"{len(reader.failures)} failed"
    )
    damaged = [one for one in outcomes if one[3] != "whole"]
    print(f"{len(outcomes) - len(damaged)} of {len(outcomes)} times whole after the run")
    if damaged:
        raise SystemExit(f"damage: {damaged[:3]}")


def _kill(bench: Workbench, seed: int, kills: int) -> list[list[str]]:
    """Of every run: its last step, how it ended, whether it changed the model, what was found."""
    command = [sys.executable, "-m", "tests.indexer.killed_indexer"]
    rounds = str(round(kills * SPARE))
    with subprocess.Popen(
        [*command, str(bench.home), str(seed), rounds, str(kills)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        return [line.split() for line in process.stdout]


if __name__ == "__main__":
    main()
