"""Stock: quants, moves, reservations, pickings and their back orders, counts."""

from __future__ import annotations

from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_compute import children, picking_state
from sandbox.odoo_errors import UserError
from sandbox.odoo_read import Records
from sandbox.odoo_sequences import next_number
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules

OPEN = ("waiting", "confirmed", "assigned", "partially_available")


def location_usage(env: Env, location_id: int) -> str:
    """internal, customer, supplier, inventory, ..."""
    return str(env.row("stock.location", location_id)["usage"])


def quants(env: Env, product_id: int, location_id: int) -> list[Row]:
    """The product's quants at one location, oldest first."""
    return [row for row in children(env, "stock.quant", "product_id", product_id) if row["location_id"] == location_id]


def change_quant(env: Env, product_id: int, location_id: int, quantity: float = 0.0, reserved: float = 0.0) -> int:
    """The quant there has so much more; it is made if there is none. Its id."""
    for quant in quants(env, product_id, location_id):
        env.update("stock.quant", quant["id"], {
            "quantity": round(quant.get("quantity", 0.0) + quantity, 2),
            "reserved_quantity": round(quant.get("reserved_quantity", 0.0) + reserved, 2)})
        return int(quant["id"])
    return env.insert("stock.quant", {
        "product_id": product_id, "location_id": location_id, "quantity": quantity, "reserved_quantity": reserved,
        "in_date": env.stamp, "company_id": env.row("stock.location", location_id).get("company_id"),
        "inventory_date": f"{env.now.year}-12-31"})


def free_quantity(env: Env, product_id: int, location_id: int) -> float:
    """On hand and not reserved."""
    rows = quants(env, product_id, location_id)
    return float(sum(row.get("quantity", 0.0) - row.get("reserved_quantity", 0.0) for row in rows))


def new_move(env: Env, values: Row) -> int:
    """A stock move that waits; its id."""
    return env.insert("stock.move", {
        "priority": "0", "sequence": 10, "procure_method": "make_to_stock", "state": "confirmed", "company_id": 1,
        "product_uom": 1, "quantity": 0.0, "price_unit": 0.0, "date": env.stamp[:19], **values})


def reserve(env: Env, move_id: int) -> None:
    """As much as is free is set aside for the move. Goods from a supplier need not be reserved."""
    move = env.row("stock.move", move_id)
    missing = move["product_uom_qty"] - move.get("quantity", 0.0)
    from_stock = location_usage(env, move["location_id"]) == "internal"
    taken = min(missing, max(0.0, free_quantity(env, move["product_id"], move["location_id"]))) if from_stock else missing
    if taken > 0:
        if from_stock:
            change_quant(env, move["product_id"], move["location_id"], reserved=taken)
        set_quantity(env, move, move.get("quantity", 0.0) + taken)
    _settle_state(env, move_id)


def _settle_state(env: Env, move_id: int) -> None:
    move = env.row("stock.move", move_id)
    quantity, demand = move.get("quantity", 0.0), move["product_uom_qty"]
    state = "assigned" if quantity >= demand else "partially_available" if quantity > 0 else "confirmed"
    if state != move["state"]:
        env.update("stock.move", move_id, {"state": state})


def set_quantity(env: Env, move: Row, quantity: float) -> None:
    """The move's lines add up to `quantity`."""
    lines = children(env, "stock.move.line", "move_id", move["id"])
    if quantity <= 0:
        for line in lines:
            env.remove("stock.move.line", line["id"])
    elif lines:
        env.update("stock.move.line", lines[0]["id"], {"quantity": quantity})
    else:
        env.insert("stock.move.line", {
            "move_id": move["id"], "picking_id": move.get("picking_id"), "product_id": move["product_id"],
            "quantity": quantity, "product_uom_id": move["product_uom"], "location_id": move["location_id"],
            "location_dest_id": move["location_dest_id"], "date": env.stamp, "company_id": 1})
    env.update("stock.move", move["id"], {"quantity": quantity})


def before_move_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """Another quantity changes what is reserved."""
    if "quantity" not in values:
        return
    for move in list(env.rows("stock.move", ids)):
        if move["state"] in ("done", "cancel"):
            raise UserError("You cannot change the quantity of a move that is done or cancelled.")
        wanted, had = float(values["quantity"]), move.get("quantity", 0.0)
        if location_usage(env, move["location_id"]) == "internal":
            change_quant(env, move["product_id"], move["location_id"], reserved=wanted - had)
        set_quantity(env, move, wanted)


def move_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """States follow from quantities; lines repeat `picked`."""
    for move in list(env.rows("stock.move", ids)):
        if move["state"] in OPEN and "quantity" in values:
            _settle_state(env, move["id"])
        if "picked" in values:
            for line in children(env, "stock.move.line", "move_id", move["id"]):
                env.update("stock.move.line", line["id"], {"picked": bool(values["picked"])})


def finish_move(env: Env, move_id: int, *, was_reserved: bool = True) -> None:
    """The goods have moved: quants at both ends, the reservation, the order's line."""
    move = env.row("stock.move", move_id)
    quantity = move.get("quantity", 0.0)
    reserved = was_reserved and location_usage(env, move["location_id"]) == "internal"
    change_quant(env, move["product_id"], move["location_id"], -quantity, -quantity if reserved else 0.0)
    change_quant(env, move["product_id"], move["location_dest_id"], quantity)
    env.update("stock.move", move_id, {
        "state": "done", "picked": True, "product_uom_qty": quantity, "date": env.stamp[:19]})
    for line in children(env, "stock.move.line", "move_id", move_id):
        env.update("stock.move.line", line["id"], {"picked": True, "date": env.stamp[:19]})
    _count_on_order(env, move, quantity)


