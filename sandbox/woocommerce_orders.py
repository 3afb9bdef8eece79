"""The web shop's orders and refunds: the story's own, computed when asked for, under those changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.journal import Journal
from sandbox.story import Story
from sandbox.stripe_ids import payment_ids
from sandbox.timeline import Timeline
from sandbox.woocommerce_catalogue import SYSTEM
from sandbox.woocommerce_http import Call
from sandbox.woocommerce_money import from_gmt
from sandbox.woocommerce_refunds import refund_id, refund_record, refunded_order
from sandbox.woocommerce_render import order_record

Record = dict[str, Any]
_ORDER_KEYS = ("date", "id", "include", "title", "slug", "modified")


class OrderStore:
    """Every order and refund by id, and sorted by creation and by change. 32 bytes for each order at rest."""

    def __init__(self, story: Story, journal: Journal) -> None:
        """The story's orders, then what the journal knows to have changed."""
        self._story = story
        self._journal = journal
        self._changed: dict[int, Record] = {}
        self._gone: set[int] = set()
        self._keys: dict[int, tuple[int, int, bool]] = {}
        self._new_refunds: dict[int, Record] = {}
        self._gone_refunds: set[int] = set()
        first = story.book.first_id
        self._created = {False: Timeline(), True: Timeline()}  # by "is in the bin"
        self._modified = {False: Timeline(), True: Timeline()}
        self.refunds = Timeline()
        for index in range(story.orders):
            created, changed, status = story.book.outline(index)
            trash = status == "trash"
            self._created[trash].append(created, first + index)
            self._modified[trash].append(changed, first + index)
            known = [refund for refund in story.book.kind(index).refunds if refund.is_known]
            for place, refund in enumerate(known):
                self.refunds.append(created + refund.after, refund_id(first + index, place))
        for line in (*self._created.values(), *self._modified.values(), self.refunds):
            line.sort()
        self._last_id = first + story.orders - 1
        self._load()

    def _load(self) -> None:
        for key, body in self._journal.load(SYSTEM, "order"):
            if body is None:
                self._forget(int(key))
            else:
                self._remember(body)
            self._last_id = max(self._last_id, int(key))
        for key, body in self._journal.load(SYSTEM, "refund"):
            if body is None:
                self._forget_refund(int(key))
            else:
                self._remember_refund(body)

    def next_id(self) -> int:
        """The id that the next order will have."""
        return self._last_id + 1

    def take_id(self) -> int:
        """The next order's id, taken."""
        self._last_id += 1
        return self._last_id

    def get(self, order_id: int) -> Record | None:
        """The order, None where there is none."""
        if order_id in self._changed:
            return self._changed[order_id]
        index = self._story.index_of(order_id)
        if index is None or order_id in self._gone:
            return None
        order = self._story.order(index)
        return order_record(order, *payment_ids(order, self._story.seed))

    def put(self, record: Record) -> None:
        """The order is stored as it is now."""
        self._remember(record)
        self._journal.put(SYSTEM, "order", str(record["id"]), record)

    def delete(self, order_id: int) -> None:
        """The order and its refunds are gone for good."""
        for refund in list((self.get(order_id) or {}).get("refunds", [])):
            self.delete_refund(refund["id"])
        self._forget(order_id)
        self._journal.put(SYSTEM, "order", str(order_id), None)

    def _remember(self, record: Record) -> None:
        order_id = record["id"]
        self._unsort(order_id)
        created, changed = from_gmt(record["date_created_gmt"]), from_gmt(record["date_modified_gmt"])
        trash = record["status"] == "trash"
        self._created[trash].add(created, order_id)
        self._modified[trash].add(changed, order_id)
        self._keys[order_id] = (created, changed, trash)
        self._changed[order_id] = record
        self._last_id = max(self._last_id, order_id)

    def _forget(self, order_id: int) -> None:
        self._unsort(order_id)
        self._changed.pop(order_id, None)
        self._keys.pop(order_id, None)
        self._gone.add(order_id)

    def _unsort(self, order_id: int) -> None:
        index = self._story.index_of(order_id)
        if order_id in self._keys:
            created, changed, trash = self._keys[order_id]
        elif index is not None and order_id not in self._gone:
            created, changed, status = self._story.book.outline(index)
            trash = status == "trash"
        else:
            return
        self._created[trash].remove(created, order_id)
        self._modified[trash].remove(changed, order_id)

    def status(self, order_id: int) -> str:
        """The order's status, without computing the order."""
        if order_id in self._changed:
            return str(self._changed[order_id]["status"])
        return self._story.book.rota(order_id - self._story.book.first_id)[0]

    def ids(self, trash: bool = False) -> list[int]:
        """The ids of all orders, oldest first."""
        line = self._created[trash]
        return line.ids(0, len(line))

    def select(self, call: Call) -> tuple[list[int], int]:
        """(ids of the page asked for, how many there are in all). status=any leaves the bin out."""
        statuses = set(call.items("status") or ["any"])
        trash = statuses == {"trash"}
        created, changed = self._created[trash], self._modified[trash]
        key = call.choice("orderby", "date", _ORDER_KEYS)
        descending = call.choice("order", "desc", ("asc", "desc")) == "desc"
        by_change = (changed, *_span(changed, call.moment("modified_after"), call.moment("modified_before")))
        by_creation = (created, *_span(created, call.moment("after"), call.moment("before")))
        (line, low, high), (other, other_low, other_high) = (
            (by_change, by_creation) if key == "modified" else (by_creation, by_change)
        )
        tests = list(self._tests(call, statuses))
        if other_high - other_low < len(other):
            allowed = set(other.ids(other_low, other_high))
            tests.append(lambda order_id: order_id in allowed)
        offset, size = call.page
        if not tests:
            return line.page(low, high, offset, size, descending), max(0, high - low)
        found = [order_id for order_id in line.ids(low, high) if all(test(order_id) for test in tests)]
        if descending:
            found.reverse()
        return found[offset : offset + size], len(found)

    def _tests(self, call: Call, statuses: set[str]) -> Iterator[Callable[[int], bool]]:
        if not statuses & {"any", "trash"}:
            yield lambda order_id: self.status(order_id) in statuses
        if include := set(call.ids("include")):
            yield lambda order_id: order_id in include
        if exclude := set(call.ids("exclude")):
            yield lambda order_id: order_id not in exclude
        if call.text("customer"):
            customer = call.number("customer", 0, 0)
            yield lambda order_id: (self.get(order_id) or {})["customer_id"] == customer
        if text := call.text("search").lower():
            yield (
                lambda order_id: (
                    text in str((self.get(order_id) or {})["billing"]).lower() or text == str(order_id)
                )
            )

    def get_refund(self, identity: int) -> Record | None:
        """The refund with its parent_id, None where there is none."""
        if identity in self._new_refunds:
            return self._new_refunds[identity]
        order_id, place = refunded_order(identity)
        index = self._story.index_of(order_id)
        if index is None or identity in self._gone_refunds:
            return None
        order = self._story.order(index)
        return refund_record(order, place) if 0 <= place < len(order.shop_refunds) else None

    def put_refund(self, record: Record) -> None:
        """The refund is stored."""
        self._remember_refund(record)
        self._journal.put(SYSTEM, "refund", str(record["id"]), record)

    def delete_refund(self, identity: int) -> None:
        """The refund is gone; its order keeps its date_modified, as on a real server."""
        self._forget_refund(identity)
        self._journal.put(SYSTEM, "refund", str(identity), None)

    def _remember_refund(self, record: Record) -> None:
        self._new_refunds[record["id"]] = record
        self.refunds.add(from_gmt(record["date_created_gmt"]), record["id"])

    def _forget_refund(self, identity: int) -> None:
        record = self.get_refund(identity)
        if record is not None:
            self.refunds.remove(from_gmt(record["date_created_gmt"]), identity)
        self._new_refunds.pop(identity, None)
        self._gone_refunds.add(identity)


def _span(line: Timeline, after: int | None, before: int | None) -> tuple[int, int]:
    """Places of what lies strictly between two moments, to the second."""
    low = 0 if after is None else line.place(after + 1)
    return low, max(low, len(line) if before is None else line.place(before))
