"""Both languages have every text, with the same values to put in, and their own figures."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from portal.pages import TEMPLATES
from portal.words import Words

EN, FR = Words("en"), Words("fr")


def test_both_languages_have_every_text_with_the_same_values() -> None:
    for key, texts in Words.texts.items():
        assert texts.keys() >= {"en", "fr"}, key
        assert all(text.strip() == text and text for text in texts.values()), key
        assert re.findall(r"\{\w+\}", texts["en"]) == re.findall(r"\{\w+\}", texts["fr"]), key


def test_every_text_that_a_page_asks_for_is_there() -> None:
    for template in ("order.html", "order_parts.html"):
        text = (TEMPLATES / template).read_text()
        for key in re.findall(r'\bt\("(\w+)"(?! ~)', text):
            assert key in Words.texts, key


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (date(2026, 12, 4), "December\u00a04, 2026", "4\u00a0décembre 2026"),
        (date(2026, 12, 1), "December\u00a01, 2026", "1er\u00a0décembre 2026"),
    ],
)
def test_days(value: date, english: str, french: str) -> None:
    assert (EN.day(value), FR.day(value)) == (english, french)


@pytest.mark.parametrize(
    ("value", "currency", "english", "french"),
    [
        ("24.1", "CAD", "$24.10", "24,10\u00a0$"),
        ("1234.56", "CAD", "$1,234.56", "1\u202f234,56\u00a0$"),
        ("5", "USD", "US$5.00", "5,00\u00a0$\u00a0US"),
        ("5", "EUR", "EUR\u00a05.00", "5,00\u00a0EUR"),
    ],
)
def test_amounts(value: str, currency: str, english: str, french: str) -> None:
    assert (EN.money(Decimal(value), currency), FR.money(Decimal(value), currency)) == (english, french)


def test_counts() -> None:
    assert [EN.quantity(Decimal(text)) for text in ("3.000", "10", "1.50")] == ["3", "10", "1.5"]
    assert FR.quantity(Decimal("1.50")) == "1,5"


def test_what_is_put_in_is_text_and_never_markup() -> None:
    assert "&lt;b&gt;" in EN("title", number="<b>")
    assert EN("title", number="{number}") == "Your order {number}"
