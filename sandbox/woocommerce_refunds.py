"""The refunds of the story's web orders as WooCommerce's records (without _links)."""

from __future__ import annotations

from typing import Any

from sandbox.story import WebLine, WebOrder, WebRefund
from sandbox.story_tax import line_taxes
from sandbox.woocommerce_lines import (
    fee_line,
    fees,
    goods_line,
    item_meta,
    shipping_line,
    tax_line,
    tax_lines,
)
from sandbox.woocommerce_money import gmt, local, money

REFUND_ID_OFFSET = 5_000_000
Record = dict[str, Any]


def refund_type(identity: int, is_full: bool) -> Record:
    """The meta row that says how much of the order went back."""
    return {"id": identity, "key": "_refund_type", "value": "full" if is_full else "partial"}


def refund_tax_cents(order: WebOrder, refund: WebRefund) -> int:
    """The tax within a refund."""
    if refund.is_full:
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
        lines.append(
            WebLine(line.sku, quantity, total, total, line_taxes(order.customer.province, total, total))
        )
    return lines


def refund_summary(order: WebOrder, refund: WebRefund) -> Record:
    """The refund as its order lists it."""
    return {
        "id": REFUND_ID_OFFSET + order.order_id,
        "reason": refund.reason,
        "total": money(-refund.amount_cents),
        "total_tax": money(-refund_tax_cents(order, refund)),
    }


def refund_record(order: WebOrder, refund: WebRefund, is_payment_refunded: bool) -> Record:
    """The refund as GET /refunds gives it, parent_id included; its lines are negative."""
    number = REFUND_ID_OFFSET + order.order_id
    at = int(refund.refunded_at.timestamp())
    lines = []
    for place, (line, (origin, _)) in enumerate(
        zip(refunded_lines(order, refund), refund.lines, strict=True)
    ):
        meta = [item_meta(number * 32 + 8 + place, "_refunded_item_id", str(order.order_id * 16 + origin))]
        lines.append(goods_line(number * 16 + place, line, -1, meta))
    shipping: list[Record] = []
    fee_lines: list[Record] = []
    taxes: list[Record] = []
    if refund.is_full:
        meta = [item_meta(number * 32 + 20, "_refunded_item_id", str(order.order_id * 16 + 8))]
        shipping = [shipping_line(number * 16 + 8, order.shipping, -1, meta)]
        meta = [item_meta(number * 32 + 21, "_refunded_item_id", str(order.order_id * 16 + 9))]
        fee_lines = [fee_line(number * 16 + 9, fee, -1, meta) for fee in fees(order)]
        taxes = [{**line, "id": number * 16 + 11 + place} for place, line in enumerate(tax_lines(order, -1))]
    elif refund.lines:
        given = refunded_lines(order, refund)
        sums = [sum(line.taxes[at_].total_cents for line in given) for at_ in range(len(given[0].taxes))]
        taxes = [
            tax_line(number * 16 + 11 + n, given[0].taxes[n].rate, -total, 0) for n, total in enumerate(sums)
        ]
    return {
        "id": number,
        "parent_id": order.order_id,
        "date_created": local(at),
        "date_created_gmt": gmt(at),
        "amount": money(refund.amount_cents),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": is_payment_refunded,
        "meta_data": [refund_type(number * 32, refund.is_full)],
        "line_items": lines,
        "shipping_lines": shipping,
        "tax_lines": taxes,
        "fee_lines": fee_lines,
    }
