"""What can go wrong when talking to a system, and who has to act.

    CounterflowError
    ├── Unavailable     time-outs, 429, 5xx, a cut or garbled answer: try again later
    ├── Rejected        this one request is refused (other 4xx): a person decides, or the record changes
    └── Misconfigured   401, 403, a missing or wrong setting: nothing works until someone mends it

A message says what, where and the system's own request id; never a secret, never a person's data.
"""

from __future__ import annotations


class CounterflowError(Exception):
    """What happened, where, and the system's own id of the request (None: it gave none)."""

    def __init__(
        self, what: str, *, where: str = "", request_id: str | None = None, remedy: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.request_id = request_id
        self.remedy = remedy
        parts = [f"[{request_id}] " if request_id else "", what, f" ({where})" if where else ""]
        parts.append(f". {remedy}" if remedy else "")
        super().__init__("".join(parts))

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process boundaries (Airflow's task runner pickles them)."""
        return _rebuild, (type(self), self.what, self.where, self.request_id, self.remedy, vars(self).copy())


def _rebuild(
    kind: type[CounterflowError],
    what: str,
    where: str,
    request_id: str | None,
    remedy: str,
    state: dict[str, object],
) -> CounterflowError:
    error = kind(what, where=where, request_id=request_id, remedy=remedy)
    error.__dict__.update(state)
    return error


class Unavailable(CounterflowError):
    """The system does not answer, or not sensibly: the same request may work later.

    `retry_after_seconds` is the system's own wish (None: it said nothing). `may_have_worked` is
    False only where the system is known not to have acted on the request.
    """

    retry_after_seconds: float | None = None
    may_have_worked: bool = True


class Rejected(CounterflowError):
    """The system refuses this request, and will refuse the same one again."""

    status: int | None = None
    code: str | None = None


class Misconfigured(CounterflowError):
    """Sign-in, rights or a setting is wrong: nothing is tried again until it is mended."""
