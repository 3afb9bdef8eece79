"""The story of a few orders whose refunds, shipments and commissions go into the books, in three builds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.dbt import backoffice, books, shop
from tests.dbt.conftest import Builder
from tests.dbt.shop import Payload

Row = dict[str, Any]
Entry = dict[str, Decimal]

MODELS = (
    "+int_sales_posted",
    "+int_refunds_posted",
    "+int_shipments_posted",
    "+int_commissions_posted",
    "+int_cost_of_goods_posted",
    "+shipments",
)
POSTED = [model.removeprefix("+") for model in MODELS[:-1]]
LATER = shop.FIRST_DAY + timedelta(days=3)


def example(number: int = 1, **given: Any) -> Payload:
    """Ontario: goods 100, shipping 12, HST 14.56, total 126.56."""
    return shop.order(number, **{"lines": [("TEA-1", 5, "20.00")], "shipping": "12.00"} | given)


def amount_only(refund_id: int, of_order: Payload, amount: str, **given: Any) -> Payload:
    """A refund that says how much and nothing else."""
    return {
        "id": refund_id,
        "parent_id": of_order["id"],
        "date_created_gmt": f"{LATER:%Y-%m-%dT%H:%M:%S}",
        "amount": amount,
        "reason": "",
        "refunded_payment": True,
        "meta_data": [],
        "line_items": [],
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": [],
    } | given


def stripe_refund(number: int, of_order: Payload, amount: str, **given: Any) -> Payload:
    """The same in Stripe, where it went through."""
    return {
        "id": f"re_{number}",
        "object": "refund",
        "charge": f"ch_{of_order['id']}",
        "payment_intent": f"pi_{of_order['id']}",
        "balance_transaction": f"txn_re_{number}",
        "amount": int(Decimal(amount) * 100),
        "currency": of_order["currency"].lower(),
        "status": "succeeded",
        "created": int(LATER.timestamp()),
        "metadata": {},
    } | given


def land(builder: Builder, table: str, *records: Payload, deleted: bool = False) -> None:
    shop.land(builder.sql, table, {str(record["id"]): record for record in records}, deleted=deleted)


def backordered(sold: Payload, units: int) -> Payload:
    """So many units of its first line were not in stock."""
    sold["line_items"][0]["meta_data"].append({"id": 9, "key": "Backordered", "value": units})
    return sold


def completed(sold: Payload, when: datetime = LATER) -> Payload:
    return sold | {"status": "completed", "date_completed_gmt": f"{when:%Y-%m-%dT%H:%M:%S}"}


def with_gift_card_and_tip() -> Payload:
    """In Quebec, with a fee, a tip and a gift card sold, paid at the door."""
    sold = shop.order(
        3, province="QC", method="cod", status="completed", lines=[("TEA-1", 3, "3.33")], fee="5.00"
    )
    sold["fee_lines"].append({"id": 399, "name": "Tip", "total": "2.00", "total_tax": "0.00", "taxes": []})
    card = {"id": 398, "name": "Gift", "product_id": 0, "variation_id": 0, "sku": "GIFT-50", "quantity": 1,
            "subtotal": "50.00", "total": "50.00", "total_tax": "0.00", "taxes": [],
            "meta_data": []}  # fmt: skip
    sold["line_items"].append(card)
    return sold | {"total": str(Decimal(sold["total"]) + 52)}


ORDERS = {
    1: example(1),
    2: example(2),
    3: with_gift_card_and_tip(),
    4: example(4),
    5: example(5, method="cod", status="completed"),
    6: example(6) | {"gift_cards": [{"id": 1, "code": "GC", "amount": "50.00"}], "total": "76.56"},
    7: backordered(example(7), 5),
    8: backordered(example(8, discount="10.00"), 2),
    9: backordered(example(9, method="cod"), 2),
    10: example(10, method="cod") | {"coupon_lines": [{"id": 1, "code": "agent", "discount": "0.00"}]},
    11: example(11, method="cod")
    | {"meta_data": [{"key": "_wc_order_attribution_utm_source", "value": "Market"}]},
    12: completed(example(12, method="cod")),
    13: backordered(example(13, method="cod"), 5) | {"currency": "USD"},
    14: example(14, method="cod", paid_at=shop.FIRST_DAY - timedelta(days=5)),
}
HALF = str(shop.cents(Decimal(ORDERS[3]["total"]) / 2))


@dataclass(frozen=True)
class Books:
    """What stood there after a build: what each event puts on each role, and the marts by their keys."""

    entries: dict[str, Entry]
    refunds: dict[str, Row]
    shipments: dict[str, Row]

    def why(self, refund_id: int) -> str | None:
        reason: str | None = self.refunds[f"woocommerce:{refund_id}"]["ledger_wait_reason"]
        return reason


def read(builder: Builder) -> Books:
    found: dict[str, Entry] = {}
    for model in POSTED:
        for row in builder.rows(f"select * from intermediate.{model}"):
            lines = found.setdefault(row["event_id"], {})
            lines[row["role"]] = lines.get(row["role"], Decimal(0)) + row["amount"]
    for event_id, lines in found.items():
        assert sum(lines.values()) == 0, event_id
        assert "__" not in event_id
    marts = [
        {row[key]: row for row in builder.rows(f"select * from marts.{mart}")}
        for mart, key in (("refunds", "refund_id"), ("shipments", "shipment_id"))
    ]
    return Books(found, *marts)


def tell(builder: Builder) -> Iterator[int]:
    warehouse = builder.sql
    warehouse.execute("insert into settings.lists values ('tip_name', 'tip'), ('gift_card_sku', 'gift-50')")
    warehouse.execute(
        "insert into settings.commissions values ('Agent', 'AGENT', null, 0.10, 'goods', 'HST', 'ON', 0.13),"
        " ('Market', null, 'market', 0.12, 'total', null, null, null)"
    )
    warehouse.execute("update settings.business set books_start_date = '2026-10-30'")
    _map(builder, "TEA-1", 71)
    _rates(builder, ("2026-10-01", "0.8"), (f"{LATER:%Y-%m-%d}", "0.625"))
    ORDERS[12]["line_items"][0]["meta_data"].append({"key": "_restock_refunded_items", "value": "1"})
    shop.land_paid(warehouse, *ORDERS.values())
    land(
        builder,
        "woocommerce__refunds",
        shop.refund(55, ORDERS[1], quantity=2),
        amount_only(56, ORDERS[2], "20.00", meta_data=[{"key": "_stripe_refund_id", "value": "re_2"}]),
        amount_only(57, ORDERS[3], HALF),
        amount_only(58, ORDERS[3], str(Decimal(ORDERS[3]["total"]) - Decimal(HALF))),
        amount_only(60, ORDERS[5], "100.00"),
        amount_only(61, ORDERS[5], "50.00"),
        amount_only(62, ORDERS[6], "126.56"),
        shop.refund(63, ORDERS[9], quantity=2) | {"date_created_gmt": "2026-11-03T00:00:00"},
        shop.refund(64, ORDERS[10], quantity=2),
        amount_only(65, ORDERS[11], "126.56"),
        shop.refund(66, ORDERS[12], quantity=2) | {"date_created_gmt": "2026-11-09T12:00:00"},
        amount_only(67, ORDERS[13], "63.28"),
        amount_only(68, ORDERS[14], "10.00", date_created_gmt="2026-10-28T20:00:00"),
        amount_only(69, ORDERS[14], "10.00"),
    )
    land(
        builder,
        "stripe__refunds",
        stripe_refund(1, ORDERS[1], "45.20", status="pending"),
        stripe_refund(2, ORDERS[2], "20.00", status="failed"),
        stripe_refund(4, ORDERS[4], "63.28"),
        stripe_refund(6, ORDERS[6], "76.56"),
    )
    _sell_at_the_till(builder)
    yield builder.build(*MODELS)

    warehouse.execute(
        "update settings.ledger set cost_of_goods = 'counterflow', counter_sales = 'counterflow'"
    )
    warehouse.execute(
        "update settings.business set city = 'Ottawa'"
    )  # a change in the settings: all is looked at again
    land(
        builder, "stripe__refunds", stripe_refund(1, ORDERS[1], "45.20"), stripe_refund(3, ORDERS[2], "20.00")
    )
    land(builder, "woocommerce__refunds", amount_only(59, ORDERS[4], "63.28"))
    land(
        builder,
        "woocommerce__orders",
        *(completed(ORDERS[number], LATER + timedelta(days=1)) for number in (7, 9, 13)),
    )
    _type_in(builder, ORDERS[8], 801)
    _pick(builder, 901, 801, LATER, (71, 4))
    yield builder.build(*MODELS)

    _pick(builder, 902, 801, LATER + timedelta(days=2), (71, 1))
    land(builder, "woocommerce__refunds", shop.refund(55, ORDERS[1], quantity=2), deleted=True)
    yield builder.build(*MODELS)


def _map(builder: Builder, sku: str, odoo_id: int) -> None:
    """The shop's product and Odoo's are one, and a unit of it costs 8.00."""
    product_id = shop.product_number(sku)
    land(builder, "woocommerce__products", shop.product(product_id, sku))
    land(builder, "odoo__product_product", shop.odoo_product(odoo_id, sku) | {"standard_price": 8.0})


def _sell_at_the_till(builder: Builder) -> None:
    """Two units for 16.95 in cash; one comes back."""
    land(builder, "odoo__account_tax", backoffice.tax(7, "13% HST", 13.0))
    till = {"id": 1, "name": "Cash", "is_cash_count": True, "journal_id": 9, "active": True}
    land(builder, "odoo__pos_payment_method", till)
    returned = backoffice.sale(2, -8.48, -0.98) | {"refunded_order_id": 1}
    land(builder, "odoo__pos_order", backoffice.sale(1, 16.95, 1.95), returned)
    returned_line = backoffice.sale_line(2, 2, 71, -1.0, -7.5, -8.48) | {"refunded_orderline_id": 1}
    land(builder, "odoo__pos_order_line", backoffice.sale_line(1, 1, 71, 2.0, 15.0, 16.95), returned_line)
    land(builder, "odoo__pos_payment", backoffice.tender(1, 1, 1, 16.95), backoffice.tender(2, 2, 1, -8.48))


def _type_in(builder: Builder, sold: Payload, sale_order_id: int) -> None:
    """Staff typed the web order into Odoo."""
    land(builder, "odoo__sale_order", backoffice.sale_order(sale_order_id, str(sold["id"]), "sale"))


def _pick(
    builder: Builder, picking_id: int, sale_order_id: int, when: datetime, *moved: tuple[int, int]
) -> None:
    """Units of products left the warehouse."""
    done = f"{when:%Y-%m-%d %H:%M:%S}"
    land(builder, "odoo__stock_picking", {
        "id": picking_id, "name": f"WH/OUT/{picking_id}", "state": "done", "origin": "",
        "picking_type_code": "outgoing", "date_done": done, "sale_id": sale_order_id,
        "write_date": done, "create_date": done,
    })  # fmt: skip
    land(builder, "odoo__stock_move", *(
        {"id": picking_id * 10 + place, "product_id": product, "picking_id": picking_id, "location_id": 8,
         "location_dest_id": 5, "product_uom_qty": quantity, "quantity": quantity, "state": "done",
         "date": done, "write_date": done, "create_date": done}
        for place, (product, quantity) in enumerate(moved)
    ))  # fmt: skip


def _rates(builder: Builder, *rates: tuple[str, str]) -> None:
    """US dollars for one of ours, from a day on."""
    land(builder, "odoo__res_company", books.company())
    currencies = ({"id": id_, "name": name, "symbol": "$"} for id_, name in ((3, "CAD"), (1, "USD")))
    land(builder, "odoo__res_currency", *currencies)
    land(builder, "odoo__res_currency_rate", *(
        {"id": place, "name": day, "rate": float(rate), "currency_id": 1, "company_id": 1,
         "write_date": f"{day} 00:00:00"}
        for place, (day, rate) in enumerate(rates, start=1)
    ))  # fmt: skip
