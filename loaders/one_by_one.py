"""Intents that go out one request (or a few) each: several at a time, those of one thing in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence

from connections.errors import Rejected, Unavailable
from connections.http import Http
from loaders.base import Intent, NotSent, Sent


def send_each(
    http: Http,
    intents: Sequence[Intent],
    together: str,
    send_one: Callable[[Intent], Sent | NotSent],
    passing: Collection[str] = (),
) -> dict[str, Sent | NotSent]:
    """Each intent's answer; those with the same `together` in their payload one after the other.

    A refusal whose code is among `passing` is tried again later. Unavailable: the target took none of them.
    """
    groups: dict[object, list[Intent]] = defaultdict(list)
    for intent in intents:
        groups[intent.payload[together]].append(intent)

    def send_group(group: list[Intent]) -> dict[str, Sent | NotSent | Unavailable]:
        return {intent.key: _answer(intent, send_one, passing) for intent in group}

    found = {key: answer for part in http.each(send_group, groups.values()) for key, answer in part.items()}
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
