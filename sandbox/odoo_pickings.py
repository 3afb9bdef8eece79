"""Pickings: goods that move together, whole or in part, the rest in a back order."""

from __future__ import annotations

from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_compute import children, picking_state
from sandbox.odoo_errors import UserError
from sandbox.odoo_read import Records
from sandbox.odoo_sequences import next_number
from sandbox.odoo_stock import OPEN, finish_move, new_move, reserve
from sandbox.odoo_store import Env, Row


def new_picking(env: Env, picking_type_id: int, values: Row) -> int:
    """A picking with its number; its id."""
    kind = env.row("stock.picking.type", picking_type_id)
    return env.insert(
        "stock.picking",
        {
            "name": next_number(env, f"WH/{kind['sequence_code']}/"),
            "picking_type_id": picking_type_id,
            "location_id": kind["default_location_src_id"],
            "location_dest_id": kind["default_location_dest_id"],
            "priority": "0",
            "move_type": "direct",
            "company_id": 1,
            "scheduled_date": env.stamp[:19],
            **values,
        },
    )


def button_validate(self: Records) -> Any:
    """The pickings' goods have moved. What is missing waits in a back order, once the caller agrees
    (context `skip_backorder`); until then the answer is the question, as a window."""
    env = self.env
    check_access(env, "stock.picking", "write")
    undone = [
        row for row in self.rows() if picking_state(env, "stock.picking", row) not in ("done", "cancel")
    ]
    plans = [(picking, *_split(env, picking)) for picking in undone]
    if any(not moving for _, moving, _ in plans):
        raise UserError(
            "Transfer trouble alert! Validating a zero quantity transfer? You're not moving invisible goods "
            "around are you?\nSet some quantities and let's get moving!"
        )
    short = [picking["id"] for picking, _, waiting in plans if waiting]
    if short and not env.context.get("skip_backorder"):
        return _backorder_question(list(self.ids), short)
    for picking, moving, waiting in plans:
        _validate(env, picking, moving, waiting)
    return True


def _split(env: Env, picking: Row) -> tuple[list[Row], dict[int, float]]:
    """The moves that go now, and what stays behind by move. If any is picked, those that are not stay."""
    moves = [row for row in children(env, "stock.move", "picking_id", picking["id"]) if row["state"] in OPEN]
    picked = [move for move in moves if move.get("picked")] or moves
    moving = [move for move in picked if move.get("quantity", 0.0) > 0]
    waiting = {}
    for move in moves:
        left = move["product_uom_qty"] - (move.get("quantity", 0.0) if move in moving else 0.0)
        if left > 0:
            waiting[int(move["id"])] = left
    return moving, waiting


def _backorder_question(ids: list[int], short: list[int]) -> Row:
    return {
        "name": "Create Backorder?",
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": "stock.backorder.confirmation",
        "views": [[937, "form"]],
        "view_id": 937,
        "target": "new",
        "context": {
            "button_validate_picking_ids": ids,
            "default_show_transfers": False,
            "default_pick_ids": [[4, picking_id] for picking_id in short],
        },
    }


def _validate(env: Env, picking: Row, moving: list[Row], waiting: dict[int, float]) -> None:
    rest = _back_order(env, picking) if waiting else 0
    going = {move["id"] for move in moving}
    for move_id, left in waiting.items():
        if move_id in going:
            _split_move(env, env.row("stock.move", move_id), left, rest)
        else:
            name = env.row("stock.picking", rest)["name"]
            moved = {"picking_id": rest, "reference": name, "partner_id": picking.get("partner_id")}
            env.update("stock.move", move_id, moved)
            for line in children(env, "stock.move.line", "move_id", move_id):
                env.update("stock.move.line", line["id"], {"picking_id": rest})
    for move in moving:
        finish_move(env, move["id"])
    env.update("stock.picking", picking["id"], {"date_done": env.stamp[:19]})
    for move in children(env, "stock.move", "picking_id", rest) if rest else []:
        reserve(env, move["id"])


def _back_order(env: Env, picking: Row) -> int:
    kept = (
        "origin",
        "partner_id",
        "location_id",
        "location_dest_id",
        "sale_id",
        "purchase_id",
        "scheduled_date",
        "date_deadline",
        "note",
        "carrier_id",
    )
    values = {name: picking[name] for name in kept if name in picking}
    return new_picking(env, picking["picking_type_id"], {**values, "backorder_id": picking["id"]})


def _split_move(env: Env, move: Row, left: float, picking_id: int) -> None:
    done = round(move["product_uom_qty"] - left, 2)
    env.update("stock.move", move["id"], {"product_uom_qty": done})
    copied = {
        name: value
        for name, value in move.items()
        if name
        not in ("id", "create_date", "write_date", "create_uid", "write_uid", "quantity", "picked", "state")
    }
    rest = env.row("stock.picking", picking_id)
    own = {"picking_id": picking_id, "reference": rest["name"], "partner_id": rest.get("partner_id")}
    new_move(env, {**copied, **own, "product_uom_qty": left})


def action_assign(self: Records) -> bool:
    """What can be reserved is."""
    check_access(self.env, "stock.picking", "write")
    for picking in self.rows():
        for move in children(self.env, "stock.move", "picking_id", picking["id"]):
            if move["state"] in OPEN:
                reserve(self.env, move["id"])
    return True
