"""What a client can read at Stripe: everything, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from sandbox.stripe_http import Record, StripeCall, as_list, missing
from sandbox.stripe_store import StripeStore

PATHS = {
    "charges": "charge",
    "payment_intents": "payment_intent",
    "refunds": "refund",
    "balance_transactions": "balance_transaction",
    "payouts": "payout",
    "disputes": "dispute",
    "events": "event",
}
_FILTERS = {
    "charge": ("payment_intent", "customer"),
    "payment_intent": ("customer",),
    "refund": ("charge", "payment_intent"),
    "balance_transaction": ("type", "currency", "source"),
    "payout": ("status", "destination"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
}


class StripeCalls:
    """The API's reading calls over one account."""

    def __init__(self, store: StripeStore) -> None:
        """Serve that account."""
        self.store = store

    def list(self, call: StripeCall, name: str) -> Record:
        """A page, newest first; what lies after `starting_after` or before `ending_before`."""
        kind, limit = PATHS[name], call.limit
        self.store.payouts.tell_arrivals()
        places = self._places(call, kind)
        backwards = "ending_before" in call.params and "starting_after" not in call.params
        tests = [test for test in self._tests(call, kind)]
        found: list[Record] = []
        for place in places:
            record = self.store.shown(kind, self.store.id_at(kind, place))
            if record is not None and all(test(record) for test in tests):
                found.append(record)
            if len(found) > limit:
                break
        page = found[:limit]
        return as_list(call.path, page[::-1] if backwards else page, len(found) > limit)

    def _places(self, call: StripeCall, kind: str) -> Iterator[int]:
        line = self.store.lines[kind]
        low_bound, high_bound = call.created()
        low = 0 if low_bound is None else line.place(low_bound)
        high = len(line) if high_bound is None else line.place(high_bound)
        after, before = (self._cursor(call, kind, name) for name in ("starting_after", "ending_before"))
        if kind == "balance_transaction" and "payout" in call.params:
            yield from self._of_payout(call, after)
        elif before is not None and after is None:
            for at in range(max(low, before + 1), high):
                yield from line.ids(at, at + 1)
        else:
            for at in range(min(high, high if after is None else after) - 1, low - 1, -1):
                yield from line.ids(at, at + 1)

    def _of_payout(self, call: StripeCall, after: int | None) -> Iterator[int]:
        if self.store.get("payout", call.text("payout")) is None:
            raise missing("payout", call.text("payout"), "payout")
        places = self.store.payouts.transactions(call.text("payout"))
        if after is None:
            return iter(places)
        last = self.store.lines["balance_transaction"].ids(after, after + 1)[0]
        return iter(places[places.index(last) + 1 :] if last in places else [])

    def _cursor(self, call: StripeCall, kind: str, name: str) -> int | None:
        """The cursor's place in its line."""
        if name not in call.params:
            return None
        record = self.store.get(kind, call.text(name))
        if record is None:
            raise missing(kind, call.text(name), name)
        return self.store.place_of(record)

    def _tests(self, call: StripeCall, kind: str) -> Iterator[Callable[[Record], bool]]:
        for name in _FILTERS[kind]:
            if name in call.params:
                wanted = call.text(name)
                if kind == "event":  # a group of events: charge.*
                    yield lambda record, wanted=wanted: fnmatchcase(record["type"], wanted)  # type: ignore[misc]
                else:
                    yield lambda record, name=name, wanted=wanted: record.get(name) == wanted  # type: ignore[misc]
        if kind == "event" and isinstance(types := call.params.get("types"), list):
            yield lambda record: record["type"] in types

    def get(self, call: StripeCall, name: str, identity: str) -> Record:
        """One object."""
        record = self.store.shown(PATHS[name], identity)
        if record is None:
            raise missing(PATHS[name], identity)
        return record
