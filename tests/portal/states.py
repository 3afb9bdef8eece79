"""Orders in every state that the customer's page has, as rows of marts.portal_orders."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from connections.connection import Connection
from connections.signing import Links
from connections.warehouse import session

# The columns of the mart: tests/dbt/test_portal_orders.py compares them.
TABLE = """
create table if not exists marts.portal_orders (
    order_id text primary key, order_number text not null, language text not null, state text not null,
    is_pickup boolean not null, currency text not null, is_choice_open boolean not null, choice text,
    choice_source text, question_due_at timestamptz, promise_date date, is_shipping_paid boolean not null,
    lines jsonb not null, options jsonb not null, shipments jsonb not null, build_id bigint not null
)
"""
KEY = "a key of the tests that is long enough to be one"
TAKEN_UNTIL = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)

_HERE = [
    {"name": "Maple syrup, 540 ml", "ready": 2, "to_come": 0, "promise_date": None},
    {"name": "Canoe paddle, cherry", "ready": 1, "to_come": 1, "promise_date": "2026-12-04"},
]
_LATER = [
    {"name": "Enamel mug <b>“Élan”</b> & saucer", "ready": 0, "to_come": 4, "promise_date": "2026-12-10"},
    {"name": "قبعة صوفية 🧶", "ready": 0, "to_come": 1, "promise_date": None},
]
_OPTIONS = {
    "ship_now": {"amount": "31.40", "currency": "CAD", "is_estimate": False},
    "wait": {"amount": "18.25", "currency": "CAD", "is_estimate": True},
}
_PARCEL = {
    "tracking_number": "7023210039414604",
    "service_code": "DOM.EP",
    "service_name": "Expedited Parcel",
    "tracking_status": "in_transit",
    "expected_delivery_date": "2026-11-27",
    "delivered_at": None,
}


def _shipment(
    number: int, *parcels: dict[str, Any], shipped: bool = True, pickup: bool = False
) -> dict[str, Any]:
    return {
        "number": number,
        "is_pickup": pickup,
        "shipped_at": "2026-11-25T02:30:00+00:00" if shipped else None,  # the 24th in Toronto
        "lines": [{"name": "Maple syrup, 540 ml", "quantity": 2}],
        "parcels": list(parcels),
    }


_SPLIT: dict[str, Any] = {
    "state": "asking",
    "is_choice_open": True,
    "question_due_at": TAKEN_UNTIL.isoformat(),
    "promise_date": "2026-12-10",
    "lines": _HERE + _LATER,
    "options": _OPTIONS,
}

# What differs from a plain order that is ready. Keys become order numbers' names in tests.
STATES: dict[str, dict[str, Any]] = {
    "asking": _SPLIT,
    "asking_paid": {**_SPLIT, "is_shipping_paid": True, "promise_date": None, "question_due_at": None},
    "asking_pickup": {**_SPLIT, "is_pickup": True, "options": {}},
    "asking_unpriced": {**_SPLIT, "options": {}},
    "answered": {**_SPLIT, "state": "ready", "choice": "ship_now", "choice_source": "customer"},
    "by_default": {**_SPLIT, "state": "ready", "choice": "ship_now", "choice_source": "default"},
    "unpaid": {"state": "waiting_for_payment", "lines": _HERE},
    "ready": {"state": "ready", "lines": _HERE[:1]},
    "waiting": {"state": "backordered", "lines": _LATER, "promise_date": "2026-12-10"},
    "packing": {
        "state": "packing",
        "choice": "ship_now",
        "choice_source": "customer",
        "lines": _LATER,
        "shipments": [_shipment(1, {**_PARCEL, "tracking_status": "label"}, shipped=False)],
    },
    "packing_pickup": {
        "state": "packing",
        "is_pickup": True,
        "lines": [],
        "shipments": [_shipment(1, shipped=False, pickup=True)],
    },
    "part_shipped": {
        "state": "part_shipped",
        "choice": "ship_now",
        "choice_source": "customer",
        "lines": _LATER,
        "promise_date": "2026-12-10",
        "shipments": [
            _shipment(
                1, _PARCEL, {**_PARCEL, "tracking_number": "7023210039414605", "tracking_status": "problem"}
            )
        ],
    },
    "shipped": {
        "state": "shipped",
        "lines": [],
        "shipments": [
            _shipment(
                1, {**_PARCEL, "tracking_status": "delivered", "delivered_at": "2026-11-26T20:00:00+00:00"}
            ),
            _shipment(
                2,
                {
                    **_PARCEL,
                    "tracking_number": None,
                    "tracking_status": None,
                    "service_code": None,
                    "service_name": None,
                },
            ),
        ],
    },
    "shipped_pickup": {
        "state": "shipped",
        "is_pickup": True,
        "lines": [],
        "shipments": [_shipment(1, pickup=True)],
    },
    "held": {"state": "held"},
    "cancelled": {"state": "cancelled", "lines": _HERE},
}

_PLAIN: dict[str, Any] = {
    "language": "en",
    "is_pickup": False,
    "currency": "CAD",
    "is_choice_open": False,
    "choice": None,
    "choice_source": None,
    "question_due_at": None,
    "promise_date": None,
    "is_shipping_paid": False,
    "options": {},
    "lines": [],
    "shipments": [],
    "build_id": 0,
}


def order_id(state: str) -> str:
    """The order in that state."""
    return f"woocommerce:{1001 + list(STATES).index(state)}"


def tell(warehouse: Connection) -> None:
    """An order in each state stands in the warehouse, and what the shop says of itself."""
    with session(warehouse) as opened:
        opened.execute(TABLE.encode())
        for state in STATES:
            put(opened, state)
        opened.execute(
            "insert into settings.business (name, legal_name, street, city, province, postal_code, country,"
            " time_zone, currency, rounding_cap, safety_stock, books_start_date) values ('Maple Lane Goods',"
            " 'Maple Lane Goods Ltd', '12 Maple Lane', 'Toronto', 'ON', 'M5V 1Z6', 'CA', 'America/Toronto',"
            " 'CAD', 0.05, 0, '2026-01-01')"
        )
        opened.execute(
            "insert into settings.mail (sender, reply_to, max_per_run)"
            " values ('orders@maplelane.example', 'help@maplelane.example', 500)"
        )
        opened.execute("insert into settings.promises values (14, 1, 3, 'ship_now', 1)")
        opened.execute("insert into settings.portal (link_days, most_per_minute) values (90, 1000)")


def put(opened: Any, name: str, /, **changes: Any) -> None:
    """The order of that state is in the mart as it is told above, with these changes."""
    row = {**_PLAIN, **STATES[name], **changes}
    row |= {"order_id": order_id(name), "order_number": order_id(name).partition(":")[2]}
    opened.execute("delete from marts.portal_orders where order_id = %s", [row["order_id"]])
    opened.execute(
        "insert into marts.portal_orders"
        " select * from jsonb_populate_record(null::marts.portal_orders, %s::jsonb)",
        [json.dumps(row)],
    )


def portal(host: str = "orders.maplelane.example", key: str = KEY, **extra: Any) -> Links:
    """The links of a shop's portal."""
    return Links.of(Connection.from_fields("portal", host=host, password=key, extra=extra))


def path_to(state: str, links: Links | None = None, until: datetime | None = None) -> str:
    """The path of the link to the state's order, which works for a day."""
    links = links or portal()
    until = until or datetime.now(UTC) + timedelta(days=1)
    return links.order_page(order_id(state), until).removeprefix(links.url)
