"""What does a start save by leaving out what open_clip's import brings and nobody uses?

    python -m benchmarks.start_cost [--rounds 3]

Two processes take turns: one imports open_clip, timm and torchvision as they are, the other through
`models.lean_imports`. Printed are processor time and peak memory of each, and the ratios of their
medians.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys

_SAY = "import resource; use = resource.getrusage(resource.RUSAGE_SELF)\n"
_SAY += "print(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)"
_IMPORTS = {
    "as they are": "import open_clip, timm, torchvision.transforms.v2",
    "without ballast": "import models.lean_imports",
}


def main() -> None:
    """Take turns and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in _IMPORTS}
    for _ in range(options.rounds):
        for name, script in _IMPORTS.items():
            seen[name].append(cost(script))
            processor_s, memory_mib = seen[name][-1]
            print(f"{name:16} {processor_s:5.2f} s of processor, {memory_mib:4.0f} MiB", flush=True)
    (time_before, memory_before), (time_after, memory_after) = map(medians, seen.values())
    print(f"time {time_after / time_before:.2f}, memory {memory_after / memory_before:.2f}")


def cost(script: str) -> tuple[float, float]:
    """Processor seconds and peak MiB of a process that runs the script."""
    done = subprocess.run(
        [sys.executable, "-c", f"{script}\n{_SAY}"], capture_output=True, text=True, check=True
    )
    processor_s, memory_mib = map(float, done.stdout.split())
    return processor_s, memory_mib


def medians(costs: list[tuple[float, float]]) -> tuple[float, float]:
    """The median of both figures."""
    processor_s, memory_mib = zip(*costs, strict=True)
    return statistics.median(processor_s), statistics.median(memory_mib)


if __name__ == "__main__":
    main()
