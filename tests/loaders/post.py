"""Canada Post's stand-in over HTTP, and outbound rows as a build would leave them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from connections.connection import Connection
from connections.storage import Storage
from connections.warehouse import session
from loaders.base import DeliverySummary, Loader, deliver
from loaders.canadapost import Quotes
from loaders.canadapost_after import Manifests, Voids
from loaders.canadapost_labels import Labels, ReturnLabels
from loaders.planning import Guards
from loaders.rate_sheet import RateSheet

GUARDS = Guards(most_rows=1000, most_money=10**9, most_to_zero=0)
NAMES = ("quotes", "labels", "manifests", "voids", "return_labels")
SENDER = {
    "name": "Maple Lane Goods", "company": "Maple Lane Goods Ltd", "street": "12 Maple Lane",
    "city": "Toronto", "province": "ON", "postal_code": "M5V 1Z6", "country": "CA", "phone": "416-555-0199",
}  # fmt: skip
CUSTOMER = {
    "name": "Zoë Côté", "street": "8 rue Sainte-Catherine", "city": "Montréal", "province": "QC",
    "postal_code": "H2X 1Y4", "country": "CA", "phone": "514-555-0101",
}  # fmt: skip
BOXES = [
    {"box": name, "length_mm": length, "width_mm": width, "height_mm": height, "weight_g": weight,
     "max_weight_g": 30_000}
    for name, length, width, height, weight in (("Small", 250, 180, 100, 90), ("Large", 500, 400, 300, 480))
]  # fmt: skip
_TABLE = """
create table if not exists outbound.out_canadapost__{name} (
    write_key text, payload jsonb, payload_hash text, hold_class text, hold_reason text,
    quoted_amount numeric, observed_at timestamptz, build_id bigint
)
"""
_BUILD = """
insert into sync.builds (run_id, version_until, since_version, since_build, status, finished_at)
values ('b', 0, 0, 0, 'succeeded', now()) returning build_id
"""


class Post:
    """An account of Canada Post, a folder for labels, and a warehouse with the outbound models."""

    def __init__(self, connection: Connection, warehouse: Connection, folder: Path, dialect: str) -> None:
        extra = {**connection.extra, "dialect": dialect, "requests_per_second": 1000}
        self.connection = replace(connection, extra=extra)
        self.warehouse = warehouse
        self.storage = Storage(str(folder))
        self.sheet: RateSheet | None = None
        with session(warehouse) as opened:
            for name in NAMES:
                opened.execute(_TABLE.format(name=name).encode())

    def forget(self) -> None:
        """Nothing is wanted, and nothing was ever written."""
        with session(self.warehouse) as opened:
            tables = ", ".join(f"outbound.out_canadapost__{name}" for name in NAMES)
            opened.execute(f"truncate {tables}, sync.writes, sync.attempts, sync.cursors".encode())

    @property
    def loaders(self) -> tuple[Loader, ...]:
        return (
            Quotes(lambda: self.sheet), Labels(lambda: self.storage), ReturnLabels(lambda: self.storage),
            Voids(), Manifests(),
        )  # fmt: skip

    def want(self, name: str, key: str, payload: dict[str, Any], hold: str | None = None) -> None:
        """The outbound model has this row, from a new build."""
        text = json.dumps(payload, sort_keys=True)
        with session(self.warehouse) as opened:
            build = opened.execute(_BUILD).fetchone()
            assert build
            opened.execute(f"delete from outbound.out_canadapost__{name} where write_key = %s", [key])
            opened.execute(
                f"insert into outbound.out_canadapost__{name} values (%s, %s, %s, %s, %s, 10, null, %s)",
                [
                    key,
                    text,
                    hashlib.md5(text.encode()).hexdigest(),
                    hold and "retry",
                    hold,
                    build["build_id"],
                ],
            )

    def deliver(self, run_id: str = "run") -> list[DeliverySummary]:
        """Everything that is due is delivered."""
        return [
            deliver(loader, self.connection, self.warehouse, run_id, guards=GUARDS) for loader in self.loaders
        ]

    def write(self, thing: str, key: str) -> dict[str, Any]:
        """What became of the newest write."""
        with session(self.warehouse) as opened:
            row = opened.execute(
                "select * from sync.writes where system = 'canadapost' and thing = %s and key = %s "
                "order by write_id desc limit 1", [thing, key]).fetchone()  # fmt: skip
        assert row, f"no {thing} {key}"
        return dict(row)


def quote(quantity: int = 2, **changes: Any) -> dict[str, Any]:
    """The payload of a quote: pieces of half a kilogram to Montreal."""
    piece = {"order_line_id": "l1", "sku": "MUG", "quantity": quantity, "weight_g": 500, "length_mm": 150,
             "width_mm": 100, "height_mm": 60}  # fmt: skip
    return {
        "origin": "M5V1Z6", "is_contract": True, "sender": SENDER, "goods": [piece], "boxes": BOXES,
        "destination": {"country": "CA", "postal_code": "H2X 1Y4"},
        "rule": {"service": None, "max_days": 9, "not": []},
        **changes,
    }  # fmt: skip


def label(key: str, **changes: Any) -> dict[str, Any]:
    """The payload of a parcel's label."""
    shipment = key.rsplit(":", 1)[0]
    return {
        "parcel_id": key, "shipment_id": shipment, "order_number": "1001", "request_id": key,
        "group_id": shipment.replace(":", "-"), "is_contract": True, "service_code": "DOM.EP",
        "sender": SENDER, "destination": CUSTOMER, "customs": [],
        "parcel": {"number": 1, "count": 1, "box": "Small", "weight_g": 1_090, "length_mm": 250,
                   "width_mm": 180, "height_mm": 100, "contents": []},
        "document_path": f"orders/1001/label-{key.replace(':', '-')}.pdf",
        **changes,
    }  # fmt: skip
