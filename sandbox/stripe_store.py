"""What the Stripe account holds: the story's payments, computed when asked for, under what changed since.

A kind's objects are sorted by creation. A balance transaction's place is its order's (or its day's)
times four plus its part; objects made while the stand-in runs take places from FIRST_NEW up.
Payouts: one for each day (UTC) with transactions, of all of them, once the day is over.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.distort import Distortions
from sandbox.journal import Journal
from sandbox.story import Story
from sandbox.story_orders import REFUND_AFTER_SECONDS
from sandbox.stripe_ids import index_of, object_id
from sandbox.stripe_objects import DAY, arrival, new_event, new_payout, new_transaction
from sandbox.stripe_story import (
    CHARGE_AFTER_SECONDS,
    CHARGE_PART,
    DISPUTE_AFTER_SECONDS,
    DISPUTE_PART,
    INTENT_AFTER_SECONDS,
    PAID_STATUSES,
    PARTS,
    PAYOUT_PART,
    REFUND_PART,
    OrderPayments,
)
from sandbox.timeline import Timeline

Record = dict[str, Any]
SYSTEM = "stripe"
PREFIXES = {
    "charge": "ch",
    "payment_intent": "pi",
    "refund": "re",
    "balance_transaction": "txn",
    "payout": "po",
    "dispute": "du",
    "event": "evt",
}
KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
FIRST_NEW = 4_000_000
ARRIVED = 2_000_000  # added to a day: the place of its payout's second event
EVENTS_KEPT_SECONDS = 30 * DAY
_PAYOUT_HOUR = 2 * 3600
_EVENT_TYPES = ("charge.succeeded", "charge.refunded", "charge.dispute.created")


class StripeStore:
    """Every object by id, and each kind by creation."""

    def __init__(self, story: Story, clock: Clock, journal: Journal) -> None:
        """The story's payments, then what the journal knows."""
        self.story = story
        self.clock = clock
        self._journal = journal
        self.lines = {kind: Timeline() for kind in PREFIXES}
        self.distortions = Distortions(SYSTEM, journal)
        self._changed: dict[str, Record] = {}
        self._paid_days: dict[int, int] = {}
        self._day_sums: dict[int, int] = {}
        self._on_their_way: set[int] = set()
        self._last_index = FIRST_NEW - 1
        self._tell_story()
        for line in self.lines.values():
            line.sort()
        self._pay_history()
        self._load()

    def _tell_story(self) -> None:
        book = self.story.book
        recent = int(self.story.until.timestamp()) - EVENTS_KEPT_SECONDS
        for index in range(self.story.orders):
            status, method, _, _ = book.rota(index)
            if method != "stripe":
                continue
            created, _, _, is_refunded = book.outline(index)
            self.lines["payment_intent"].append(created + INTENT_AFTER_SECONDS, index)
            paid = status in PAID_STATUSES
            if paid or status == "failed":
                self.lines["charge"].append(created + CHARGE_AFTER_SECONDS, index)
            if not paid:
                continue
            self._append(created + CHARGE_AFTER_SECONDS, index, CHARGE_PART, recent)
            if is_refunded:
                self.lines["refund"].append(created + REFUND_AFTER_SECONDS, index)
                self._append(created + REFUND_AFTER_SECONDS, index, REFUND_PART, recent)
            if book.is_disputed(index):
                self.lines["dispute"].append(created + DISPUTE_AFTER_SECONDS, index)
                self._append(created + DISPUTE_AFTER_SECONDS, index, DISPUTE_PART, recent)

    def _append(self, moment: int, index: int, part: int, recent: int) -> None:
        self.lines["balance_transaction"].append(moment, index * PARTS + part)
        if moment >= recent:
            self.lines["event"].append(moment, index * PARTS + part)

    def _pay_history(self) -> None:
        line, until = self.lines["balance_transaction"], int(self.story.until.timestamp())
        first = self.story.book.start // DAY
        last = (until - _PAYOUT_HOUR) // DAY
        days = [day for day in range(first, last) if line.place(day * DAY) < line.place((day + 1) * DAY)]
        for day in days:
            self._add_payout(day, (day + 1) * DAY + _PAYOUT_HOUR)

    def _add_payout(self, day: int, created: int) -> None:
        self._paid_days[day] = created
        self.lines["payout"].add(created, day)
        self.lines["balance_transaction"].add(created, day * PARTS + PAYOUT_PART)
        self.lines["event"].add(created, day * PARTS + PAYOUT_PART)
        self._on_their_way.add(day)
        self.tell_arrivals()

    def tell_arrivals(self) -> None:
        """Payouts that have reached the bank by now have their event, at the moment of arrival."""
        now = self.clock.timestamp()
        for day in [day for day in self._on_their_way if arrival(self._paid_days[day]) <= now]:
            self._on_their_way.remove(day)
            self.lines["event"].add(arrival(self._paid_days[day]), (ARRIVED + day) * PARTS + PAYOUT_PART)

    def _load(self) -> None:
        for _, body in self._journal.load(SYSTEM, "object"):
            self._remember(body["record"], body["index"], body["created"])
        for day, created in self._journal.load(SYSTEM, "payout_day"):
            self._add_payout(int(day), created)

    def pay_out(self) -> list[str]:
        """Every day that is over and has transactions is paid out; the ids of the new payouts."""
        now = self.clock.timestamp()
        first = max(self._paid_days, default=self.story.book.start // DAY - 1) + 1
        new = [day for day in range(first, now // DAY) if self._of_day(day)]
        for day in new:
            self._add_payout(day, now)
            self._journal.put(SYSTEM, "payout_day", str(day), now)
        return [object_id("po", self.story.seed, day) for day in new]

    def _of_day(self, day: int) -> list[int]:
        """Places of the balance transactions of one day, payouts' own left out."""
        line = self.lines["balance_transaction"]
        places = line.ids(line.place(day * DAY), line.place((day + 1) * DAY))
        return [place for place in places if place >= FIRST_NEW * PARTS or place % PARTS != PAYOUT_PART]

    def payout_transactions(self, payout_id: str) -> list[int]:
        """Places of what a payout paid out, its own transaction first, newest first."""
        day = index_of(payout_id, self.story.seed)
        if day is None or day not in self._paid_days:
            return []
        return [day * PARTS + PAYOUT_PART, *reversed(self._of_day(day))]

    def new_index(self) -> int:
        """A place that nothing has."""
        self._last_index += 1
        return self._last_index

    def new_id(self, kind: str) -> tuple[str, int]:
        """The id and the place of a new object of that kind."""
        index = self.new_index() * (PARTS if kind in ("balance_transaction", "event") else 1)
        return object_id(PREFIXES[kind], self.story.seed, index), index

    def id_at(self, kind: str, index: int) -> str:
        """The id of the kind's object of that place."""
        return object_id(PREFIXES[kind], self.story.seed, index)

    def put(self, record: Record, index: int | None = None) -> None:
        """The object is stored; `index` is the place of a new one."""
        self._remember(record, index, record["created"])
        body = {"record": record, "index": index, "created": record["created"]}
        self._journal.put(SYSTEM, "object", record["id"], body)

    def _remember(self, record: Record, index: int | None, created: int) -> None:
        known = index_of(record["id"], self.story.seed)
        place = known if index is None else index
        if place is not None:
            self.lines[record["object"]].remove(created, place)
            self.lines[record["object"]].add(created, place)
            if place >= FIRST_NEW:
                parts = PARTS if record["object"] in ("balance_transaction", "event") else 1
                self._last_index = max(self._last_index, place // parts)
        self._changed[record["id"]] = record

    def place_of(self, record: Record) -> int:
        """How many objects of its kind were made before this one."""
        index = index_of(record["id"], self.story.seed)
        return self.lines[record["object"]].place(record["created"], index or 0)

    def tell(self, kind: str, about: Record) -> None:
        """An event says what happened to the object."""
        identity, index = self.new_id("event")
        self.put(new_event(identity, self.clock.timestamp(), kind, dict(about)), index)

    def find(self, identity: str) -> Record | None:
        """The object of any kind with that id, as a client sees it."""
        kind = KINDS.get(identity.partition("_")[0])
        return self.shown(kind, identity) if kind else None

    def shown(self, kind: str, identity: str) -> Record | None:
        """The object as a client sees it, None where there is none."""
        record = self.get(kind, identity)
        return record and self.distortions.shown(kind, identity, record)

    def get(self, kind: str, identity: str) -> Record | None:
        """The object as it is, None where there is none."""
        if identity in self._changed:
            record = self._changed[identity]
            if kind == "balance_transaction":
                available = record["available_on"] <= self.clock.timestamp()
                return record | {"status": "available" if available else "pending"}
            return record if record["object"] == kind else None
        index = index_of(identity, self.story.seed)
        if index is None or not identity.startswith(f"{PREFIXES[kind]}_"):
            return None
        return self._told(kind, index)

    def _told(self, kind: str, index: int) -> Record | None:
        """An object of the story."""
        now = self.clock.timestamp()
        if kind == "payout":
            return self._payout(index, now)
        if kind in ("balance_transaction", "event"):
            place, part = divmod(index, PARTS)
            if part == PAYOUT_PART:
                return self._payout_part(kind, place, index, now)
            payments = self._payments(place, now)
            if payments is None:
                return None
            return (
                payments.transaction(part)
                if kind == "balance_transaction"
                else self._event(payments, part, index)
            )
        payments = self._payments(index, now)
        if payments is None or (kind == "charge" and not payments.has_charge):
            return None
        makers = {"charge": payments.charge, "payment_intent": payments.intent}
        found = {"refund": payments.refund, "dispute": payments.dispute} | makers
        return found[kind]()

    def _payments(self, index: int, now: int) -> OrderPayments | None:
        if not 0 <= index < self.story.orders or self.story.book.rota(index)[1] != "stripe":
            return None
        return OrderPayments(self.story.order(index), self.story.seed, now)

    def _payout(self, day: int, now: int) -> Record | None:
        if day not in self._paid_days:
            return None
        if day not in self._day_sums:
            seed = self.story.seed
            found = [
                self.get("balance_transaction", object_id("txn", seed, place)) for place in self._of_day(day)
            ]
            self._day_sums[day] = sum(txn["net"] for txn in found if txn)
        txn = object_id("txn", self.story.seed, day * PARTS + PAYOUT_PART)
        return new_payout(self.id_at("payout", day), self._paid_days[day], self._day_sums[day], txn, now)

    def _payout_part(self, kind: str, day: int, index: int, now: int) -> Record | None:
        arrived, day = day >= ARRIVED, day % ARRIVED
        payout = self._payout(day, now)
        if payout is None:
            return None
        identity = self.id_at(kind, index)
        if kind == "event" and arrived:
            return new_event(identity, payout["arrival_date"], "payout.paid", payout)
        if kind == "event":
            return new_event(identity, payout["created"], "payout.created", payout | {"status": "in_transit"})
        return new_transaction(identity, payout["created"], "payout", payout["id"], -payout["amount"], 0, now)

    def _event(self, payments: OrderPayments, part: int, index: int) -> Record | None:
        txn = payments.transaction(part)
        if txn is None:
            return None
        about = payments.dispute() if part == DISPUTE_PART else payments.charge()
        return new_event(self.id_at("event", index), txn["created"], _EVENT_TYPES[part], about or {})
