"""The stand-ins' time: the machine's own clock, never before the end of the story's history."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Whole seconds, never behind the history: a change made now is newer than all of it."""

    def __init__(self, history_end: datetime) -> None:
        """`history_end` is the moment of the history's last event."""
        self._floor = int(history_end.timestamp()) + 1

    def timestamp(self) -> int:
        """Seconds since 1970, for what happens in the story."""
        return max(int(time.time()), self._floor)

    def real_timestamp(self) -> int:
        """The machine's own, for what is agreed between machines (signatures, idempotency)."""
        return int(time.time())

    def now(self) -> datetime:
        """The story's moment in UTC, to the second."""
        return datetime.fromtimestamp(self.timestamp(), UTC)
