"""The lines of WooCommerce's orders and refunds: goods, shipping, fees, taxes."""

from __future__ import annotations

from typing import Any

from sandbox.story import ChargeLine, LineTax, TaxRate, WebLine, WebOrder
from sandbox.story_web import PICKUP
from sandbox.woocommerce_money import money, unit_price

Record = dict[str, Any]


def fee_id(order_id: int, place: int) -> int:
    """The id of a fee line of the story's orders; the shipping's lies between the first two."""
    return order_id * 16 + (9, 7)[place]


def item_meta(identity: int, key: str, value: str) -> Record:
    """A meta row of an order's line."""
    return {"id": identity, "key": key, "value": value, "display_key": key, "display_value": value}


def goods_line(identity: int, line: WebLine, sign: int, meta: list[Record]) -> Record:
    """A line of goods of an order (sign 1) or of a refund (sign -1)."""
    sku = line.sku
    return {
        "id": identity,
        "name": sku.name,
        "product_id": sku.product_id,
        "variation_id": sku.variation_id,
        "quantity": sign * line.quantity,
        "tax_class": sku.tax_class,
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


def _method(line: ChargeLine) -> str:
    if line.title == PICKUP:
        return "local_pickup"
    return "flat_rate" if line.total_cents else "free_shipping"


def shipping_line(identity: int, line: ChargeLine, sign: int = 1, meta: list[Record] | None = None) -> Record:
    """The shipping of an order (sign 1) or a refund (sign -1)."""
    return {
        "id": identity,
        "method_title": line.title,
        "method_id": _method(line),
        "instance_id": "",
        "total": money(sign * line.total_cents),
        "total_tax": money(sign * sum(tax.total_cents for tax in line.taxes)),
        "taxes": _charge_taxes(line.taxes, sign),
        "tax_status": "taxable",
        "meta_data": meta or [],
    }


def fee_line(identity: int, line: ChargeLine, sign: int = 1, meta: list[Record] | None = None) -> Record:
    """A fee of an order (sign 1) or a refund (sign -1)."""
    return {
        "id": identity,
        "name": line.title,
        "tax_class": "",
        "tax_status": "taxable" if line.is_taxable else "none",
        "amount": "",
        "total": money(sign * line.total_cents),
        "total_tax": money(sign * sum(tax.total_cents for tax in line.taxes)),
        "taxes": _charge_taxes(line.taxes, sign),
        "meta_data": meta or [],
    }


def tax_lines(order: WebOrder, sign: int = 1) -> list[Record]:
    """What each rate takes of the whole order."""
    rates = {tax.rate.rate_id: tax.rate for line in order.charges for tax in line.taxes}
    cart, shipping = dict.fromkeys(rates, 0), dict.fromkeys(rates, 0)
    for line in order.charges:
        for tax in line.taxes:
            (shipping if line is order.shipping else cart)[tax.rate.rate_id] += tax.total_cents
    return [
        tax_line(order.order_id * 16 + 11 + place, rates[key], sign * cart[key], sign * shipping[key])
        for place, key in enumerate(sorted(rates))
    ]


def tax_line(identity: int, rate: TaxRate, cart_cents: int, shipping_cents: int) -> Record:
    """What one rate takes of a whole order or refund."""
    percent = rate.rate_milli / 1000
    return {
        "id": identity,
        "rate_code": rate.code,
        "rate_id": rate.rate_id,
        "label": rate.name,
        "compound": False,
        "tax_total": money(cart_cents),
        "shipping_tax_total": money(shipping_cents),
        "rate_percent": int(percent) if percent == int(percent) else percent,
        "meta_data": [],
    }
