"""One thing the doctor looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connections.errors import CounterflowError


@dataclass(frozen=True)
class Finding:
    """Whether something is in order, where it is, what was found, and what to do about it (ok: nothing)."""

    ok: bool
    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{'ok   ' if self.ok else 'WRONG'} {self.where}: {self.what}" + (
            f". {self.remedy}" if self.remedy else ""
        )


def good(where: str, what: str) -> Finding:
    """It is in order."""
    return Finding(True, where, what)


def wrong(where: str, what: str, remedy: str) -> Finding:
    """It is not in order."""
    return Finding(False, where, what, remedy)


def finding_of(where: str, error: CounterflowError, remedy: str = "") -> Finding:
    """What an error says, with its own remedy or else the one given."""
    what = f"{error.what} ({error.where})" if error.where else error.what
    return Finding(False, where, what, error.remedy or remedy or "Mend it, and ask the doctor again")


def tried(where: str, what: str, attempt: Callable[[], object], remedy: str) -> Finding:
    """`what` is in order if the attempt raises no error of ours."""
    try:
        attempt()
    except CounterflowError as error:
        return finding_of(where, error, remedy)
    return good(where, what)
