"""Intents that go out one request (or a few) each: several at a time, those of one thing in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from connections.errors import Rejected, Unavailable
from loaders.base import Intent, NotSent, Sent

T = TypeVar("T")
Result = TypeVar("Result")


class Several(Protocol):
    """A client that does several things at a time."""

    def each(self, function: Callable[[T], Result], items: Iterable[T]) -> list[Result]:
        """The function's results for all items, in order."""


def send_each(
    client: Several,
    intents: Sequence[Intent],
    together: str | None,
    send_one: Callable[[Intent], Sent | NotSent],
    passing: Collection[str] = (),
) -> dict[str, Sent | NotSent]:
    """Each intent's answer; those with the same `together` in their payload one after the other.

    None: each for itself. A refusal whose code is among `passing` is tried again later. Unavailable: the
    target took none of them.
    """
    groups: dict[object, list[Intent]] = defaultdict(list)
    for intent in intents:
        groups[intent.payload[together] if together else intent.key].append(intent)

    def send_group(group: list[Intent]) -> dict[str, Sent | NotSent | Unavailable]:
        return {intent.key: _answer(intent, send_one, passing) for intent in group}

    found = {key: answer for part in client.each(send_group, groups.values()) for key, answer in part.items()}
    turned_away = [answer for answer in found.values() if isinstance(answer, Unavailable)]
    if found and len(turned_away) == len(found):
        raise turned_away[0]
    return {
        key: NotSent("unknown", "retry", str(answer)) if isinstance(answer, Unavailable) else answer
        for key, answer in found.items()
    }


def _answer(
    intent: Intent, send_one: Callable[[Intent], Sent | NotSent], passing: Collection[str]
) -> Sent | NotSent | Unavailable:
    """What became of it; the error itself where the target certainly did nothing."""
    try:
        return send_one(intent)
    except Unavailable as error:
        return NotSent("unknown", "retry", str(error)) if error.may_have_worked else error
    except Rejected as error:
        if error.code in passing:
            return NotSent("held", "retry", str(error))
        return NotSent("refused", "permanent", str(error))
