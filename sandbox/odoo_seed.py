"""A new database: the company, its books, warehouse, till and users, as sandbox/real_odoo sets them up."""

from __future__ import annotations

from typing import Any

from sandbox.odoo_access import BOOKKEEPER, INTEGRATION, READ_ONLY
from sandbox.odoo_chart import PROVINCES
from sandbox.odoo_seed_books import seed_books
from sandbox.odoo_store import Env

COMPANY = "Maple Lane Goods Ltd"
_LOCATIONS = (  # name, usage, place of the parent in this list, archived
    ("Vendors", "supplier", 0, False),
    ("Customers", "customer", 0, False),
    ("Inter-company transit", "transit", 0, True),
    ("WH", "view", 0, False),
    ("Stock", "internal", 4, False),
    ("Input", "internal", 4, True),
    ("Quality Control", "internal", 4, True),
    ("Output", "internal", 4, True),
    ("Packing Zone", "internal", 4, True),
    ("Inter-warehouse transit", "transit", 0, True),
    ("Inventory adjustment", "inventory", 0, False),
    ("Production", "production", 0, False),
)


def seed(env: Env) -> None:
    """The database is as right after installation: no products, no stock, no entries."""
    _company(env)
    _users(env)
    seed_books(env)
    _warehouse(env)
    _till(env)


def _company(env: Env) -> None:
    for name, full_name, position, symbol in (
        ("USD", "United States dollar", "before", "$"),
        ("CAD", "Canadian dollar", "after", "$"),
        ("EUR", "Euro", "after", "€"),
    ):
        env.insert(
            "res.currency",
            {
                "name": name,
                "full_name": full_name,
                "symbol": symbol,
                "active": name != "EUR",
                "rounding": 0.01,
                "decimal_places": 2,
                "position": position,
            },
        )
    dollar = next(iter(env.table("res.currency").find("name", "CAD")))
    canada = env.insert("res.country", {"name": "Canada", "code": "CA", "currency_id": dollar})
    env.insert("res.country", {"name": "United States", "code": "US", "currency_id": 1})
    states = {
        code: env.insert("res.country.state", {"name": name, "code": code, "country_id": canada})
        for code, name in PROVINCES.items()
    }
    address = {
        "street": "12 Maple Lane",
        "city": "Toronto",
        "zip": "M5V 2T6",
        "state_id": states["ON"],
        "country_id": canada,
    }
    partner = _person(env, COMPANY, is_company=True, **address)
    env.insert(
        "res.company",
        {
            "name": COMPANY,
            "currency_id": dollar,
            "partner_id": partner,
            "country_id": canada,
            "state_id": states["ON"],
        },
    )
    for name in ("Units", "Pack of 6"):
        env.insert("uom.uom", {"name": name, "factor": 6.0 if name != "Units" else 1.0, "active": True})
    for name in ("Goods", "Expenses", "Services", "Food"):
        env.insert("product.category", {"name": name})


def _person(env: Env, name: str, **values: Any) -> int:
    return env.insert(
        "res.partner",
        {
            "name": name,
            "active": True,
            "type": "contact",
            "lang": "en_US",
            "customer_rank": 0,
            "supplier_rank": 0,
            **values,
        },
    )


def _users(env: Env) -> None:
    people = (
        ("__system__", "OdooBot", False),
        ("admin", "Administrator", True),
        ("public", "Public user", False),
        ("portaltemplate", "Portal User Template", False),
        (INTEGRATION, "Counterflow", True),
        (READ_ONLY, "Counterflow, read only", True),
        (BOOKKEEPER, "Bookkeeper", True),
    )
    for login, name, active in people:
        partner = _person(env, name)
        env.update("res.partner", partner, {"active": active})
        env.insert(
            "res.users",
            {
                "login": login,
                "partner_id": partner,
                "company_id": 1,
                "active": active,
                "tz": "UTC",
                "lang": "en_US",
            },
        )


def _warehouse(env: Env) -> None:
    for name, usage, parent, archived in _LOCATIONS:
        own = usage not in ("supplier", "customer") and name != "Inter-company transit"
        place = env.insert(
            "stock.location",
            {
                "name": name,
                "usage": usage,
                "location_id": parent,
                "active": not archived,
                "company_id": own and 1,
            },
        )
        path = env.row("stock.location", parent)["parent_path"] if parent else ""
        env.update(
            "stock.location", place, {"parent_path": f"{path}{place}/", "location_id": parent or False}
        )
    places = {row["name"]: row["id"] for row in env.table("stock.location").rows.values()}
    house = env.insert(
        "stock.warehouse",
        {
            "name": COMPANY,
            "code": "WH",
            "active": True,
            "sequence": 10,
            "company_id": 1,
            "partner_id": 1,
            "lot_stock_id": places["Stock"],
            "view_location_id": places["WH"],
            "reception_steps": "one_step",
            "delivery_steps": "ship_only",
        },
    )
    for inside in ("WH", "Stock", "Input", "Quality Control", "Output", "Packing Zone"):
        env.update("stock.location", places[inside], {"warehouse_id": house})
    kinds = {}
    for name, code, short, source, target in (
        ("Receipts", "incoming", "IN", "Vendors", "Stock"),
        ("Delivery Orders", "outgoing", "OUT", "Stock", "Customers"),
        ("PoS Orders", "outgoing", "POS", "Stock", "Customers"),
    ):
        kinds[short] = env.insert(
            "stock.picking.type",
            {
                "name": name,
                "code": code,
                "sequence_code": short,
                "active": True,
                "sequence": 10,
                "company_id": 1,
                "warehouse_id": house,
                "default_location_src_id": places[source],
                "default_location_dest_id": places[target],
            },
        )
    env.update(
        "stock.warehouse",
        house,
        {"in_type_id": kinds["IN"], "out_type_id": kinds["OUT"], "pos_type_id": kinds["POS"]},
    )


def _till(env: Env) -> None:
    journals = {row["code"]: row["id"] for row in env.table("account.journal").rows.values()}
    methods = [
        env.insert(
            "pos.payment.method",
            {
                "name": name,
                "active": True,
                "sequence": place,
                "journal_id": journals.get(journal),
                "company_id": 1,
                "split_transactions": not journal,
                "config_ids": [1],
            },
        )
        for place, (name, journal) in enumerate(
            (("Cash", "CSH1"), ("Card", "BNK1"), ("Customer Account", ""))
        )
    ]
    env.insert(
        "pos.config",
        {
            "name": COMPANY,
            "active": True,
            "company_id": 1,
            "currency_id": env.row("res.company", 1)["currency_id"],
            "picking_type_id": env.row("stock.warehouse", 1)["pos_type_id"],
            "warehouse_id": 1,
            "journal_id": journals["POSS"],
            "payment_method_ids": methods,
        },
    )
