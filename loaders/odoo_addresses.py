"""Where an order goes, in Odoo 19: its own delivery address, or a contact of the customer's made for it once.

`res.partner/load` with an external id that follows from the address: two clients, or two tries, make one.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5
from typing import Any

from connections.errors import Unavailable
from connections.odoo import Odoo

Record = Mapping[str, Any]


class AddressError(Exception):
    """Odoo does not take the address; the message says why, without the address."""


def delivery_partner(client: Odoo, payload: Record) -> None:
    """The order and its deliveries go to the payload's address. AddressError: Odoo refuses it."""
    address = payload["address"]
    if not address:
        return
    [order] = client.search_read(
        "sale.order", [["id", "=", payload["order_id"]]], ["partner_id", "partner_shipping_id"]
    )
    known = {order["partner_shipping_id"], order["partner_id"]}
    partners = {partner["id"]: partner for partner in _partners(client, [["id", "in", sorted(known)]])}
    now = partners.get(order["partner_shipping_id"])
    if now and _place(now) == _wanted(address):
        return
    contact = next((id_ for id_, partner in partners.items() if _place(partner) == _wanted(address)), None)
    contact = contact or _made(client, order["partner_id"], address)
    client.write(
        "sale.order",
        "write",
        ids=[payload["order_id"]],
        vals={"partner_shipping_id": contact},
        context={"update_delivery_shipping_partner": True},  # its deliveries too
    )


def _partners(client: Odoo, domain: list[Any]) -> list[dict[str, Any]]:
    fields = ["id", "street", "street2", "city", "zip", "state_id", "country_id"]
    partners = client.search_read("res.partner", domain, fields, archived_too=True)
    for model in ("res.country", "res.country.state"):
        name = "country_id" if model == "res.country" else "state_id"
        ids = sorted({partner[name] for partner in partners if partner[name]})
        rows = client.search_read(model, [["id", "in", ids]], ["code"]) if ids else []
        codes = {row["id"]: row["code"] for row in rows}
        for partner in partners:
            partner[f"{name}_code"] = codes.get(partner[name], "")
    return partners


def _place(partner: Record) -> tuple[str, ...]:
    names = ("street", "street2", "city", "zip", "state_id_code", "country_id_code")
    return tuple(_plain(partner[name]) for name in names)


def _wanted(address: Record) -> tuple[str, ...]:
    names = ("street", "street_2", "city", "postal_code", "province", "country")
    return tuple(_plain(address[name]) for name in names)


def _plain(value: Any) -> str:
    """As addresses are compared: whatever the case, blanks and signs."""
    return "".join(sign for sign in str(value or "").casefold() if sign.isalnum())


def _made(client: Odoo, customer_id: int, address: Record) -> int:
    """The customer's contact with that address. AddressError, Unavailable."""
    mark = md5("|".join((*_wanted(address), _plain(address["name"]))).encode(), usedforsecurity=False)
    row = {
        "id": f"counterflow.delivery_address_{customer_id}_{mark.hexdigest()}",
        "parent_id/.id": customer_id,
        "type": "delivery",
        "name": address["name"] or address["company"] or "",
        "street": address["street"] or "",
        "street2": address["street_2"] or "",
        "city": address["city"] or "",
        "zip": address["postal_code"] or "",
        "phone": address["phone"] or "",
        "country_id/.id": _country(client, address["country"]) or "",
        "state_id/.id": _state(client, address) or "",
    }
    answer = client.write("res.partner", "load", fields=list(row), data=[list(row.values())])
    if answer["ids"]:
        return int(answer["ids"][0])
    messages = "; ".join(" ".join(str(item.get("message", "")).split()) for item in answer["messages"])[:200]
    if "serialize access" in messages or "concurrent update" in messages:
        raise Unavailable("another client is making the same address", where="odoo: res.partner/load")
    raise AddressError(f"Odoo does not take the delivery address: {messages}")


def _country(client: Odoo, code: str | None) -> int | None:
    found = client.search_read("res.country", [["code", "=", code]], ["id"]) if code else []
    return int(found[0]["id"]) if found else None


def _state(client: Odoo, address: Record) -> int | None:
    if not address["province"]:
        return None
    domain = [["country_id.code", "=", address["country"]], ["code", "=", address["province"]]]
    found = client.search_read("res.country.state", domain, ["id"])
    return int(found[0]["id"]) if found else None
