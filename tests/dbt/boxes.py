"""Boxes of ours as the record of writes has them: labels, manifests, and what the systems were told since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder

LABELLED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SHIPPED = LABELLED + timedelta(hours=3)
TOLD = LABELLED + timedelta(days=3)  # after the shop was read
Lines = Iterable[tuple[int, int]]


def write(
    builder: Builder,
    system: str,
    thing: str,
    key: str,
    payload: dict[str, Any],
    *,
    status: str = "confirmed",
    at: datetime = LABELLED,
    kind: str = "posting",
    **more: Any,
) -> None:
    """A write stands on record with that status, and is the current one of its key."""
    text = json.dumps(payload, sort_keys=True)
    columns = {
        "system": system,
        "thing": thing,
        "key": key,
        "hash": hashlib.md5(text.encode()).hexdigest(),
        "kind": kind,
        "outbound_model": f"out_{system}__{thing}s",
        "payload": text,
        "status": status,
        "run_id": "test",
        "sent_at": at,
        "finished_at": at if status == "confirmed" else None,
        **{name: json.dumps(value) if isinstance(value, dict) else value for name, value in more.items()},
    }
    builder.sql.execute(
        "update sync.writes set is_current = false, version = nextval('sync.change_number')"
        " where system = %s and thing = %s and key = %s and is_current",
        [system, thing, key],
    )
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    builder.sql.execute(
        f"insert into sync.writes ({names}) values ({places})"
        " on conflict (system, thing, key, hash) do update set status = excluded.status, is_current = true,"
        " finished_at = excluded.finished_at, version = nextval('sync.change_number')".encode(),
        list(columns.values()),
    )
    builder.sql.commit()


def label(
    builder: Builder, order: int, lines: Lines, *, number: int = 1, is_sent: bool = True, count: int = 1
) -> str:
    """A label was bought for a box of those lines (place in the order, quantity); its shipment.

    `is_sent`: the carrier has it. `count`: so many boxes the shipment is to have.
    """
    shipment = f"woocommerce:{order}:{number}"
    parcel = f"{shipment}:1"
    payload = {
        "shipment_id": shipment,
        "shipment_number": number,
        "order_id": f"woocommerce:{order}",
        "service_code": "DOM.EP",
        "service_name": "Expedited Parcel",
        "is_contract": True,
        "parcel": {"number": 1, "count": count, "box": "Small", "weight_g": 900},
        "lines": [
            {"order_line_id": f"woocommerce:{order}:{order * 100 + place}", "quantity": quantity}
            for place, quantity in lines
        ],
    }
    told = {"tracking_number": f"CP{order}{number}"}
    write(builder, "canadapost", "label", parcel, payload, read_back=told)
    if is_sent:
        manifest = {"parcels": [parcel]}
        write(builder, "canadapost", "manifest", f"manifest:{order}:{number}", manifest, at=SHIPPED)
    return shipment


def type_in(builder: Builder, order: int, state: str = "sale") -> int:
    """Staff typed the web order into Odoo; its id there."""
    shop.land(
        builder.sql,
        "odoo__sale_order",
        {str(order + 5000): backoffice.sale_order(order + 5000, str(order), state)},
    )
    return order + 5000


def pick(builder: Builder, sale_order: int, picking: int, moved: Lines, when: datetime = SHIPPED) -> None:
    """Units of products (Odoo's ids) left the warehouse by a picking of that order."""
    done = f"{when:%Y-%m-%d %H:%M:%S}"
    stamps = {"write_date": done, "create_date": done}
    row = {"id": picking, "name": f"WH/OUT/{picking}", "state": "done", "sale_id": sale_order}
    shop.land(
        builder.sql,
        "odoo__stock_picking",
        {str(picking): {**row, "picking_type_code": "outgoing", "date_done": done, **stamps}},
    )
    moves = {
        str(picking * 10 + place): {
            "id": picking * 10 + place, "product_id": product, "picking_id": picking, "location_id": 5,
            "location_dest_id": 9, "product_uom_qty": quantity, "quantity": quantity, "state": "done",
            "date": done, **stamps,
        }
        for place, (product, quantity) in enumerate(moved)
    }  # fmt: skip
    shop.land(builder.sql, "odoo__stock_move", moves)
