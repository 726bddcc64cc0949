"""How quick is the page: its first results, its weight, what moves unasked, and scrolling.

    python -m benchmarks.page_speed [--results 5000] [--pictures 60] [--seconds 6] [--times 3]

Draws a small gallery, indexes it, runs the real service as a process of its own, and opens its page
in Chromium. First paint is the time from the navigation to the frame in which the first pictures of
a search are drawn, in a browser that has loaded the page once. Scrolling goes down the page at a
steady pace, by a step in each frame, with so many results in it; the service's own pictures stand
for them over and over, in answers of its own shape. The same is then done on an empty page of the
same height: on a slow machine the ratio of the two says what the page costs. The processor time of
the page's main thread in each frame comes from the browser's trace, and does not depend on what
else runs. Sizes are those that travel before the first results have their places, as the browser
counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    ViewportSize,
    sync_playwright,
)

COMMAND = [sys.executable, "-c", "from app.cli.main import main; main()"]
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SEED = 7
PAGE = 1000  # the service's largest; the page itself asks for fewer at once
STEP_PX = 60  # a frame: 3,600 pixels a second where there are 60
WATCH = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
}).observe({ type: "layout-shift", buffered: true });
window.firstResults = new Promise((resolve) => {
  const look = () => {
    if (document.querySelector(".card")) window.firstPlaces ??= performance.now();
    const first = document.querySelector(".card img[class^=is-here]");
    if (first) requestAnimationFrame(() => resolve(performance.now()));
    else requestAnimationFrame(look);
  };
  look();
});
"""
SCROLL = """
([step, seconds]) => new Promise((resolve) => {
  const lengths = [];
  let last = performance.now();
  const end = last + seconds * 1000;
  const frame = (now) => {
    lengths.push(now - last);
    last = now;
    if (now > end) resolve(lengths.slice(2));
    else {
      window.scrollBy({ top: step, behavior: "instant" });
      requestAnimationFrame(frame);
    }
  };
  requestAnimationFrame(frame);
})
"""
SIZES = """
async () => {
  await window.firstResults;
  return performance.getEntriesByType("resource")
    .filter((one) => one.responseEnd < window.firstPlaces)
    .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
    .map((one) => [one.encodedBodySize, one.decodedBodySize]);
}
"""


@contextmanager
def service(pictures: int) -> Iterator[str]:
    """The address of a service over a drawn gallery."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SIGHTLINE_DATA_DIR": f"{folder}/data", "OMP_NUM_THREADS": "1"}
        gallery = ["gallery", f"{folder}/g", "--count", str(pictures), "--seed", str(SEED)]
        for words in (gallery, ["index", f"{folder}/g/manifest.jsonl"]):
            quiet = subprocess.DEVNULL
            subprocess.run([*COMMAND, *words], env=environment, stdout=quiet, check=True)
        serve = [*COMMAND, "serve", "--port", "0"]
        with served(serve, environment) as url:
            yield url


@contextmanager
def served(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address that a service says it listens on; it ends with the block."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
        assert found, "the service did not start"
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=20)


def many(results: int) -> Any:
    """A handler that answers a search with so many hits: the service's own, over and over."""

    def answer(route: Route) -> None:
        body = route.fetch().json()
        own = body["hits"]
        body["hits"] = [
            {**own[number % len(own)], "id": f"{number:016x}", "relevance": 1 - number / results}
            for number in range(results)
        ]
        body["next_cursor"] = None
        route.fulfill(body=json.dumps(body), content_type="application/json")

    return answer


def opened(context: BrowserContext, url: str) -> Page:
    """A page with the first results of this address drawn."""
    page = context.new_page()
    page.goto(url)
    page.locator(".card img[class^=is-here]").first.wait_for()
    return page


