"""What a page must not do by itself: speak of errors, ask other hosts, move what stands."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Request

# Cumulative layout shift as browsers define it: what moves unasked.
WATCH_SHIFTS = """
window.shifts = 0;
window.shifted = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    if (shift.hadRecentInput) continue;
    window.shifts += shift.value;
    for (const { node, previousRect: was, currentRect: is } of shift.sources)
      window.shifted.push(`${node?.outerHTML ?? node?.nodeValue}`.slice(0, 90) +
        ` ${[was.x, was.y, was.width, was.height]} -> ${[is.x, is.y, is.width, is.height]}`);
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass  # no slots: playwright keeps a mark on whoever listens
class Watch:
    """What a page must not do; a test that provokes a refusal names its status first."""

    origin: str
    allowed: set[int] = field(default_factory=set)
    allows_no_answer: bool = False
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Take note of what the console says."""
        if message.type not in ("error", "warning"):
            return
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status and int(status[1]) in self.allowed:
            return
        if self.allows_no_answer and "net::ERR_" in message.text:
            return
        self.errors.append(f"{message.text} {message.location['url']}")

    def see(self, request: Request) -> None:
        """Take note of where a request goes."""
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws") and f"{url.scheme}://{url.netloc}" != self.origin:
            self.foreign.append(request.url)
