"""Reversals: a posted entry is undone by another, never changed."""

from __future__ import annotations

from sandbox.odoo_accounting import post
from sandbox.odoo_compute import children
from sandbox.odoo_errors import UserError
from sandbox.odoo_read import Records
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules, create_record


def prepare_reversal(env: Env, values: Row) -> None:
    """What is reversed comes with the context."""
    ids = env.context.get("active_ids") if env.context.get("active_model") == "account.move" else []
    values.setdefault("move_ids", [[6, 0, list(ids or [])]])
    values.setdefault("date", env.stamp[:10])
    values.setdefault("company_id", 1)


def reverse_moves(self: Records, is_modify: bool = False) -> Row:
    """Each entry has a posted counter-entry, which closes it where its accounts are reconciled."""
    made = []
    for wizard in self.rows():
        moves = list(self.env.rows("account.move", wizard.get("move_ids", [])))
        if any(move["state"] != "posted" for move in moves):
            raise UserError("You can only reverse posted moves.")
        new = [_reverse(self.env, move, wizard) for move in moves]
        self.env.update("account.move.reversal", wizard["id"], {"new_move_ids": new})
        made += new
    action: Row = {"name": "Reverse Moves", "type": "ir.actions.act_window", "res_model": "account.move"}
    if len(made) == 1:
        return {**action, "view_mode": "form", "res_id": made[0], "context": {"default_move_type": "entry"}}
    return {
        **action,
        "view_mode": "list,form",
        "domain": [["id", "in", made]],
        "context": {"default_move_type": "entry"},
    }


def _reverse(env: Env, move: Row, wizard: Row) -> int:
    reason = wizard.get("reason")
    lines = children(env, "account.move.line", "move_id", move["id"])
    copied = (
        "account_id",
        "name",
        "partner_id",
        "tax_line_id",
        "tax_repartition_line_id",
        "tax_tag_ids",
        "tax_base_amount",
        "tax_ids",
        "product_id",
    )
    new = create_record(
        env,
        "account.move",
        {
            "move_type": move["move_type"],
            "date": wizard["date"],
            "reversed_entry_id": move["id"],
            "journal_id": wizard.get("journal_id") or move["journal_id"],
            "currency_id": move["currency_id"],
            "ref": f"Reversal of: {move['name']}, {reason}" if reason else f"Reversal of: {move['name']}",
            "line_ids": [
                [
                    0,
                    0,
                    {
                        **{name: line[name] for name in copied if name in line},
                        "debit": line.get("credit", 0.0),
                        "credit": line.get("debit", 0.0),
                        "currency_id": line["currency_id"],
                        "amount_currency": -line.get("amount_currency", 0.0),
                    },
                ]
                for line in lines
            ],
        },
    )
    post(env, env.row("account.move", new))
    return new


RULES["account.move.reversal"] = Rules(prepare_reversal)
