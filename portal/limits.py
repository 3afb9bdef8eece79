"""How often something may be asked: so many at once, so many a minute, in a memory that does not grow."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable


class Limit:
    """For each name a bucket that holds `per_minute` and fills evenly. At most `most_names` are remembered.

    A name that is forgotten is the one not seen for the longest time; a flood of names costs others nothing.
    """

    def __init__(
        self, per_minute: int, most_names: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_minute = per_minute
        self._most_names = most_names
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, name: str = "") -> int:
        """0: it may go on, and is counted; else the whole seconds until it may."""
        now = self._clock()
        left, at = self._left.pop(name, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / 60)
        may = left >= 1
        self._left[name] = (left - 1 if may else left, now)
        while len(self._left) > self._most_names:
            self._left.popitem(last=False)
        return 0 if may else max(1, math.ceil((1 - left) * 60 / self.per_minute))

    def __len__(self) -> int:
        return len(self._left)


def visitor(host: str) -> str:
    """Whom an address stands for: itself, or for IPv6 the /64 that one household or machine has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
