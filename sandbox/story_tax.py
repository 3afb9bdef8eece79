"""Canadian sales tax as the story's web shop charges it (rates in force from 2025-04-01)."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.story_web import LineTax, TaxRate

_HST = {"ON": 13000, "NB": 15000, "NL": 15000, "PE": 15000, "NS": 14000}
_GST = ("AB", "BC", "MB", "SK", "QC", "YT", "NT", "NU")
_SECOND = {"BC": ("PST", 7000), "MB": ("RST", 7000), "SK": ("PST", 6000), "QC": ("QST", 9975)}

BOOKS, UNTAXED = "books", "zero-rate"


def _rates() -> tuple[TaxRate, ...]:
    rows = [(province, "HST", rate, 1, "") for province, rate in _HST.items()]
    rows += [(province, "GST", 5000, 1, "") for province in _GST]
    rows += [(province, name, rate, 2, "") for province, (name, rate) in _SECOND.items()]
    # Books: the federal part only; where tax is harmonised, the province's part is given back at the till.
    rows += [(province, "GST", 5000, 1, BOOKS) for province in (*_HST, *_GST)]
    return tuple(TaxRate(rate_id, *row) for rate_id, row in enumerate(rows, 1))


RATES = _rates()
RATES_BY_PROVINCE = {
    province: tuple(rate for rate in RATES if rate.province == province and not rate.tax_class)
    for province in {r.province for r in RATES}
}


def rates_of(province: str, tax_class: str = "") -> tuple[TaxRate, ...]:
    """The rates of a class of goods in a province; none abroad and for a class without rates."""
    if not tax_class:
        return RATES_BY_PROVINCE.get(province, ())
    return tuple(rate for rate in RATES if rate.province == province and rate.tax_class == tax_class)


def round_tax(cents: int, rate_milli: int) -> int:
    """The tax on an amount, half a cent away from zero, as WooCommerce rounds each line."""
    if cents < 0:
        return -round_tax(-cents, rate_milli)
    return (cents * rate_milli + 50_000) // 100_000


def line_taxes(
    province: str, subtotal_cents: int, total_cents: int, tax_class: str = ""
) -> tuple[LineTax, ...]:
    """What each rate of the province takes of one line, before and after its discount."""
    return taxes_at(rates_of(province, tax_class), subtotal_cents, total_cents)


def taxes_at(rates: Iterable[TaxRate], subtotal_cents: int, total_cents: int) -> tuple[LineTax, ...]:
    """What each of the rates takes of one line, before and after its discount."""
    return tuple(
        LineTax(rate, round_tax(subtotal_cents, rate.rate_milli), round_tax(total_cents, rate.rate_milli))
        for rate in rates
    )


def taxes_within(rates: tuple[TaxRate, ...], gross_cents: int) -> tuple[LineTax, ...]:
    """What each of the rates takes of a price that includes them, half a cent towards zero."""
    whole = 100_000 + sum(rate.rate_milli for rate in rates)
    amounts = [(2 * gross_cents * rate.rate_milli + whole - 1) // (2 * whole) for rate in rates]
    return tuple(LineTax(rate, amount, amount) for rate, amount in zip(rates, amounts, strict=True))
