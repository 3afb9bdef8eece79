"""Stripe's payouts: one for each day (UTC) that is over, of all its balance transactions of any type.

Two things of the history are out of the ordinary, at fixed dates; nine days of history have both:

    one day in eight the cards' money is late: its charges go out with the next day's, so that the day's own
    payout is what was given back (below zero: taken from the bank)
    one payout in sixteen is sent back by the bank on arrival: it failed, and a transaction of type
    payout_failure puts its money into the payout of the day of its return

On the 21st of each month of the history Stripe takes its bill (a transaction of type stripe_fee).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sandbox.stripe_balance import arrival, new_event, new_payout, new_transaction
from sandbox.stripe_ids import index_of, object_id
from sandbox.stripe_objects import DAY
from sandbox.stripe_story import BILL_PART, CHARGE_PART, PARTS, PAYOUT_FAILURE_PART, PAYOUT_PART

if TYPE_CHECKING:
    from sandbox.stripe_store import StripeStore

Record = dict[str, Any]
ARRIVED = 2_000_000  # added to a day: the place of its payout's second event
BILL_CENTS = 1250
_EPOCH = date(1970, 1, 1).toordinal()
_LATE_DAY, _LATE_EVERY = date(2026, 11, 18).toordinal() - _EPOCH, 8
_FAILED_DAY, _FAILED_EVERY = _LATE_DAY - 1, 16
_PAYOUT_HOUR = 2 * 3600
_BILL_DAY_OF_MONTH, _BILL_HOUR = 21, 10 * 3600


class Payouts:
    """The days paid out so far, and what their payouts are."""

    def __init__(self, store: StripeStore) -> None:
        """No day is paid out yet."""
        self._store = store
        self._until = int(store.story.until.timestamp())
        self._paid_days: dict[int, int] = {}
        self._sums: dict[int, int] = {}
        self._on_their_way: set[int] = set()

    def is_late(self, day: int) -> bool:
        """Whether the day's charges go out with the next day's."""
        return (day - _LATE_DAY) % _LATE_EVERY == 0 and day < self._until // DAY

    def _fails(self, day: int) -> bool:
        return (day - _FAILED_DAY) % _FAILED_EVERY == 0 and (day + 2) * DAY <= self._until

    def pay_history(self) -> None:
        """Bills, then the payout of every day that is over, two hours after midnight."""
        first, last = self._store.story.book.start // DAY, self._until // DAY
        for day in range(first, last + 1):
            at = day * DAY + _BILL_HOUR
            is_bill_day = datetime.fromtimestamp(at, UTC).day == _BILL_DAY_OF_MONTH
            if is_bill_day and self._store.story.book.start <= at <= self._until:
                self._store.lines["balance_transaction"].add(at, day * PARTS + BILL_PART)
        for day in range(first, (self._until - _PAYOUT_HOUR) // DAY):
            if self._of_day(day):
                self.add(day, (day + 1) * DAY + _PAYOUT_HOUR)

    def add(self, day: int, created: int) -> None:
        """The day is paid out at that moment."""
        lines = self._store.lines
        self._paid_days[day] = created
        lines["payout"].add(created, day)
        lines["balance_transaction"].add(created, day * PARTS + PAYOUT_PART)
        lines["event"].add(created, day * PARTS + PAYOUT_PART)
        if self._fails(day):
            lines["balance_transaction"].add(arrival(created), day * PARTS + PAYOUT_FAILURE_PART)
        self._on_their_way.add(day)
        self.tell_arrivals()

    def tell_arrivals(self) -> None:
        """Payouts that have reached the bank by now have their event, at the moment of arrival."""
        now = self._store.clock.timestamp()
        for day in [day for day in self._on_their_way if arrival(self._paid_days[day]) <= now]:
            self._on_their_way.remove(day)
            moment = arrival(self._paid_days[day])
            self._store.lines["event"].add(moment, (ARRIVED + day) * PARTS + PAYOUT_PART)

    def pay_out(self) -> list[tuple[int, int]]:
        """Every day that is over and has transactions is paid out: (day, moment) of the new payouts."""
        now = self._store.clock.timestamp()
        first = max(self._paid_days, default=self._store.story.book.start // DAY - 1) + 1
        new = [day for day in range(first, now // DAY) if self._of_day(day)]
        for day in new:
            self.add(day, now)
        return [(day, now) for day in new]

    def _of_day(self, day: int) -> list[int]:
        """Places of the balance transactions that go out with a day's payout, payouts' own left out."""
        found = [] if not self.is_late(day - 1) else [p for p in self._created(day - 1) if self._is_charge(p)]
        own = self._created(day)
        return found + ([p for p in own if not self._is_charge(p)] if self.is_late(day) else own)

    def _created(self, day: int) -> list[int]:
        line = self._store.lines["balance_transaction"]
        places = line.ids(line.place(day * DAY), line.place((day + 1) * DAY))
        return [place for place in places if self._is_new(place) or place % PARTS != PAYOUT_PART]

    def _is_charge(self, place: int) -> bool:
        return not self._is_new(place) and place % PARTS == CHARGE_PART

    def _is_new(self, place: int) -> bool:
        return place >= self._store.first_new * PARTS

    def transactions(self, payout_id: str) -> list[int]:
        """Places of what a payout paid out, its own transaction first, newest first."""
        day = index_of(payout_id, self._store.story.seed)
        if day is None or day not in self._paid_days:
            return []
        return [day * PARTS + PAYOUT_PART, *reversed(self._of_day(day))]

    def payout(self, day: int, now: int) -> Record | None:
        """The payout of a day, None where it has none yet."""
        if day not in self._paid_days:
            return None
        if day not in self._sums:
            found = [
                self._store.get("balance_transaction", self._txn_id(place)) for place in self._of_day(day)
            ]
            self._sums[day] = sum(txn["net"] for txn in found if txn)
        failure = self._txn_id(day * PARTS + PAYOUT_FAILURE_PART) if self._fails(day) else None
        txn = self._txn_id(day * PARTS + PAYOUT_PART)
        identity = self._store.id_at("payout", day)
        return new_payout(identity, self._paid_days[day], self._sums[day], txn, now, failure)

    def _txn_id(self, place: int) -> str:
        return object_id("txn", self._store.story.seed, place)

    def transaction(self, day: int, part: int, now: int) -> Record | None:
        """The balance transaction of a payout, of its failure, or of a month's bill."""
        identity = self._txn_id(day * PARTS + part)
        if part == BILL_PART:
            month, at = f"{datetime.fromtimestamp(day * DAY, UTC):%Y-%m}", day * DAY + _BILL_HOUR
            txn = new_transaction(identity, at, "stripe_fee", None, -BILL_CENTS, 0, now)
            return txn | {"description": f"Billing - Usage Fee ({month})"}
        payout = self.payout(day, now)
        if payout is None:
            return None
        if part == PAYOUT_FAILURE_PART:
            at, amount = payout["arrival_date"], payout["amount"]
            return new_transaction(identity, at, "payout_failure", payout["id"], amount, 0, now)
        return new_transaction(identity, payout["created"], "payout", payout["id"], -payout["amount"], 0, now)

    def event(self, identity: str, place: int, now: int) -> Record | None:
        """A payout was made, or it arrived (or failed to)."""
        has_arrived, day = place >= ARRIVED, place % ARRIVED
        payout = self.payout(day, now)
        if payout is None:
            return None
        if has_arrived:
            return new_event(identity, payout["arrival_date"], f"payout.{payout['status']}", payout)
        early = {"status": "in_transit"} | dict.fromkeys(
            ("failure_balance_transaction", "failure_code", "failure_message")
        )
        return new_event(identity, payout["created"], "payout.created", payout | early)
