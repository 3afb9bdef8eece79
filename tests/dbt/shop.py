"""Records as the systems give them, small and right to the cent, and a way to land them.

Every maker returns a payload that a test may then spoil. Amounts are text in WooCommerce, cents in Stripe.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import psycopg
from psycopg import sql

Payload = dict[str, Any]

RATES = {
    "ON": {"HST": "13"},
    "QC": {"GST": "5", "QST": "9.975"},
    "BC": {"GST": "5", "PST": "7"},
    "NS": {"HST": "14"},
    "AB": {"GST": "5"},
}
ACCOUNTS = {
    "clearing.stripe": "118101",
    "clearing.cod": "118102",
    "clearing.cheque": "118103",
    "sales": "411100",
    "shipping_revenue": "411200",
    "fee_revenue": "411300",
    "merchant_fees": "511200",
    "rounding": "511900",
    "discounts": "411400",
    "returns": "411500",
    "gift_cards": "236100",
    "deferred_revenue": "236200",
    "tips_payable": "236300",
    "tax.HST": "231300",
    "tax.GST": "231100",
    "tax.QST": "231400",
}
FIRST_DAY = datetime(2026, 11, 1, 15, 0, tzinfo=UTC)


def cents(amount: Decimal) -> Decimal:
    """Rounded to cents, half a cent away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def order(
    number: int,
    *,
    province: str = "ON",
    lines: Iterable[tuple[str, int, str]] = (("TEA-1", 2, "19.95"), ("POT-1", 1, "49.00")),
    shipping: str = "12.00",
    discount: str = "0.00",
    fee: str | None = None,
    status: str = "processing",
    method: str = "stripe",
    created_at: datetime | None = None,
    paid_at: datetime | None = None,
    email: str = "someone@shop.example",
) -> Payload:
    """A WooCommerce order whose totals are right. lines: SKU, quantity, price; the first has the discount."""
    created_at = created_at or FIRST_DAY + timedelta(minutes=number)
    paid = paid_at or (created_at if status in ("processing", "completed", "refunded") else None)
    items = [_line(number, place, *line) for place, line in enumerate(lines)]
    if items:
        items[0]["total"] = str(Decimal(items[0]["subtotal"]) - Decimal(discount))
    shipping_lines = [{"id": number * 100 + 80, "method_id": "flat_rate", "total": shipping}]
    fee_lines = [{"id": number * 100 + 90, "name": "Gift wrap", "total": fee}] if fee else []
    taxes = _charge_tax(number, province, items, fee_lines, shipping_lines)
    tax = sum((Decimal(t["tax_total"]) + Decimal(t["shipping_tax_total"]) for t in taxes), Decimal(0))
    total = sum((Decimal(part["total"]) for part in (*items, *fee_lines, *shipping_lines)), tax)
    address = {"first_name": "Zoé", "last_name": "O'Neil 🙂", "state": province, "country": "CA"}
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "CAD",
        "prices_include_tax": False,
        "date_created_gmt": _utc(created_at),
        "date_modified_gmt": _utc(created_at),
        "date_paid_gmt": _utc(paid),
        "date_completed_gmt": None,
        "discount_total": discount,
        "shipping_total": shipping,
        "shipping_tax": "0.00",
        "total": str(total),
        "total_tax": str(tax),
        "customer_id": 0,
        "customer_note": "",
        "payment_method": method,
        "payment_method_title": method.title(),
        "transaction_id": f"ch_{number}" if method == "stripe" else "",
        "created_via": "checkout",
        "billing": address | {"email": email},
        "shipping": address,
        "meta_data": [{"key": "_stripe_intent_id", "value": f"pi_{number}"}] if method == "stripe" else [],
        "line_items": items,
        "tax_lines": taxes,
        "shipping_lines": shipping_lines,
        "fee_lines": fee_lines,
        "coupon_lines": [],
        "refunds": [],
    }


def charge(paid_order: Payload, *, refunded: str = "0.00") -> Payload:
    """The Stripe charge of an order."""
    number = paid_order["id"]
    return {
        "id": f"ch_{number}",
        "object": "charge",
        "amount": _minor(paid_order["total"]),
        "amount_captured": _minor(paid_order["total"]),
        "amount_refunded": _minor(refunded),
        "currency": paid_order["currency"].lower(),
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "payment_intent": f"pi_{number}",
        "balance_transaction": f"txn_{number}",
        "metadata": {"order_id": str(number)},
        "created": 1793545200 + number * 60,
    }


def balance_transaction(of_charge: Payload) -> Payload:
    """The balance transaction of a charge: Stripe keeps 2.9 % and 30 cents."""
    amount = of_charge["amount_captured"]
    fee = int((Decimal(amount) * Decimal("0.029") + 30).quantize(Decimal(1), ROUND_HALF_UP))
    return {
        "id": of_charge["balance_transaction"],
        "object": "balance_transaction",
        "type": "charge",
        "reporting_category": "charge",
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": of_charge["currency"],
        "status": "available",
        "source": of_charge["id"],
        "created": of_charge["created"],
        "available_on": of_charge["created"] + 86400,
    }


