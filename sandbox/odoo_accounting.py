"""Journal entries: balanced or refused, numbered when posted, untouchable afterwards."""

from __future__ import annotations

from collections.abc import Collection

from sandbox.odoo_access import check_access
from sandbox.odoo_compute import children
from sandbox.odoo_errors import UserError, ValidationError
from sandbox.odoo_locks import check_open, is_yearly, open_date
from sandbox.odoo_read import Records
from sandbox.odoo_reconcile import is_reconciled, reconcile_reversal
from sandbox.odoo_sequences import next_number
from sandbox.odoo_store import Env, Row
from sandbox.odoo_taxes import cents
from sandbox.odoo_write import RULES, Rules, check_exist, create, missing_value, unlink

_FIXED_ONCE_POSTED = ("invoice_line_ids", "line_ids", "invoice_date", "date", "partner_id", "currency_id")
_SHOWN_IN_LINES = frozenset({"name", "ref", "date", "state", "journal_id"})
_OTHER_SIDE = (
    'new row for relation "account_move_line" violates check constraint '
    '"account_move_line_check_amount_currency_balance_sign"'
)


def prepare_entry(env: Env, values: Row) -> None:
    """An entry that says nothing else is a miscellaneous one of today in Canadian dollars."""
    values["date"] = values.get("date") or env.stamp[:10]
    if not values.get("journal_id"):
        journals = sorted(
            env.table("account.journal").rows.values(), key=lambda row: (row["sequence"], row["id"])
        )
        values["journal_id"] = next(row["id"] for row in journals if row["type"] == "general")
    check_exist(env, "account.journal", [values["journal_id"]])
    company = env.row("res.company", 1)
    values.setdefault("company_id", 1)
    values["company_currency_id"] = company["currency_id"]
    values.setdefault("currency_id", company["currency_id"])
    values.setdefault("invoice_date_due", env.stamp[:10])
    values.setdefault("sequence_prefix", "")


def prepare_line(env: Env, values: Row) -> None:
    """Debit and credit give the balance or follow from it; amounts are rounded one by one."""
    if not values.get("account_id"):
        raise ValidationError(
            "The operation cannot be completed: Missing required account on accountable line."
        )
    move = env.row("account.move", values["move_id"])
    _in_currency(env, move, values)
    values.setdefault("partner_id", move.get("partner_id", False))
    values.setdefault("quantity", 1.0)
    values.setdefault("price_unit", 0.0)
    is_open = is_reconciled(env, values["account_id"])
    values["amount_residual"] = values["balance"] if is_open else 0.0
    values["amount_residual_currency"] = values["amount_currency"] if is_open else 0.0
    if values.get("tax_repartition_line_id") and not values.get("tax_line_id"):
        repartition = env.row("account.tax.repartition.line", values["tax_repartition_line_id"])
        values["tax_line_id"] = repartition.get("tax_id", False)


def _in_currency(env: Env, move: Row, values: Row) -> None:
    """In another currency both amounts stay as given, whatever the day's rate; in the company's own the
    amount in currency rules, even an empty one."""
    values.setdefault("currency_id", move["currency_id"])
    if not values["currency_id"]:
        raise ValidationError(missing_value("account.move.line", "currency_id"))
    if values["currency_id"] == move["company_currency_id"] and "amount_currency" in values:
        amount = cents(float(values["amount_currency"] or 0))
        values |= {"debit": max(amount, 0.0), "credit": max(-amount, 0.0)}
    _balance(values)
    same = values["currency_id"] == move["company_currency_id"]
    values.setdefault("amount_currency", values["balance"] if same else 0.0)
    values["amount_currency"] = cents(float(values["amount_currency"] or 0))
    if values["amount_currency"] * values["balance"] < 0:
        raise ValidationError(_OTHER_SIDE)


def _balance(values: Row) -> None:
    """A negative debit is a credit, as the server turns it round."""
    if "debit" in values or "credit" in values:
        values["balance"] = cents(float(values.get("debit") or 0)) - cents(float(values.get("credit") or 0))
    balance = cents(float(values.get("balance") or 0))
    values["balance"] = balance
    values["debit"], values["credit"] = max(balance, 0.0), max(-balance, 0.0)


def entry_created(env: Env, move_id: int) -> None:
    """The entry balances, or there is none."""
    check_balanced(env, move_id)


def check_balanced(env: Env, move_id: int) -> None:
    """UserError unless debits equal credits to the cent."""
    lines = children(env, "account.move.line", "move_id", move_id)
    if round(sum(line.get("balance", 0.0) for line in lines), 2):
        raise UserError("The entry is not balanced.")


def before_entry_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """What a posted entry says stays as it is; its reference may change."""
    posted = [row for row in env.rows("account.move", ids) if row["state"] == "posted"]
    if any(values.get("journal_id", row["journal_id"]) != row["journal_id"] for row in posted):
        raise UserError(
            "You cannot edit the journal of an account move if it has been posted once, unless the name is "
            'removed or set to "/". This might create a gap in the sequence.'
        )
    fixed = [name for name in values if name in _FIXED_ONCE_POSTED]
    if fixed and posted:
        raise UserError(
            f"You cannot modify the following readonly fields on a posted move: {', '.join(fixed)}"
        )


