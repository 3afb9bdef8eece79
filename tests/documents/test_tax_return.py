"""The working paper of a tax return: its figures, two languages, and a file that is always the same."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.amounts import Language, amount
from documents.tax_return import (
    CSV_COLUMNS,
    OtherMovement,
    Proof,
    TaxReturn,
    TaxSum,
    figures,
    tax_return_csv,
    tax_return_pdf,
    template_data,
)
from documents.typeset import png
from tests.documents.sums import plain

NOVEMBER = date(2026, 11, 1)
PAPER = TaxReturn(
    authority="gst_hst",
    first_month=NOVEMBER,
    last_month=NOVEMBER,
    legal_name="Maple Lane Goods Ltd",
    address="12 Maple Lane, Toronto ON M5V 1Z6",
    registration="123456789 RT0001",
    currency="CAD",
    sales=Decimal("1234.50"),
    sums=(
        TaxSum("GST", "AB", Decimal("100.00"), Decimal("0.00"), Decimal("5.00"), Decimal("0.00")),
        TaxSum("HST", "ON", Decimal("1000.00"), Decimal("1.30"), Decimal("131.30"), Decimal("6.50")),
    ),
    others=(
        OtherMovement(date(2026, 11, 30), "MISC/8", "233000", "#import [*October*] $x", Decimal("-13.00")),
    ),
    proofs=(Proof("233000", NOVEMBER, Decimal("118.30"), Decimal("118.30"), None),),
)
LANGUAGES: tuple[Language, ...] = ("en", "fr")


def test_the_lines_of_the_form_are_named() -> None:
    assert [(number, value) for number, _, value in figures(PAPER, "en")] == [
        ("101", Decimal("1234.50")),
        ("103", Decimal("136.30")),
        ("106", Decimal("6.50")),
        ("109", Decimal("129.80")),
    ]
    quebec = figures(replace(PAPER, authority="qst"), "fr")
    assert [number for number, _, _ in quebec] == ["101", "203", "206", "209"]
    province = figures(replace(PAPER, authority="bc_pst", sales=None), "en")
    assert province[0] == ("", "Sales that were taxed, as far as known", Decimal("1100.00"))
    back = replace(PAPER, sums=(replace(PAPER.sums[1], recoverable=Decimal("200.00")),))
    assert figures(back, "en")[-1][1] == "Net tax to get back"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_is_an_archivable_pdf_and_the_same_every_time(language: Language) -> None:
    made = tax_return_pdf(PAPER, language)
    assert made == tax_return_pdf(PAPER, language)
    assert made.startswith(b"%PDF-1.7") and b"pdfaid" in plain(made)
    [page] = png("tax_return", template_data(PAPER, language), 40)
    assert page.startswith(b"\x89PNG")


def test_a_long_paper_runs_on_and_a_paper_that_is_not_proven_says_so() -> None:
    others = PAPER.others * 120
    assert len(png("tax_return", template_data(replace(PAPER, others=others), "en"), 20)) > 2
    wrong = Proof(
        "233000", NOVEMBER, Decimal("1.00"), Decimal("2.00"), "MISC/9: 1.00 in the papers, 2.00 in the books"
    )
    assert PAPER.is_proven and not replace(PAPER, proofs=(wrong,)).is_proven
    assert template_data(replace(PAPER, proofs=(wrong,)), "fr")["unmatched"] == [wrong.unmatched]
    empty = replace(PAPER, sums=(), others=(), proofs=(), registration=None)
    assert tax_return_pdf(empty, "en").startswith(b"%PDF")


def test_every_word_has_its_french() -> None:
    english, french = (template_data(PAPER, language)["words"] for language in LANGUAGES)
    assert english.keys() == french.keys() and all(english.values()) and all(french.values())
    same = {name for name in english if english[name] == french[name]}
    assert same == {"province", "total"}


@given(st.decimals(-(10**9), 10**9, places=2))
def test_an_amount_is_read_back_as_it_was(value: Decimal) -> None:
    english, french = amount(value, "en"), amount(value, "fr")
    assert Decimal(english.replace(",", "").replace("\u2212", "-")) == value
    assert Decimal(re.sub(r"\s", "", french).replace(",", ".").replace("\u2212", "-")) == value


def test_the_lines_are_a_table_that_starts_no_formula() -> None:
    line = dict.fromkeys(CSV_COLUMNS) | {
        "entry_date": NOVEMBER, "entry_number": "=1+1", "tax": "HST", "kind": "recoverable",
        "tax_amount": Decimal("-1234.5"), "line_name": 'Café "Zoé", 5 %',
    }  # fmt: skip
    text = tax_return_csv([line], "fr").decode("utf-8-sig")
    [_, row] = csv.reader(io.StringIO(text))
    assert row == [
        "2026-11-01",
        "'=1+1",
        "",
        "TVH",
        "",
        "récupérable",
        "",
        "-1234.50",
        'Café "Zoé", 5 %',
        "",
        "",
    ]
