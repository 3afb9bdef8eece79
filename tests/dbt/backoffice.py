"""Odoo's records, small and right to the cent. Every maker returns a payload that a test may then spoil."""

from __future__ import annotations

from typing import Any

Payload = dict[str, Any]

BEFORE = "2026-11-20 15:00:00"
ONTARIO = 538


def location(location_id: int, name: str) -> Payload:
    """A stock location of ours."""
    return {"id": location_id, "name": name, "complete_name": name, "usage": "internal", "active": True}


def tax(tax_id: int, name: str, percent: float) -> Payload:
    """A sales tax in percent."""
    return {
        "id": tax_id,
        "name": name,
        "amount": percent,
        "amount_type": "percent",
        "type_tax_use": "sale",
        "children_tax_ids": [],
        "active": True,
    }


def account(account_id: int, code: str) -> Payload:
    """An account of the books."""
    return {
        "id": account_id,
        "code": code,
        "name": f"Account {code}",
        "account_type": "income",
        "active": True,
    }


def partner(partner_id: int, email: str) -> Payload:
    """A partner in Ontario."""
    return {
        "id": partner_id,
        "name": "Ana",
        "email": email,
        "state_id": ONTARIO,
        "country_id": 38,
        "active": True,
        "customer_rank": 0,
        "supplier_rank": 0,
        "create_date": BEFORE,
        "write_date": BEFORE,
    }


def sale(order_id: int, total: float, tax: float) -> Payload:
    """A sale at the till."""
    return {
        "id": order_id,
        "name": f"Shop/{order_id}",
        "state": "done",
        "partner_id": False,
        "date_order": BEFORE,
        "currency_id": 3,
        "amount_total": total,
        "amount_tax": tax,
        "amount_paid": total,
        "amount_return": 0.0,
        "refunded_order_id": False,
        "write_date": BEFORE,
        "create_date": BEFORE,
    }


def sale_line(
    line_id: int, order_id: int, product_id: int, quantity: float, subtotal: float, total: float
) -> Payload:
    """A line of it, at 13 % HST."""
    return {
        "id": line_id,
        "order_id": order_id,
        "product_id": product_id,
        "full_product_name": "It",
        "qty": quantity,
        "price_unit": 7.5,
        "discount": 0.0,
        "price_subtotal": subtotal,
        "price_subtotal_incl": total,
        "tax_ids": [7],
        "refunded_orderline_id": False,
    }


def tender(payment_id: int, order_id: int, method_id: int, amount: float) -> Payload:
    """What was paid on it."""
    return {
        "id": payment_id,
        "pos_order_id": order_id,
        "payment_method_id": method_id,
        "amount": amount,
        "currency_id": 3,
        "payment_date": BEFORE,
        "is_change": False,
    }


def sale_order(order_id: int, reference: str | bool, state: str) -> Payload:
    """A sale order of two units; reference: what staff typed."""
    return {
        "id": order_id,
        "name": f"S{order_id}",
        "client_order_ref": reference,
        "state": state,
        "partner_id": 30,
        "partner_shipping_id": 30,
        "date_order": BEFORE,
        "currency_id": 3,
        "amount_untaxed": 15.0,
        "amount_tax": 1.95,
        "amount_total": 16.95,
        "invoice_status": "no",
        "delivery_status": "pending",
    }


def sale_order_line(line_id: int, order_id: int, product_id: int) -> Payload:
    """Its one line."""
    return {
        "id": line_id,
        "order_id": order_id,
        "sequence": 10,
        "name": "It",
        "display_type": False,
        "product_id": product_id,
        "product_uom_qty": 2.0,
        "qty_delivered": 0.0,
        "price_unit": 7.5,
        "discount": 0.0,
        "price_subtotal": 15.0,
        "price_tax": 1.95,
        "price_total": 16.95,
        "tax_ids": [7],
    }


def purchase_line(line_id: int, ordered: float, received: float) -> Payload:
    """A line of purchase order 1 for product 11."""
    return {
        "id": line_id,
        "order_id": 1,
        "name": "It",
        "product_id": 11,
        "product_qty": ordered,
        "qty_received": received,
        "price_unit": 3.0,
    }


def entry(entry_id: int, external_id: str | None) -> Payload:
    """A posted journal entry."""
    return {
        "id": entry_id,
        "name": f"MISC/{entry_id}",
        "ref": "Web order",
        "move_type": "entry",
        "state": "posted",
        "date": "2026-11-20",
        "journal_id": 2,
        "currency_id": 3,
        "amount_total": 5.0,
        "external_id": external_id,
    }


def entry_line(line_id: int, entry_id: int, account_id: int, debit: float, credit: float) -> Payload:
    """A line of it."""
    return {
        "id": line_id,
        "move_id": entry_id,
        "account_id": account_id,
        "name": "It",
        "debit": debit,
        "credit": credit,
        "amount_currency": debit - credit,
        "currency_id": 3,
        "display_type": "product",
    }
