"""So many calls per key and minute, by kind of call, as Canada Post throttles them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

WINDOW_SECONDS = 60.0
LIMITS = {"tracking": 20, "rates": 840, "shipments": 646, "voids": 468}
WORDS = "Rejected by SLM Monitor"


class Throttle:
    """Counts calls; `most` may be changed at any time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.most = dict(LIMITS)
        self.rejected = 0
        self.highest: dict[str, int] = defaultdict(int)  # the most calls let through in one window, by kind
        self._now = now
        self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def lets_in(self, key: str, kind: str) -> bool:
        """Whether this call of the key may go on; it counts if it may."""
        calls, now = self._calls[key, kind], self._now()
        while calls and calls[0] <= now - WINDOW_SECONDS:
            calls.popleft()
        if len(calls) >= self.most[kind]:
            self.rejected += 1
            return False
        calls.append(now)
        self.highest[kind] = max(self.highest[kind], len(calls))
        return True


def kind_of(method: str, path: str) -> str:
    """Which of the limits a call counts against."""
    if "/track" in path:
        return "tracking"
    if path.endswith(("/price", "/prices")) and method == "POST":
        return "rates"
    return "voids" if method == "DELETE" else "shipments"
