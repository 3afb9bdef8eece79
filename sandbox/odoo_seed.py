"""A new database of the stand-in: the company, its books, warehouse, till and users, as `real_odoo` sets them up."""

from __future__ import annotations

from typing import Any

from sandbox.odoo_access import INTEGRATION, READ_ONLY
from sandbox.odoo_chart import ACCOUNTS, JOURNALS, PROVINCES, TAX_GROUPS, TAXES
from sandbox.odoo_store import Env

COMPANY = "Maple Lane Goods Ltd"
_LOCATIONS = (  # name, usage, place of the parent in this list, archived
    ("Vendors", "supplier", 0, False), ("Customers", "customer", 0, False),
    ("Inter-company transit", "transit", 0, True), ("WH", "view", 0, False), ("Stock", "internal", 4, False),
    ("Input", "internal", 4, True), ("Quality Control", "internal", 4, True), ("Output", "internal", 4, True),
    ("Packing Zone", "internal", 4, True), ("Inter-warehouse transit", "transit", 0, True),
    ("Inventory adjustment", "inventory", 0, False), ("Production", "production", 0, False),
)


def seed(env: Env) -> None:
    """The database is as right after installation: no products, no stock, no entries."""
    _company(env)
    _users(env)
    _chart(env)
    _warehouse(env)
    _till(env)


def _company(env: Env) -> None:
    for name, full_name, position in (("USD", "United States dollar", "before"), ("CAD", "Canadian dollar", "after")):
        env.insert("res.currency", {"name": name, "full_name": full_name, "symbol": "$", "active": True,
                                    "rounding": 0.01, "decimal_places": 2, "position": position})
    dollar = next(iter(env.table("res.currency").find("name", "CAD")))
    canada = env.insert("res.country", {"name": "Canada", "code": "CA", "currency_id": dollar})
    env.insert("res.country", {"name": "United States", "code": "US", "currency_id": 1})
    states = {code: env.insert("res.country.state", {"name": name, "code": code, "country_id": canada})
              for code, name in PROVINCES.items()}
    address = {"street": "12 Maple Lane", "city": "Toronto", "zip": "M5V 2T6", "state_id": states["ON"],
               "country_id": canada}
    partner = _person(env, COMPANY, is_company=True, **address)
    env.insert("res.company", {"name": COMPANY, "currency_id": dollar, "partner_id": partner, "country_id": canada,
                               "state_id": states["ON"]})
    for name in ("Units", "Pack of 6"):
        env.insert("uom.uom", {"name": name, "factor": 6.0 if name != "Units" else 1.0, "active": True})
    for name in ("Goods", "Expenses", "Services", "Food"):
        env.insert("product.category", {"name": name})


def _person(env: Env, name: str, **values: Any) -> int:
    return env.insert("res.partner", {"name": name, "active": True, "type": "contact", "lang": "en_US",
                                      "customer_rank": 0, "supplier_rank": 0, **values})


def _users(env: Env) -> None:
    people = (("__system__", "OdooBot", False), ("admin", "Administrator", True), ("public", "Public user", False),
              ("portaltemplate", "Portal User Template", False), (INTEGRATION, "Counterflow", True),
              (READ_ONLY, "Counterflow, read only", True))
    for login, name, active in people:
        partner = _person(env, name)
        env.update("res.partner", partner, {"active": active})
        env.insert("res.users", {"login": login, "partner_id": partner, "company_id": 1, "active": active,
                                 "tz": "UTC", "lang": "en_US"})


def _chart(env: Env) -> None:
    for line in ACCOUNTS.strip().splitlines():
        code, kind, reconcile, name = line.split(maxsplit=3)
        env.insert("account.account", {"code": code, "name": name, "account_type": kind, "active": True,
                                       "reconcile": reconcile == "r", "company_ids": [1]})
    for line in JOURNALS.strip().splitlines():
        code, kind, sequence, account, name = line.split(maxsplit=4)
        env.insert("account.journal", {"code": code, "type": kind, "sequence": int(sequence), "name": name,
                                       "active": True, "company_id": 1,
                                       "default_account_id": account != "-" and account_id(env, account)})
    for use in ("sale", "purchase"):
        _taxes(env, use)


def account_id(env: Env, code: str) -> int:
    """The account's id; StopIteration if the chart has none of this code."""
    return next(iter(env.table("account.account").find("code", code)))


