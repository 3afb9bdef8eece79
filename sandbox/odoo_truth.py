"""What the stand-in holds, in figures that a test can compare with what the sync believes."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sandbox.odoo_compute import children
from sandbox.odoo_names import display_name
from sandbox.odoo_store import Env, Row, Store


def truth(store: Store) -> dict[str, Any]:
    """`stock` and `reserved` by product code (internal locations), `moves_done`, `entries` that are posted,
    `external_ids` and how often each is there (once, unless something is wrong), `records` by model."""
    env = Env(store, 1)
    stock, reserved = _stock(store)
    return {
        "stock": stock,
        "reserved": reserved,
        "moves_done": sum(row["state"] == "done" for row in store.tables["stock.move"].rows.values()),
        "entries": [
            _entry(env, row) for row in store.tables["account.move"].rows.values() if row["state"] == "posted"
        ],
        "external_ids": dict(
            Counter(f"{row['module']}.{row['name']}" for row in store.tables["ir.model.data"].rows.values())
        ),
        "records": {name: len(table.rows) for name, table in store.tables.items() if table.rows},
    }


def _stock(store: Store) -> tuple[dict[str, float], dict[str, float]]:
    stock, reserved = defaultdict[str, float](float), defaultdict[str, float](float)
    products, places = store.tables["product.product"].rows, store.tables["stock.location"].rows
    for quant in store.tables["stock.quant"].rows.values():
        if places[quant["location_id"]]["usage"] == "internal":
            code = products[quant["product_id"]].get("default_code", "")
            stock[code] += quant.get("quantity", 0.0)
            reserved[code] += quant.get("reserved_quantity", 0.0)
    return dict(stock), dict(reserved)


def _entry(env: Env, row: Row) -> dict[str, Any]:
    accounts = env.table("account.account").rows
    names = [
        data
        for data in env.rows("ir.model.data", list(env.table("ir.model.data").find("res_id", row["id"])))
        if data["model"] == "account.move"
    ]
    return {
        "id": row["id"],
        "name": row["name"],
        "ref": row.get("ref"),
        "date": row["date"],
        "external_id": next((str(display_name(env, "ir.model.data", data)) for data in names), None),
        "lines": [
            {
                "account_code": accounts[line["account_id"]]["code"],
                "name": line.get("name"),
                "debit": line.get("debit", 0.0),
                "credit": line.get("credit", 0.0),
            }
            for line in children(env, "account.move.line", "move_id", row["id"])
        ],
    }
