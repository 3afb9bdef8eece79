"""The till: sessions, and the sales that its own program sends, each once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_accounting import post
from sandbox.odoo_compute import children
from sandbox.odoo_errors import UserError, ValidationError
from sandbox.odoo_pickings import new_picking
from sandbox.odoo_read import Records, read_rows
from sandbox.odoo_sequences import next_number
from sandbox.odoo_stock import finish_move, new_move, set_quantity
from sandbox.odoo_store import Env, Row
from sandbox.odoo_write import RULES, Rules, check_exist, create_record

_SENT_BACK = (
    "pos.order",
    "pos.session",
    "pos.payment",
    "pos.order.line",
    "pos.pack.operation.lot",
    "product.attribute.custom.value",
    "account.move",
)
_ALREADY_CLOSED = {
    "successful": False,
    "type": "alert",
    "title": "Session already closed",
    "message": "The session has been already closed by another User. All sales completed in the meantime "
    "have been saved in a Rescue Session, which can be reviewed anytime and posted to Accounting from "
    "Point of Sale's dashboard.",
    "redirect": True,
    "open_order_ids": [],
}


_STILL_DRAFTS = {
    "successful": False,
    "message": "You cannot close the POS while there are still draft orders for the day.",
    "redirect": False,
}


def prepare_session(env: Env, values: Row) -> None:
    """One open session a till."""
    config = env.row("pos.config", values["config_id"])
    if any(row["state"] != "closed" for row in children(env, "pos.session", "config_id", config["id"])):
        raise ValidationError("Another session is already opened for this point of sale.")
    values["name"] = next_number(env, f"{config['name']}/")
    values.setdefault("user_id", env.uid)
    values.setdefault("company_id", 1)
    values.setdefault("currency_id", config["currency_id"])


def set_opening_control(self: Records, cashbox_value: float, notes: str) -> None:
    """The sessions are open for sales."""
    check_access(self.env, "pos.session", "write")
    for row in self.rows():
        if row["state"] == "opening_control":
            self.env.update(
                "pos.session",
                row["id"],
                {
                    "state": "opened",
                    "start_at": row.get("start_at") or self.env.stamp[:19],
                    "opening_notes": notes,
                    "cash_register_balance_start": float(cashbox_value or 0),
                },
            )


def sync_from_ui(self: Records, orders: list[Row]) -> dict[str, list[Row]]:
    """The orders are in the till, their goods off the stock. One known by its uuid stays as it is."""
    env = self.env
    check_access(env, "pos.order", "create")
    ids = [_known(env, order) or _take(env, order) for order in orders]
    lines = [line["id"] for row_id in ids for line in children(env, "pos.order.line", "order_id", row_id)]
    payments = [row["id"] for row_id in ids for row in children(env, "pos.payment", "pos_order_id", row_id)]
    answer: dict[str, list[Row]] = {model: [] for model in _SENT_BACK}
    for model, found in (("pos.order", ids), ("pos.order.line", lines), ("pos.payment", payments)):
        answer[model] = read_rows(env, model, found, None, None)
    return answer


def _known(env: Env, order: Row) -> int | None:
    return (
        next(iter(env.table("pos.order").find("uuid", order.get("uuid"))), None)
        if order.get("uuid")
        else None
    )


def _take(env: Env, order: Row) -> int:
    check_exist(env, "pos.session", [order.get("session_id") or 0])
    session = env.row("pos.session", order["session_id"])
    if session["state"] == "closed":
        raise UserError("No open session available. Please open a new session to capture the order.")
    fields = env.store.models["pos.order"].fields
    values = {name: value for name, value in order.items() if name in fields}
    for name in ("lines", "payment_ids"):
        values[name] = [
            [0, 0, _known_part(env, fields[name].relation, command[2])] for command in order.get(name, [])
        ]
    number = int(next_number(env, "pos.order/").rpartition("/")[2])
    reference = order.get("pos_reference") or f"{env.now:%y}0-{session['id']}-{number:06d}"
    config = env.row("pos.config", session["config_id"])
    shown = order.get("pos_reference") or f"{number:06d}"
    values.update(
        name=f"{config['name']} - {shown}",
        pos_reference=reference,
        sequence_number=number,
        company_id=1,
        currency_id=config["currency_id"],
        date_order=order.get("date_order") or env.stamp[:19],
        tracking_number=False if order.get("pos_reference") else _tracking_number(env),
    )
    order_id = create_record(env, "pos.order", values)
    if order.get("state", "paid") != "draft":
        env.update("pos.order", order_id, {"state": "paid"})
        _deliver(env, order_id, session, config)
    return order_id


def _tracking_number(env: Env) -> str:
    return str(int(next_number(env, "pos.order/tracking/").rpartition("/")[2]) % 100)


def _known_part(env: Env, model: str, values: Row) -> Row:
    """What the till says of a line beyond the fields here (lots, attributes) is dropped."""
    fields = env.store.models[model].fields
    return {name: value for name, value in values.items() if name in fields}


def prepare_line(env: Env, values: Row) -> None:
    """The line's number and the product's name."""
    values["name"] = next_number(env, "pos.order.line/", 6).rpartition("/")[2]


def prepare_payment(env: Env, values: Row) -> None:
    """Paid now."""
    values.setdefault("payment_date", env.stamp[:19])


def _deliver(env: Env, order_id: int, session: Row, config: Row) -> None:
    """One picking for what was sold, one back for what was returned, both done at once."""
    sums: dict[tuple[bool, int], float] = defaultdict(float)
    for line in children(env, "pos.order.line", "order_id", order_id):
        sums[line["qty"] < 0, line["product_id"]] += abs(line["qty"])
    for is_return in (False, True):
        goods = {product: quantity for (back, product), quantity in sums.items() if back == is_return}
        if goods:
            _move_goods(env, order_id, session, config, goods, is_return)


def _move_goods(
    env: Env, order_id: int, session: Row, config: Row, goods: dict[int, float], is_return: bool
) -> None:
    kind = env.row("stock.picking.type", config["picking_type_id"])
    ends = (kind["default_location_src_id"], kind["default_location_dest_id"])
    source, target = ends[::-1] if is_return else ends
    order = env.row("pos.order", order_id)
    picking = new_picking(
        env,
        kind["id"],
        {
            "origin": order["name"],
            "partner_id": order.get("partner_id"),
            "pos_order_id": order_id,
            "pos_session_id": session["id"],
            "location_id": source,
            "location_dest_id": target,
        },
    )
    for product, quantity in goods.items():
        move = new_move(
            env,
            {
                "reference": env.row("stock.picking", picking)["name"],
                "picking_id": picking,
                "product_id": product,
                "picking_type_id": kind["id"],
                "product_uom_qty": quantity,
                "location_id": source,
                "location_dest_id": target,
                "partner_id": order.get("partner_id"),
            },
        )
        set_quantity(env, env.row("stock.move", move), quantity)
        finish_move(env, move, was_reserved=False)
    env.update("stock.picking", picking, {"date_done": env.stamp[:19]})


def close_session_from_ui(self: Records, bank_payment_method_diff_pairs: list[Any] | None = None) -> Row:
    """The sessions are closed and their sales are one posted entry each."""
    env = self.env
    check_access(env, "pos.session", "write")
    for row in self.rows():
        if row["state"] == "closed":
            return dict(_ALREADY_CLOSED)
        drafts = [
            order["id"]
            for order in children(env, "pos.order", "session_id", row["id"])
            if order["state"] == "draft"
        ]
        if drafts:
            return {**_STILL_DRAFTS, "open_order_ids": drafts}
        move = _book(env, row)
        env.update("pos.session", row["id"], {"state": "closed", "stop_at": env.stamp[:19], "move_id": move})
        for order in children(env, "pos.order", "session_id", row["id"]):
            env.update("pos.order", order["id"], {"state": "done"})
    return {"successful": True}


def _book(env: Env, session: Row) -> int | bool:
    """Sales and tax against the till's receivable, by payment method."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for order in children(env, "pos.order", "session_id", session["id"]):
        tax = order.get("amount_tax", 0.0)
        sums["411110", "Sales  with 13% HST"] -= order["amount_total"] - tax
        sums["233000", "13% HST"] -= tax
        for payment in children(env, "pos.payment", "pos_order_id", order["id"]):
            method = env.row("pos.payment.method", payment["payment_method_id"])
            sums["112113", f"{session['name']} - {method['name']}"] += payment["amount"]
    lines = [
        [0, 0, {"account_id": _account(env, code), "name": name, "balance": round(amount, 2)}]
        for (code, name), amount in sums.items()
        if round(amount, 2)
    ]
    if not lines:
        return False
    config = env.row("pos.config", session["config_id"])
    move = create_record(
        env,
        "account.move",
        {"move_type": "entry", "journal_id": config["journal_id"], "ref": session["name"], "line_ids": lines},
    )
    post(env, env.row("account.move", move))
    return move


def _account(env: Env, code: str) -> int:
    return next(iter(env.table("account.account").find("code", code)))


RULES.update(
    {
        "pos.session": Rules(prepare_session),
        "pos.order.line": Rules(prepare_line),
        "pos.payment": Rules(prepare_payment),
    }
)
