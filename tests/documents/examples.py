"""Payloads as the outbound model gives them: the ordinary, and everything that is hard to set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from documents.paper import Issued

Payload = dict[str, Any]

ISSUED = Issued(date(2026, 11, 24), "INV-1042")
SELLER = {
    "name": "Maple Lane Goods",
    "legal_name": "Maple Lane Goods Ltd",
    "street": "12 Maple Lane",
    "city": "Toronto",
    "province": "ON",
    "postal_code": "M5V 1Z6",
    "country": "CA",
    "gst_hst_number": "123456789 RT0001",
    "qst_number": "1234567890 TQ0001",
}
LABEL = b"""
#set page(width: 4in, height: 6in, margin: 4mm)
#set text(font: "DejaVu Sans Mono")
#rect(width: 100%, height: 100%, stroke: 1pt)[
  #text(22pt, weight: "bold")[EXPEDITED PARCEL] \\
  #text(12pt)[FROM: 12 MAPLE LANE \\ TORONTO ON M5V 1Z6] \\ \\
  #text(15pt)[TO: A TYPICAL ADDRESS \\ HALIFAX NS B3H 1A1] \\ \\
  #stack(dir: ltr, ..range(60).map(i => rect(
    width: if calc.rem(i * 7, 3) == 0 { 0.8mm } else { 0.4mm }, height: 28mm, stroke: none,
    fill: if calc.even(i) { black } else { white },
  )))
  7023 2101 0012 3456
]
"""


def address(name: str, **parts: str | None) -> Payload:
    """A place in Ontario, but for what is said otherwise."""
    usual = {
        "name": name,
        "company": None,
        "street": "214 Queen Street West",
        "street_2": None,
        "city": "Toronto",
        "province": "ON",
        "postal_code": "M5V 1Z4",
        "country": "CA",
    }
    return usual | parts


QUEBEC = address(
    "Zoé Bélanger-Thériault",
    company="Boulangerie L'Érable",
    street="4587, rue Saint-Denis",
    street_2="app. 3",
    city="Montréal",
    province="QC",
    postal_code="H2J 2L4",
)
ABROAD = address(
    "Grace Hopper",
    street="1600 Harbor Way",
    city="Portland",
    province="OR",
    postal_code="97201",
    country="US",
)


def order(number: str = "1001", **parts: Any) -> Payload:
    """What every paper of an order says."""
    return {
        "language": "en",
        "seller": SELLER,
        "order": {
            "order_id": f"woocommerce:{number}",
            "order_number": number,
            "order_date": "2026-11-22",
        },
    } | parts


def line(
    number: int, description: str, quantity: str, price: str, total: str, tax: str, **more: Any
) -> Payload:
    """A line of an invoice."""
    return {
        "line_number": number,
        "sku": f"SKU-{number:03}",
        "description": description,
        "quantity": quantity,
        "unit_price": price,
        "subtotal_amount": total,
        "discount_amount": "0.00",
        "total_amount": total,
        "tax_amount": tax,
    } | more


def tax(name: str, province: str, rate: str, base: str, amount: str, number: str | None) -> Payload:
    """A tax of an invoice."""
    return {
        "tax": name,
        "province": province,
        "rate": rate,
        "taxable_amount": base,
        "amount": amount,
        "number": number,
    }


def invoice(**parts: Any) -> Payload:
    """The order of domain.md's §4, paid by card."""
    return (
        order()
        | {
            "kind": "invoice",
            "document_key": "invoice:woocommerce:1001",
            "currency": "CAD",
            "billing": address("Ada Lovelace"),
            "delivery": address("Ada Lovelace"),
            "is_pickup": False,
            "lines": [
                line(1, "Teapot, stoneware, 1 L", "1", "49.00", "49.00", "6.37"),
                line(2, "Assam, loose leaf, 250 g", "2", "18.00", "36.00", "4.68"),
                line(3, "Beeswax candle", "3", "5.00", "15.00", "1.95"),
                line(4, "Sample: maple sugar", "1", "0.00", "0.00", "0.00"),
            ],
            "subtotal_amount": "100.00",
            "discount_amount": "0.00",
            "shipping_amount": "12.00",
            "shipping_method": "Expedited Parcel",
            "fees": [],
            "taxes": [tax("HST", "ON", "0.13", "112.00", "14.56", "123456789 RT0001")],
            "rounding_amount": "0.00",
            "total_amount": "126.56",
            "shipping_billed": None,
            "payments": [{"method": "stripe", "title": "Card", "amount": "126.56", "paid_on": "2026-11-22"}],
            "balance_amount": "0.00",
            "is_paid": True,
            "paid_on": "2026-11-22",
            "terms": "Payable on receipt. Goods may be returned within 30 days.",
        }
        | parts
    )


