"""What does keeping freed memory gain, and folding batch norms?

    python -m benchmarks.kept_memory [--batch 32] [--rounds 5]

Encodes random pictures with the built-in model: the network as open_clip builds it, with batch
norms folded in, and with freed memory kept as well. Each way runs in a process of its own, in turn,
so that neighbours on the machine disturb all alike. Prints pictures per second, page faults and
ratios.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import torch

from models.config import ModelConfig
from models.fusion import without_batch_norms
from models.loading import load_network
from models.memory import keep_freed_memory

WAYS = ("as built", "folded", "folded, kept")
_BATCHES = 6


def main() -> None:
    """Run the ways in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS, help="run one way only, and print JSON")
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.batch)))
        return
    results: dict[str, list[tuple[float, int]]] = {way: [] for way in WAYS}
    for _ in range(options.rounds):
        for way in WAYS:
            results[way].append(_in_process(way, options.batch))
    slowest = statistics.median(rate for rate, _ in results[WAYS[0]])
    for way, runs in results.items():
        rate = statistics.median(rate for rate, _ in runs)
        faults = statistics.median(faults for _, faults in runs)
        print(
            f"{way:14} {rate:7.1f} pictures/s  x{rate / slowest:.2f}  {faults:>10,.0f} page faults"
        )


def _in_process(way: str, batch: int) -> tuple[float, int]:
    command = [sys.executable, "-m", "benchmarks.kept_memory", "--way", way, "--batch", str(batch)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate, faults = json.loads(done.stdout.splitlines()[-1])
    return float(rate), int(faults)


def measure(way: str, batch: int) -> tuple[float, int]:
    """Pictures per second and page faults of one way."""
    if "kept" in way:
        keep_freed_memory()
    tower = load_network(ModelConfig()).network.visual.to(memory_format=torch.channels_last)
    side = tower.image_size[0]
    pictures = torch.rand(batch, 3, side, side).to(memory_format=torch.channels_last)
    if "folded" in way:
        tower = without_batch_norms(tower, pictures[:1]).to(memory_format=torch.channels_last)
    with torch.inference_mode():
        tower(pictures)
        faults, start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt, time.perf_counter()
        for _ in range(_BATCHES):
            tower(pictures)
        elapsed_s = time.perf_counter() - start
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults
    return batch * _BATCHES / elapsed_s, faults


if __name__ == "__main__":
    main()
