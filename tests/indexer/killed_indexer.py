"""Indexes a folder that keeps changing, again and again, and kills each run at a random moment.

    python -m tests.indexer.killed_indexer HOME SEED ROUNDS [KILLS]

A run tells through a pipe what it is about to do, and waits for leave to do it. Four of five are
killed instead of being given leave, at one step after the other, so that the kills fall into every
phase however slow the machine is. The fifth is killed a random moment after a random step. Some
change the model. After each run everything that is kept is verified. Writes one line for each: its
last step, how it ended, whether it was to change the model, and what verifying found. Ends after so
many kills, if they are fewer than the rounds.
"""

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from indexer import parts, pipeline, publisher
from indexer.catalog import files, publication, retention
from indexer.generations import verify
from indexer.merge_policy import MergePolicy
from indexer.searcher import current_record
from indexer.vector_store import VectorStore
from models import thumbnails
from tests.indexer.workbench import CountingEncoder, Workbench, draw_picture

FIRST, OTHER = CountingEncoder(), CountingEncoder(dim=16, seed=9)
PICTURES_EACH_ROUND = 4
BATCH = 2
STEPS = (
    *("start", "encode", "append", "record", "link", "merge", "index", "indexed"),
    *("publish", "published", "drop"),
)
# Where a run that changes the model is killed.
SWITCH_STEPS = ("encode", "record", "index", "publish", "published", "drop")
PLAN = (*((step, False) for step in STEPS), *((step, True) for step in SWITCH_STEPS))
RANDOM_EVERY = 5
SWITCHES = 0.2  # of the runs that are killed at random
# Some publications put a delta part in front of the base, some build it anew.
POLICY = MergePolicy(small_items=0, most_in_front=0.5)
LONGEST_DELAY_S = 0.02
# Imported before the runs are forked: each would otherwise spend seconds on importing torch.
IMPORTED_ONCE = (thumbnails,)
MOST_STEPS = 10_000  # more than a run takes; fewer than a pipe holds


class _Leash:
    """Lets a run tell each step, and holds it there until it is given leave."""

    def __init__(self) -> None:
        self._steps_read, self._steps_write = os.pipe()
        self._leave_read, self._leave_write = os.pipe()
        self._one_at_a_time = threading.Lock()

    def ask(self, step: str) -> None:
        """In the run: tell a step, and wait."""
        with self._one_at_a_time:
            os.write(self._steps_write, f"{step}\n".encode())
            os.read(self._leave_read, 1)

    def give_leave(self) -> None:
        """In the parent: let the run go on."""
        os.write(self._leave_write, b"!")

    def hear(self) -> TextIO:
        """In the parent: the steps, line by line, until the run has ended."""
        os.close(self._steps_write)
        return os.fdopen(self._steps_read)

    def close(self) -> None:
        """In the parent."""
        os.close(self._leave_read)
        os.close(self._leave_write)


def _announce(owner: Any, name: str, step: str, leash: _Leash) -> None:
    """Ask for leave before a function of `owner` is called and after it has returned."""
    real = getattr(owner, name)

    def announced(*arguments: Any, **named: Any) -> Any:
        leash.ask(step)
        result = real(*arguments, **named)
        leash.ask(f"{step}ed")
        return result

    setattr(owner, name, announced)


def _change_folder(bench: Workbench, round_number: int, rng: random.Random) -> None:
    """As many come as go, so that there are merges to the end."""
    names = sorted(path.name for path in bench.pictures.glob("*.jpg"))
    renamed, edited, *gone = rng.sample(names, 2 + PICTURES_EACH_ROUND)
    for name in gone:
        (bench.pictures / name).unlink()
    (bench.pictures / renamed).rename(bench.pictures / f"r{round_number}_{renamed}")
    draw_picture(bench.pictures / edited, 90_000 + round_number)
    for number in range(PICTURES_EACH_ROUND):
        draw_picture(bench.pictures / f"{round_number}_{number}.jpg", round_number * 100 + number)


def _index_on_leash(bench: Workbench, leash: _Leash) -> None:
    _announce(CountingEncoder, "encode_prepared", "encode", leash)
    _announce(VectorStore, "append", "append", leash)
    _announce(files.FileTable, "record", "record", leash)
    _announce(parts, "build_base_part", "merge", leash)
    _announce(parts, "write_durably", "index", leash)
    _announce(publisher, "write_durably", "index", leash)
    _announce(os, "link", "link", leash)
    _announce(publication, "publish_staged", "publish", leash)
    _announce(retention, "drop_generations", "drop", leash)
    bench.index()


def _run_and_kill(bench: Workbench, kill_at: str, delay_s: float | None) -> tuple[str, bool]:
    """Kill a run at a step, or some time after it. Returns its last step; whether it was killed."""
    leash = _Leash()
    child = os.fork()
    if child == 0:
        _index_on_leash(bench, leash)
        os._exit(0)
    step = "start"
    with leash.hear() as steps:
        while step != kill_at and (line := steps.readline()):
            step = line.strip()
            if step != kill_at:
                leash.give_leave()
        if delay_s is not None:
            _run_on(leash, delay_s)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        step = [step, *steps.read().split()][-1]
    leash.close()
    return step, os.WIFSIGNALED(status)


def _run_on(leash: _Leash, delay_s: float) -> None:
    """Let a run take its steps freely for a while."""
    for _ in range(MOST_STEPS):
        leash.give_leave()
    time.sleep(delay_s)


def _use_model(bench: Workbench, switch: bool) -> None:
    """Index with the model of the current generation, or with the other one."""
    record = current_record(bench.config)
    assert record is not None
    is_other = record.fingerprint == OTHER.info.fingerprint
    if is_other is not switch:
        bench.encoder, bench.model_key = OTHER, "other"
    else:
        bench.encoder, bench.model_key = FIRST, "fake"


def _verify(bench: Workbench) -> bool:
    """Whether all that is kept is whole; in a process of its own, for threads survive no fork."""
    child = os.fork()
    if child == 0:
        findings = verify(bench.config)
        sys.stderr.writelines(f"{finding}\n" for finding in findings)
        sys.stderr.flush()
        os._exit(1 if findings else 0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main(home: Path, seed: int, rounds: int, kills: int | None = None) -> None:
    """Change, index, kill, verify."""
    rng = random.Random(seed)
    pipeline._COMMIT_INTERVAL_S = 0.0
    bench = Workbench(home)
    bench.config = type(bench.config)(
        home / "data", batch_size=BATCH, decode_workers=2, merge_policy=POLICY
    )
    killed = 0
    for round_number in range(rounds):
        _change_folder(bench, round_number, rng)
        before, place = divmod(round_number, RANDOM_EVERY)
        if place < RANDOM_EVERY - 1:
            planned = before * (RANDOM_EVERY - 1) + place
            (kill_at, switch), delay_s = PLAN[planned % len(PLAN)], None
        else:
            kill_at, delay_s = rng.choice(STEPS), rng.uniform(0, LONGEST_DELAY_S)
            switch = rng.random() < SWITCHES
        _use_model(bench, switch)
        step, was_killed = _run_and_kill(bench, kill_at, delay_s)
        words = (
            step,
            "killed" if was_killed else "done",
            "switch" if switch else "same",
            "whole" if _verify(bench) else "damaged",
        )
        sys.stdout.write(" ".join(words) + "\n")
        sys.stdout.flush()
        killed += was_killed
        if killed == kills:
            break


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
