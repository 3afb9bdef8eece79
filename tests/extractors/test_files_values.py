"""Days, amounts and rates as people write them: many forms, one meaning each, or none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.files_values import Unreadable, amount, day, day_order, rate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56 $", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("$1,234.56", "1234.56"),
        ("-$1,234.56", "-1234.56"),
        ("$-12.00", "-12.00"),
        ("CAD 12.00", "12.00"),
        ("CA$12.00", "12.00"),
        ("12,00 $ CAN", "12.00"),
        ("(12.00)", "-12.00"),
        ("($12.00)", "-12.00"),
        ("12.00-", "-12.00"),
        ("\u221212.00", "-12.00"),
        ("- 12.00", "-12.00"),
        ("+12", "12.00"),
        (".5", "0.50"),
        ("0,5", "0.50"),
        ("-0.00", "0.00"),
        ("12.5000", "12.50"),
        ("1,234,567", "1234567.00"),
        ("1.234.567,8", "1234567.80"),
    ],
)
def test_amounts(text: str, value: str) -> None:
    assert str(amount(text)) == value


@pytest.mark.parametrize(
    "text",
    ["1,234", "1.234", "12.345", "US$12", "12 USD", "€5", "1e5", "NaN", "", "-", "()", "--1", "(-1)", "-1-",
     "1,23,456.00", "1 23,00", "12.00 CR", "=1+1", "\uff10\uff11", "99999999999.00", "9" * 5000],
)  # fmt: skip
def test_what_might_mean_two_things_or_nothing_is_no_amount(text: str) -> None:
    with pytest.raises(Unreadable):
        amount(text)


@given(st.decimals("-9999999.99", "9999999.99", places=2))
def test_an_amount_means_the_same_in_every_form(value: Decimal) -> None:
    english = f"{value:,.2f}"
    french = english.replace(",", "\u00a0").replace(".", ",")
    for text in (f"{value}", english, french, f"$ {english}".replace("$ -", "-$"), f"{french} $"):
        assert amount(text) == value
    assert amount(f"({abs(value)})") == -abs(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-10-31", date(2026, 10, 31)),
        ("2026/10/31", date(2026, 10, 31)),
        ("20261031", date(2026, 10, 31)),
        ("2026-10-31T23:59:00Z", date(2026, 10, 31)),
        ("2026-10-31 00:00:00", date(2026, 10, 31)),
        ("31/10/2026", date(2026, 10, 31)),
        ("10/31/2026", date(2026, 10, 31)),
        ("05/05/2026", date(2026, 5, 5)),
        ("31 Oct 2026", date(2026, 10, 31)),
        ("October 31, 2026", date(2026, 10, 31)),
        ("1er août 2026", date(2026, 8, 1)),
        ("3 févr. 2026", date(2026, 2, 3)),
        ("9 déc. 2026", date(2026, 12, 9)),
        ("2 juillet 2026", date(2026, 7, 2)),
        ("2 juin 2026", date(2026, 6, 2)),
        ("31-Oct-2026", date(2026, 10, 31)),
    ],
)
def test_days(text: str, value: date) -> None:
    assert day(text) == value


@pytest.mark.parametrize(
    "text", ["03/04/2026", "31/10/26", "46325", "2026-02-30", "2026-13-01", "0026-01-01", "1999-12-31",
             "3 Ju 2026", "yesterday", "2026-1031", ""]
)  # fmt: skip
def test_what_might_be_two_days_or_none_is_no_day(text: str) -> None:
    with pytest.raises(Unreadable):
        day(text)


def test_one_day_beyond_the_twelfth_tells_how_its_column_is_meant() -> None:
    assert day_order(["03/04/2026", "13/04/2026"]) == "day first"
    assert day_order(["03/04/2026", "04/13/2026"]) == "month first"
    assert day_order(["03/04/2026"]) is None
    assert day_order(["13/04/2026", "04/13/2026"]) is None
    assert day("03/04/2026", "day first") == date(2026, 4, 3)
    assert day("03/04/2026", "month first") == date(2026, 3, 4)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_means_the_same_in_every_form(value: date) -> None:
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d %b %Y", "%B %d, %Y"):
        assert day(value.strftime(form)) == value


def test_rates() -> None:
    assert rate("6.5 %") == rate("6,5%") == rate("0.065") == Decimal("0.065")
    assert rate("0") == 0
    for text in ("6.5", "100 %", "-1 %", "six", "", "%"):
        with pytest.raises(Unreadable):
            rate(text)