def invoice_owed_in_french() -> Payload:
    """Quebec: GST and QST, a line without QST, a rebate, shipping that the shop did not charge: a balance."""
    return invoice(
        language="fr",
        billing=QUEBEC,
        delivery=QUEBEC,
        lines=[
            line(1, "Théière en grès, 1 L", "2", "49.00", "98.00", "14.09", total_amount="94.08"),
            line(2, "« Le thé au Québec », livre relié", "1", "42.00", "42.00", "2.10"),
        ],
        subtotal_amount="140.00",
        discount_amount="3.92",
        shipping_amount="0.00",
        shipping_method=None,
        taxes=[
            tax("GST", "QC", "0.05", "136.08", "6.80", "123456789 RT0001"),
            tax("QST", "QC", "0.09975", "94.08", "9.38", "1234567890 TQ0001"),
        ],
        rounding_amount="0.00",
        total_amount="152.26",
        shipping_billed={
            "service_name": "Expedited Parcel",
            "amount": "14.37",
            "total_amount": "16.52",
            "taxes": [
                tax("GST", "QC", "0.05", "14.37", "0.72", "123456789 RT0001"),
                tax("QST", "QC", "0.09975", "14.37", "1.43", "1234567890 TQ0001"),
            ],
        },
        payments=[{"method": "stripe", "title": "Carte", "amount": "152.26", "paid_on": "2026-11-01"}],
        balance_amount="16.52",
        is_paid=False,
        paid_on=None,
        terms="Payable sur réception. Retours acceptés pendant 30 jours.",
    )


def invoice_of_sixty_lines() -> Payload:
    """60 lines, of which some are long, in two tax regimes: HST, and GST alone on books."""
    long = (
        "Hand-thrown porridge bowl with a very long description that goes on over the end of its line, " * 2
    )
    lines = [
        line(
            number,
            long if number % 9 == 0 else f"Thing number {number}",
            "1",
            "10.00",
            "10.00",
            "0.50" if number % 5 == 0 else "1.30",
        )
        for number in range(1, 61)
    ]
    return invoice(
        lines=lines,
        subtotal_amount="600.00",
        shipping_amount="0.00",
        shipping_method="Free shipping",
        taxes=[
            tax("HST", "ON", "0.13", "480.00", "62.40", "123456789 RT0001"),
            tax("GST", "ON", "0.05", "120.00", "6.00", "123456789 RT0001"),
        ],
        total_amount="668.40",
        payments=[
            {"method": "gift_card", "title": "Gift card", "amount": "50.00", "paid_on": "2026-11-22"},
            {"method": "stripe", "title": "Card", "amount": "618.40", "paid_on": "2026-11-22"},
        ],
    )


def invoice_abroad() -> Payload:
    """The USA, in its own currency, without tax; not paid."""
    return invoice(
        currency="USD",
        billing=ABROAD,
        delivery=ABROAD,
        taxes=[],
        lines=[line(1, "Teapot, stoneware, 1 L", "2", "36.125", "72.25", "0.00")],
        subtotal_amount="72.25",
        shipping_amount="21.40",
        shipping_method="USA Tracked",
        total_amount="93.65",
        payments=[],
        balance_amount="93.65",
        is_paid=False,
        paid_on=None,
    )


