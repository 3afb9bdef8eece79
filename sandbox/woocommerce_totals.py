"""What WooCommerce makes of an order's lines when a client writes them: lines, taxes, totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.story import LineTax
from sandbox.story_catalogue import GIFT_CARD
from sandbox.story_tax import RATES, line_taxes
from sandbox.woocommerce_catalogue import Catalogue
from sandbox.woocommerce_http import Refusal
from sandbox.woocommerce_lines import tax_line
from sandbox.woocommerce_money import cents, money, unit_price
from sandbox.woocommerce_render import COUPONS, coupon_line

Record = dict[str, Any]
BASE_PROVINCE = "ON"
_UNTAXED_CLASSES = ("zero-rate", "basic-groceries", "reduced-rate")  # no rates are set for these


def province_of(record: Record) -> str:
    """Where the order is taxed: its delivery address, the shop's own province without one; "" abroad."""
    address = record["shipping"]
    if not address.get("country"):
        return BASE_PROVINCE
    return str(address.get("state", "")) if address["country"] == "CA" else ""


def new_goods_line(given: Record, catalogue: Catalogue, new_id: Callable[[], int]) -> Record:
    """A line from what a client posted. An unknown SKU gives a blank line of 0.00, without complaint."""
    if not any(given.get(name) for name in ("product_id", "variation_id", "sku")):
        raise Refusal("woocommerce_rest_required_product_reference", "Product ID or SKU is required.", 400)
    found = catalogue.find(int(given.get("product_id") or 0), int(given.get("variation_id") or 0))
    if found is None and given.get("sku"):
        found = catalogue.by_sku(str(given["sku"]))
    quantity = int(given.get("quantity", 1))
    is_variation = found is not None and found["type"] == "variation"
    parent = catalogue.products.get(found["parent_id"]) if found and is_variation else None
    name = f"{parent['name']} - {found['name']}" if found and parent else (found["name"] if found else "")
    product_id = found["parent_id"] if found and is_variation else (found["id"] if found else 0)
    subtotal = cents(given.get("subtotal", money(cents(found["price"]) * quantity if found else 0)))
    return {
        "id": new_id(),
        "name": str(given.get("name") or name),
        "product_id": product_id,
        "variation_id": found["id"] if found and is_variation else 0,
        "quantity": quantity,
        "tax_class": str(given.get("tax_class") or (found["tax_class"] if found else "")),
        "subtotal": money(subtotal),
        "subtotal_tax": "0.00",
        "total": money(cents(given.get("total", money(subtotal)))),
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
        "sku": found["sku"] if found else None,
        "global_unique_id": found["global_unique_id"] if found else "",
        "price": 0,
        "image": {"id": "", "src": ""},
        "parent_name": parent["name"] if parent else None,
    }


def new_shipping_line(given: Record, new_id: Callable[[], int]) -> Record:
    """A shipping line from what a client posted."""
    return {
        "id": new_id(),
        "method_title": str(given.get("method_title") or ""),
        "method_id": str(given.get("method_id") or ""),
        "instance_id": str(given.get("instance_id") or ""),
        "total": money(cents(given.get("total", "0"))),
        "total_tax": "0.00",
        "taxes": [],
        "tax_status": "taxable",
        "meta_data": [],
    }


def new_fee_line(given: Record, new_id: Callable[[], int]) -> Record:
    """A fee line from what a client posted."""
    return {
        "id": new_id(),
        "name": str(given.get("name") or ""),
        "tax_class": str(given.get("tax_class") or ""),
        "tax_status": str(given.get("tax_status") or "taxable"),
        "amount": "",
        "total": money(cents(given.get("total", "0"))),
        "total_tax": "0.00",
        "taxes": [],
        "meta_data": [],
    }


