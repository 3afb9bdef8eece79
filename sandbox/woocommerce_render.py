"""A web order of the story as WooCommerce's record (without _links).

A record of the history has ids that follow from its order's id: lines 16 to an order, meta rows 32.
"""

from __future__ import annotations

from typing import Any

from sandbox.story import WebLine, WebOrder
from sandbox.story_compose import AGENT_COUPON, AGENT_PERCENT, COUPON, COUPON_PERCENT
from sandbox.woocommerce_lines import fee_id, fee_line, goods_line, item_meta, shipping_line, tax_lines
from sandbox.woocommerce_money import gmt, local, money, unit_price
from sandbox.woocommerce_refunds import refund_summary

VERSION = "11.0.1"
COUPONS = {COUPON: (10, COUPON_PERCENT), AGENT_COUPON: (905, AGENT_PERCENT)}  # id, per cent off
_METHOD_TITLES = {
    "stripe": "Credit card (Stripe)",
    "cod": "Cash on delivery",
    "bacs": "Interac e-Transfer",
    "cheque": "Cheque",
}
_CAPTURED = {"held": "no", "lapsed": "no", "later": "yes"}
Record = dict[str, Any]


def order_record(order: WebOrder, charge_id: str | None, intent_id: str | None) -> Record:
    """The order as GET /orders/<id> gives it. `charge_id` is Stripe's for what was paid by card."""
    number = order.order_id
    created, modified = int(order.created_at.timestamp()), int(order.modified_at.timestamp())
    paid = int(order.paid_at.timestamp()) if order.paid_at else None
    completed = int(order.completed_at.timestamp()) if order.completed_at else None
    shipping_tax = sum(tax.total_cents for tax in order.shipping.taxes) if order.shipping else 0
    discount = sum(line.subtotal_cents - line.total_cents for line in order.lines)
    discount_tax = sum(tax.subtotal_cents - tax.total_cents for line in order.lines for tax in line.taxes)
    billing = _address(order) | {"email": order.customer.email, "phone": order.customer.phone}
    return {
        "id": number,
        "parent_id": 0,
        "status": order.status,
        "currency": order.currency,
        "version": VERSION,
        "prices_include_tax": order.prices_include_tax,
        "date_created": local(created),
        "date_modified": local(modified),
        "discount_total": money(discount),
        "discount_tax": money(discount_tax),
        "shipping_total": money(order.shipping.total_cents if order.shipping else 0),
        "shipping_tax": money(shipping_tax),
        "cart_tax": money(order.tax_cents - shipping_tax),
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
        "meta_data": _order_meta(order, intent_id),
        "line_items": [_line_item(order, place, line) for place, line in enumerate(order.lines)],
        "tax_lines": tax_lines(order),
        "shipping_lines": [shipping_line(number * 16 + 8, order.shipping)] if order.shipping else [],
        "fee_lines": [fee_line(fee_id(number, place), fee) for place, fee in enumerate(order.fees)],
        "coupon_lines": [_coupon_line(order, discount, discount_tax)] if order.coupon else [],
        "refunds": [refund_summary(order, place) for place in reversed(range(len(order.shop_refunds)))],
        "gift_cards": [
            gift_card_row(card.card_id, card.code, card.amount_cents) for card in order.gift_cards
        ],
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
        "gift_cards": [],
        **_flags("pending", key, order_id), "date_created_gmt": gmt(now), "date_modified_gmt": gmt(now),
        "date_completed_gmt": None, "date_paid_gmt": None, "currency_symbol": "$",
    }  # fmt: skip


def gift_card_row(identity: int, code: str, amount_cents: int) -> Record:
    """A gift card that pays part of an order, as the official Gift Cards extension shows it."""
    return {"id": identity, "code": code, "amount": unit_price(amount_cents, 1)}


def _order_meta(order: WebOrder, intent_id: str | None) -> list[Record]:
    rows = {
        0: ("_stripe_intent_id", intent_id),
        2: ("_wc_order_attribution_source_type", "utm" if order.utm_source else None),
        3: ("_wc_order_attribution_utm_source", order.utm_source),
        4: ("is_vat_exempt", "yes" if order.is_vat_exempt else None),
        5: ("_stripe_charge_captured", _CAPTURED.get(order.capture)),
        6: ("wpml_language", order.customer.language if order.customer.language != "en" else None),
    }
    return [
        {"id": order.order_id * 32 + place, "key": key, "value": value}
        for place, (key, value) in rows.items()
        if value
    ]


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
        "address_2": buyer.street_2,
        "city": buyer.city,
        "state": buyer.province,
        "postcode": buyer.postcode,
        "country": buyer.country,
    }


def _line_item(order: WebOrder, place: int, line: WebLine) -> Record:
    first = order.order_id * 32 + 8 + place * 2
    meta = []
    if line.backordered:
        row = order.order_id * 32 + 24 + place
        meta.append(item_meta(row, "Backordered", str(line.backordered)))
    if order.is_stock_reduced and line.sku.manages_stock:
        meta.append(item_meta(first, "_reduced_stock", str(order.taken(place))))
        if back := order.restocked(place):
            meta.append(item_meta(first + 1, "_restock_refunded_items", str(back)))
    return goods_line(order.order_id * 16 + place, line, 1, meta)


def _coupon_line(order: WebOrder, discount: int, discount_tax: int) -> Record:
    given = (order.order_id * 16 + 10, order.order_id * 32 + 1)
    return coupon_line(order.coupon, *given) | {
        "discount": money(discount),
        "discount_tax": money(discount_tax),
    }


def coupon_line(code: str, identity: int, meta_id: int) -> Record:
    """A coupon of an order; what it takes off is not worked out yet."""
    coupon_id, percent = COUPONS[code]
    info = f'[{coupon_id},"{code}","percent",{percent}]'
    return {
        "id": identity,
        "code": code,
        "discount": "0.00",
        "discount_tax": "0.00",
        "meta_data": [item_meta(meta_id, "coupon_info", info)],
        "discount_type": "percent",
        "nominal_amount": percent,
        "free_shipping": False,
    }