def invoice_of_many_scripts() -> Payload:
    """Names from right to left, emoji, the far east, a very long one, and what is markup elsewhere."""
    return invoice(
        billing=address("محمد عبد الله الحسيني", company="مخبز النخيل", street="12 شارع الملك"),
        delivery=address(
            "שירה כהן-לוי 🎁🙂",
            company="A Company Whose Name Is So Long That It Takes Two Lines Of It, Inc.",
            street="王小明 李 さくら 김철수",
        ),
        lines=[
            line(
                1,
                "Tea ☕ and 👩‍👩‍👧 mug 🇨🇦 #1 *bold* $x$ <tag> \\ `code` @ref",
                "1",
                "50.00",
                "50.00",
                "6.50",
            ),
            line(2, "قهوة عربية (Arabic coffee) 250 g", "1", "50.00", "50.00", "6.50"),
            line(
                3,
                "Unassigned \U0003fffd, private \ue000, bell \x07, reversed \u202eabc",
                "1",
                "0.00",
                "0.00",
                "0.00",
            ),
        ],
    )


def credit_note(**parts: Any) -> Payload:
    """Domain.md's §4: goods of 40 given back."""
    return (
        order()
        | {
            "kind": "credit_note",
            "document_key": "credit_note:woocommerce:77",
            "currency": "CAD",
            "invoice_number": "INV-1042",
            "billing": address("Ada Lovelace"),
            "reason": "Arrived chipped",
            "method": "stripe",
            "title": "Card",
            "refunded_on": "2026-11-24",
            "lines": [
                {
                    "sku": "SKU-002",
                    "description": "Assam, loose leaf, 250 g",
                    "quantity": "2",
                    "amount": "36.00",
                }
            ],
            "goods_amount": "40.00",
            "gift_cards_amount": "0.00",
            "shipping_amount": "0.00",
            "fee_amount": "0.00",
            "tip_amount": "0.00",
            "taxes": [{"tax": "HST", "province": "ON", "amount": "5.20", "number": "123456789 RT0001"}],
            "rounding_amount": "0.00",
            "amount": "45.20",
        }
        | parts
    )


def slip_line(number: int, name: str, quantity: str, ordered: str | None = None) -> Payload:
    """A line of a packing slip."""
    return {
        "order_line_id": f"woocommerce:1001:{number}",
        "line_number": number,
        "sku": f"SKU-{number:03}",
        "product_name": name,
        "quantity": quantity,
        "ordered_quantity": ordered or quantity,
    }


def packing_slip(**parts: Any) -> Payload:
    """A part of an order, the rest of which follows."""
    return (
        order()
        | {
            "kind": "packing_slip",
            "document_key": "packing_slip:woocommerce:1001:1",
            "shipment_id": "woocommerce:1001:1",
            "shipment_number": 1,
            "is_last": False,
            "is_pickup": False,
            "delivery": address("Ada Lovelace", company="Analytical Engines"),
            "lines": [
                slip_line(1, "Teapot, stoneware, 1 L", "1"),
                slip_line(2, "Assam, loose leaf, 250 g", "1", "2"),
            ],
            "boxes": [
                {
                    "parcel_number": 1,
                    "box": "Small",
                    "weight_g": "1850",
                    "service_name": "Expedited Parcel",
                    "tracking_number": "7023210100123456",
                }
            ],
            "following": [
                {
                    "sku": "SKU-002",
                    "product_name": "Assam, loose leaf, 250 g",
                    "quantity": "1",
                    "promise_date": "2026-12-03",
                },
                {"sku": "SKU-003", "product_name": "Beeswax candle", "quantity": "3", "promise_date": None},
            ],
            "customer_note": "Please ring twice — the bell is shy. 🙂",
        }
        | parts
    )


