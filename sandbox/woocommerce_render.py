"""A web order of the story as WooCommerce's record (without _links).

A record of the history has ids that follow from its order's id: lines 16 to an order, meta rows 32.
"""

from __future__ import annotations

from typing import Any

from sandbox.story import ChargeLine, WebLine, WebOrder
from sandbox.woocommerce_lines import fee_line, fees, goods_line, item_meta, shipping_line, tax_lines
from sandbox.woocommerce_money import gmt, local, money
from sandbox.woocommerce_refunds import refund_summary

VERSION = "11.0.1"
COUPON_ID = 10
COUPON_CODE = "maple10"
_METHOD_TITLES = {
    "stripe": "Credit card (Stripe)",
    "cod": "Cash on delivery",
    "bacs": "Interac e-Transfer",
    "cheque": "Cheque",
}
Record = dict[str, Any]


def order_record(order: WebOrder, charge_id: str | None, intent_id: str | None) -> Record:
    """The order as GET /orders/<id> gives it. `charge_id` is Stripe's for what was paid by card."""
    number = order.order_id
    created, modified = int(order.created_at.timestamp()), int(order.modified_at.timestamp())
    paid = int(order.paid_at.timestamp()) if order.paid_at else None
    completed = int(order.completed_at.timestamp()) if order.completed_at else None
    charged: tuple[WebLine | ChargeLine, ...] = (*order.lines, *fees(order))
    cart_tax = sum(tax.total_cents for line in charged for tax in line.taxes)
    shipping_tax = sum(tax.total_cents for tax in order.shipping.taxes)
    discount = sum(line.subtotal_cents - line.total_cents for line in order.lines)
    discount_tax = sum(tax.subtotal_cents - tax.total_cents for line in order.lines for tax in line.taxes)
    billing = _address(order) | {"email": order.customer.email, "phone": order.customer.phone}
    return {
        "id": number,
        "parent_id": 0,
        "status": order.status,
        "currency": "CAD",
        "version": VERSION,
        "prices_include_tax": False,
        "date_created": local(created),
        "date_modified": local(modified),
        "discount_total": money(discount),
        "discount_tax": money(discount_tax),
        "shipping_total": money(order.shipping.total_cents),
        "shipping_tax": money(shipping_tax),
        "cart_tax": money(cart_tax),
        "total": money(order.total_cents),
        "total_tax": money(order.tax_cents),
        "customer_id": order.customer.customer_id,
        "order_key": f"wc_order_{number * 2654435761 % 2**40:013x}",
        "billing": billing,
        "shipping": _address(order) | {"phone": order.customer.phone},
        "payment_method": order.payment_method,
        "payment_method_title": _METHOD_TITLES[order.payment_method],
        "transaction_id": charge_id or "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "checkout",
        "customer_note": order.note,
        "date_completed": local(completed),
        "date_paid": local(paid),
        "cart_hash": "",
        "number": order.number,
        "meta_data": _intent_meta(number, intent_id),
        "line_items": [_line_item(order, place, line) for place, line in enumerate(order.lines)],
        "tax_lines": tax_lines(order),
        "shipping_lines": [shipping_line(number * 16 + 8, order.shipping)],
        "fee_lines": [fee_line(number * 16 + 9, fee) for fee in fees(order)],
        "coupon_lines": [_coupon_line(order, discount, discount_tax)] if order.coupon_percent else [],
        "refunds": [refund_summary(order, order.refund)] if order.refund else [],
        **_flags(order.status, f"wc_order_{number * 2654435761 % 2**40:013x}", number),
        "date_created_gmt": gmt(created),
        "date_modified_gmt": gmt(modified),
        "date_completed_gmt": gmt(completed),
        "date_paid_gmt": gmt(paid),
        "currency_symbol": "$",
    }


def blank_order(order_id: int, now: int) -> Record:
    """An order before anything is said about it: pending, without lines, made through the interface."""
    key = f"wc_order_{order_id * 2654435761 % 2**40:013x}"
    names = (
        "first_name",
        "last_name",
        "company",
        "address_1",
        "address_2",
        "city",
        "state",
        "postcode",
        "country",
    )
    address = dict.fromkeys(names, "")
    zero = (
        "discount_total",
        "discount_tax",
        "shipping_total",
        "shipping_tax",
        "cart_tax",
        "total",
        "total_tax",
    )
    return {
        "id": order_id, "parent_id": 0, "status": "pending", "currency": "CAD", "version": VERSION,
        "prices_include_tax": False, "date_created": local(now), "date_modified": local(now),
        **dict.fromkeys(zero, "0.00"), "customer_id": 0, "order_key": key,
        "billing": address | {"email": "", "phone": ""}, "shipping": address | {"phone": ""},
        "payment_method": "", "payment_method_title": "", "transaction_id": "", "customer_ip_address": "",
        "customer_user_agent": "", "created_via": "rest-api", "customer_note": "", "date_completed": None,
        "date_paid": None, "cart_hash": "", "number": str(order_id), "meta_data": [], "line_items": [],
        "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "refunds": [],
        **_flags("pending", key, order_id), "date_created_gmt": gmt(now), "date_modified_gmt": gmt(now),
        "date_completed_gmt": None, "date_paid_gmt": None, "currency_symbol": "$",
    }  # fmt: skip


def _intent_meta(number: int, intent_id: str | None) -> list[Record]:
    return [{"id": number * 32, "key": "_stripe_intent_id", "value": intent_id}] if intent_id else []


def _flags(status: str, key: str, number: int) -> Record:
    return {
        "payment_url": f"http://127.0.0.1/checkout/order-pay/{number}/?pay_for_order=true&key={key}",
        "is_editable": status in ("pending", "on-hold"),
        "needs_payment": status in ("pending", "failed"),
        "needs_processing": True,
    }


def status_flags(record: Record) -> Record:
    """The fields that follow from an order's status."""
    return _flags(record["status"], record["order_key"], record["id"])


def _address(order: WebOrder) -> Record:
    buyer = order.customer
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "company": buyer.company,
        "address_1": buyer.street,
        "address_2": "",
        "city": buyer.city,
        "state": buyer.province,
        "postcode": buyer.postcode,
        "country": "CA",
    }


def _line_item(order: WebOrder, place: int, line: WebLine) -> Record:
    meta = []
    first = order.order_id * 32 + 8 + place * 2
    if order.is_stock_reduced and line.sku.manages_stock:
        meta = [item_meta(first, "_reduced_stock", str(line.quantity))]
    elif order.status == "refunded" and line.sku.manages_stock:
        back = item_meta(first + 1, "_restock_refunded_items", str(line.quantity))
        meta = [item_meta(first, "_reduced_stock", "0"), back]
    return goods_line(order.order_id * 16 + place, line, 1, meta)


def _coupon_line(order: WebOrder, discount: int, discount_tax: int) -> Record:
    info = f'[{COUPON_ID},"{COUPON_CODE}","percent",{order.coupon_percent}]'
    return {
        "id": order.order_id * 16 + 10,
        "code": COUPON_CODE,
        "discount": money(discount),
        "discount_tax": money(discount_tax),
        "meta_data": [item_meta(order.order_id * 32 + 1, "coupon_info", info)],
        "discount_type": "percent",
        "nominal_amount": order.coupon_percent,
        "free_shipping": False,
    }
