"""WooCommerce's order and refund addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from sandbox.distort import Distortions
from sandbox.story_catalogue import GIFT_CARD
from sandbox.timeline import Timeline
from sandbox.woocommerce_desk import OrderDesk
from sandbox.woocommerce_http import (
    ALL_METHODS,
    Answer,
    Call,
    Refusal,
    links,
    only_fields,
    page_of,
    run_batch,
)
from sandbox.woocommerce_money import cents, from_gmt, money

Record = dict[str, Any]


class OrderCalls:
    """What a client asks of /orders and /refunds."""

    def __init__(self, desk: OrderDesk, distortions: Distortions) -> None:
        """Serve the orders of that desk."""
        self._desk = desk
        self._distortions = distortions
        self._orders = desk.orders

    def list_orders(self, call: Call) -> Answer:
        """A page of orders. Past the end: 200, no records and a total of 0."""
        ids, total = self._orders.select(call)
        records = (record for order_id in ids if (record := self._orders.get(order_id)) is not None)
        return page_of(call, (self._shown(call, record) for record in records), total, known_past_end=False)

    def get_order(self, call: Call, order_id: int) -> Answer:
        """One order, in the bin or not."""
        return Answer(only_fields(call, self._shown(call, self._order(order_id, 404))))

    def create_order(self, call: Call) -> Answer:
        """A new order."""
        return Answer(self._shown(call, self._desk.create(call.body)), 201)

    def update_order(self, call: Call, order_id: int) -> Answer:
        """The order after the change."""
        return Answer(self._shown(call, self._desk.update(self._order(order_id, 400), call.body)))

    def delete_order(self, call: Call, order_id: int) -> Answer:
        """To the bin, or gone for good with force=true; the answer shows the old status."""
        return Answer(self._delete(call, self._order(order_id, 404), call.flag("force")))

    def batch_orders(self, call: Call) -> Answer:
        """Up to 100 changes, each on its own."""
        return run_batch(
            call,
            lambda item: self._shown(call, self._desk.create(item)),
            lambda item: self._shown(
                call, self._desk.update(self._order(int(item.get("id") or 0), 400), item)
            ),
            lambda key: self._delete(call, self._order(key, 404), True),
        )

    def _delete(self, call: Call, record: Record, for_good: bool) -> Record:
        shown = self._shown(call, dict(record))
        self._desk.delete(record, for_good)
        return shown

    def list_order_refunds(self, call: Call, order_id: int) -> Answer:
        """The refunds of one order, newest first."""
        ids = [refund["id"] for refund in self._order(order_id, 404)["refunds"]]
        offset, size = call.page
        records = [self._refund(order_id, key) for key in ids[offset : offset + size]]
        return page_of(call, (self._shown_refund(call, record) for record in records), len(ids))

    def get_refund(self, call: Call, order_id: int, refund_id: int) -> Answer:
        """One refund of one order."""
        self._order(order_id, 404)
        return Answer(only_fields(call, self._shown_refund(call, self._refund(order_id, refund_id))))

    def create_refund(self, call: Call, order_id: int) -> Answer:
        """A refund of the order; too much is answered with status 500."""
        record = self._order(order_id, 404)
        return Answer(self._shown_refund(call, self._desk.refund(record, call.body)), 201)

    def delete_refund(self, call: Call, order_id: int, refund_id: int) -> Answer:
        """The refund is gone (force=true only); the order's date_modified stays."""
        record, refund = self._order(order_id, 404), self._refund(order_id, refund_id)
        if not call.flag("force"):
            message = "Shop_order_refunds do not support trashing."
            raise Refusal("woocommerce_rest_trash_not_supported", message, 501)
        record["refunds"] = [row for row in record["refunds"] if row["id"] != refund_id]
        self._orders.put(record)
        self._orders.delete_refund(refund_id)
        return Answer(self._shown_refund(call, refund))

    def list_refunds(self, call: Call) -> Answer:
        """A page of all orders' refunds, with parent_id. A refund never changes: modified = created."""
        line: Timeline = self._orders.refunds
        bounds = [call.moment(name) for name in ("modified_after", "after", "modified_before", "before")]
        after = max((bound for bound in bounds[:2] if bound is not None), default=None)
        before = min((bound for bound in bounds[2:] if bound is not None), default=None)
        low = 0 if after is None else line.place(after + 1)
        high = max(low, len(line) if before is None else line.place(before))
        descending = call.choice("order", "desc", ("asc", "desc")) == "desc"
        offset, size = call.page
        total = high - low
        ids = line.page(low, high, offset, size, descending)
        if include := call.ids("include"):
            chosen = [key for key in include if self._orders.get_refund(key) is not None]
            ids, total = sorted(chosen, reverse=descending)[offset : offset + size], len(chosen)
        records = [record for key in ids if (record := self._orders.get_refund(key)) is not None]
        if call.text("orderby") == "id":
            records.sort(key=lambda record: record["id"], reverse=descending)
        shown = (self._shown_refund(call, record, with_parent=True) for record in records)
        return page_of(call, shown, total, known_past_end=False)

    def _order(self, order_id: int, status: int) -> Record:
        """A copy, so that a change refused half way leaves nothing behind."""
        record = self._orders.get(order_id)
        if record is None:
            raise Refusal("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", status)
        copy: Record = orjson.loads(orjson.dumps(record))
        return copy

    def _refund(self, order_id: int, refund_id: int) -> Record:
        record = self._orders.get_refund(refund_id)
        if record is None or record["parent_id"] != order_id:
            raise Refusal("woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.", 404)
        return record

    def _shown(self, call: Call, record: Record) -> Record:
        own = f"/orders/{record['id']}"
        mail = {"embeddable": True, "href": f"{call.base}{own}/actions/email_templates"}
        more: Record = {"email_templates": [mail]}
        if record["customer_id"]:
            more["customer"] = [{"href": f"{call.base}/customers/{record['customer_id']}"}]
        shown = record | {"_links": links(call.base, own, "/orders", ALL_METHODS, **more)}
        return self._distortions.shown("order", record["id"], shown)

    def _shown_refund(self, call: Call, record: Record, with_parent: bool = False) -> Record:
        parent = f"/orders/{record['parent_id']}"
        own, collection = f"{parent}/refunds/{record['id']}", f"{parent}/refunds"
        shown = {key: value for key, value in record.items() if with_parent or key != "parent_id"}
        shown |= {"_links": links(call.base, own, collection, ("GET", "DELETE"), parent)}
        return self._distortions.shown("refund", record["id"], shown)

    def truth(self, largest: int = 20_000) -> Record:
        """Every order's id, status, total and tax, and the sums; only the count above `largest` orders."""
        ids = self._orders.ids() + self._orders.ids(trash=True)
        if len(ids) > largest:
            return {"orders_count": len(ids), "orders_omitted": True}
        records = [record for order_id in ids if (record := self._orders.get(order_id))]
        return {
            "orders_count": len(ids),
            "orders": [_order_truth(record) for record in records],
            "gift_cards": _gift_cards_truth(records),
            "backordered_units": sum(_backordered_units(record) for record in records),
            "tips": _money_of(line for r in records if r["date_paid"] for line in _tips(r)),
        }