def entry_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """Lines repeat their entry's name, date and state: they count as written too."""
    for move_id in ids:
        check_balanced(env, move_id)
        if _SHOWN_IN_LINES & values.keys():
            touch_lines(env, move_id)


def touch_lines(env: Env, move_id: int) -> None:
    """The entry's lines are written now."""
    for line in children(env, "account.move.line", "move_id", move_id):
        env.update("account.move.line", line["id"], {})


def before_line_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """Amounts stay consistent with each other."""
    if "debit" in values or "credit" in values:
        for line in env.rows("account.move.line", ids):
            values.setdefault("debit", 0.0 if values.get("credit") else line.get("debit", 0.0))
            values.setdefault("credit", 0.0 if values.get("debit") else line.get("credit", 0.0))
    if {"debit", "credit", "balance"} & values.keys():
        _balance(values)
        values.setdefault("amount_currency", values["balance"])


def line_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """The entry still balances; its total may have changed."""
    for move_id in dict.fromkeys(line["move_id"] for line in env.rows("account.move.line", ids)):
        check_balanced(env, move_id)
        if "balance" in values:
            env.update("account.move", move_id, {})


def before_entry_removed(env: Env, ids: tuple[int, ...]) -> None:
    """Posted entries stay."""
    if any(row["state"] == "posted" for row in env.rows("account.move", ids)):
        raise UserError(
            "You can't delete a posted journal item. Don\N{RIGHT SINGLE QUOTATION MARK}t play games with "
            "your accounting records; reset the journal entry to draft before deleting it."
        )


def before_line_removed(env: Env, ids: tuple[int, ...]) -> None:
    """Lines of posted entries stay."""
    before_entry_removed(env, tuple(line["move_id"] for line in env.rows("account.move.line", ids)))


def unlink_lines(self: Records) -> bool:
    """The lines are gone and their entries still balance."""
    moves = dict.fromkeys(line["move_id"] for line in self.rows())
    unlink(self)
    for move_id in moves:
        check_balanced(self.env, move_id)
    return True


def create_lines(self: Records, vals_list: list[Row] | Row) -> list[int]:
    """The lines are there and their entries balance."""
    ids = create(self, vals_list)
    for move_id in dict.fromkeys(line["move_id"] for line in self.env.rows("account.move.line", ids)):
        check_balanced(self.env, move_id)
    return ids


def action_post(self: Records) -> bool:
    """The entries are posted: numbered, and dated after the lock where their own date is locked."""
    check_access(self.env, "account.move", "write")
    problems = []
    for row in self.rows():
        if row["state"] != "draft":
            problems.append(f"The entry {row.get('name', '/')} (id {row['id']}) must be in draft.")
        if not self.env.table("account.move.line").find("move_id", row["id"]):
            problems.append("Even magicians can't post nothing!")
    if problems:
        raise UserError("\n".join(dict.fromkeys(problems)))
    for row in self.rows():
        post(self.env, row, self.ids)
    return False


def post(env: Env, row: Row, together: Collection[int] = ()) -> None:
    """One draft entry becomes a posted one. A reversal closes what it reverses, if that was posted before
    and not `together` with it."""
    on = open_date(env, row, row["date"])
    name = row.get("name") or next_entry_name(env, row["journal_id"], on)
    prefix, _, number = name.rpartition("/")
    env.update(
        "account.move",
        row["id"],
        {
            "state": "posted",
            "date": on,
            "name": name,
            "posted_before": True,
            "checked": True,
            "sequence_prefix": f"{prefix}/",
            "sequence_number": int(number),
        },
    )
    touch_lines(env, row["id"])
    original = row.get("reversed_entry_id", 0)
    if original and original not in together and env.row("account.move", original)["state"] == "posted":
        reconcile_reversal(env, row)


def next_entry_name(env: Env, journal_id: int, on: str) -> str:
    """The journal's next number in its month or year, such as MISC/2026/11/0001 or BNK1/2026/00001."""
    code = env.row("account.journal", journal_id)["code"]
    if is_yearly(env, journal_id):
        return next_number(env, f"{code}/{on[:4]}/", 5)
    return next_number(env, f"{code}/{on[:4]}/{on[5:7]}/", 4)


def button_draft(self: Records) -> None:
    """The entries are drafts again and keep their names."""
    check_access(self.env, "account.move", "write")
    for row in self.rows():
        if row["state"] not in ("posted", "cancel"):
            raise UserError("Only posted/cancelled journal entries can be reset to draft.")
        check_open(self.env, row)
        self.env.update("account.move", row["id"], {"state": "draft"})
        touch_lines(self.env, row["id"])


def button_cancel(self: Records) -> None:
    """The entries are cancelled."""
    check_access(self.env, "account.move", "write")
    for row in self.rows():
        self.env.update("account.move", row["id"], {"state": "cancel"})
        touch_lines(self.env, row["id"])


RULES.update(
    {
        "account.move": Rules(
            prepare_entry, entry_created, before_entry_written, entry_written, before_entry_removed
        ),
        "account.move.line": Rules(
            prepare_line, None, before_line_written, line_written, before_line_removed
        ),
    }
)