def first_paint(context: BrowserContext, url: str, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the first results, in a browser that knows the page: each in a tab that is
    open, and each in a new one, for which the browser starts a process. No question comes twice.
    """
    tab = opened(context, f"{url}/?q=a+boat")
    in_tab, in_new_tabs = [], []
    for number in range(times):
        question = f"{url}/?q=a+boat+and+{number}"
        tab.goto(f"{question}+birds")
        tab.locator(".card img[class^=is-here]").first.wait_for()
        in_tab.append(float(tab.evaluate("window.firstResults")))
        new = opened(context, f"{question}+trees")
        in_new_tabs.append(float(new.evaluate("window.firstResults")))
        new.close()
    tab.close()
    return in_tab, in_new_tabs


def weight(context: BrowserContext, url: str) -> tuple[int, int, int]:
    """How many scripts and styles a first load takes, and their bytes: as sent, unpacked."""
    page = opened(context, f"{url}/?q=a+boat")
    sizes: list[list[int]] = page.evaluate(SIZES)
    page.close()
    return len(sizes), sum(one for one, _ in sizes), sum(other for _, other in sizes)


@dataclass(frozen=True, slots=True)
class Moved:
    """The lengths of frames while a page is moved, and the main thread's work in each; ms."""

    lengths: list[float]
    worked: float

    def line(self) -> str:
        """In words."""
        ordered = sorted(self.lengths)
        late = ordered[int(0.95 * len(ordered))]
        frames = f"median {median(ordered):.1f} ms, p95 {late:.1f} ms, {len(ordered)} frames"
        return f"{frames}, {self.worked:.1f} ms of processor time in each"


def moved(page: Page, script: str, given: list[Any]) -> Moved:
    """Run a script that moves the page, and gives the lengths of the frames."""
    session = page.context.new_cdp_session(page)
    events: list[dict[str, Any]] = []
    ended: list[Any] = []
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda end: ended.append(end))
    config = {"includedCategories": ["toplevel", "devtools.timeline"]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    lengths: list[float] = page.evaluate(script, given)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    threads = {
        (one["pid"], one["tid"]): one["args"]["name"]
        for one in events
        if one.get("name") == "thread_name"
    }
    tasks = [
        one.get("tdur", 0) / 1000
        for one in events
        if str(one.get("name", "")).endswith("RunTask")
        and threads.get((one["pid"], one["tid"])) == "CrRendererMain"
    ]
    return Moved(lengths, sum(tasks) / len(lengths))


def scrolling(context: BrowserContext, url: str, results: int, seconds: float) -> None:
    """Frames with the results, and on an empty page as high; what of the page stood in memory."""
    page = context.new_page()
    page.route(re.compile(r"/v1/search\?"), many(results))
    page.goto(f"{url}/?q=a+boat")
    page.locator(".card img[class^=is-here]").first.wait_for()
    page.wait_for_timeout(1000)
    with_results = moved(page, SCROLL, [STEP_PX, seconds])
    cards, nodes = page.evaluate(
        "[document.querySelectorAll('.card').length, document.querySelectorAll('*').length]"
    )
    height = page.evaluate("document.documentElement.scrollHeight")
    shifts = page.evaluate("window.shifts")
    page.close()
    empty = context.new_page()
    empty.set_content(f"<div style='height:{height}px'></div>")
    alone = moved(empty, SCROLL, [STEP_PX, seconds])
    empty.close()
    print(f"{results} results: {with_results.line()}")
    print(f"empty page: {alone.line()}")
    ratio = median(with_results.lengths) / median(alone.lengths)
    print(f"ratio of the medians: {ratio:.2f}")
    print(f"{cards} cards and {nodes} elements in the document; CLS while scrolling {shifts:.4f}")


def measure(browser: Browser, url: str, asked: argparse.Namespace) -> None:
    """Everything, in one profile."""
    context = browser.new_context(viewport=ViewportSize(width=1280, height=800))
    context.add_init_script(WATCH)
    files, sent, unpacked = weight(context, url)
    print(f"{files} scripts and styles, {sent} bytes as sent, {unpacked} unpacked")
    for where, paints in zip(
        ("tab", "new tab"), first_paint(context, url, asked.times), strict=True
    ):
        spread = f"{min(paints):.0f} to {max(paints):.0f}"
        print(f"first results painted in a {where} after {median(paints):.0f} ms ({spread})")
    scrolling(context, url, asked.results, asked.seconds)
    context.close()


def main() -> None:
    """Read the flags, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=5000)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--url", help="a running service, instead of one of its own")
    asked = parser.parse_args()
    chromium = os.environ.get("SIGHTLINE_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        if asked.url:
            measure(browser, asked.url, asked)
        else:
            with service(asked.pictures) as url:
                measure(browser, url, asked)
        browser.close()


if __name__ == "__main__":
    main()
