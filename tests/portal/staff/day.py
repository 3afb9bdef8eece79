"""A shop's morning in a warehouse: orders, boxes, backorders, failures, in tables shaped as dbt's own marts.

The tables come from the marts' contracts (dbt_project/models/marts), which dbt enforces on the real ones.
"""

# ruff: noqa: E501 - rows, several columns a line

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from connections.connection import Connection
from connections.signing import Seal
from connections.warehouse import Jsonb, Warehouse, session, sql
from portal.staff import passwords

MARTS = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "marts"
KEY = "a key of the tests that is long enough to be one"
PASSWORD = "a quiet green harbour"
HOSTILE = "<script>alert('x')</script> \"Zoë\" 🎁"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
NAMES = (
    "orders", "order_lines", "order_taxes", "payments", "refunds", "disputes", "shipments", "ledger_events",
    "ledger_postings", "order_search", "order_contacts", "order_fulfilments", "order_choices", "allocations",
    "backorders", "planned_shipments", "planned_shipment_lines", "stock", "products", "quarantine", "documents",
    "parcels", "messages",
)  # fmt: skip


@functools.cache
def _contracts() -> dict[str, dict[str, str]]:
    """The columns of each mart with their types."""
    found: dict[str, dict[str, str]] = {}
    for file in MARTS.rglob("_*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    return found


def make_marts(warehouse: Warehouse) -> None:
    """Empty tables in schemas marts and outbound."""
    for name in NAMES:
        columns = ", ".join(f'"{column}" {kind}' for column, kind in _contracts()[name].items())
        warehouse.execute(f"create table marts.{name} ({columns})".encode())
    to_pack = (MARTS / "fulfilment" / "shipments_to_pack.sql").read_text().partition("}}")[2]
    query = to_pack.replace('{{ ref("planned_shipments") }}', "marts.planned_shipments")
    warehouse.execute(f"create view marts.shipments_to_pack as {query}".encode())
    warehouse.execute(
        "create table outbound.out_odoo__ledger_entries (base_key text, write_key text, payload_hash text)"
    )
    warehouse.execute("create table outbound.out_mail__messages (order_id text, write_key text)")
    warehouse.execute("create table outbound.out_woocommerce__stock_levels (product_id text, write_key text)")


@functools.cache
def _kept() -> str:
    return passwords.hashed(PASSWORD)


def cookie(connection: Connection, name: str) -> str:
    """The cookie of a new session of that person, as a sign-in gives it."""
    secret = f"a secret of {name}, long enough to be one"
    with session(connection) as warehouse:
        hashed = hashlib.sha256(secret.encode()).hexdigest()
        put(warehouse, "portal.sessions", session_id=hashed, name=name)
    return Seal(KEY).seal("staff", secret, datetime.now(UTC) + timedelta(hours=1))


def put(warehouse: Warehouse, table: str, **row: Any) -> None:
    """A row; what is not given is null. Objects and lists of them become jsonb."""
    values = [
        Jsonb(value)
        if isinstance(value, Mapping) or (isinstance(value, list) and value and isinstance(value[0], dict))
        else value
        for value in row.values()
    ]
    query = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(*table.split(".")),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    warehouse.execute(query, values)


def begin(connection: Connection) -> None:
    """The whole morning: order 1001 with everything, 1002 on backorder, 1003 hostile, and rows that failed."""
    with session(connection) as warehouse:
        make_marts(warehouse)
        warehouse.execute(
            "insert into settings.business values ('Maple', 'Maple Ltd', 'Queen', 'Toronto', 'ON', 'M5V', 'CA',"
            " 'America/Toronto', 'CAD', '1', '2', 0.05, 0, '2000-01-01')"
        )
        for name in ("anna", "bo"):
            put(warehouse, "portal.staff", name=name, password_hash=_kept())
        for number, name in ((1001, "Élise Tremblay"), (1002, "Bob Roy"), (1003, HOSTILE)):
            _order(warehouse, number, name)
        _goods(warehouse)
        _papers(warehouse)
        _failures(warehouse)


def _order(warehouse: Warehouse, number: int, name: str) -> None:
    order_id = f"woocommerce:{number}"
    put(
        warehouse, "marts.orders", order_id=order_id, channel="web", order_number=str(number), status="processing",
        customer_name=name, customer_note="Ring twice", total_amount="126.56", currency="CAD",
        shipping_amount="12.00", fee_amount=0, rounding_amount=0, discount_amount=0, delivery_province="ON",
        created_at=NOW - timedelta(days=3), subtotal_amount="100.00",
    )  # fmt: skip
    put(
        warehouse, "marts.order_lines", order_line_id=f"{order_id}:1", order_id=order_id, line_number=1,
        product_id="sku:tea-1", sku="TEA-1", description=f"Tea of {name}", quantity=2, total_amount="100.00",
        refunded_quantity=0, is_unmapped=False,
    )  # fmt: skip
    put(warehouse, "marts.order_taxes", order_id=order_id, tax="HST", province="ON", tax_amount="14.56")
    put(
        warehouse, "marts.payments", payment_id=f"p{number}", order_id=order_id, payment_method="stripe",
        status="paid", amount="126.56", currency="CAD", charge_id_stripe=f"ch_{number}", paid_at=NOW,
    )  # fmt: skip
    for kind, term in (("number", str(number)), ("name", name.lower().replace(" ", "").replace("é", "e"))):
        put(
            warehouse, "marts.order_search", order_search_id=f"{number}{kind}", order_id=order_id, kind=kind,
            term=term,
        )  # fmt: skip
    put(
        warehouse, "marts.order_contacts", order_id=order_id, order_number=str(number), language="fr",
        email=f"{number}@example.org", phone="416 555 0199", delivery_name=name, delivery_street="12 rue Nord",
        delivery_city="Montréal", delivery_province="QC", delivery_postal_code="H2X 1Y4",
        delivery_country="CA", billing_name=name, address_problems=["postal_code_of_another_province"],
    )  # fmt: skip
    put(
        warehouse, "marts.order_fulfilments", order_id=order_id, order_number=str(number), state="packing",
        ordered_quantity=2, ready_quantity=1, backordered_quantity=1, shipped_quantity=0,
        promise_date=date(2026, 12, 4), choice="ship_now", choice_source="customer", is_choice_open=False,
    )  # fmt: skip


def _goods(warehouse: Warehouse) -> None:
    put(
        warehouse, "marts.allocations", allocation_id="a1", order_id="woocommerce:1001", line_number=1, sku="TEA-1",
        quantity=1, source="stock",
    )  # fmt: skip
    put(
        warehouse, "marts.refunds", refund_id="r1", order_id="woocommerce:1001", refund_number="901", currency="CAD",
        amount="5.00", refunded_at=NOW, reason="Broken lid",
    )  # fmt: skip
    put(
        warehouse, "marts.disputes", dispute_id="d1", order_id="woocommerce:1001", state="lost", opened_at=NOW,
    )  # fmt: skip
    put(
        warehouse, "marts.shipments", shipment_id="woocommerce:1001:1", order_id="woocommerce:1001",
        shipment_number=1, system="counterflow", goods_amount="50.00", currency="CAD", shipped_at=NOW,
    )  # fmt: skip
    put(
        warehouse, "marts.ledger_events", event_id="e1", order_id="woocommerce:1001", base_key="entry_1001",
        source_key="order:woocommerce:1001", posting_date=date(2026, 11, 24),
    )  # fmt: skip
    put(warehouse, "outbound.out_odoo__ledger_entries", base_key="entry_1001", write_key="entry_1001")
    write(warehouse, "odoo", "ledger_entry", "entry_1001", "confirmed", None, None, {})
    write(warehouse, "stripe", "capture", "capture:1", "held", "switch", f"the flow is off {HOSTILE}", {})
    for number, state, hold in (
        (1001, "committed", None),
        (1002, "planned", "the address has no street"),
        (1003, "planned", None),
    ):
        order_id = f"woocommerce:{number}"
        put(
            warehouse, "marts.planned_shipments", shipment_id=f"{order_id}:1", order_id=order_id,
            order_number=str(number), shipment_number=1, state=state, is_in_shop=True, is_last=False, is_pickup=False, quantity=1,
            weight_g=540, delivery_name="Élise Tremblay", delivery_city="Montréal", delivery_province="QC",
            hold_reason=hold,
        )  # fmt: skip
        put(
            warehouse, "marts.planned_shipment_lines", shipment_line_id=f"{order_id}:1:1",
            shipment_id=f"{order_id}:1", order_id=order_id, line_number=1, product_id="sku:tea-1", sku="TEA-1",
            product_name="Tea", quantity=2,
        )  # fmt: skip
    for location, quantity in (("WH/Stock/A", 1), ("WH/Stock/B", 9)):
        put(
            warehouse, "marts.stock", stock_id=location, product_id="sku:tea-1", location=location,
            is_sold_from_web=True, on_hand_quantity=quantity,
        )  # fmt: skip
    put(warehouse, "marts.products", product_id="sku:tea-1", sku="TEA-1", product_id_odoo=11)
    put(
        warehouse, "marts.backorders", order_line_id="woocommerce:1002:1", order_id="woocommerce:1002",
        order_number="1002", line_number=1, product_id="sku:tea-1", sku="TEA-1", product_name=f"Tea {HOSTILE}",
        quantity=1, promise_date=date(2026, 12, 4), promise_source="purchase_order", purchase_order_id=7,
        ordered_at=NOW - timedelta(days=3), age_days=3,
    )  # fmt: skip
    put(
        warehouse, "marts.order_choices", order_id="woocommerce:1001", choice="ship_now", answered_at=NOW,
        answer_number=1,
    )  # fmt: skip


def _papers(warehouse: Warehouse) -> None:
    put(
        warehouse, "marts.documents", document_key="packing_slip:woocommerce:1001:1", kind="packing_slip",
        order_id="woocommerce:1001", shipment_id="woocommerce:1001:1", language="fr",
        issued_on=date(2026, 11, 24), path="orders/1001/slip.pdf",
    )  # fmt: skip
    put(
        warehouse, "marts.documents", document_key="pick_list:2026-11-24", kind="pick_list", language="en",
        issued_on=date(2026, 11, 24), path="days/pick.pdf",
    )  # fmt: skip
    put(
        warehouse, "marts.parcels", parcel_id="woocommerce:1001:1:1", shipment_id="woocommerce:1001:1",
        order_id="woocommerce:1001", parcel_number=1, box="Small", weight_g=630, service_name="Expedited Parcel",
        tracking_number="7023210039414604", label_document_path="orders/1001/label-1.pdf", is_voided=False,
        tracking_status="in_transit", tracking_at=NOW,
    )  # fmt: skip
    put(
        warehouse, "marts.messages", message_key="shipped:woocommerce:1001:1", kind="shipped",
        order_id="woocommerce:1001", recipient="1***@example.org", language="fr", state="bounced",
        sent_at=NOW, bounced_at=NOW, bounce_reason="no such mailbox",
    )  # fmt: skip


def _failures(warehouse: Warehouse) -> None:
    for key, system, thing, status, reason_class, reason in (
        ("shipped:woocommerce:1001:1", "mail", "message", "confirmed", None, None),
        ("invoice:woocommerce:1001", "mail", "message", "refused", "permanent", f"550 no {HOSTILE}"),
        ("delay:woocommerce:1001:1", "mail", "message", "unknown", "needs_person", "it may have been sent"),
        ("woocommerce_order_1003", "odoo", "ledger_entry", "held", "mapping_missing", "no account for tips"),
    ):
        payload = {"order_id": "woocommerce:1001"} if system == "mail" else {}
        write(warehouse, system, thing, key, status, reason_class, reason, payload)
        if system == "mail" and status != "confirmed":  # what was told is not due any more
            put(warehouse, "outbound.out_mail__messages", order_id="woocommerce:1001", write_key=key)
    warehouse.execute(
        "insert into sync.refused_records (system, resource, payload_hash, payload, reason, run_id)"
        " values ('woocommerce', 'orders', 'h', '{}', %s, 'r')",
        [f"no key {HOSTILE}"],
    )
    put(
        warehouse, "marts.quarantine", quarantine_id="q", entity="order", record_key="woocommerce:1003",
        order_id="woocommerce:1003", reason=f"one cent off {HOSTILE}", build_id=1,
    )  # fmt: skip
    put(
        warehouse, "marts.order_lines", order_line_id="woocommerce:1003:2", order_id="woocommerce:1003",
        line_number=2, sku="TEA & <OLD>", description="Old tea", quantity=1, total_amount=0, refunded_quantity=0,
        is_unmapped=True,
    )  # fmt: skip


def write(
    warehouse: Warehouse, system: str, thing: str, key: str, status: str, reason_class: str | None,
    reason: str | None, payload: Mapping[str, Any],
) -> int:  # fmt: skip
    """A write with that outcome; its id."""
    row = warehouse.execute(
        """
        insert into sync.writes (
            system, thing, key, hash, kind, outbound_model, payload, status, reason_class, reason, run_id, sent_at
        ) values (%s, %s, %s, 'h', 'posting', %s, %s, %s, %s, %s, 'r', %s) returning write_id
        """,
        [
            system, thing, key, f"out_{system}__{thing}s" if system == "mail" else "out_odoo__ledger_entries",
            json.dumps(payload), status, reason_class, reason, NOW,
        ],
    ).fetchone()  # fmt: skip
    assert row is not None
    return int(row["write_id"])
