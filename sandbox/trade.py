"""The next hour of trade, played in every system that runs: sales on the web and over the counter,
the cards' payments, one refund, one edited order, one cancelled; parcels move on."""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.journal import Journal
from sandbox.story import CounterSale, Story, WebOrder
from sandbox.story_kinds import ORDINARY
from sandbox.woocommerce_money import cents, money


class Trade:
    """Plays the story's hours one after the other; the journal knows how many there were."""

    def __init__(self, story: Story, clock: Clock, journal: Journal, stand_ins: dict[str, Any]) -> None:
        """`stand_ins` by system; those missing take no part."""
        self._story = story
        self._clock = clock
        self._journal = journal
        self._web = stand_ins.get("woocommerce")
        self._cards = stand_ins.get("stripe")
        self._odoo = stand_ins.get("odoo")
        self._post = stand_ins.get("canadapost")
        self._hours = 0
        for _, hours in journal.load("sandbox", "hours"):
            self._hours = int(hours)

    def next_hour(self) -> dict[str, Any]:
        """The hour has happened; answers what a driver of a real system needs to repeat its part."""
        number = self._hours
        first_id = self._web.orders.next_id() if self._web else 0
        hour = self._story.trade_hour(number, self._clock.now(), first_id)
        if self._cards:
            self._cards.pay_out()
        if self._post:
            self._post.advance()
        for order in hour.web_orders:
            self._place(order)
        if self._odoo:
            for slip in hour.slips:
                self._odoo.supplier_is_late(slip)
        sold = [
            self._odoo.counter_sale(sale) if self._odoo else {"ref": sale.ref} for sale in hour.counter_sales
        ]
        self._hours += 1
        self._journal.put("sandbox", "hours", "", self._hours)
        return {
            "hour": number,
            "web_orders": [order.order_id for order in hour.web_orders],
            "counter_sales": [
                as_json(sale) | done for sale, done in zip(hour.counter_sales, sold, strict=True)
            ],
            "refunded": self._refund(),
            "edited": self._edit(number),
            "cancelled": self._cancel(),
        }

    def _place(self, order: WebOrder) -> None:
        if self._web:
            self._web.place(order)
        if self._cards:
            self._cards.place(order)

    def _refund(self) -> dict[str, Any] | None:
        """One piece of the newest ordinary completed order that was paid by card and never refunded."""
        if not self._web:
            return None
        for order in self._settled("completed"):
            record = self._web.orders.get(order.order_id)
            if record is None or record["status"] != "completed" or record["refunds"]:
                continue
            refund = self._web.refund_one_of(order.order_id, "Ordered one too many")
            if self._cards:
                self._cards.refund_order(order, cents(refund["amount"]), str(refund["id"]))
            return {"order_id": order.order_id, "refund_id": refund["id"], "amount": refund["amount"]}
        return None

    def _settled(self, status: str) -> Any:
        book = self._story.book
        for index in range(self._story.orders - 1 - book.open_count, -1, -1):
            found, method, _, _ = book.rota(index)
            if found == status and method == "stripe" and book.kind(index) is ORDINARY:
                yield self._story.order(index)

    def _open(self, *statuses: str) -> list[int]:
        """Orders of the history still in one of the statuses, oldest first."""
        first, count = self._story.book.first_id, self._story.orders
        ids = range(first + count - self._story.book.open_count, first + count)
        return [key for key in ids if self._web and self._web.orders.status(key) in statuses]

    def _edit(self, hour: int) -> int | None:
        """Staff correct an address and leave a note; no amount changes."""
        open_ids = self._open("processing", "completed")
        if not self._web or not open_ids:
            return None
        order_id = open_ids[hour % len(open_ids)]
        fields = {
            "shipping": {"address_2": f"Unit {hour + 4}B"},
            "customer_note": "Please ring at unit door 🔔",
        }
        self._web.change(order_id, fields)
        return order_id

    def _cancel(self) -> int | None:
        """The oldest order that still waits for its transfer or cheque is given up."""
        waiting = self._open("on-hold")
        if not self._web or not waiting:
            return None
        self._web.change(waiting[0], {"status": "cancelled"})
        return waiting[0]


def as_json(sale: CounterSale) -> dict[str, Any]:
    """A counter sale for a driver of a real Odoo; prices per unit before tax, as text."""
    return {
        "ref": sale.ref,
        "sold_at": sale.sold_at.isoformat(),
        "payment": sale.payment,
        "customer_email": sale.customer.email if sale.customer else None,
        "lines": [
            {
                "sku": line.sku.code,
                "odoo_code": next(iter(line.sku.odoo_codes), None),
                "quantity": line.quantity,
                "price": money(line.price_cents),
            }
            for line in sale.lines
        ],
    }
