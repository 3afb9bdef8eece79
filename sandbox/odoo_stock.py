"""Stock: quants, moves, reservations, pickings and their back orders, counts."""

from __future__ import annotations

from sandbox.odoo_compute import children
from sandbox.odoo_names import product_name
from sandbox.odoo_store import Env, Row
from sandbox.odoo_units import pieces
from sandbox.odoo_write import RULES, Rules

OPEN = ("waiting", "confirmed", "assigned", "partially_available")


def location_usage(env: Env, location_id: int) -> str:
    """internal, customer, supplier, inventory, ..."""
    return str(env.row("stock.location", location_id)["usage"])


def quants(env: Env, product_id: int, location_id: int) -> list[Row]:
    """The product's quants at one location, oldest first."""
    return [
        row
        for row in children(env, "stock.quant", "product_id", product_id)
        if row["location_id"] == location_id
    ]


def change_quant(
    env: Env, product_id: int, location_id: int, quantity: float = 0.0, reserved: float = 0.0
) -> int:
    """The quant there has so much more; it is made if there is none. Its id."""
    for quant in quants(env, product_id, location_id):
        env.update(
            "stock.quant",
            quant["id"],
            {
                "quantity": round(quant.get("quantity", 0.0) + quantity, 2),
                "reserved_quantity": round(quant.get("reserved_quantity", 0.0) + reserved, 2),
            },
        )
        return int(quant["id"])
    return env.insert(
        "stock.quant",
        {
            "product_id": product_id,
            "location_id": location_id,
            "quantity": quantity,
            "reserved_quantity": reserved,
            "in_date": env.stamp,
            "company_id": env.row("stock.location", location_id).get("company_id"),
            "inventory_date": f"{env.now.year}-12-31",
        },
    )


def free_quantity(env: Env, product_id: int, location_id: int) -> float:
    """On hand and not reserved."""
    rows = quants(env, product_id, location_id)
    return float(sum(row.get("quantity", 0.0) - row.get("reserved_quantity", 0.0) for row in rows))


def new_move(env: Env, values: Row) -> int:
    """A stock move that waits; its id."""
    return env.insert(
        "stock.move",
        {
            "priority": "0",
            "sequence": 10,
            "procure_method": "make_to_stock",
            "state": "confirmed",
            "company_id": 1,
            "product_uom": 1,
            "quantity": 0.0,
            "price_unit": 0.0,
            "description_picking": product_name(env, env.row("product.product", values["product_id"])),
            "date": env.stamp[:19],
            **values,
        },
    )


def reserve(env: Env, move_id: int) -> None:
    """As much as is free is set aside for the move. Goods from a supplier need not be reserved."""
    move = env.row("stock.move", move_id)
    missing = move["product_uom_qty"] - move.get("quantity", 0.0)
    from_stock = location_usage(env, move["location_id"]) == "internal"
    taken = (
        min(missing, max(0.0, free_quantity(env, move["product_id"], move["location_id"])))
        if from_stock
        else missing
    )
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
        env.insert(
            "stock.move.line",
            {
                "move_id": move["id"],
                "picking_id": move.get("picking_id"),
                "product_id": move["product_id"],
                "quantity": quantity,
                "product_uom_id": move["product_uom"],
                "location_id": move["location_id"],
                "location_dest_id": move["location_dest_id"],
                "date": env.stamp,
                "company_id": 1,
            },
        )
    env.update("stock.move", move["id"], {"quantity": quantity})


def before_move_written(env: Env, ids: tuple[int, ...], values: Row) -> None:
    """Another quantity changes what is reserved; of a move that is done, what has moved."""
    if "quantity" not in values:
        return
    for move in list(env.rows("stock.move", ids)):
        more = float(values["quantity"]) - move.get("quantity", 0.0)
        if move["state"] == "done":
            move_goods(env, move, more)
        elif move["state"] != "cancel" and location_usage(env, move["location_id"]) == "internal":
            change_quant(env, move["product_id"], move["location_id"], reserved=more)
        set_quantity(env, move, float(values["quantity"]))


def move_goods(env: Env, move: Row, quantity: float, reserved: float = 0.0) -> None:
    """So much has gone from the move's one place to the other, and counts on the order's line. What others
    had reserved of goods that are gone is theirs no more."""
    change_quant(env, move["product_id"], move["location_id"], -quantity, -reserved)
    change_quant(env, move["product_id"], move["location_dest_id"], quantity)
    for place in (move["location_id"], move["location_dest_id"]):
        _free_reservations(env, move["product_id"], place, move["id"])
    _count_on_order(env, move, quantity)


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
    move_goods(env, move, quantity, quantity if reserved else 0.0)
    env.update(
        "stock.move",
        move_id,
        {"state": "done", "picked": True, "date": env.stamp[:19]},
    )
    for line in children(env, "stock.move.line", "move_id", move_id):
        env.update("stock.move.line", line["id"], {"picked": True, "date": env.stamp[:19]})


def _free_reservations(env: Env, product_id: int, location_id: int, but: int) -> None:
    """No more is reserved there than there is; the newest of the other moves lose theirs first."""
    over = -free_quantity(env, product_id, location_id)
    if over <= 0 or location_usage(env, location_id) != "internal":
        return
    for move in reversed(children(env, "stock.move", "product_id", product_id)):
        reserved = move.get("quantity", 0.0) if move["state"] in OPEN else 0.0
        if over > 0 and reserved and move["location_id"] == location_id and move["id"] != but:
            lost = min(over, reserved)
            change_quant(env, product_id, location_id, reserved=-lost)
            set_quantity(env, move, reserved - lost)
            _settle_state(env, move["id"])
            over -= lost


_COUNTED_ON = (
    ("sale_line_id", "sale.order.line", "qty_delivered", "sale.order"),
    ("purchase_line_id", "purchase.order.line", "qty_received", "purchase.order"),
)


def _count_on_order(env: Env, move: Row, quantity: float) -> None:
    for link, model, field, order_model in _COUNTED_ON:
        if move.get(link):
            line = env.row(model, move[link])
            quantity /= pieces(env, line) if model == "purchase.order.line" else 1
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


RULES["stock.move"] = Rules(before_write=before_move_written, written=move_written)
