"""What is due in a shop, for the WooCommerce suite: outbound rows without the models that make them."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from connections.connection import Connection
from connections.warehouse import Warehouse, begin_build, finish_build
from loaders.base import DeliverySummary, Loader, deliver
from loaders.planning import Guards, Hold
from loaders.woocommerce_backorders import BackorderTexts
from loaders.woocommerce_orders import OrderNotes, OrderStatuses
from tests.contract.woocommerce_client import Shop

GUARDS = Guards(most_rows=1000, most_money=1_000_000, most_to_zero=10)
LOADERS: tuple[Loader, ...] = (OrderNotes(), OrderStatuses(), BackorderTexts())
_COLUMNS = {
    "order_notes": "",
    "order_statuses": ", is_due boolean, observed_status text",
    "backorder_texts": ", is_due boolean, observed_backorders text",
}
_TABLE = """
create table outbound.out_woocommerce__{name} (
    write_key text primary key, payload jsonb, payload_hash text, hold_class text, hold_reason text,
    build_id bigint, observed_at timestamptz{columns}
)
"""


class Due:
    """Rows that are due in one shop, from one warehouse."""

    def __init__(self, landing: Warehouse, warehouse: Connection, shop: Shop) -> None:
        self.landing, self.warehouse, self.shop = landing, warehouse, shop
        for name, columns in _COLUMNS.items():
            landing.execute(_TABLE.format(name=name, columns=columns).encode())
        landing.commit()

    def note(self, order: dict[str, Any], number: int = 1, **changes: Any) -> str:
        """The note of one shipment; its key."""
        key = f"woocommerce:{order['id']}:{number}"
        payload = {
            "order_id": order["id"],
            "marker": f"[{key}]",
            "note": f"Shipped with Canada Post, tracking CP{number}.\n2 x Tea (TEA-1)\n[{key}]",
            "is_for_customer": False,
            **changes,
        }
        return self._row("order_notes", key, payload)

    def status(self, order: dict[str, Any], *numbers: str, status: str | None = None, seen: str = "") -> str:
        """Tracking numbers and status of one order; its key. `seen`: the status that was read."""
        key = f"woocommerce:{order['id']}"
        tracking = [
            {
                "tracking_number": number,
                "carrier": "Canada Post",
                "link": f"https://post.example/{number}",
                "shipped_on_epoch": 1795500000,
            }
            for number in numbers
        ]
        payload = {"order_id": order["id"], "status": status, "tracking": tracking}
        more = {"is_due": True, "observed_status": seen or order["status"]}
        return self._row("order_statuses", key, payload, **more)

    def backorder(self, product: dict[str, Any], expected: str | None, **changes: Any) -> str:
        """What the shop is to say of a product or variation; its key."""
        parent = product.get("parent_id") or None
        payload = {
            "product_id": parent or product["id"],
            "variation_id": product["id"] if parent else None,
            "sku": product["sku"],
            "backorders": "notify",
            "expected_date": expected,
            "backorders_before": "no",
            **changes,
        }
        more = {"is_due": True, "observed_backorders": product["backorders"]}
        key = f"{'variation' if parent else 'product'}:{product['id']}"
        return self._row("backorder_texts", key, payload, **more)

    def _row(self, name: str, key: str, payload: dict[str, Any], **more: Any) -> str:
        build_id = begin_build(self.landing, "run")["build_id"]
        row = {"write_key": key, "payload": Jsonb(payload), "build_id": build_id, **more}
        self.landing.execute(
            f"delete from outbound.out_woocommerce__{name} where write_key = %s".encode(), [key]
        )
        places = ", ".join(["%s"] * len(row))
        self.landing.execute(
            f"insert into outbound.out_woocommerce__{name} ({', '.join(row)}, observed_at, payload_hash)"
            f" values ({places}, now(), md5(%s::jsonb::text))".encode(),
            [*row.values(), Jsonb(payload)],
        )
        finish_build(self.landing, build_id, succeeded=True)
        self.landing.commit()
        return key

    def deliver(
        self, connection: Connection | None = None, *, hold_all: Hold | None = None
    ) -> dict[str, DeliverySummary]:
        """One delivery of all three, by thing."""
        connection = connection or self.shop.connection
        return {
            loader.thing: deliver(loader, connection, self.warehouse, "run", guards=GUARDS, hold_all=hold_all)
            for loader in LOADERS
        }

    def write(self, key: str, thing: str) -> tuple[str, str | None, str | None]:
        """Status, reason class and reason of the current write."""
        row = self.landing.execute(
            "select * from sync.writes where key = %s and thing = %s and is_current", [key, thing]
        ).fetchone()
        self.landing.commit()
        assert row is not None
        assert row["drift"] is None, row["drift"]
        return row["status"], row["reason_class"], row["reason"]

    def notes(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """Our notes on the order, oldest first."""
        found = self.shop.get(f"/orders/{order['id']}/notes")
        return sorted((row for row in found if "[woocommerce:" in row["note"]), key=lambda row: row["id"])

    def mails(self, order: dict[str, Any]) -> list[str]:
        """The mails to the customer that the shop says it sent."""
        found = self.shop.get(f"/orders/{order['id']}/notes")
        return [row["note"] for row in found if row["note"].startswith("Email")]

    def meta(self, path: str) -> dict[str, Any]:
        """A record's meta by key."""
        return {row["key"]: row["value"] for row in self.shop.get(path)["meta_data"]}