def refund(refund_id: int, of_order: Payload, *, line: int = 0, quantity: int = 1) -> Payload:
    """A refund of some units of one line, with the tax that was charged on them."""
    sold = of_order["line_items"][line]
    share = Decimal(quantity) / sold["quantity"]
    net = cents(Decimal(sold["total"]) * share)
    taxes = [
        {"rate_id": tax["id"], "tax_total": str(-cents(Decimal(tax["total"]) * share))}
        for tax in sold["taxes"]
    ]
    amount = net - sum((Decimal(tax["tax_total"]) for tax in taxes), Decimal(0))
    return {
        "id": refund_id,
        "parent_id": of_order["id"],
        "date_created_gmt": of_order["date_created_gmt"],
        "amount": str(amount),
        "reason": "Broken",
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [
            {
                "id": refund_id * 100,
                "name": sold["name"],
                "sku": sold["sku"],
                "quantity": -quantity,
                "total": str(-net),
                "total_tax": str(net - amount),
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(sold["id"])}],
            }
        ],
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": taxes,
    }


def product_number(sku: str) -> int:
    """The id that the web shop gave the product with this SKU."""
    return zlib.crc32(sku.encode()) % 1_000_000


def product(product_id: int, sku: str) -> Payload:
    """A simple product of the web shop."""
    return {"id": product_id, "name": sku.title(), "type": "simple", "status": "publish", "sku": sku,
            "price": "19.95", "manage_stock": True, "stock_quantity": 10}  # fmt: skip


def odoo_product(product_id: int, sku: str) -> Payload:
    """The same product in Odoo."""
    return {"id": product_id, "name": sku.title(), "display_name": sku, "default_code": sku, "barcode": False,
            "active": True, "type": "consu", "is_storable": True, "sale_ok": True,
            "write_date": "2026-11-01 12:00:00", "create_date": "2026-11-01 12:00:00"}  # fmt: skip


def land(
    warehouse: psycopg.Connection[Any],
    table: str,
    records: Mapping[str, Payload],
    *,
    deleted: bool = False,
    extracted_at: datetime = FIRST_DAY + timedelta(days=20),
) -> None:
    """The records stand in raw under their keys, with new change numbers."""
    statement = sql.SQL(
        "insert into raw.{} (key, payload, payload_hash, extracted_at, run_id, deleted_at)"
        " values (%s, %s, md5(%s), %s, 'test', %s)"
        " on conflict (key) do update set payload = excluded.payload, payload_hash = excluded.payload_hash,"
        " extracted_at = excluded.extracted_at, deleted_at = excluded.deleted_at,"
        " version = nextval('sync.change_number')"
    ).format(sql.Identifier(table))
    with warehouse.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (key, text, text, extracted_at, extracted_at if deleted else None)
                for key, payload in records.items()
                for text in [json.dumps(payload)]
            ],
        )
    warehouse.commit()


def land_paid(warehouse: psycopg.Connection[Any], *orders: Payload) -> None:
    """The orders stand in raw; those paid by Stripe with their charge and its fee."""
    land(warehouse, "woocommerce__orders", {str(each["id"]): each for each in orders})
    paid = [each for each in orders if each["payment_method"] == "stripe" and each["date_paid_gmt"]]
    charges = [charge(each) for each in paid]
    land(warehouse, "stripe__charges", {each["id"]: each for each in charges})
    fees = [balance_transaction(each) for each in charges]
    land(warehouse, "stripe__balance_transactions", {each["id"]: each for each in fees})


def settle(warehouse: psycopg.Connection[Any], time_zone: str = "America/Toronto") -> None:
    """The business's settings stand as tables."""
    warehouse.execute("delete from settings.business")
    warehouse.execute(
        "insert into settings.business values ('Maple', 'Maple Ltd', 'Queen', 'Toronto', 'ON', 'M5V', 'CA',"
        " %s, 'CAD', '1', '2', 0.05, 0, '2000-01-01')",
        [time_zone],
    )
    warehouse.execute("delete from settings.tax_registrations")
    warehouse.cursor().executemany(
        "insert into settings.tax_registrations values (%s, %s, 'R', '2008-01-01', null)",
        [(province, tax) for province, taxes in RATES.items() for tax in taxes],
    )
    warehouse.execute("delete from settings.accounts")
    warehouse.cursor().executemany("insert into settings.accounts values (%s, %s)", list(ACCOUNTS.items()))
    warehouse.commit()


def _line(number: int, place: int, sku: str, quantity: int, price: str) -> Payload:
    amount = str(cents(Decimal(price) * quantity))
    return {
        "id": number * 100 + place + 1,
        "name": f"The {sku}",
        "product_id": product_number(sku),
        "variation_id": 0,
        "sku": sku,
        "quantity": quantity,
        "subtotal": amount,
        "total": amount,
        "meta_data": [{"id": 1, "key": "_reduced_stock", "value": str(quantity)}],
    }


def _charge_tax(
    number: int, province: str, items: list[Payload], fee_lines: list[Payload], shipping_lines: list[Payload]
) -> list[Payload]:
    """Taxes by rate, rounded on every line as the shop does; each line gets its share."""
    found = []
    for place, (tax, percent) in enumerate(RATES[province].items()):
        sums = {"goods": Decimal(0), "shipping": Decimal(0)}
        for kind, parts in (("goods", [*items, *fee_lines]), ("shipping", shipping_lines)):
            for part in parts:
                amount = cents(Decimal(part["total"]) * Decimal(percent) / 100)
                part.setdefault("taxes", []).append({"id": place + 1, "total": str(amount)})
                part["total_tax"] = str(Decimal(part.get("total_tax", "0.00")) + amount)
                sums[kind] += amount
        found.append(
            {
                "id": number * 100 + 70 + place,
                "rate_id": place + 1,
                "rate_code": f"CA-{province}-{tax}-{place + 1}",
                "label": tax,
                "compound": False,
                "rate_percent": float(percent),
                "tax_total": str(sums["goods"]),
                "shipping_tax_total": str(sums["shipping"]),
            }
        )
    return found


def _minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


def _utc(when: datetime | None) -> str | None:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if when else None