def _order_truth(record: Record) -> Record:
    return {
        "id": record["id"],
        "status": record["status"],
        "currency": record["currency"],
        "total": record["total"],
        "gift_cards": _money_of(record["gift_cards"], "amount"),
        "total_tax": record["total_tax"],
        "refunded": f"{-sum(cents(refund['total']) for refund in record['refunds']) / 100:.2f}",
        "payment_method": record["payment_method"],
        "transaction_id": record["transaction_id"],
        "is_paid": record["date_paid"] is not None,
        "modified": from_gmt(record["date_modified_gmt"]),
    }


def _money_of(rows: Iterable[Record], name: str = "total") -> str:
    return money(sum(cents(row[name]) for row in rows))


def _backordered_units(record: Record) -> int:
    """What a paid order that is not sent yet waits for."""
    if not record["date_paid"] or record["status"] != "processing":
        return 0
    rows = (row for line in record["line_items"] for row in line["meta_data"])
    return sum(int(row["value"]) for row in rows if row["key"] == "Backordered")


def _tips(record: Record) -> list[Record]:
    return [line for line in record["fee_lines"] if line["name"] == "Tip"]


def _gift_cards_truth(records: list[Record]) -> Record:
    """Sold and redeemed in paid orders; what is owed for them, the history's beginning taken for nothing."""
    paid = [record for record in records if record["date_paid"] and record["status"] != "trash"]
    sold = sum(
        cents(line["total"]) for r in paid for line in r["line_items"] if line["sku"] == GIFT_CARD.code
    )
    redeemed = sum(cents(card["amount"]) for r in paid for card in r["gift_cards"])
    return {"sold": money(sold), "redeemed": money(redeemed), "owed": money(sold - redeemed)}
