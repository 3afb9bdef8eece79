"""Sales tax returns of a month, a quarter or a year from the marts: figures, paper, and the lines behind it.

Amounts are in the books' currency. A quarter is one of the calendar year; all are sums of months.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows, session
from documents.amounts import Language, amount
from documents.tax_return import (
    AUTHORITIES,
    OtherMovement,
    Proof,
    TaxReturn,
    TaxSum,
    figures,
    tax_return_csv,
    tax_return_pdf,
)

Row = Mapping[str, Any]
_REGISTERED = {
    "gst_hst": ("GST", "HST"),
    "qst": ("QST",),
    "bc_pst": ("PST",),
    "sk_pst": ("PST",),
    "mb_rst": ("RST",),
}


def months_of(period: str) -> tuple[date, date]:
    """The first days of the first and last month of "2026-11", "2026-Q4" or "2026". Rejected: no period."""
    found = re.fullmatch(r"(\d{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", period)
    if not found or found[1] == "0000":
        raise Rejected(
            f'"{period}" is no period: write a month (2026-11), a quarter (2026-Q4) or a year (2026)'
        )
    year, quarter, month = int(found[1]), found[2], found[3]
    if month:
        return date(year, int(month), 1), date(year, int(month), 1)
    if quarter:
        return date(year, int(quarter) * 3 - 2, 1), date(year, int(quarter) * 3, 1)
    return date(year, 1, 1), date(year, 12, 1)


def authorities_of(warehouse: Warehouse, period: str) -> list[str]:
    """Who has a return in the period, in the order in which they are shown."""
    found = {
        row["authority"]
        for row in rows(
            warehouse,
            "select distinct authority from marts.tax_returns where period between %s and %s",
            list(months_of(period)),
        )
    }
    return [authority for authority in AUTHORITIES if authority in found] + sorted(found - AUTHORITIES.keys())


def tax_return(warehouse: Warehouse, period: str, authority: str) -> TaxReturn:
    """The authority's return of the period, from the marts."""
    span = list(months_of(period))
    [business] = rows(warehouse, "select * from staging.stg_settings__business")
    totals = rows(
        warehouse,
        "select sum(total_sales_amount) as sales from marts.tax_returns"
        " where authority = %s and period between %s and %s",
        [authority, *span],
    )
    return TaxReturn(
        authority=authority,
        first_month=span[0],
        last_month=span[1],
        legal_name=business["legal_name"],
        address=f"{business['street']}, {business['city']} {business['province']} {business['postal_code']}",
        registration=_registration(warehouse, authority, span[1]),
        currency=business["currency"],
        sales=totals[0]["sales"],
        sums=tuple(_sums(warehouse, authority, span)),
        others=tuple(_others(warehouse, authority, span)),
        proofs=tuple(_proofs(warehouse, authority, span)),
    )


def lines_of(warehouse: Warehouse, period: str, authority: str) -> list[Row]:
    """Every line of the books behind the return."""
    return list(
        rows(
            warehouse,
            "select * from marts.tax_return_lines where authority = %s and period between %s and %s"
            " order by entry_date, entry_number, tax_return_line_id",
            [authority, *months_of(period)],
        )
    )


def print_tax_returns(
    period: str,
    *,
    authority: str | None = None,
    csv: Path | None = None,
    pdf: Path | None = None,
    language: Language = "en",
    say: Callable[[str], None] = print,
) -> bool:
    """The returns are printed, and the authority's written to the files asked for; whether all are proven.

    Rejected: a file is asked for, but not of which authority.
    """
    if (csv or pdf) and not authority:
        raise Rejected(f"a file holds one return: add --authority, one of {', '.join(AUTHORITIES)}")
    with session() as warehouse:
        chosen = [authority] if authority else authorities_of(warehouse, period)
        if not chosen:
            say(f"Nothing stands on the tax accounts in {period}.")
        papers = [tax_return(warehouse, period, each) for each in chosen]
        for paper in papers:
            _tell(paper, language, say)
        if authority and csv:
            csv.write_bytes(tax_return_csv(lines_of(warehouse, period, authority), language))
            say(f"written: {csv}")
        if authority and pdf:
            pdf.write_bytes(tax_return_pdf(papers[0], language))
            say(f"written: {pdf}")
    return all(paper.is_proven for paper in papers)


def _tell(paper: TaxReturn, language: Language, say: Callable[[str], None]) -> None:
    say(f"\n{AUTHORITIES[paper.authority][language]}  {paper.first_month:%Y-%m} to {paper.last_month:%Y-%m}")
    for number, words, value in figures(paper, language):
        say(f"  {number:>4} {words:<50} {amount(value, language):>14}")
    others = sum((each.amount for each in paper.others), Decimal(0))
    if paper.others:
        say(f"       other movements, not in the net: {len(paper.others)}, in all {amount(others, language)}")
    for proof in paper.proofs:
        difference = amount(proof.papers - proof.books, language)
        say(f"       account {proof.account} {proof.month:%Y-%m}: papers less books {difference}")
        if proof.unmatched:
            say(f"         {proof.unmatched}")


def _sums(warehouse: Warehouse, authority: str, span: list[date]) -> list[TaxSum]:
    found = rows(
        warehouse,
        """
        select tax, province,
            coalesce(sum(base_amount) filter (where kind = 'collected'), 0) as base,
            coalesce(sum(tax_amount) filter (where kind = 'collected' and not has_base), 0) as base_unknown,
            coalesce(sum(tax_amount) filter (where kind = 'collected'), 0) as collected,
            coalesce(sum(tax_amount) filter (where kind = 'recoverable'), 0) as recoverable
        from marts.tax_return_lines
        where authority = %s and period between %s and %s and kind <> 'other'
        group by tax, province order by tax, province nulls last
        """,
        [authority, *span],
    )
    return [TaxSum(**row) for row in found]


def _others(warehouse: Warehouse, authority: str, span: list[date]) -> list[OtherMovement]:
    found = rows(
        warehouse,
        "select entry_date, coalesce(entry_number, ledger_entry_id) as entry, account_code, line_name,"
        " movement_amount"
        " from marts.tax_return_lines where authority = %s and period between %s and %s and kind = 'other'"
        " order by entry_date, tax_return_line_id",
        [authority, *span],
    )
    return [
        OtherMovement(
            row["entry_date"],
            row["entry"],
            row["account_code"] or "?",
            row["line_name"] or "",
            row["movement_amount"],
        )
        for row in found
    ]


def _proofs(warehouse: Warehouse, authority: str, span: list[date]) -> list[Proof]:
    found = rows(
        warehouse,
        """
        select account_code, period, papers_amount, books_amount, unmatched
        from marts.reconciliation_taxes
        where period between %s and %s and account_code in (
            select account_code from marts.tax_return_lines where authority = %s and period between %s and %s
        )
        order by account_code, period
        """,
        [*span, authority, *span],
    )
    return [
        Proof(row["account_code"], row["period"], row["papers_amount"], row["books_amount"], row["unmatched"])
        for row in found
    ]


def _registration(warehouse: Warehouse, authority: str, day: date) -> str | None:
    province = authority.split("_")[0].upper()
    found = rows(
        warehouse,
        "select registration_number from staging.stg_settings__tax_registrations"
        " where tax = any(%s) and registered_from <= %s and (%s not in ('BC', 'SK', 'MB') or province = %s)"
        " order by registered_from desc, province limit 1",
        [list(_REGISTERED.get(authority, ())), day, province, province],
    )
    return found[0]["registration_number"] if found else None
