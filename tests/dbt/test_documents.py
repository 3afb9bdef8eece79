"""Documents are due once, say what the shop says to the cent, and stay as they were written."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from documents import credit_note, invoice
from documents.paper import Issued
from documents.rendering import document_pdf
from tests.dbt import shop
from tests.dbt.conftest import Builder, Row
from tests.documents.examples import ISSUED, label
from tests.documents.sums import adds_up

MODELS = ("+out_documents__documents", "+documents", "+int_shipping_billed_posted")
# What is ours alone, on marts as they stand.
OURS = (
    "stg_sync__writes",
    "path:models/intermediate/documents",
    "path:models/marts/documents",
    "out_documents__documents",
    "int_shipping_billed_posted",
)
pytestmark = pytest.mark.timeout(600)


CHARGED = shop.order(1001, province="QC", discount="3.92", fee="5.00")
REFUNDED = shop.order(1010, method="cod")


def any_order(number: int, chance: random.Random) -> Row:
    """A paid order: lines of any price (free ones too), a rebate, a fee, a shipping line, any province."""
    prices = [
        Decimal(chance.choice([0, chance.randint(1, 99_999)])) / 100 for _ in range(chance.randint(1, 6))
    ]
    lines = [(f"SKU-{place}", chance.randint(1, 9), str(price)) for place, price in enumerate(prices)]
    discount = chance.randint(0, int(prices[0] * lines[0][1] * 100))
    return shop.order(
        number,
        province=chance.choice(sorted(shop.RATES)),
        lines=lines,
        shipping=str(Decimal(chance.randint(0, 3_000)) / 100),
        discount=str((Decimal(discount) / 100).quantize(Decimal("0.01"))),
        fee=chance.choice([None, "1.00", "-0.37", "4.99"]),
        method=chance.choice(["stripe", "cod", "cheque"]),
    )


def without_shipping_line(number: int, **options: Any) -> Row:
    """An order for which the shop charged no shipping at all."""
    return shop.order(number, shipping="0.00", method="cod", **options) | {"shipping_lines": []}


ANY = {number: any_order(number, random.Random(number)) for number in range(5000, 5120)}
SENT = (
    without_shipping_line(2001),
    shop.order(2002, shipping="0.00", method="cod"),
    without_shipping_line(2003, province="QC"),
    shop.order(2004, method="cod"),
)


@pytest.fixture(scope="module")
def office(builder: Builder) -> Builder:
    """The shop, whose documents begin in November; labels are bought. Everything is built once.

    What those who allot and post would say of the orders is put into their marts by each test.
    """
    builder.sql.execute(
        "insert into settings.documents (folder, invoice_when, invoice_prefix, credit_note_prefix,"
        " start_date, pick_list_hour, terms_en, terms_fr)"
        " values ('outbox', 'paid', 'INV-', 'CN-', '2026-11-01', 0, 'Net 30.', 'Net 30 jours.')"
    )
    builder.sql.execute("insert into settings.flows values ('shipping_labels', 'one_way')")
    builder.sql.commit()
    shop.land_paid(builder.sql, CHARGED, shop.order(1002, status="pending"), REFUNDED, *SENT, *ANY.values())
    shop.land(builder.sql, "woocommerce__refunds", {"77": shop.refund(77, REFUNDED)})
    builder.build(*MODELS)
    for table in ("order_fulfilments", "planned_shipments", "planned_shipment_lines"):
        builder.sql.execute(f"delete from marts.{table}".encode())
    for order in SENT:
        stand(
            builder,
            "order_fulfilments",
            order_id=f"woocommerce:{order['id']}",
            state="ready",
            shipped_quantity=0,
        )
    builder.build(*OURS)
    return builder


def due(office: Builder, kind: str = "invoice") -> dict[str, Row]:
    """What is to be issued, by key."""
    found = office.rows(
        "select * from outbound.out_documents__documents where document_kind = %s order by write_key", [kind]
    )
    return {row["write_key"]: row for row in found}


def wrote(office: Builder, key: str, status: str = "confirmed", number: str | None = "INV-00001") -> None:
    """The delivery of one document, as it stands in the record."""
    office.sql.execute(
        """
        insert into sync.writes (
            system, thing, key, hash, kind, outbound_model, payload, status, run_id, read_back, finished_at
        )
        select
            'documents', 'document', write_key, payload_hash, 'posting', 'out_documents__documents',
            payload, %s, 'test', %s, now()
        from outbound.out_documents__documents where write_key = %s
        on conflict (system, thing, key, hash) do update set
            status = excluded.status, read_back = excluded.read_back, version = nextval('sync.change_number')
        """,
        [
            status,
            json.dumps(
                {"number": number, "issued_on": "2026-11-24", "path": key, "sha256": "s", "page_count": 1}
            ),
            key,
        ],
    )
    office.sql.commit()


def stand(office: Builder, mart: str, **columns: Any) -> None:
    """One more row of a mart that others build, new to the next build."""
    record = json.dumps(columns | {"build_id": 10**9})
    statement = f"insert into marts.{mart} select * from jsonb_populate_record(null::marts.{mart}, %s)"
    office.sql.execute(statement.encode(), [record])
    office.sql.commit()


def test_an_order_that_is_paid_has_an_invoice_that_says_all_of_it(office: Builder) -> None:
    payload = due(office)["invoice:woocommerce:1001"]["payload"]
    assert "invoice:woocommerce:1002" not in due(office)
    assert payload["total_amount"] == CHARGED["total"] and payload["balance_amount"] == "0.00"
    assert payload["is_paid"] and payload["rounding_amount"] == "0.00"
    assert payload["language"] == "fr" and payload["terms"] == "Net 30 jours."
    assert [tax["tax"] for tax in payload["taxes"]] == ["GST", "QST"]
    assert {tax["number"] for tax in payload["taxes"]} == {"R"}
    assert payload["billing"]["name"] == "Zoé O'Neil 🙂"
    adds_up(invoice.template_data(payload, ISSUED), Decimal(CHARGED["total"]))
    assert document_pdf(payload, ISSUED).startswith(b"%PDF")


def test_every_invoice_is_the_orders_own_total_to_the_cent(office: Builder) -> None:
    found = due(office)
    checked = 0
    for number, order in ANY.items():
        row = found.get(f"invoice:woocommerce:{number}")
        if row and row["hold_class"] is None:
            total = Decimal(order["total"])
            assert row["payload"]["total_amount"] == f"{total:.2f}"
            adds_up(invoice.template_data(row["payload"], ISSUED), total)
            checked += 1
    assert checked > 60


def test_what_was_issued_is_not_due_again_and_what_may_have_been_stays_as_it_was(office: Builder) -> None:
    before = due(office)["invoice:woocommerce:1001"]["payload"]
    wrote(office, "invoice:woocommerce:1001", "unknown")
    office.sql.execute(
        "update marts.order_contacts set billing_name = 'Another' where order_id = 'woocommerce:1001'"
    )
    office.build(*OURS)
    assert due(office)["invoice:woocommerce:1001"]["payload"] == before
    wrote(office, "invoice:woocommerce:1001")
    office.build(*OURS)
    assert "invoice:woocommerce:1001" not in due(office)
    [document] = office.rows("select * from marts.documents where document_key = 'invoice:woocommerce:1001'")
    assert (document["document_number"], document["order_id"]) == ("INV-00001", "woocommerce:1001")
    assert document["is_paid"] and document["amount"] == Decimal(CHARGED["total"])
    assert (document["balance_amount"], document["kind"]) == (0, "invoice")


def test_a_refund_has_its_credit_note_once_the_money_is_back_and_the_invoice_is_out(office: Builder) -> None:
    assert not due(office, "credit_note")
    wrote(office, "invoice:woocommerce:1010", number="INV-00002")
    office.build(*OURS)
    [row] = due(office, "credit_note").values()
    payload = row["payload"]
    assert payload["invoice_number"] == "INV-00002"
    adds_up(credit_note.template_data(payload, Issued(ISSUED.on, "CN-00001")), Decimal(payload["amount"]))


def test_shipping_without_a_line_is_billed_by_its_quote_and_a_free_one_is_not(office: Builder) -> None:
    assert {"invoice:woocommerce:2002"} == {key for key in due(office) if ":200" in key and "2004" not in key}
    for number in (2001, 2002, 2003):
        key = f"woocommerce:{number}:1"
        stand(
            office,
            "shipping_quotes",
            quote_key=key,
            shipment_id=key,
            order_id=f"woocommerce:{number}",
            quote_part="shipment",
            is_requested=True,
            is_quoted=True,
            service_code="DOM.EP",
            service_name="Expedited Parcel",
            amount=14.37,
            is_estimate=False,
        )
    office.build(*OURS)
    invoices = {key: row["payload"] for key, row in due(office).items()}
    assert invoices["invoice:woocommerce:2002"]["shipping_billed"] is None
    assert invoices["invoice:woocommerce:2002"]["is_paid"]
    ontario, quebec = (invoices[f"invoice:woocommerce:{number}"] for number in (2001, 2003))
    assert (ontario["balance_amount"], ontario["is_paid"]) == ("16.24", False)
    [hst] = ontario["shipping_billed"]["taxes"]
    assert (hst["tax"], hst["province"], hst["rate"], hst["amount"]) == ("HST", "ON", "0.13", "1.87")
    assert [tax["amount"] for tax in quebec["shipping_billed"]["taxes"]] == ["0.72", "1.43"]
    for payload in (ontario, quebec):
        total = Decimal(payload["total_amount"]) + Decimal(payload["shipping_billed"]["total_amount"])
        adds_up(invoice.template_data(payload, ISSUED), total)


def test_what_an_invoice_asks_for_beyond_the_shop_is_posted_once_it_is_issued(office: Builder) -> None:
    wrote(office, "invoice:woocommerce:2001", number="INV-00003")
    office.build(*OURS)
    lines = office.rows("select * from intermediate.int_shipping_billed_posted order by position")
    assert [(line["role"], line["amount"]) for line in lines] == [
        ("receivable", Decimal("16.24")),
        ("shipping_revenue", Decimal("-14.37")),
        ("tax.HST.ON", Decimal("-1.87")),
    ]
    assert {str(line["posting_date"]) for line in lines} == {"2026-11-24"}
    assert {line["title"] for line in lines} == {"Invoice INV-00003 of web order 2001"}


def test_a_balance_that_is_paid_later_has_a_copy_of_the_invoice_marked_paid(office: Builder) -> None:
    paid = Decimal("16.24")
    office.sql.execute(
        "update marts.orders set paid_amount = paid_amount + %s where order_id = 'woocommerce:2001'", [paid]
    )
    office.sql.execute("update marts.shipping_quotes set build_id = build_id + 1")
    office.build(*OURS)
    copy = due(office)["invoice:woocommerce:2001:paid"]["payload"]
    assert (copy["copy_of"], copy["is_paid"], copy["series"]) == ("invoice:woocommerce:2001", True, None)
    assert copy["balance_amount"] == "0.00" and copy["shipping_billed"]["total_amount"] == "16.24"


def _commit(office: Builder, order_id: str, country: str, label_state: str) -> None:
    """A box of the order with its label: one line of two units."""
    [line] = office.rows(
        "select order_line_id, sku from marts.order_lines where order_id = %s and line_number = 1", [order_id]
    )
    shipment_id = f"{order_id}:1"
    inside = line | {
        "shipment_id": shipment_id,
        "line_number": 1,
        "product_name": "Tea",
        "quantity": 2,
        "unit_weight_g": 250,
        "goods_amount": "39.90",
        "hs_code": "0902.10",
        "origin_country": "CA",
    }
    office.sql.execute("delete from marts.parcels")
    office.sql.execute("delete from marts.planned_shipments")
    office.sql.execute("delete from marts.planned_shipment_lines")
    stand(
        office,
        "planned_shipments",
        shipment_id=shipment_id,
        order_id=order_id,
        order_number="2004",
        shipment_number=1,
        state="committed",
        is_in_shop=True,
        is_last=True,
        is_pickup=False,
        quantity=2,
    )
    stand(
        office,
        "planned_shipment_lines",
        shipment_line_id=f"{shipment_id}:{line['order_line_id']}",
        order_id=order_id,
        **inside,
    )
    stand(
        office,
        "parcels",
        parcel_id=f"{shipment_id}:1",
        shipment_id=shipment_id,
        order_id=order_id,
        parcel_number=1,
        parcel_count=1,
        box="Small",
        weight_g=620,
        service_name="Expedited Parcel",
        delivery_country=country,
        lines=[inside],
        label_state=label_state,
        is_voided=False,
        tracking_number="7023" if label_state == "confirmed" else None,
        label_document_path="orders/2004/label-1.pdf" if label_state == "confirmed" else None,
    )
    office.build(*OURS)


def test_papers_of_a_box_wait_for_its_label_and_customs_wants_one_abroad(office: Builder) -> None:
    order_id = "woocommerce:2004"
    _commit(office, order_id, "CA", "unknown")
    for kind in ("packing_slip", "label_page", "customs_form"):
        assert not [key for key in due(office, kind) if order_id in key]
    _commit(office, order_id, "CA", "confirmed")
    slip = due(office, "packing_slip")[f"packing_slip:{order_id}:1"]["payload"]
    assert [box["tracking_number"] for box in slip["boxes"]] == ["7023"]
    assert (slip["order_id"], slip["shipment_number"]) == (order_id, 1)
    assert [
        (line["quantity"], line["ordered_quantity"], line["unit_weight_g"]) for line in slip["lines"]
    ] == [(2, 2, 250)]
    page = due(office, "label_page")[f"label_page:{order_id}:1:1"]["payload"]
    assert page["label_path"] == "orders/2004/label-1.pdf" and len(page["lines"]) == 1
    assert document_pdf(page, ISSUED, label()).startswith(b"%PDF")
    assert not due(office, "customs_form")
    _commit(office, order_id, "US", "confirmed")
    [form] = [row["payload"] for row in due(office, "customs_form").values()]
    assert form["lines"][0]["weight_g"] == 500 and form["lines"][0]["hs_code"] == "0902.10"
    assert document_pdf(form, ISSUED).startswith(b"%PDF")
    assert document_pdf(slip, ISSUED).startswith(b"%PDF")


def test_the_days_pick_list_is_made_once(office: Builder) -> None:
    [(key, row)] = due(office, "pick_list").items()
    payload = row["payload"]
    assert [item["quantity"] for item in payload["items"]] == [2]
    assert [each["shipment_id"] for each in payload["shipments"]] == ["woocommerce:2004:1"]
    assert document_pdf(payload, ISSUED).startswith(b"%PDF")
    wrote(office, key, number=None)
    office.build(*OURS)
    assert not due(office, "pick_list")
