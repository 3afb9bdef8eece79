"""The refunds of the story's web orders as WooCommerce's records (without _links)."""

from __future__ import annotations

from typing import Any

from sandbox.story import TaxRate, WebLine, WebOrder, WebRefund
from sandbox.story_tax import taxes_at
from sandbox.woocommerce_lines import (
    fee_id,
    fee_line,
    goods_line,
    item_meta,
    shipping_line,
    tax_line,
    tax_lines,
)
from sandbox.woocommerce_money import gmt, local, money

_FIRST_REFUND_ID = 5_000_000
_REFUNDS_APART = 1_100_000  # an order's second refund from its first; more than a story has orders
Record = dict[str, Any]


def refund_id(order_id: int, place: int) -> int:
    """The id of an order's refund, the first at place 0."""
    return _FIRST_REFUND_ID + place * _REFUNDS_APART + order_id


def refunded_order(identity: int) -> tuple[int, int]:
    """(order id, place) of the refund of that id, if it is one of the story's."""
    place, order_id = divmod(identity - _FIRST_REFUND_ID, _REFUNDS_APART)
    return order_id, place


def refund_type(identity: int, is_full: bool) -> Record:
    """The meta row that says how much of the order went back."""
    return {"id": identity, "key": "_refund_type", "value": "full" if is_full else "partial"}


def refund_tax_cents(order: WebOrder, refund: WebRefund) -> int:
    """The tax within a refund."""
    if refund.with_charges:
        return order.tax_cents
    return sum(tax.total_cents for line in refunded_lines(order, refund) for tax in line.taxes)


def refunded_lines(order: WebOrder, refund: WebRefund) -> list[WebLine]:
    """The goods given back, as lines of their own."""
    lines = []
    for place, quantity in refund.lines:
        line = order.lines[place]
        if quantity == line.quantity:
            lines.append(line)
            continue
        total = line.total_cents // line.quantity * quantity
        taxes = taxes_at((tax.rate for tax in line.taxes), total, total)
        lines.append(WebLine(line.sku, quantity, total, total, taxes))
    return lines


def refund_summary(order: WebOrder, place: int) -> Record:
    """The refund as its order lists it."""
    refund = order.shop_refunds[place]
    return {
        "id": refund_id(order.order_id, place),
        "reason": refund.reason,
        "total": money(-refund.amount_cents),
        "total_tax": money(-refund_tax_cents(order, refund)),
    }


def refund_record(order: WebOrder, place: int) -> Record:
    """The refund as GET /refunds gives it, parent_id included; its lines are negative."""
    refund, number = order.shop_refunds[place], refund_id(order.order_id, place)
    at = int(refund.refunded_at.timestamp())
    lines = []
    given = refunded_lines(order, refund)
    for at_, (line, (origin, _)) in enumerate(zip(given, refund.lines, strict=True)):
        meta = [item_meta(number * 32 + 8 + at_, "_refunded_item_id", str(order.order_id * 16 + origin))]
        lines.append(goods_line(number * 16 + at_, line, -1, meta))
    shipping: list[Record] = []
    fee_lines: list[Record] = []
    taxes: list[Record] = []
    if refund.with_charges:
        if order.shipping:
            meta = [item_meta(number * 32 + 20, "_refunded_item_id", str(order.order_id * 16 + 8))]
            shipping = [shipping_line(number * 16 + 8, order.shipping, -1, meta)]
        for at_, fee in enumerate(order.fees):
            origin_id = str(fee_id(order.order_id, at_))
            meta = [item_meta(number * 32 + 21 + at_, "_refunded_item_id", origin_id)]
            fee_lines.append(fee_line(fee_id(number, at_), fee, -1, meta))
        taxes = [{**line, "id": number * 16 + 11 + at_} for at_, line in enumerate(tax_lines(order, -1))]
    else:
        sums: dict[TaxRate, int] = {}
        for tax in (tax for line in given for tax in line.taxes):
            sums[tax.rate] = sums.get(tax.rate, 0) + tax.total_cents
        taxes = [
            tax_line(number * 16 + 11 + n, rate, -total, 0) for n, (rate, total) in enumerate(sums.items())
        ]
    return {
        "id": number,
        "parent_id": order.order_id,
        "date_created": local(at),
        "date_created_gmt": gmt(at),
        "amount": money(refund.amount_cents),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": order.payment_method == "stripe",
        "meta_data": [refund_type(number * 32, refund.is_full)],
        "line_items": lines,
        "shipping_lines": shipping,
        "tax_lines": taxes,
        "fee_lines": fee_lines,
    }
