"""Every paper of the shop: in both languages, in every script, over pages, archivable, always the same."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import groupby
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import credit_note, customs_form, invoice, label_page, packing_slip, pick_list
from documents.amounts import day, money, number, percent, weight
from documents.barcodes import code128
from documents.label_page import picture_of
from documents.paper import Issued
from documents.rendering import WITH_LABEL, CannotBeSet, document_pdf, page_count
from documents.tax_marks import Rate, borne
from tests.documents import examples
from tests.documents.examples import ISSUED, Payload
from tests.documents.sums import adds_up, plain, read


def rendered(payload: Payload) -> bytes:
    """The document of a payload."""
    label = examples.label() if payload["kind"] in WITH_LABEL else None
    return document_pdf(payload, ISSUED, label)


def words(content: bytes) -> str:
    """Everything that can be read in a PDF, on one line, with plain blanks."""
    document = pypdfium2.PdfDocument(content)
    text = " ".join(document[index].get_textpage().get_text_range() for index in range(len(document)))
    document.close()
    return re.sub(r"[\s\u00a0\u202f\u2002]+", " ", text)


@pytest.mark.parametrize("name", sorted(examples.ALL))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_paper_is_archivable_and_the_same_every_time(name: str, language: str) -> None:
    payload = examples.ALL[name]() | {"language": language}
    content = rendered(payload)
    assert content == rendered(payload)
    assert b"pdfaid" in plain(content) and b"/OutputIntent" in plain(content)
    text = words(content)
    assert ("date 24 novembre 2026" in text.lower()) == (language == "fr")
    assert "Maple Lane Goods" in text


def test_an_invoice_shows_all_that_it_must() -> None:
    text = words(rendered(examples.invoice()))
    for part in (
        "Maple Lane Goods Ltd", "12 Maple Lane", "INV-1042", "November 24, 2026", "Ada Lovelace",
        "Queen Street", "Teapot, stoneware, 1 L", "SKU-004", "HST ON 13%", "on 112.00", "123456789 RT0001",
        "14.56", "$126.56", "PAID", "Card", "November 22, 2026", "Expedited Parcel", "none",
        "Payable on receipt", "1234567890 TQ0001",
    ):  # fmt: skip
        assert part in text, part
    assert "Balance due" not in text


def test_an_invoice_that_is_not_paid_says_what_is_owed_in_french() -> None:
    payload = examples.invoice_owed_in_french()
    text = words(rendered(payload))
    for part in (
        "Facture", "Solde à payer", "16,52 $", "TPS QC 5 %", "TVQ QC 9,975 %", "1234567890 TQ0001",
        "168,78 $", "Livraison", "Colis accélérés", "24 novembre 2026", "1er novembre 2026", "Rabais",
    ):  # fmt: skip
        assert part in text, part
    assert "PAYÉ" not in text
    lines = invoice.template_data(payload, ISSUED)["lines"]
    assert [line["tax"] for line in lines] == ["TPS + TVQ", "TPS"]
    assert "PAYÉ" in words(rendered(payload | {"is_paid": True, "balance_amount": "0.00"}))


def test_sixty_lines_run_over_pages_with_their_head_and_the_sums_together() -> None:
    content = rendered(examples.invoice_of_sixty_lines())
    document = pypdfium2.PdfDocument(content)
    pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    assert len(pages) == page_count(content) == 4
    assert all("AMOUNT" in page for page in pages)
    assert all(f"Page {place} of 4" in page for place, page in enumerate(pages, 1))
    assert all(part in pages[-1] for part in ("Subtotal", "HST ON", "GST ON", "$668.40", "PAID"))
    assert all(f"SKU-{place:03}" in " ".join(pages) for place in range(1, 61))


def test_two_tax_regimes_are_told_apart_on_each_line() -> None:
    data = invoice.template_data(examples.invoice_of_sixty_lines(), ISSUED)
    assert [line["tax"] for line in data["lines"][:5]] == ["HST"] * 4 + ["GST"]
    assert [name for name, _, _ in data["sums"]][2:] == ["HST ON 13%", "GST ON 5%"]
    both = [Rate("GST", Decimal("0.05")), Rate("QST", Decimal("0.09975"))]
    assert borne(Decimal("0.01"), Decimal("0.00"), both) == ()
    assert borne(Decimal("140.00"), Decimal("20.97"), both) == ("GST", "QST")
    assert borne(Decimal("140.00"), Decimal("13.97"), both) == ("QST",)
    assert borne(Decimal("1.00"), Decimal("0.05"), []) == ()


def test_names_of_every_script_are_shown_and_cannot_reorder_the_page() -> None:
    content = rendered(examples.invoice_of_many_scripts())
    text = words(content)
    for letter in ("م", "ש", "王", "さ", "김"):
        assert letter in text, letter
    assert "\u202e" not in text and "reversed abc" in text
    assert "*bold* $x$ <tag>" in text and "#1" in text
    shown = {font for font in ("NotoSansArabic", "NotoSansHebrew", "NotoEmoji", "NotoSansCJK")
             if font.encode() in plain(content)}  # fmt: skip
    assert len(shown) == 4


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=30))
def test_whatever_a_customer_is_called_there_is_an_invoice(name: str, product: str) -> None:
    payload = examples.invoice(
        billing=examples.address(name),
        lines=[examples.line(1, product, "1", "126.56", "126.56", "0.00")],
        subtotal_amount="126.56", shipping_amount="0.00", taxes=[],
    )  # fmt: skip
    assert page_count(rendered(payload)) >= 1


AMOUNT = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(["en", "fr"]), st.sampled_from(["CAD", "USD", "EUR"]))
def test_what_is_shown_adds_up_to_the_orders_total(data: st.DataObject, language: str, currency: str) -> None:
    amounts = data.draw(st.lists(AMOUNT, min_size=1, max_size=8))
    discount = data.draw(st.integers(0, int(amounts[0] * 100)).map(lambda cents: Decimal(cents) / 100))
    shipping, fee, taxes = data.draw(AMOUNT), data.draw(AMOUNT), data.draw(st.lists(AMOUNT, max_size=2))
    rounding = data.draw(st.sampled_from(["0.00", "0.01", "-0.02"]))
    total = sum(amounts, Decimal(0)) - discount + shipping + fee + sum(taxes, Decimal(0)) + Decimal(rounding)
    paid = data.draw(st.sampled_from([Decimal(0), total, (total / 2).quantize(Decimal("0.01"))]))
    payload = examples.invoice(
        language=language, currency=currency,
        lines=[examples.line(n, "x", "1", str(each), f"{each:.2f}", "0") for n, each in enumerate(amounts)],
        subtotal_amount=f"{sum(amounts, Decimal(0)):.2f}", discount_amount=f"{discount:.2f}",
        shipping_amount=f"{shipping:.2f}", fees=[{"name": None, "amount": f"{fee:.2f}"}],
        taxes=[examples.tax("HST", "ON", "0.13", "1.00", f"{each:.2f}", None) for each in taxes],
        rounding_amount=rounding, total_amount=f"{total:.2f}",
        payments=[{"method": "stripe", "amount": f"{paid:.2f}", "paid_on": "2026-11-22"}] if paid else [],
        balance_amount=f"{total - paid:.2f}", is_paid=total == paid, paid_on=None,
    )  # fmt: skip
    shown = invoice.template_data(payload, ISSUED)
    adds_up(shown, total)
    if total != paid:
        assert read(shown["mark"]["title"]) == total - paid


def test_shipping_that_the_shop_did_not_charge_comes_below_its_total() -> None:
    shown = invoice.template_data(examples.invoice_owed_in_french(), ISSUED)
    names = [name for name, _, _ in shown["sums"]]
    assert names.index("Total de la commande") < names.index("Livraison")
    assert read(shown["total"][1]) == Decimal("168.78") and read(shown["balance"][1]) == Decimal("16.52")


def test_a_credit_note_gives_back_what_the_refund_is() -> None:
    payload = examples.credit_note()
    shown = credit_note.template_data(payload, Issued(ISSUED.on, "CN-7"))
    adds_up(shown, Decimal("45.20"))
    text = words(rendered(payload))
    assert all(part in text for part in ("Credit note", "INV-1042", "Arrived chipped", "REFUNDED", "HST ON"))


def test_a_packing_slip_says_what_is_in_the_box_what_follows_and_when() -> None:
    text = words(rendered(examples.packing_slip()))
    for part in (
        "In this shipment", "Teapot", "of 2", "Still to come", "December 3, 2026", "We will write to you",
        "7023210100123456", "Please ring twice", "woocommerce:1001:1", "1.85 kg",
    ):  # fmt: skip
        assert part in text, part
    done = words(rendered(examples.packing_slip(following=[], is_last=True)))
    assert "complete" in done and "Still to come" not in done
    pickup = words(rendered(examples.packing_slip(is_pickup=True)))
    assert "PICK-UP IN STORE" in pickup and "Queen Street" not in pickup
    nothing = packing_slip.template_data(examples.packing_slip(lines=[]), ISSUED)
    assert nothing["lines_title"] == "Nothing can be sent yet"


def test_a_barcode_is_drawn_as_it_is_coded() -> None:
    widths = code128("woocommerce:1001:1")
    assert sum(widths) == 11 * (len("woocommerce:1001:1") + 2) + 13 and len(widths) % 2 == 1
    page = pypdfium2.PdfDocument(rendered(examples.packing_slip()))[0]
    scale = 8
    dots = page.render(scale=scale, grayscale=True).to_numpy()
    dots = dots.reshape(dots.shape[0], -1)
    module = 0.27 / 25.4 * 72 * scale
    for row in dots[int(dots.shape[0] * 0.14) : int(dots.shape[0] * 0.22) : 10]:
        right = row[dots.shape[1] // 2 :] < 128
        runs = [(dark, sum(1 for _ in run)) for dark, run in groupby(right)]
        seen = [round(length / module) for _, length in runs[1:-1]]
        if seen == widths:
            return
    raise AssertionError("no row of the page shows the barcode")


def test_a_barcode_of_other_letters_is_refused() -> None:
    for text in ("", "é", "a\nb"):
        with pytest.raises(ValueError, match="printable"):
            code128(text)


def test_a_label_is_placed_in_its_own_size_and_black() -> None:
    picture = picture_of(examples.label())
    assert (round(picture.width_mm, 1), round(picture.height_mm, 1)) == (101.6, 152.4)
    page = pypdfium2.PdfDocument(rendered(examples.label_page()))[0]
    [shown] = page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
    left, bottom, right, top = (each / 72 * 25.4 for each in shown.get_bounds())
    assert (round(right - left, 1), round(top - bottom, 1)) == (152.4, 101.6)  # turned on its side
    with pytest.raises(ValueError, match="label"):
        picture_of(b"<html>")


def test_a_label_page_of_many_lines_runs_on_and_keeps_its_label_on_the_first() -> None:
    lines = [examples.slip_line(place, f"Thing {place}", "1") for place in range(1, 61)]
    document = pypdfium2.PdfDocument(rendered(examples.label_page(lines=lines)))
    pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    assert len(pages) == 3 and all("1001" in page for page in pages)
    pictures = [
        len(list(document[index].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) for index in range(3)
    ]
    assert pictures == [1, 0, 0]


def test_customs_reads_both_languages() -> None:
    text = words(rendered(examples.customs_form()))
    for part in (
        "Customs declaration", "Déclaration en douane", "6912.00", "$113.00", "UNITED STATES", "CANADA",
        "Sale of goods", "Vente de marchandises", "LM123456785CA", "United Kingdom", "2.04 kg", "+1 503",
    ):  # fmt: skip
        assert part in text, part


def test_a_pick_list_adds_up_what_to_fetch() -> None:
    shown = pick_list.template_data(examples.pick_list(), ISSUED)
    assert [fact[1] for fact in shown["facts"]] == ["November\u00a024, 2026", "4", "21"]
    assert shown["items"][1]["orders"] == "1001, 1002, 1003, 1004, 1005, 1006 +3"
    assert words(rendered(examples.pick_list(items=[], shipments=[]))).count("Nothing to fetch") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"total_amount": "twelve"}, {"total_amount": "NaN"}, {"lines": None}, {"seller": {}},
        {"kind": "poem"},        {"lines": [{"description": "no amounts"}]},
    ],
)  # fmt: skip
def test_what_cannot_be_set_says_so_without_telling_on_anybody(wrong: dict[str, Any]) -> None:
    with pytest.raises(CannotBeSet) as caught:
        document_pdf(examples.invoice() | wrong, ISSUED)
    assert "Lovelace" not in str(caught.value) and "twelve" not in str(caught.value)
    with pytest.raises(CannotBeSet):
        document_pdf(examples.label_page(), ISSUED)


def test_every_word_has_its_french() -> None:
    for module in (invoice, credit_note, packing_slip, label_page, customs_form, pick_list):
        for name, both in module.WORDS.items():
            assert both.keys() == {"en", "fr"} and bool(both["en"]) == bool(both["fr"]), (
                module.__name__,
                name,
            )


def test_amounts_days_and_measures_are_written_in_each_language() -> None:
    assert money(Decimal("-1234.5"), "CAD", "en") == "\u2212$1,234.50"
    assert money(Decimal("1234.5"), "USD", "fr") == "1\u202f234,50\u00a0$ US"
    assert money(Decimal("5"), "EUR", "en") == "EUR\u00a05.00"
    assert day(ISSUED.on.replace(day=1), "fr") == "1er\u00a0novembre 2026"
    assert number(Decimal("20"), "en") == "20" and number(Decimal("0.50"), "fr") == "0,5"
    assert percent(Decimal("0.09975"), "fr") == "9,975\u00a0%" and percent(Decimal("0.13"), "en") == "13%"
    assert weight(Decimal("999"), "en") == "999\u00a0g" and weight(Decimal("1250"), "fr") == "1,25\u00a0kg"
