"""Lines of the bank journals: each is a posted entry of the bank's account against bank suspense."""

from __future__ import annotations

from sandbox.odoo_accounting import post
from sandbox.odoo_compute import children
from sandbox.odoo_load import find_external, remember
from sandbox.odoo_store import Env, Row
from sandbox.odoo_taxes import cents
from sandbox.odoo_write import RULES, Rules, create_record

MODEL = "account.bank.statement.line"
_ENTRY_FIELDS = ("date", "journal_id", "partner_id", "ref")


def prepare_line(env: Env, values: Row) -> None:
    """Its entry is there, of today in the first bank journal where nothing else is said."""
    journal = env.row("account.journal", values.get("journal_id") or _bank_journal(env))
    amount = cents(float(values.get("amount") or 0))
    text = values.get("payment_ref")
    accounts = (journal["default_account_id"], journal["suspense_account_id"])
    entry = {name: values[name] for name in _ENTRY_FIELDS if values.get(name)}
    values["move_id"] = create_record(
        env,
        "account.move",
        {
            **entry,
            "journal_id": journal["id"],
            "line_ids": [
                [0, 0, {"account_id": account, "name": text, "balance": signed}]
                for account, signed in zip(accounts, (amount, -amount), strict=True)
            ],
        },
    )
    values["currency_id"] = env.row("account.move", values["move_id"])["currency_id"]


def line_made(env: Env, line_id: int) -> None:
    """The entry is posted, and knows whose it is."""
    move_id = env.row(MODEL, line_id)["move_id"]
    env.update("account.move", move_id, {"statement_line_id": line_id})
    post(env, env.row("account.move", move_id))


def line_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """The entry says what the line says."""
    for row in env.rows(MODEL, ids):
        move = env.row("account.move", row["move_id"])
        if values.get("date"):
            env.update("account.move", move["id"], {"date": str(values["date"])[:10]})
        sides = (row.get("amount", 0.0), -row.get("amount", 0.0))
        for line, amount in zip(
            children(env, "account.move.line", "move_id", move["id"]), sides, strict=True
        ):
            said: Row = {"name": row.get("payment_ref"), "balance": amount, "amount_currency": amount}
            said |= {"debit": max(amount, 0.0), "credit": max(-amount, 0.0)}
            env.update("account.move.line", line["id"], said)


def before_line_removed(env: Env, ids: tuple[int, ...]) -> None:
    """The entry goes with it."""
    for row in list(env.rows(MODEL, ids)):
        for line in children(env, "account.move.line", "move_id", row["move_id"]):
            env.remove("account.move.line", line["id"])
        env.remove("account.move", row["move_id"])


def book(env: Env, key: str, on: str, amount: float, text: str) -> bool:
    """The line stands in the bank journal, once; whether it is new."""
    if find_external(env, f"maple.bank_{key}"):
        return False
    values = {"journal_id": _bank_journal(env), "date": on, "amount": amount, "payment_ref": text}
    remember(env, f"maple.bank_{key}", MODEL, create_record(env, MODEL, values))
    return True


def _bank_journal(env: Env) -> int:
    journals = env.table("account.journal").rows.values()
    return min(int(row["id"]) for row in journals if row["type"] == "bank")


RULES[MODEL] = Rules(prepare_line, line_made, written=line_written, before_unlink=before_line_removed)