def new_coupon_line(given: Record, record: Record, new_id: Callable[[], int]) -> Record:
    """A coupon line; the goods' totals are lowered by it."""
    code = str(given.get("code", "")).lower()
    if code not in COUPONS:
        raise Refusal("woocommerce_rest_invalid_coupon", f'Coupon "{code}" does not exist!', 400)
    percent = COUPONS[code][1]
    for line in record["line_items"]:
        subtotal = cents(line["subtotal"])
        line["total"] = money(subtotal - (subtotal * percent + 50) // 100)
    return coupon_line(code, new_id(), new_id())


def calculate(record: Record, new_id: Callable[[], int]) -> None:
    """Every tax and total of the order follows from its lines and its address."""
    is_exempt = any(row["key"] == "is_vat_exempt" and row["value"] == "yes" for row in record["meta_data"])
    province = "" if is_exempt else province_of(record)
    cart: dict[int, int] = {}
    for line in record["line_items"]:
        taxes = _taxes_of(line, province)
        line["taxes"] = [
            {"id": t.rate.rate_id, "total": money(t.total_cents), "subtotal": money(t.subtotal_cents)}
            for t in taxes
        ]
        line["subtotal_tax"] = money(sum(t.subtotal_cents for t in taxes))
        line["total_tax"] = money(sum(t.total_cents for t in taxes))
        line["price"] = unit_price(cents(line["total"]), line["quantity"])
        _add(cart, taxes)
    for line in record["fee_lines"]:
        taxes = () if line["tax_status"] == "none" else _taxes_of(line, province)
        _set_charge_taxes(line, taxes)
        _add(cart, taxes)
    shipping: dict[int, int] = {}
    for line in record["shipping_lines"]:
        taxes = _taxes_of(line, province)
        _set_charge_taxes(line, taxes)
        _add(shipping, taxes)
    kept = {line["rate_id"]: line["id"] for line in record["tax_lines"]}
    record["tax_lines"] = [
        tax_line(
            kept.get(rate.rate_id) or new_id(), rate, cart.get(rate.rate_id, 0), shipping.get(rate.rate_id, 0)
        )
        for rate in RATES
        if rate.rate_id in cart or rate.rate_id in shipping
    ]
    _set_totals(record, sum(cart.values()), sum(shipping.values()))


def _taxes_of(line: Record, province: str) -> tuple[LineTax, ...]:
    tax_class = line.get("tax_class", "")
    if tax_class in _UNTAXED_CLASSES or line.get("sku") == GIFT_CARD.code:
        return ()
    return line_taxes(province, cents(line.get("subtotal", line["total"])), cents(line["total"]), tax_class)


def _add(sums: dict[int, int], taxes: tuple[LineTax, ...]) -> None:
    for tax in taxes:
        sums[tax.rate.rate_id] = sums.get(tax.rate.rate_id, 0) + tax.total_cents


def _set_charge_taxes(line: Record, taxes: tuple[LineTax, ...]) -> None:
    line["taxes"] = [{"id": t.rate.rate_id, "total": money(t.total_cents), "subtotal": ""} for t in taxes]
    line["total_tax"] = money(sum(t.total_cents for t in taxes))


def _set_totals(record: Record, cart_tax: int, shipping_tax: int) -> None:
    goods = sum(cents(line["total"]) for line in record["line_items"])
    fees = sum(cents(line["total"]) for line in record["fee_lines"])
    shipping = sum(cents(line["total"]) for line in record["shipping_lines"])
    by_card = sum(cents(card["amount"]) for card in record["gift_cards"])
    discount = sum(cents(line["subtotal"]) - cents(line["total"]) for line in record["line_items"])
    saved = sum(cents(line["subtotal_tax"]) - cents(line["total_tax"]) for line in record["line_items"])
    for line in record["coupon_lines"]:
        line["discount"], line["discount_tax"] = money(discount), money(saved)
    record |= {
        "discount_total": money(discount),
        "discount_tax": money(saved),
        "shipping_total": money(shipping),
        "shipping_tax": money(shipping_tax),
        "cart_tax": money(cart_tax),
        "total_tax": money(cart_tax + shipping_tax),
        "total": money(goods + fees + shipping + cart_tax + shipping_tax - by_card),
    }
