"""The parts of a refund that a client posts: its lines are the order's own, made negative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.woocommerce_lines import item_meta
from sandbox.woocommerce_money import cents, gmt, local, money, unit_price

Record = dict[str, Any]


def given_back(line: Record) -> int:
    """What a posted line gives back, tax included, in cents."""
    tax = sum(cents(row.get("refund_total", 0)) for row in line.get("refund_tax") or [])
    return cents(line.get("refund_total", 0)) + tax


def blank_refund(refund_id: int, order_id: int, amount_cents: int, reason: str, now: int) -> Record:
    """A refund of an amount, without lines yet."""
    return {
        "id": refund_id,
        "parent_id": order_id,
        "date_created": local(now),
        "date_created_gmt": gmt(now),
        "amount": money(amount_cents),
        "reason": reason,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }


def negative_line(line: Record, given: Record, new_id: Callable[[], int]) -> Record:
    """A line of the refund: what the client gives back of the order's line, below zero."""
    total = cents(given.get("refund_total", 0))
    taxes = {int(row["id"]): cents(row.get("refund_total", 0)) for row in given.get("refund_tax") or []}
    result = {
        **line,
        "id": new_id(),
        "total": money(-total),
        "total_tax": money(-sum(taxes.values())),
        "meta_data": [item_meta(new_id(), "_refunded_item_id", str(line["id"]))],
    }
    if "subtotal" in line:
        quantity = int(given.get("quantity") or 0)
        result["quantity"] = -quantity
        result["subtotal"], result["subtotal_tax"] = result["total"], result["total_tax"]
        result["price"] = unit_price(total, quantity)
    plain = "subtotal" not in line
    result["taxes"] = [
        {"id": key, "total": money(-tax), "subtotal": "" if plain else money(-tax)}
        for key, tax in taxes.items()
    ]
    return result


def sum_refund_taxes(record: Record, refund: Record, new_id: Callable[[], int]) -> None:
    """The refund's tax lines are the sums over its lines."""
    sums: dict[int, list[int]] = {}
    for place, kinds in enumerate((("line_items", "fee_lines"), ("shipping_lines",))):
        for kind in kinds:
            for line in refund[kind]:
                for row in line["taxes"]:
                    sums.setdefault(row["id"], [0, 0])[place] += cents(row["total"])
    refund["tax_lines"] = [
        {**line, "id": new_id(), "tax_total": money(sums[key][0]), "shipping_tax_total": money(sums[key][1])}
        for line in record["tax_lines"]
        if (key := line["rate_id"]) in sums
    ]
