"""Numbers that records are called by: S00001, WH/OUT/00001, MISC/2026/11/0001."""

from __future__ import annotations

from sandbox.odoo_store import Env


def next_number(env: Env, prefix: str, padding: int = 5) -> str:
    """The next number behind this prefix."""
    table = env.table("ir.sequence")
    for row_id in table.find("code", prefix):
        number = table.rows[row_id]["number_next"]
        env.update("ir.sequence", row_id, {"number_next": number + 1})
        return f"{prefix}{number:0{padding}d}"
    env.insert("ir.sequence", {"code": prefix, "prefix": prefix, "padding": padding, "number_next": 2})
    return f"{prefix}{1:0{padding}d}"
