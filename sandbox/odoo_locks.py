"""Lock dates: the days up to which the books are closed, and where an entry goes that is dated in them.

Nothing is refused: posting moves the date, without a word. A posted entry of a closed day stays as it is.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from sandbox.odoo_compute import children
from sandbox.odoo_errors import RedirectWarning, UserError
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules

# A journal of these types numbers its entries by the year (INV/2026/00001), any other by the month.
YEARLY = ("sale", "bank", "cash")
_SHOWN = {"fiscalyear_lock_date": "Global Lock Date", "hard_lock_date": "Hard Lock Date"}
_TAX_FIELDS = ("tax_ids", "tax_line_id", "tax_tag_ids")


def open_date(env: Env, move: Row, on: str) -> str:
    """The date itself. If it is locked: the end of the first open month (or year) if it is over, or today."""
    locks = _violated(env, move, on)
    if not locks:
        return on
    first_open = date.fromisoformat(max(locks.values())) + timedelta(days=1)
    today = env.now.date()
    if is_yearly(env, move["journal_id"]):
        return (
            f"{first_open.year}-12-31" if today.year > first_open.year else max(first_open, today).isoformat()
        )
    if (today.year, today.month) > (first_open.year, first_open.month):
        return first_open.replace(day=monthrange(first_open.year, first_open.month)[1]).isoformat()
    return max(first_open, today).isoformat()


def is_yearly(env: Env, journal_id: int) -> bool:
    """Whether the journal's numbers begin anew each year, not each month."""
    return env.row("account.journal", journal_id)["type"] in YEARLY


def check_open(env: Env, move: Row) -> None:
    """UserError where a posted entry of this day may not be touched."""
    locks = _violated(env, move, move["date"])
    if locks:
        name, day = max(locks.items(), key=lambda lock: lock[1])
        shown = date.fromisoformat(day).strftime("%m/%d/%Y")
        raise UserError(
            "You cannot add/modify entries prior to and inclusive of: "
            f"{_SHOWN.get(name, name.replace('_', ' ').title())} ({shown})."
        )


def _violated(env: Env, move: Row, on: str) -> dict[str, str]:
    """The company's lock dates that a day of this entry falls under, by name."""
    company, kind = env.row("res.company", 1), env.row("account.journal", move["journal_id"])["type"]
    names = ["fiscalyear_lock_date", "hard_lock_date"]
    names += [f"{kind}_lock_date"] if kind in ("sale", "purchase") else []
    names += ["tax_lock_date"] if _has_tax(env, move["id"]) else []
    return {name: company[name] for name in names if company.get(name) and on <= company[name]}


def _has_tax(env: Env, move_id: int) -> bool:
    lines = children(env, "account.move.line", "move_id", move_id)
    return any(line.get(name) for line in lines for name in _TAX_FIELDS)


def before_company_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """A hard lock only goes forward, and over no drafts; no lock of all entries goes over open bank lines."""
    hard, fiscal = values.get("hard_lock_date"), values.get("fiscalyear_lock_date")
    for company in env.rows("res.company", ids) if "hard_lock_date" in values else ():
        if company.get("hard_lock_date") and not hard:
            raise UserError("The Hard Lock Date cannot be removed.")
        if company.get("hard_lock_date") and hard < company["hard_lock_date"]:
            raise UserError("A new Hard Lock Date must be posterior (or equal) to the previous one.")
    moves = env.table("account.move").rows
    if hard and any(row["state"] == "draft" and row["date"] <= hard for row in moves.values()):
        raise RedirectWarning(
            "There are still draft entries in the period you want to hard lock. "
            "You should either post or delete them."
        )
    until = max(hard or "", fiscal or "")
    waiting = env.table("account.bank.statement.line").rows.values()
    if any(not line.get("is_reconciled") and moves[line["move_id"]]["date"] <= until for line in waiting):
        raise RedirectWarning(
            "There are still unreconciled bank statement lines in the period you want to lock."
            "You should either reconcile or delete them."
        )


RULES["res.company"] = Rules(before_write=before_company_written)
