"""What the Stripe account holds: the story's payments, computed when asked for, under what changed since.

A kind's objects are sorted by creation. A balance transaction's place is its order's (or its day's)
times PARTS plus its part; objects made while the stand-in runs take places from FIRST_NEW up.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.distort import Distortions
from sandbox.journal import Journal
from sandbox.story import Story
from sandbox.story_kinds import CHARGE_AFTER_SECONDS, DISPUTE_AFTER_SECONDS, LAPSE_SECONDS
from sandbox.stripe_balance import new_event
from sandbox.stripe_ids import index_of, object_id
from sandbox.stripe_objects import DAY
from sandbox.stripe_payouts import Payouts
from sandbox.stripe_story import (
    CHARGE_PART,
    DAY_PARTS,
    INTENT_AFTER_SECONDS,
    PARTS,
    REFUNDS,
    OrderPayments,
    events_of,
    parts_of,
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
EVENTS_KEPT_SECONDS = 30 * DAY
_PARTS = {"balance_transaction": PARTS, "event": PARTS, "refund": REFUNDS}  # places of one index, of most 1


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
        self.first_new = FIRST_NEW
        self.held: set[str] = set()  # intents made here that wait for their capture
        self._last_index = FIRST_NEW - 1
        self._tell_story()
        for line in self.lines.values():
            line.sort()
        self.payouts = Payouts(self)
        self.payouts.pay_history()
        self._load()

    def _tell_story(self) -> None:
        book, lines = self.story.book, self.lines
        recent = int(self.story.until.timestamp()) - EVENTS_KEPT_SECONDS
        for index in range(self.story.orders):
            if book.rota(index)[1] != "stripe":
                continue
            kind, created = book.kind(index), book.created(index)
            lines["payment_intent"].append(created + INTENT_AFTER_SECONDS, index)
            if kind.captured_after is not None or kind.capture or kind.status == "failed":
                lines["charge"].append(created + CHARGE_AFTER_SECONDS, index)
            for part, after in parts_of(kind):
                lines["balance_transaction"].append(created + after, index * PARTS + part)
            for part, after in events_of(kind):
                if created + after >= recent:
                    lines["event"].append(created + after, index * PARTS + part)
            if kind.dispute:
                lines["dispute"].append(created + DISPUTE_AFTER_SECONDS, index)
            if kind.capture == "lapsed":
                lines["refund"].append(created + CHARGE_AFTER_SECONDS + LAPSE_SECONDS, index * REFUNDS)
            for place, refund in enumerate(kind.refunds):
                lines["refund"].append(created + refund.after, index * REFUNDS + place)

    def _load(self) -> None:
        for _, body in self._journal.load(SYSTEM, "object"):
            self._remember(body["record"], body["index"], body["created"])
        for day, created in self._journal.load(SYSTEM, "payout_day"):
            self.payouts.add(int(day), created)

    def pay_out(self) -> list[str]:
        """Every day that is over and has transactions is paid out; the ids of the new payouts."""
        new = self.payouts.pay_out()
        for day, created in new:
            self._journal.put(SYSTEM, "payout_day", str(day), created)
        return [self.id_at("payout", day) for day, _ in new]

    def new_index(self) -> int:
        """A place that nothing has."""
        self._last_index += 1
        return self._last_index

    def new_id(self, kind: str) -> tuple[str, int]:
        """The id and the place of a new object of that kind."""
        index = self.new_index() * _PARTS.get(kind, 1)
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
            if place >= FIRST_NEW * _PARTS.get(record["object"], 1):
                self._last_index = max(self._last_index, place // _PARTS.get(record["object"], 1))
        self._changed[record["id"]] = record
        if record["object"] == "payment_intent":
            is_held = record["status"] == "requires_capture" and (known or 0) >= FIRST_NEW
            (self.held.add if is_held else self.held.discard)(record["id"])

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
            return self.payouts.payout(index, now)
        place, part = divmod(index, _PARTS.get(kind, 1))
        if kind in ("balance_transaction", "event") and part in DAY_PARTS:
            if kind == "event":
                return self.payouts.event(self.id_at("event", index), place, now)
            return self.payouts.transaction(place, part, now)
        payments = self._payments(place, now)
        if payments is None or (kind == "charge" and not payments.has_charge):
            return None
        if kind == "balance_transaction":
            return self._transaction(payments, part, now)
        if kind == "event":
            told = payments.event(part)
            return told and new_event(self.id_at("event", index), told[1], told[0], told[2])
        if kind == "refund":
            return payments.refund(part)
        makers = {"charge": payments.charge, "payment_intent": payments.intent, "dispute": payments.dispute}
        return makers[kind]()

    def _transaction(self, payments: OrderPayments, part: int, now: int) -> Record | None:
        txn = payments.transaction(part)
        if txn is not None and part == CHARGE_PART and self.payouts.is_late(txn["created"] // DAY):
            available_on = (txn["created"] // DAY + 2) * DAY
            status = "available" if available_on <= now else "pending"
            return txn | {"available_on": available_on, "status": status}
        return txn

    def _payments(self, index: int, now: int) -> OrderPayments | None:
        if not 0 <= index < self.story.orders or self.story.book.rota(index)[1] != "stripe":
            return None
        return OrderPayments(self.story.order(index), self.story.seed, now)
