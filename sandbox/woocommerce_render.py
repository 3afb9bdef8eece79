"""A web order of the story, and its refund, as WooCommerce's records (without _links).

A record of the history has ids that follow from its order's id: lines 16 to an order, meta rows 32.
"""

from __future__ import annotations

from typing import Any

from sandbox.story import ChargeLine, LineTax, WebLine, WebOrder, WebRefund
from sandbox.story_tax import line_taxes
from sandbox.woocommerce_money import gmt, local, money, unit_price

VERSION = "11.0.1"
REFUND_ID_OFFSET = 5_000_000
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
    cart_tax = sum(tax.total_cents for line in (*order.lines, *_fees(order)) for tax in line.taxes)
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
        "meta_data": [{"id": number * 32, "key": "_stripe_intent_id", "value": intent_id}] if intent_id else [],
        "line_items": [_line_item(order, place, line) for place, line in enumerate(order.lines)],
        "tax_lines": _tax_lines(order),
        "shipping_lines": [_shipping_line(number * 16 + 8, order.shipping)],
        "fee_lines": [_fee_line(number * 16 + 9, fee) for fee in _fees(order)],
        "coupon_lines": [_coupon_line(order, discount, discount_tax)] if order.coupon_percent else [],
        "refunds": [_refund_summary(order, order.refund)] if order.refund else [],
        **_flags(order.status, f"wc_order_{number * 2654435761 % 2**40:013x}", number),
        "date_created_gmt": gmt(created),
        "date_modified_gmt": gmt(modified),
        "date_completed_gmt": gmt(completed),
        "date_paid_gmt": gmt(paid),
        "currency_symbol": "$",
    }


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


def _fees(order: WebOrder) -> tuple[ChargeLine, ...]:
    return (order.fee,) if order.fee else ()


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


def item_meta(identity: int, key: str, value: str) -> Record:
    """A meta row of an order's line."""
    return {"id": identity, "key": key, "value": value, "display_key": key, "display_value": value}


def _line_item(order: WebOrder, place: int, line: WebLine) -> Record:
    meta = []
    first = order.order_id * 32 + 8 + place * 2
    if order.is_stock_reduced and line.sku.manages_stock:
        meta = [item_meta(first, "_reduced_stock", str(line.quantity))]
    elif order.status == "refunded" and line.sku.manages_stock:
        back = str(line.quantity)
        meta = [item_meta(first, "_reduced_stock", "0"), item_meta(first + 1, "_restock_refunded_items", back)]
    return goods_line(order.order_id * 16 + place, line, 1, meta)


def goods_line(identity: int, line: WebLine, sign: int, meta: list[Record]) -> Record:
    """A line of goods of an order (sign 1) or of a refund (sign -1)."""
    sku = line.sku
    return {
        "id": identity,
        "name": sku.name,
        "product_id": sku.product_id,
        "variation_id": sku.variation_id,
        "quantity": sign * line.quantity,
        "tax_class": "",
        "subtotal": money(sign * line.subtotal_cents),
        "subtotal_tax": money(sign * sum(tax.subtotal_cents for tax in line.taxes)),
        "total": money(sign * line.total_cents),
        "total_tax": money(sign * sum(tax.total_cents for tax in line.taxes)),
        "taxes": [
            {
                "id": tax.rate.rate_id,
                "total": money(sign * tax.total_cents),
                "subtotal": money(sign * tax.subtotal_cents),
            }
            for tax in line.taxes
        ],
        "meta_data": meta,
        "sku": sku.code,
        "global_unique_id": sku.barcode,
        "price": unit_price(line.total_cents, line.quantity),
        "image": {"id": "", "src": ""},
        "parent_name": sku.parent_name,
    }


def _charge_taxes(taxes: tuple[LineTax, ...], sign: int = 1) -> list[Record]:
    return [{"id": tax.rate.rate_id, "total": money(sign * tax.total_cents), "subtotal": ""} for tax in taxes]


