"""Does a running service stay quick and right under steady load?

    python -m benchmarks.soak [--port 8000] [--seconds 60] [--clients 4]

Start the service first (make run). Each client asks one question after another; the report gives
the rate, the latency's percentiles for each quarter of the time (a service that leaks gets slower
from quarter to quarter) and every status that was not 200. Speaks to this machine only.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

QUESTIONS = ("a red bird", "a boat on the sea", "snow on a mountain", "a cake", "a house at night")
QUARTERS = 4
MAX_SECONDS = 3600
MAX_CLIENTS = 64
_TIMEOUT_S = 30.0
_PAUSE_S = 0.1  # after a failed connection: a service that is down is not asked in a tight loop


@dataclass(slots=True)
class Tally:
    """What one client saw: (seconds since the start, seconds taken) of answers, and failures."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)


def ask_until(port: int, start_s: float, end_s: float, tally: Tally) -> None:
    """Ask one question after another until the time is over."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    number = 0
    while (asked_s := time.monotonic()) < end_s:
        question = f"{QUESTIONS[number % len(QUESTIONS)]} {number}"  # never twice the same
        number += 1
        try:
            connection.request("GET", f"/v1/search?q={quote(question)}")
            response = connection.getresponse()
            response.read()
        except (OSError, HTTPException) as error:
            tally.failures[type(error).__name__] += 1
            connection.close()
            time.sleep(_PAUSE_S)
            continue
        if response.status == 200:
            tally.answers.append((asked_s - start_s, time.monotonic() - asked_s))
        else:
            tally.failures[str(response.status)] += 1
    connection.close()


def report(tallies: list[Tally], seconds: float) -> None:
    """Print rate, percentiles for each quarter, and failures."""
    answers = [answer for tally in tallies for answer in tally.answers]
    failures = sum((tally.failures for tally in tallies), Counter[str]())
    print(f"{len(answers):,} answers in {seconds:g} s: {len(answers) / seconds:.1f}/s")
    for quarter in range(QUARTERS):
        low, high = (seconds * edge / QUARTERS for edge in (quarter, quarter + 1))
        took_ms = [took * 1000 for asked, took in answers if low <= asked < high]
        if len(took_ms) > 1:
            cuts = statistics.quantiles(took_ms, n=100)
            figures = f"p50 {cuts[49]:.1f}  p95 {cuts[94]:.1f}  p99 {cuts[98]:.1f} ms"
            print(f"  {low:6.0f} to {high:.0f} s: {figures}")
    print("failures: " + (", ".join(f"{n:,} × {what}" for what, n in failures.items()) or "none"))


def main() -> None:
    """Put load on the service and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    seconds = min(options.seconds, MAX_SECONDS)
    tallies = [Tally() for _ in range(min(options.clients, MAX_CLIENTS))]
    start_s = time.monotonic()
    clients = [
        threading.Thread(target=ask_until, args=(options.port, start_s, start_s + seconds, tally))
        for tally in tallies
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    report(tallies, seconds)


if __name__ == "__main__":
    main()
