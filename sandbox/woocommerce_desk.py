"""What can be done to an order of the web shop: placed, changed, refunded, put in the bin.

Stock follows the status: taken at processing, on-hold and completed, given back at cancelled and
pending. Orders made through the interface do not check that there is enough.
"""

from __future__ import annotations

from typing import Any

from sandbox.clock import Clock
from sandbox.woocommerce_catalogue import Catalogue
from sandbox.woocommerce_http import Refusal, invalid_parameter
from sandbox.woocommerce_lines import item_meta
from sandbox.woocommerce_meta import set_meta
from sandbox.woocommerce_money import cents, gmt, local, money
from sandbox.woocommerce_notes import Notes
from sandbox.woocommerce_orders import OrderStore
from sandbox.woocommerce_refund_desk import blank_refund, given_back, negative_line, sum_refund_taxes
from sandbox.woocommerce_refunds import refund_type
from sandbox.woocommerce_render import blank_order, gift_card_row, status_flags
from sandbox.woocommerce_totals import (
    calculate,
    new_coupon_line,
    new_fee_line,
    new_goods_line,
    new_shipping_line,
)

Record = dict[str, Any]
STATUSES = (
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
_TAKES_STOCK = ("processing", "on-hold", "completed")
_GIVES_BACK = ("cancelled", "pending")
CURRENCIES = ("CAD", "USD", "EUR", "GBP", "AUD", "CHF", "CNY", "JPY", "KWD", "MXN", "NOK", "NZD", "SEK")
_TEXTS = (
    "customer_note",
    "payment_method",
    "payment_method_title",
    "transaction_id",
    "created_via",
    "customer_id",
)


class OrderDesk:
    """Changes orders and what hangs on them: stock, dates, refunds."""

    def __init__(self, orders: OrderStore, catalogue: Catalogue, clock: Clock, notes: Notes) -> None:
        """Work on that store, that stock and those notes."""
        self.orders = orders
        self.notes = notes
        self.catalogue = catalogue
        self.clock = clock

    def place(self, record: Record) -> None:
        """A finished order is in the shop; what it reduced is off the stock."""
        for line in record["line_items"]:
            if any(row["key"] == "_reduced_stock" for row in line["meta_data"]):
                self.catalogue.move_stock(line["product_id"], line["variation_id"], -line["quantity"])
        self.orders.put(record)

    def create(self, fields: Record) -> Record:
        """A new order from what a client posted; pending unless told otherwise."""
        now = self.clock.timestamp()
        record = blank_order(self.orders.take_id(), now)
        self._apply(record, {**fields, "status": None})
        calculate(record, self.catalogue.new_id)
        status = _status(fields) or "pending"
        if fields.get("set_paid") is True and status in ("pending", "on-hold", "failed"):
            status = "processing"
        record["status"] = "pending"
        self._set_status(record, status, now)
        self.orders.put(record)
        return record

    def update(self, record: Record, fields: Record) -> Record:
        """The order after the change; every PUT bumps date_modified, an empty one too."""
        now = self.clock.timestamp()
        record["date_modified"], record["date_modified_gmt"] = local(now), gmt(now)
        if self._apply(record, fields):
            calculate(record, self.catalogue.new_id)
        status = _status(fields)
        if fields.get("set_paid") is True and record["status"] in ("pending", "on-hold", "failed"):
            status = "processing"
        if status == "refunded" and record["status"] != "refunded" and self.remaining(record) > 0:
            self.refund(record, {"amount": money(self.remaining(record)), "reason": "Order fully refunded."})
        if status:
            self._set_status(record, status, now)
        self.orders.put(record)
        return record

    def _apply(self, record: Record, fields: Record) -> bool:
        """The plain fields are set; true where lines changed, so that totals must be worked out anew."""
        if fields.get("currency", "CAD") not in CURRENCIES:
            message = f"currency is not one of {', '.join(CURRENCIES)}."
            raise invalid_parameter("currency", message, "rest_not_in_enum")
        for name in (*_TEXTS, "currency"):
            if fields.get(name) is not None:
                record[name] = fields[name]
        for name in ("billing", "shipping"):
            record[name] = record[name] | {
                k: str(v) for k, v in (fields.get(name) or {}).items() if k in record[name]
            }
        for given in fields.get("meta_data") or []:
            set_meta(record, given, self.catalogue.new_row_id)
        changed = False
        makers = {
            "line_items": self._new_goods,
            "shipping_lines": self._new_shipping,
            "fee_lines": self._new_fee,
        }
        for kind, make in makers.items():
            for given in fields.get(kind) or []:
                self._apply_line(record, kind, given, make)
                changed = True
        for given in fields.get("coupon_lines") or []:
            record["coupon_lines"].append(new_coupon_line(given, record, self.catalogue.new_id))
            changed = True
        for given in fields.get("gift_cards") or []:
            self._apply_gift_card(record, given)
            changed = True
        return changed

    def _apply_gift_card(self, record: Record, given: Record) -> None:
        """The card pays that amount of the order; an amount of 0 takes it off again."""
        code, amount = str(given.get("code", "")), cents(given.get("amount", 0))
        record["gift_cards"] = [card for card in record["gift_cards"] if card["code"] != code]
        if amount > 0:
            row = gift_card_row(int(given.get("id") or self.catalogue.new_id()), code, amount)
            record["gift_cards"].append(row)

    def _new_goods(self, given: Record) -> Record:
        return new_goods_line(given, self.catalogue, self.catalogue.new_id)

    def _new_shipping(self, given: Record) -> Record:
        return new_shipping_line(given, self.catalogue.new_id)

    def _new_fee(self, given: Record) -> Record:
        return new_fee_line(given, self.catalogue.new_id)

    def _apply_line(self, record: Record, kind: str, given: Record, make: Any) -> None:
        if not given.get("id"):
            record[kind].append(make(given))
            return
        line = next((line for line in record[kind] if line["id"] == given["id"]), None)
        if line is None:
            raise Refusal(
                "woocommerce_rest_invalid_item_id",
                "Order item ID provided is not associated with order.",
                400,
            )
        if given.get("quantity") == 0 or ("product_id" in given and given["product_id"] is None):
            record[kind].remove(line)
            return
        if "quantity" in given and "total" not in given:
            for name in ("subtotal", "total"):
                line[name] = money(cents(line[name]) * int(given["quantity"]) // line["quantity"])
        for name in ("name", "quantity", "subtotal", "total", "method_title"):
            if name in given and name in line:
                line[name] = money(cents(given[name])) if name in ("subtotal", "total") else given[name]

    def _set_status(self, record: Record, status: str, now: int) -> None:
        if status != record["status"]:
            self.notes.status_changed(record["id"], record["status"], status)
        record["status"] = status
        is_paid = status == "completed" or (status == "processing" and record["payment_method"] != "cod")
        if is_paid and not record["date_paid"]:
            record["date_paid"], record["date_paid_gmt"] = local(now), gmt(now)
        if status == "completed" and not record["date_completed"]:
            record["date_completed"], record["date_completed_gmt"] = local(now), gmt(now)
        record.update(status_flags(record))
        if status in _TAKES_STOCK:
            self._take_stock(record)
        elif status in _GIVES_BACK:
            self._give_back(record)

    def _take_stock(self, record: Record) -> None:
        for line in record["line_items"]:
            if any(row["key"] == "_reduced_stock" for row in line["meta_data"]) or line["quantity"] <= 0:
                continue
            if self.catalogue.move_stock(line["product_id"], line["variation_id"], -line["quantity"]):
                quantity = str(line["quantity"])
                line["meta_data"].append(item_meta(self.catalogue.new_id(), "_reduced_stock", quantity))

    def _give_back(self, record: Record) -> None:
        for line in record["line_items"]:
            for row in [row for row in line["meta_data"] if row["key"] == "_reduced_stock"]:
                self.catalogue.move_stock(line["product_id"], line["variation_id"], int(row["value"]))
                line["meta_data"].remove(row)

    def remaining(self, record: Record) -> int:
        """What is left of the order's total to refund, in cents."""
        return cents(record["total"]) + sum(cents(refund["total"]) for refund in record["refunds"])

    def refund(self, record: Record, fields: Record) -> Record:
        """A refund of the order: an amount, with or without lines; the lines' goods go back on the shelf."""
        lines = [line for line in fields.get("line_items") or [] if line.get("id")]
        amount = cents(fields["amount"]) if "amount" in fields else sum(given_back(line) for line in lines)
        if amount <= 0:
            raise Refusal(
                "woocommerce_rest_invalid_order_refund", "Refund amount must be greater than zero.", 400
            )
        if amount > self.remaining(record):
            refusal = Refusal("woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", 500)
            refusal.body["data"] = 500  # a real server's own slip, and no passing trouble
            raise refusal
        is_full = amount == self.remaining(record)
        now = self.clock.timestamp()
        refund_id = self.catalogue.new_id()
        refund = blank_refund(refund_id, record["id"], amount, str(fields.get("reason") or ""), now)
        refund["refunded_payment"] = (
            fields.get("api_refund", True) is not False and record["payment_method"] == "stripe"
        )
        refund["meta_data"] = [refund_type(self.catalogue.new_id(), is_full)]
        for given in lines:
            self._refund_line(record, refund, given, fields.get("api_restock", True) is not False)
        sum_refund_taxes(record, refund, self.catalogue.new_id)
        tax = sum(
            cents(line["tax_total"]) + cents(line["shipping_tax_total"]) for line in refund["tax_lines"]
        )
        summary = {
            "id": refund_id,
            "reason": refund["reason"],
            "total": money(-amount),
            "total_tax": money(tax),
        }
        record["refunds"] = [summary, *record["refunds"]]
        record["date_modified"], record["date_modified_gmt"] = local(now), gmt(now)
        if is_full:
            self._set_status(record, "refunded", now)
        self.orders.put_refund(refund)
        self.orders.put(record)
        return refund

    def _refund_line(self, record: Record, refund: Record, given: Record, restock: bool) -> None:
        for kind in ("line_items", "shipping_lines", "fee_lines"):
            line = next((line for line in record[kind] if line["id"] == given["id"]), None)
            if line is not None:
                refund[kind].append(negative_line(line, given, self.catalogue.new_id))
                if kind == "line_items" and restock:
                    self._restock(line, int(given.get("quantity") or 0))
                return
        raise Refusal(
            "woocommerce_rest_invalid_item_id", "Order item ID provided is not associated with order.", 400
        )

    def _restock(self, line: Record, quantity: int) -> None:
        reduced = next((row for row in line["meta_data"] if row["key"] == "_reduced_stock"), None)
        if reduced is None or quantity <= 0:
            return
        quantity = min(quantity, int(reduced["value"]))
        self.catalogue.move_stock(line["product_id"], line["variation_id"], quantity)
        reduced["value"] = reduced["display_value"] = str(int(reduced["value"]) - quantity)
        back = item_meta(self.catalogue.new_id(), "_restock_refunded_items", str(quantity))
        line["meta_data"].append(back)

    def delete(self, record: Record, for_good: bool) -> None:
        """To the bin, or gone for good with its refunds."""
        if for_good:
            self.orders.delete(record["id"])
            return
        now = self.clock.timestamp()
        record["status"] = "trash"
        record["date_modified"], record["date_modified_gmt"] = local(now), gmt(now)
        self.orders.put(record)


def _status(fields: Record) -> str | None:
    status = fields.get("status")
    if status is not None and status not in STATUSES:
        raise invalid_parameter("status", f"status is not one of {', '.join(STATUSES)}.", "rest_not_in_enum")
    return status