def _shipping_line(identity: int, line: ChargeLine, sign: int = 1, meta: list[Record] | None = None) -> Record:
    return {
        "id": identity,
        "method_title": line.title,
        "method_id": "flat_rate" if line.total_cents else "free_shipping",
        "instance_id": "",
        "total": money(sign * line.total_cents),
        "total_tax": money(sign * sum(tax.total_cents for tax in line.taxes)),
        "taxes": _charge_taxes(line.taxes, sign),
        "tax_status": "taxable",
        "meta_data": meta or [],
    }


def _fee_line(identity: int, line: ChargeLine, sign: int = 1, meta: list[Record] | None = None) -> Record:
    return {
        "id": identity,
        "name": line.title,
        "tax_class": "",
        "tax_status": "taxable",
        "amount": "",
        "total": money(sign * line.total_cents),
        "total_tax": money(sign * sum(tax.total_cents for tax in line.taxes)),
        "taxes": _charge_taxes(line.taxes, sign),
        "meta_data": meta or [],
    }


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


def _tax_lines(order: WebOrder, sign: int = 1) -> list[Record]:
    cart: dict[int, int] = {}
    for line in (*order.lines, *_fees(order)):
        for tax in line.taxes:
            cart[tax.rate.rate_id] = cart.get(tax.rate.rate_id, 0) + tax.total_cents
    return [
        tax_line(order.order_id * 16 + 11 + place, tax, sign * cart[tax.rate.rate_id], sign * tax.total_cents)
        for place, tax in enumerate(order.shipping.taxes)
    ]


def tax_line(identity: int, tax: LineTax, cart_cents: int, shipping_cents: int) -> Record:
    """What one rate takes of a whole order or refund."""
    percent = tax.rate.rate_milli / 1000
    return {
        "id": identity,
        "rate_code": tax.rate.code,
        "rate_id": tax.rate.rate_id,
        "label": tax.rate.name,
        "compound": False,
        "tax_total": money(cart_cents),
        "shipping_tax_total": money(shipping_cents),
        "rate_percent": int(percent) if percent == int(percent) else percent,
        "meta_data": [],
    }


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
        lines.append(WebLine(line.sku, quantity, total, total, line_taxes(order.customer.province, total, total)))
    return lines


def _refund_summary(order: WebOrder, refund: WebRefund) -> Record:
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
    for place, (line, (origin, _)) in enumerate(zip(refunded_lines(order, refund), refund.lines, strict=True)):
        meta = [item_meta(number * 32 + 8 + place, "_refunded_item_id", str(order.order_id * 16 + origin))]
        lines.append(goods_line(number * 16 + place, line, -1, meta))
    shipping: list[Record] = []
    fees: list[Record] = []
    taxes: list[Record] = []
    if refund.is_full:
        meta = [item_meta(number * 32 + 20, "_refunded_item_id", str(order.order_id * 16 + 8))]
        shipping = [_shipping_line(number * 16 + 8, order.shipping, -1, meta)]
        meta = [item_meta(number * 32 + 21, "_refunded_item_id", str(order.order_id * 16 + 9))]
        fees = [_fee_line(number * 16 + 9, fee, -1, meta) for fee in _fees(order)]
        taxes = [{**line, "id": number * 16 + 11 + place} for place, line in enumerate(_tax_lines(order, -1))]
    elif refund.lines:
        given = refunded_lines(order, refund)
        sums = [sum(line.taxes[at_].total_cents for line in given) for at_ in range(len(given[0].taxes))]
        taxes = [tax_line(number * 16 + 11 + n, given[0].taxes[n], -total, 0) for n, total in enumerate(sums)]
    return {
        "id": number,
        "parent_id": order.order_id,
        "date_created": local(at),
        "date_created_gmt": gmt(at),
        "amount": money(refund.amount_cents),
        "reason": refund.reason,
        "refunded_by": 1,
        "refunded_payment": is_payment_refunded,
        "meta_data": [{"id": number * 32, "key": "_refund_type", "value": "full" if refund.is_full else "partial"}],
        "line_items": lines,
        "shipping_lines": shipping,
        "tax_lines": taxes,
        "fee_lines": fees,
    }
