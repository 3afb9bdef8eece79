"""Lines of one account that cancel each other out, so that neither is open any more."""

from __future__ import annotations

from sandbox.odoo_compute import children
from sandbox.odoo_store import Env, Row


def is_reconciled(env: Env, account_id: int) -> bool:
    """True if the account's lines are matched with each other."""
    return bool(env.table("account.account").rows.get(account_id, {}).get("reconcile"))


def reconcile_reversal(env: Env, reversal: Row) -> None:
    """Once a reversal is posted, its open lines meet those of what it reverses, account by account."""
    for line in children(env, "account.move.line", "move_id", reversal["id"]):
        for old in children(env, "account.move.line", "move_id", reversal["reversed_entry_id"]):
            _match(env, env.row("account.move.line", old["id"]), env.row("account.move.line", line["id"]))


def _match(env: Env, old: Row, new: Row) -> None:
    """What is open on one is taken off the other, as far as it goes; both closed, they share a number."""
    open_old, open_new = old.get("amount_residual", 0.0), new.get("amount_residual", 0.0)
    if old["account_id"] != new["account_id"] or old["currency_id"] != new["currency_id"]:
        return
    if not is_reconciled(env, old["account_id"]) or open_old * open_new >= 0:
        return
    part = min(abs(open_old), abs(open_new))
    is_full = abs(open_old) == abs(open_new)
    number = {"full_reconcile_id": env.insert("account.full.reconcile", {})} if is_full else {}
    for line, open_amount in ((old, open_old), (new, open_new)):
        left = round(open_amount - part * (1 if open_amount > 0 else -1), 2)
        values: Row = {**number, "amount_residual": left, "reconciled": not left}
        if number:
            values["matching_number"] = str(number["full_reconcile_id"])
        if not left:
            values["amount_residual_currency"] = 0.0
        env.update("account.move.line", line["id"], values)