_COUNTED_ON = (
    ("sale_line_id", "sale.order.line", "qty_delivered", "sale.order"),
    ("purchase_line_id", "purchase.order.line", "qty_received", "purchase.order"),
)


def _count_on_order(env: Env, move: Row, quantity: float) -> None:
    for link, model, field, order_model in _COUNTED_ON:
        if move.get(link):
            line = env.row(model, move[link])
            env.update(model, line["id"], {field: line.get(field, 0.0) + quantity})
            env.update(order_model, line["order_id"], {})


def cancel_move(env: Env, move: Row) -> None:
    """The move will not happen; what it had reserved is free."""
    if move["state"] in ("done", "cancel"):
        return
    if location_usage(env, move["location_id"]) == "internal" and move.get("quantity"):
        change_quant(env, move["product_id"], move["location_id"], reserved=-move["quantity"])
    set_quantity(env, move, 0.0)
    env.update("stock.move", move["id"], {"state": "cancel"})


def new_picking(env: Env, picking_type_id: int, values: Row) -> int:
    """A picking with its number; its id."""
    kind = env.row("stock.picking.type", picking_type_id)
    return env.insert("stock.picking", {
        "name": next_number(env, f"WH/{kind['sequence_code']}/"), "picking_type_id": picking_type_id,
        "location_id": kind["default_location_src_id"], "location_dest_id": kind["default_location_dest_id"],
        "priority": "0", "move_type": "direct", "company_id": 1, "scheduled_date": env.stamp[:19], **values})


def button_validate(self: Records) -> Any:
    """The pickings' goods have moved. What is missing waits in a back order, once the caller agrees
    (context `skip_backorder`); until then the answer is the question, as a window."""
    env = self.env
    check_access(env, "stock.picking", "write")
    plans = [(picking, *_split(env, picking)) for picking in self.rows()]
    for picking, moving, _ in plans:
        if picking_state(env, "stock.picking", picking) in ("done", "cancel") or not moving:
            raise UserError(
                "You cannot validate a transfer if no quantities are reserved. To force the transfer, encode quantities."
            )
    short = [picking["id"] for picking, _, waiting in plans if waiting]
    if short and not env.context.get("skip_backorder"):
        return _backorder_question(list(self.ids), short)
    for picking, moving, waiting in plans:
        _validate(env, picking, moving, waiting)
    return True


def _split(env: Env, picking: Row) -> tuple[list[Row], dict[int, float]]:
    """The moves that go now, and by move the quantity that stays behind. If any is picked, the others stay."""
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
        "name": "Create Backorder?", "type": "ir.actions.act_window", "view_mode": "form",
        "res_model": "stock.backorder.confirmation", "views": [[937, "form"]], "view_id": 937, "target": "new",
        "context": {"button_validate_picking_ids": ids, "default_show_transfers": False,
                    "default_pick_ids": [[4, picking_id] for picking_id in short]}}


def _validate(env: Env, picking: Row, moving: list[Row], waiting: dict[int, float]) -> None:
    rest = _back_order(env, picking) if waiting else 0
    going = {move["id"] for move in moving}
    for move_id, left in waiting.items():
        if move_id in going:
            _split_move(env, env.row("stock.move", move_id), left, rest)
        else:
            name = env.row("stock.picking", rest)["name"]
            env.update("stock.move", move_id, {"picking_id": rest, "reference": name})
            for line in children(env, "stock.move.line", "move_id", move_id):
                env.update("stock.move.line", line["id"], {"picking_id": rest})
    for move in moving:
        finish_move(env, move["id"])
    env.update("stock.picking", picking["id"], {"date_done": env.stamp[:19]})
    for move in children(env, "stock.move", "picking_id", rest) if rest else []:
        reserve(env, move["id"])


def _back_order(env: Env, picking: Row) -> int:
    kept = ("origin", "partner_id", "location_id", "location_dest_id", "sale_id", "purchase_id",
            "scheduled_date", "date_deadline")
    values = {name: picking[name] for name in kept if name in picking}
    return new_picking(env, picking["picking_type_id"], {**values, "backorder_id": picking["id"]})


def _split_move(env: Env, move: Row, left: float, picking_id: int) -> None:
    done = round(move["product_uom_qty"] - left, 2)
    env.update("stock.move", move["id"], {"product_uom_qty": done})
    copied = {name: value for name, value in move.items() if name not in (
        "id", "create_date", "write_date", "create_uid", "write_uid", "quantity", "picked", "state")}
    reference = env.row("stock.picking", picking_id)["name"]
    new_move(env, {**copied, "product_uom_qty": left, "picking_id": picking_id, "reference": reference})


def action_assign(self: Records) -> bool:
    """What can be reserved is."""
    check_access(self.env, "stock.picking", "write")
    for picking in self.rows():
        for move in children(self.env, "stock.move", "picking_id", picking["id"]):
            if move["state"] in OPEN:
                reserve(self.env, move["id"])
    return True


RULES["stock.move"] = Rules(before_write=before_move_written, written=move_written)