def label_page(**parts: Any) -> Payload:
    """A box and its label."""
    return (
        packing_slip()
        | {
            "kind": "label_page",
            "document_key": "label_page:woocommerce:1001:1:1",
            "parcel_id": "woocommerce:1001:1:1",
            "parcel_count": 2,
            "label_path": "orders/1001/label-1.pdf",
            "parcel": {
                "parcel_number": 1,
                "box": "Small",
                "weight_g": "1850",
                "service_name": "Expedited Parcel",
                "tracking_number": "7023210100123456",
            },
        }
        | parts
    )


def label() -> bytes:
    """A label of the carrier's size, as PDF."""
    import typst

    made = typst.Compiler(LABEL, ignore_system_fonts=True).compile(format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made


def customs_form(**parts: Any) -> Payload:
    """A parcel to the USA."""
    return (
        order("1007")
        | {
            "kind": "customs_form",
            "document_key": "customs_form:woocommerce:1007:1:1",
            "parcel_id": "woocommerce:1007:1:1",
            "delivery": ABROAD,
            "phone": "+1 503 555 0199",
            "currency": "CAD",
            "tracking_number": "LM123456785CA",
            "service_name": "Tracked Packet - USA",
            "weight_g": "2310",
            "lines": [
                {
                    "sku": "SKU-001",
                    "description": "Teapot, stoneware, 1 L",
                    "quantity": "2",
                    "weight_g": "1800",
                    "value": "98.00",
                    "hs_code": "6912.00",
                    "origin_country": "CA",
                },
                {
                    "sku": "SKU-009",
                    "description": "Beeswax candle",
                    "quantity": "3",
                    "weight_g": "240",
                    "value": "15.00",
                    "hs_code": None,
                    "origin_country": "GB",
                },
            ],
        }
        | parts
    )


def pick_list(**parts: Any) -> Payload:
    """A morning of three boxes."""
    shipments = [
        ("woocommerce:1001:1", "1001", "Ada Lovelace", "Toronto", "ON", "CA", "4", "Expedited Parcel", False),
        (
            "woocommerce:1004:1",
            "1004",
            "Zoé Bélanger-Thériault",
            "Montréal",
            "QC",
            "CA",
            "1",
            "Xpresspost",
            False,
        ),
        ("woocommerce:1007:1", "1007", "Grace Hopper", "Portland", "OR", "US", "5", "Tracked Packet", False),
        ("woocommerce:1009:1", "1009", "שירה כהן", "Toronto", "ON", "CA", "1", None, True),
    ]
    names = (
        "shipment_id",
        "order_number",
        "name",
        "city",
        "province",
        "country",
        "quantity",
        "service_name",
        "is_pickup",
    )
    return {
        "kind": "pick_list",
        "document_key": "pick_list:2026-11-24",
        "language": "en",
        "seller": SELLER,
        "day": "2026-11-24",
        "items": [
            {
                "sku": f"SKU-{number:03}",
                "product_name": name,
                "quantity": quantity,
                "orders": [str(1000 + each) for each in range(1, count + 1)],
            }
            for number, (name, quantity, count) in enumerate(
                [
                    ("Teapot, stoneware, 1 L", "3", 2),
                    ("Assam, loose leaf, 250 g", "12", 9),
                    ("Beeswax candle", "6", 2),
                ],
                1,
            )
        ],
        "shipments": [dict(zip(names, shipment, strict=True)) for shipment in shipments],
    } | parts


ALL: dict[str, Callable[..., Payload]] = {
    "invoice": invoice,
    "invoice_owed_fr": invoice_owed_in_french,
    "invoice_sixty_lines": invoice_of_sixty_lines,
    "invoice_usa": invoice_abroad,
    "invoice_scripts": invoice_of_many_scripts,
    "credit_note": credit_note,
    "packing_slip": packing_slip,
    "label_page": label_page,
    "customs_form": customs_form,
    "pick_list": pick_list,
}
