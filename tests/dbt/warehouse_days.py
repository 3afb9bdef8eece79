"""A small warehouse for the tests of fulfilment: its shelf, its deliveries, what customers are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from counterflow import settings
from tests.dbt import backoffice, boxes, shop
from tests.dbt.conftest import Builder, Row

# What the tests of fulfilment look at, and all that it rests on.
MODELS = ("+quote_requests", "+order_fulfilments", "+backorders", "+shipment_lines", "+shipments")
PRODUCTS = {"TEA-1": 11, "POT-1": 12, "CUP-1": 13}
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY: date = NOW.astimezone(ZoneInfo("America/Toronto")).date()


def open_shop(builder: Builder) -> None:
    """The settings as they come with the project, products, and one location that the web sells from."""
    with builder.sql.cursor() as cursor:
        settings.load().store(cursor)
    builder.sql.commit()
    shop.land(builder.sql, "odoo__stock_location", {"5": backoffice.location(5, "WH/Stock")})
    for sku, odoo_id in PRODUCTS.items():
        shop_id = shop.product_number(sku)
        shop.land(builder.sql, "woocommerce__products", {str(shop_id): shop.product(shop_id, sku)})
        shop.land(builder.sql, "odoo__product_product", {str(odoo_id): shop.odoo_product(odoo_id, sku)})


def stock(builder: Builder, **units: tuple[float, float]) -> None:
    """On hand and reserved, by the first word of the SKU."""
    shop.land(
        builder.sql,
        "odoo__stock_quant",
        {
            f"{odoo_id}:5": {
                "key": f"{odoo_id}:5",
                "product_id": odoo_id,
                "location_id": 5,
                "quantity": units[word][0],
                "reserved_quantity": units[word][1],
            }
            for sku, odoo_id in PRODUCTS.items()
            for word in [sku.partition("-")[0].lower()]
            if word in units
        },
    )


def purchase(builder: Builder, line: int, sku: str, units: float, day: date, received: float = 0) -> None:
    """A confirmed purchase order of one line that is expected on that day."""
    planned = f"{day} 16:00:00"
    order = {"id": line, "name": f"P{line}", "state": "purchase", "partner_id": 30, "date_planned": planned}
    shop.land(builder.sql, "odoo__purchase_order", {str(line): order})
    row = backoffice.purchase_line(line, units, received)
    row |= {"order_id": line, "product_id": PRODUCTS[sku], "product_uom_qty": units, "date_planned": planned}
    shop.land(builder.sql, "odoo__purchase_order_line", {str(line): row})


def order(number: int, *lines: tuple[str, int], hours_ago: float = 2, **more: Any) -> dict[str, Any]:
    """A paid web order; the later numbers paid later, minutes apart."""
    paid_at = NOW - timedelta(hours=hours_ago) + timedelta(minutes=number)
    goods = [(sku, quantity, "20.00") for sku, quantity in lines]
    return shop.order(number, lines=goods, created_at=paid_at, **more)


def sell(builder: Builder, *orders: dict[str, Any]) -> None:
    """The orders were read just now, those by card with their charge and its fee."""
    shop.land_paid(builder.sql, *orders)
    records = {str(each["id"]): each | {"date_modified_gmt": f"{NOW:%Y-%m-%dT%H:%M:%S}"} for each in orders}
    shop.land(builder.sql, "woocommerce__orders", records, extracted_at=NOW)


def reserve(builder: Builder, sale_order: int, picking: int, sku: str, demanded: int, reserved: int) -> None:
    """Odoo waits to send units of a sale order, and has set some aside."""
    stamp = f"{NOW - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    stamps = {"write_date": stamp, "create_date": stamp}
    row = {"id": picking, "name": f"WH/OUT/{picking}", "state": "assigned", "sale_id": sale_order, **stamps}
    shop.land(builder.sql, "odoo__stock_picking", {str(picking): row | {"picking_type_code": "outgoing"}})
    move = {"id": picking * 10, "product_id": PRODUCTS[sku], "picking_id": picking, "location_id": 5,
            "location_dest_id": 9, "product_uom_qty": demanded, "quantity": reserved,
            "state": "assigned" if reserved else "confirmed", **stamps}  # fmt: skip
    shop.land(builder.sql, "odoo__stock_move", {str(picking * 10): move})


def tell(builder: Builder, number: int, *, asks: bool = False, ago: timedelta = timedelta(hours=1)) -> None:
    """The customer was told what the last build would tell."""
    [found] = builder.rows(
        "select promises from marts.order_fulfilments where order_id = %s", [f"woocommerce:{number}"]
    )
    key = f"backorder:woocommerce:{number}:1"
    payload = {"order_id": f"woocommerce:{number}", "promises": found["promises"], "asks": asks}
    boxes.write(builder, "mail", "message", key, payload, at=NOW - ago)


def answer(builder: Builder, number: int, choice: str, answer_number: int = 1) -> None:
    """The customer chose on the page."""
    record = {"order_id": f"woocommerce:{number}", "answer_number": answer_number, "choice": choice,
              "answered_at": NOW.isoformat(), "link_fingerprint": "x"}  # fmt: skip
    shop.land(builder.sql, "portal__answers", {f"{number}:{answer_number}": record})


def hour(builder: Builder) -> dict[str, dict[int, Row]]:
    """A build; the state of each order by its number, and its boxes by order * 100 + number."""
    builder.build(*MODELS)
    return {
        "orders": {
            int(row["order_number"]): row for row in builder.rows("select * from marts.order_fulfilments")
        },
        "boxes": {
            int(row["order_number"]) * 100 + row["shipment_number"]: row
            for row in builder.rows("select * from marts.planned_shipments")
        },
        "backorders": {
            int(row["order_number"]) * 10 + row["line_number"]: row
            for row in builder.rows("select * from marts.backorders")
        },
    }
