"""A process that dies between any two of its steps: a statement, a commit, a request, an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from connections.http import Http


class Killed(BaseException):
    """The process is no more: nothing that it would still do is done."""


@dataclass
class Steps:
    """How many steps were made; the process dies before step `last` (None: never)."""

    last: int | None
    made: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_dead(self) -> bool:
        """It has died."""
        return self.last is not None and self.made >= self.last

    def step(self) -> None:
        """One more step, or the end."""
        with self.lock:
            if self.is_dead:
                raise Killed
            self.made += 1


@contextmanager
def dying(last: int | None) -> Iterator[Steps]:
    """Within, statements, commits and requests are counted, and the process dies before one of them."""
    steps = Steps(last)
    execute, commit, send = psycopg.Connection.execute, psycopg.Connection.commit, Http.send

    def counted_execute(self: Any, *args: Any, **options: Any) -> Any:
        steps.step()
        return execute(self, *args, **options)

    def counted_commit(self: Any) -> None:
        steps.step()
        commit(self)

    def counted_send(self: Any, *args: Any, **content: Any) -> Any:
        steps.step()
        try:
            return send(self, *args, **content)
        finally:
            steps.step()  # the answer is there, and nobody to hear it

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counted_execute)
        patch.setattr(psycopg.Connection, "commit", counted_commit)
        patch.setattr(Http, "send", counted_send)
        with suppress(Killed):
            yield steps
