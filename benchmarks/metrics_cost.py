"""What the figures of /metrics cost: for each search, and each time that they are asked for."""

import argparse
import time

from app.access.route_roles import ROUTE_ROLES
from app.metrics.exposition import exposition
from app.metrics.recorder import Metrics

STAGES = ("decode", "encode", "search", "metadata")


def main() -> None:
    """Print microseconds a search request, and milliseconds and bytes of a full exposition."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000)
    metrics, count = Metrics(), parser.parse_args().requests
    began = time.perf_counter()
    for _ in range(count):
        for stage in STAGES:
            metrics.stage(stage, 0.002)
        metrics.batch("texts", 4, 0.004)
        metrics.request("GET", "/v1/search", 200, 0.008)
    request_us = (time.perf_counter() - began) / count * 1e6
    print(f"{request_us:.1f} µs for the figures of one search")
    for route, methods in ROUTE_ROLES.items():  # the most series that there can be, nearly
        for method in methods:
            for status in (200, 304, 404, 503):
                metrics.request(method, route, status, 0.01)
    began = time.perf_counter()
    text = exposition(metrics.registry, [])
    took_ms = (time.perf_counter() - began) * 1000
    print(f"{took_ms:.1f} ms for {len(text):,} bytes with every route in four kinds of status")


if __name__ == "__main__":
    main()
