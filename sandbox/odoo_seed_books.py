"""The books of a new database: accounts, journals and taxes of sandbox/odoo_chart.py."""

from __future__ import annotations

from sandbox.odoo_chart import ACCOUNTS, JOURNALS, TAX_GROUPS, TAXES
from sandbox.odoo_store import Env


def seed_books(env: Env) -> None:
    """The chart, its journals and its taxes stand."""
    for line in ACCOUNTS.strip().splitlines():
        code, kind, reconcile, name = line.split(maxsplit=3)
        env.insert(
            "account.account",
            {
                "code": code,
                "name": name,
                "account_type": kind,
                "active": True,
                "reconcile": reconcile == "r",
                "company_ids": [1],
            },
        )
    for line in JOURNALS.strip().splitlines():
        code, kind, sequence, account, name = line.split(maxsplit=4)
        env.insert(
            "account.journal",
            {
                "code": code,
                "type": kind,
                "sequence": int(sequence),
                "name": name,
                "active": True,
                "company_id": 1,
                "default_account_id": account != "-" and account_id(env, account),
            },
        )
    for journal in ("BNK1", "CSH1"):
        [found] = env.table("account.journal").find("code", journal)
        env.update("account.journal", found, {"suspense_account_id": account_id(env, "111312")})
    _tax_group(env, "Taxes")
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
        made[name] = env.insert(
            "account.tax",
            {
                **common,
                "name": name,
                "description": f"<div>{name}</div>",
                "invoice_label": f"{float(rate):g}%",
                "amount_type": "percent",
                "amount": float(rate),
                "sequence": int(sequence),
                "tax_group_id": _tax_group(env, group.replace("_", " ")),
            },
        )
        account = sold if use == "sale" else bought
        _repartition(env, made[name], account != "-" and account_id(env, account))
    for name, members in TAX_GROUPS.items():
        made[name] = env.insert(
            "account.tax",
            {
                **common,
                "name": name,
                "description": f"<div>{name}</div>",
                "invoice_label": name.split()[0],
                "amount_type": "group",
                "amount": 100.0,
                "sequence": 1,
                "tax_group_id": _tax_group(env, "Taxes"),
                "children_tax_ids": [made[member] for member in members],
            },
        )
        _repartition(env, made[name], False)


def _tax_group(env: Env, name: str) -> int:
    for row in env.table("account.tax.group").rows.values():
        if row["name"] == name:
            return int(row["id"])
    return env.insert("account.tax.group", {"name": name, "sequence": 10, "company_id": 1})


def _repartition(env: Env, tax: int, account: int | bool) -> None:
    for document in ("invoice", "refund"):
        for kind in ("base", "tax"):
            env.insert(
                "account.tax.repartition.line",
                {
                    "tax_id": tax,
                    "document_type": document,
                    "repartition_type": kind,
                    "factor_percent": 100.0,
                    "account_id": account if kind == "tax" else False,
                    "sequence": 1,
                    "company_id": 1,
                },
            )