def _taxes(env: Env, use: str) -> None:
    made: dict[str, int] = {}
    common = {"type_tax_use": use, "active": True, "company_id": 1, "country_id": 1, "is_base_affected": True}
    for line in TAXES.strip().splitlines():
        rate, sequence, group, sold, bought, name = line.split(maxsplit=5)
        made[name] = env.insert("account.tax", {
            **common, "name": name, "description": f"<div>{name}</div>", "invoice_label": f"{float(rate):g}%",
            "amount_type": "percent", "amount": float(rate), "sequence": int(sequence),
            "tax_group_id": _tax_group(env, group.replace("_", " "))})
        account = sold if use == "sale" else bought
        _repartition(env, made[name], account != "-" and account_id(env, account))
    for name, members in TAX_GROUPS.items():
        made[name] = env.insert("account.tax", {
            **common, "name": name, "description": f"<div>{name}</div>", "invoice_label": name.split()[0],
            "amount_type": "group", "amount": 100.0, "sequence": 1, "tax_group_id": _tax_group(env, "Taxes"),
            "children_tax_ids": [made[member] for member in members]})
        _repartition(env, made[name], False)


def _tax_group(env: Env, name: str) -> int:
    for row in env.table("account.tax.group").rows.values():
        if row["name"] == name:
            return int(row["id"])
    return env.insert("account.tax.group", {"name": name, "sequence": 10, "company_id": 1})


def _repartition(env: Env, tax: int, account: int | bool) -> None:
    for document in ("invoice", "refund"):
        for kind in ("base", "tax"):
            env.insert("account.tax.repartition.line", {
                "tax_id": tax, "document_type": document, "repartition_type": kind, "factor_percent": 100.0,
                "account_id": account if kind == "tax" else False, "sequence": 1, "company_id": 1})


def _warehouse(env: Env) -> None:
    for name, usage, parent, archived in _LOCATIONS:
        own = usage not in ("supplier", "customer") and name != "Inter-company transit"
        place = env.insert("stock.location", {"name": name, "usage": usage, "location_id": parent, "active": not archived,
                                              "company_id": own and 1})
        path = env.row("stock.location", parent)["parent_path"] if parent else ""
        env.update("stock.location", place, {"parent_path": f"{path}{place}/", "location_id": parent or False})
    places = {row["name"]: row["id"] for row in env.table("stock.location").rows.values()}
    house = env.insert("stock.warehouse", {
        "name": COMPANY, "code": "WH", "active": True, "sequence": 10, "company_id": 1, "partner_id": 1,
        "lot_stock_id": places["Stock"], "view_location_id": places["WH"], "reception_steps": "one_step",
        "delivery_steps": "ship_only"})
    for place in ("WH", "Stock", "Input", "Quality Control", "Output", "Packing Zone"):
        env.update("stock.location", places[place], {"warehouse_id": house})
    kinds = {}
    for name, code, short, source, target in (
        ("Receipts", "incoming", "IN", "Vendors", "Stock"),
        ("Delivery Orders", "outgoing", "OUT", "Stock", "Customers"),
        ("PoS Orders", "outgoing", "POS", "Stock", "Customers"),
    ):
        kinds[short] = env.insert("stock.picking.type", {
            "name": name, "code": code, "sequence_code": short, "active": True, "sequence": 10, "company_id": 1,
            "warehouse_id": house, "default_location_src_id": places[source],
            "default_location_dest_id": places[target]})
    env.update("stock.warehouse", house, {
        "in_type_id": kinds["IN"], "out_type_id": kinds["OUT"], "pos_type_id": kinds["POS"]})


def _till(env: Env) -> None:
    journals = {row["code"]: row["id"] for row in env.table("account.journal").rows.values()}
    methods = [
        env.insert("pos.payment.method", {
            "name": name, "active": True, "sequence": place, "journal_id": journals.get(journal), "company_id": 1,
            "split_transactions": not journal, "config_ids": [1]})
        for place, (name, journal) in enumerate((("Cash", "CSH1"), ("Card", "BNK1"), ("Customer Account", "")))
    ]
    env.insert("pos.config", {
        "name": COMPANY, "active": True, "company_id": 1, "currency_id": env.row("res.company", 1)["currency_id"],
        "picking_type_id": env.row("stock.warehouse", 1)["pos_type_id"], "warehouse_id": 1,
        "journal_id": journals["POSS"], "payment_method_ids": methods})
