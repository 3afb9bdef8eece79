"""Shipments that are due in Odoo, for the Odoo suite: outbound rows without the models that make them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from connections.connection import Connection
from connections.warehouse import Warehouse, begin_build, finish_build
from loaders.base import DeliverySummary, deliver
from loaders.odoo_deliveries import Deliveries
from loaders.planning import Guards, Hold
from tests.contract.odoo_client import Json2, product, set_stock

GUARDS = Guards(most_rows=1000, most_money=1_000_000, most_to_zero=10)
TABLE = """
create table outbound.out_odoo__deliveries (
    write_key text primary key, write_kind text, payload jsonb, payload_hash text, hold_class text,
    hold_reason text, build_id bigint, known_picking_ids bigint[]
)
"""


class Parcels:
    """Sale orders in one Odoo, and our shipments of them that are due in one warehouse."""

    def __init__(self, landing: Warehouse, warehouse: Connection, odoo: Json2, location: int) -> None:
        self.landing, self.warehouse, self.odoo, self.location = landing, warehouse, odoo, location
        self._numbers = 0
        landing.execute(TABLE)
        landing.commit()

    def product(self, stock: float = 10) -> int:
        """A new product, so many on hand."""
        made = product(self.odoo)
        set_stock(self.odoo, made, self.location, stock)
        return made

    def order(self, *quantities: tuple[int, float], is_confirmed: bool = True) -> int:
        """A sale order of those products, as staff type a web order in."""
        address = {"street": "1 Old Street", "city": "Toronto", "zip": "M5V 2T6"}
        buyer = self.odoo.make("res.partner", name=f"Buyer {self.odoo.tag}", **address)
        lines = [
            [0, 0, {"product_id": made, "product_uom_qty": quantity, "price_unit": 10}]
            for made, quantity in quantities
        ]
        order = self.odoo.make("sale.order", partner_id=buyer, client_order_ref="1001", order_line=lines)
        if is_confirmed:
            self.odoo.call("sale.order", "action_confirm", ids=[order])
        return order

    def due(
        self,
        order: int,
        *quantities: tuple[int, float],
        number: int = 1,
        known: list[int] | None = None,
        address: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """One more outbound row, of a new build; its key. `known`: what was done by hand, and was read."""
        key = f"woocommerce:{order}{self.odoo.tag[1:5]}:{number}"
        payload = {
            "order_id": order,
            "marker": f"[{key}]",
            "carrier": "Canada Post",
            "service": "Expedited Parcel",
            "tracking_reference": f"CP{uuid4().hex[:10]}",
            "address": address,
            "lines": [{"product_id": made, "quantity": quantity} for made, quantity in quantities],
            **changes,
        }
        build_id = begin_build(self.landing, "run")["build_id"]
        self.landing.execute(
            """
            insert into outbound.out_odoo__deliveries
            values (%s, 'posting', %s, md5(%s::jsonb::text), null, null, %s, %s)
            on conflict (write_key) do update set known_picking_ids = excluded.known_picking_ids
            """,
            [key, Jsonb(payload), Jsonb(payload), build_id, known or []],
        )
        finish_build(self.landing, build_id, succeeded=True)
        self.landing.commit()
        return key

    def deliver(
        self, connection: Connection | None = None, *, hold_all: Hold | None = None
    ) -> DeliverySummary:
        """One delivery."""
        connection = connection or self.odoo.connection
        return deliver(Deliveries(), connection, self.warehouse, "run", guards=GUARDS, hold_all=hold_all)

    def write(self, key: str) -> dict[str, Any]:
        """The record of the write."""
        row = self.landing.execute(
            "select * from sync.writes where key = %s and is_current", [key]
        ).fetchone()
        self.landing.commit()
        assert row is not None
        return row

    def status(self, key: str) -> tuple[str, str | None]:
        """Status and reason class of the write."""
        row = self.write(key)
        return row["status"], row["reason_class"]

    def pickings(self, order: int) -> list[dict[str, Any]]:
        """The order's pickings, the oldest first."""
        fields = ("name", "state", "note", "backorder_id", "carrier_tracking_ref", "carrier_id", "partner_id")
        return self.odoo.find("stock.picking", [["sale_id", "=", order]], *fields)

    def moved(self, picking: int) -> dict[int, float]:
        """By product, what is done of a picking."""
        domain = [["picking_id", "=", picking], ["state", "=", "done"]]
        rows = self.odoo.find("stock.move", domain, "product_id", "quantity")
        return {row["product_id"]: row["quantity"] for row in rows}

    def by_hand(self, picking: int, *quantities: tuple[int, float]) -> None:
        """Staff validate a picking in Odoo, of these products so many."""
        for made, quantity in quantities:
            [move] = self.odoo.find(
                "stock.move", [["picking_id", "=", picking], ["product_id", "=", made]], "state"
            )
            self.odoo.call(
                "stock.move", "write", ids=[move["id"]], vals={"quantity": quantity, "picked": True}
            )
        context = {"skip_backorder": True, "skip_sms": True}
        assert self.odoo.call("stock.picking", "button_validate", ids=[picking], context=context) is True
