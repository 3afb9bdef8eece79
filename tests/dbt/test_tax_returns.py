"""Tax returns: every line on a tax account once, to its authority, tied to the books to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from counterflow.__main__ import main
from tests.dbt import backoffice, books, shop
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(600)

MODELS = ("+out_odoo__ledger_entries", "+tax_returns", "+reconciliation_taxes")
ACCOUNTS = {
    "returns": "411270",
    "tax.GST": "231000",
    "tax.QST": "232000",
    "tax.PST.BC": "232000",
    "tax.HST.ON": "233000",
    "tax_recoverable.GST": "118100",
    "tax_recoverable.HST.ON": "118300",
}
HST, HST_BOUGHT = 7, 23


@pytest.fixture(scope="module")
def posted(builder: Builder) -> Iterator[Builder]:
    """Sales of October and November, and a refund, are in the books."""
    builder.sql.cursor().executemany(
        "insert into settings.accounts values (%s, %s)"
        " on conflict (role) do update set account_code = excluded.account_code",
        list(ACCOUNTS.items()),
    )
    october = datetime(2026, 11, 1, 3, 59, tzinfo=UTC)  # 23:59 of 31 October in Toronto
    orders = [
        _order(1, "ON", "12.00"),
        _order(2, "QC", "0.00"),
        _order(3, "BC", "0.00"),
        _order(4, "ON", "0.00", created_at=october),
    ]
    shop.land_paid(builder.sql, *orders)
    refund = shop.refund(901, orders[0])
    shop.land(builder.sql, "woocommerce__refunds", {"901": refund})
    builder.build(*MODELS)
    assert len(books.post(builder)) == 5
    builder.build(*MODELS)
    yield builder


def _order(number: int, province: str, shipping: str, **given: Any) -> shop.Payload:
    lines = [("TEA-1", 1, "100.00")]
    return shop.order(number, province=province, lines=lines, shipping=shipping, method="cod", **given)


def _odoo_books(builder: Builder, change: Decimal = Decimal(0)) -> None:
    """The books are read: our entries as they were posted (one by `change` more on HST), and Odoo's own."""
    codes: dict[str, str] = {}
    moves, lines = {}, {}
    for write in builder.rows("select * from sync.writes order by write_id"):
        number, entry = write["write_id"], write["payload"]
        moves[str(number)] = backoffice.entry(number, entry["external_id"]) | {"date": entry["date"]}
        for place, line in enumerate(entry["lines"]):
            debit, credit = Decimal(line["debit"]), Decimal(line["credit"])
            if write["key"] == "woocommerce_order_1" and line["role"] == "tax.HST.ON":
                credit += change
            code = line["account_code"]
            codes[code] = "income" if code.startswith("41") else "liability_current"
            id_ = number * 100 + place
            lines[str(id_)] = backoffice.entry_line(id_, number, int(code), float(debit), float(credit))
    own: list[tuple[int, str, list[tuple[str, float, float, int | bool]]]] = [
        (8001, "Till", [("111211", 226, 0, False), ("411100", 0, 200, False), ("233000", 0, 26, HST)]),
        (
            8002,
            "Bill",
            [("511210", 50, 0, False), ("118300", 6.5, 0, HST_BOUGHT), ("221110", 0, 56.5, False)],
        ),
        (8003, "October's return", [("233000", 13, 0, False), ("111311", 0, 13, False)]),
    ]
    for number, words, parts in own:
        moves[str(number)] = backoffice.entry(number, None) | {"ref": words}
        for place, (code, debited, credited, tax) in enumerate(parts):
            codes.setdefault(code, "income" if code.startswith("41") else "asset_current")
            id_ = number * 100 + place
            line = backoffice.entry_line(id_, number, int(code), debited, credited)
            lines[str(id_)] = line | {"name": words, "tax_line_id": tax}
    accounts = {
        code: backoffice.account(int(code), code) | {"account_type": kind} for code, kind in codes.items()
    }
    taxes = {
        str(HST): backoffice.tax(HST, "13% HST", 13.0),
        str(HST_BOUGHT): backoffice.tax(HST_BOUGHT, "13% HST", 13.0) | {"type_tax_use": "purchase"},
    }
    shop.land(builder.sql, "odoo__account_account", accounts)
    shop.land(builder.sql, "odoo__account_tax", taxes)
    shop.land(builder.sql, "odoo__account_move", moves)
    shop.land(builder.sql, "odoo__account_move_line", lines)


def _returns(builder: Builder) -> dict[str, tuple[str, ...]]:
    """Taxable, collected, recoverable, net, adjustments of each return."""
    names = ("taxable_amount", "collected_amount", "recoverable_amount", "net_amount", "adjustment_amount")
    return {
        row["tax_return_id"]: tuple(f"{row[name]:.2f}" for name in names)
        for row in builder.rows("select * from marts.tax_returns order by tax_return_id")
    }


def _differences(builder: Builder) -> dict[str, tuple[Decimal, str | None]]:
    return {
        row["reconciliation_id"]: (row["difference"], row["unmatched"])
        for row in builder.rows("select * from marts.reconciliation_taxes order by 1")
        if row["state"] != "agrees"
    }


def test_returns_of_what_was_posted_before_the_books_are_read_again(posted: Builder) -> None:
    assert _returns(posted) == {
        "bc_pst:2026-11": ("100.00", "7.00", "0.00", "7.00", "0.00"),
        # 112 taxed 14.56 in Ontario less 100 given back with 13.00; 5.00 each in Quebec and British Columbia
        "gst_hst:2026-10": ("100.00", "13.00", "0.00", "13.00", "0.00"),
        "gst_hst:2026-11": ("212.00", "11.56", "0.00", "11.56", "0.00"),
        "qst:2026-11": ("100.00", "9.98", "0.00", "9.98", "0.00"),
    }
    assert _differences(posted) == {}
    [refund] = posted.rows("select * from marts.tax_return_lines where event_kind = 'refund'")
    assert (refund["order_id"], refund["tax"], refund["province"]) == ("woocommerce:1", "HST", "ON")
    assert (refund["tax_amount"], refund["base_amount"]) == (Decimal("-13.00"), Decimal("-100.00"))


def test_returns_with_odoos_own_entries_tie_to_the_accounts(posted: Builder) -> None:
    _odoo_books(posted)
    posted.build(*MODELS)
    found = _returns(posted)
    assert found["gst_hst:2026-10"] == ("100.00", "13.00", "0.00", "13.00", "0.00")
    # the till's 26.00, the bill's 6.50, and October's 13.00 paid
    assert found["gst_hst:2026-11"] == ("212.00", "37.56", "6.50", "31.06", "-13.00")
    assert found["qst:2026-11"][3] == "9.98" and found["bc_pst:2026-11"][3] == "7.00"
    assert _differences(posted) == {}
    proofs = {
        row["account_code"]: row["books_amount"]
        for row in posted.rows("select * from marts.reconciliation_taxes where period = '2026-11-01'")
    }
    assert proofs == {
        "118300": Decimal("-6.50"), "231000": Decimal("10.00"),
        "232000": Decimal("16.98"), "233000": Decimal("14.56"),
    }  # fmt: skip
    [row] = posted.rows("select * from marts.tax_returns where tax_return_id = 'gst_hst:2026-11'")
    assert (row["total_sales_amount"], row["tax_without_base_amount"]) == (
        Decimal("412.00"),
        Decimal("26.00"),
    )
    movements = posted.rows("select sum(movement_amount) as amount from marts.tax_return_lines")
    accounts = posted.rows(
        "select sum(credit_amount - debit_amount) as amount from marts.ledger_lines"
        " where account_code in ('118100', '118300', '231000', '232000', '233000')"
    )
    assert movements == accounts


def test_the_command_shows_them_and_writes_paper_and_lines(posted: Builder, tmp_path: Path) -> None:
    pdf, csv = tmp_path / "gst.pdf", tmp_path / "gst.csv"
    shown = CliRunner().invoke(main, ["tax-return", "2026-Q4"])
    assert shown.exit_code == 0, shown.output
    assert "GST/HST  2026-10 to 2026-12" in shown.output and "PST (British Columbia)" in shown.output
    assert "109 Net tax to pay" in shown.output and "44.06" in shown.output
    arguments = ["tax-return", "2026-11", "--authority", "gst_hst", "--pdf", str(pdf), "--csv", str(csv)]
    for language in ("en", "fr"):
        done = CliRunner().invoke(main, [*arguments, "--language", language])
        assert done.exit_code == 0, done.output
        assert pdf.read_bytes().startswith(b"%PDF-1.7")
    lines = csv.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("jour,écriture,compte,taxe")
    assert len(lines) == 1 + len(
        posted.rows(
            "select 1 from marts.tax_return_lines where authority = 'gst_hst' and period = '2026-11-01'"
        )
    )
    assert any("2026-11-20,MISC/8003,233000,,,autre,,-13.00,October's return" in line for line in lines)
    assert "no period" in CliRunner().invoke(main, ["tax-return", "2026-13"]).output
    assert "--authority" in CliRunner().invoke(main, ["tax-return", "2026", "--csv", str(csv)]).output


def test_what_somebody_changed_in_the_books_is_named(posted: Builder) -> None:
    _odoo_books(posted, change=Decimal("0.50"))
    posted.build(*MODELS)
    [(account, (difference, unmatched))] = _differences(posted).items()
    assert (account, difference) == ("233000:2026-11", Decimal("-0.50"))
    assert unmatched and "14.56 in the papers, 15.06 in the books" in unmatched
    shown = CliRunner().invoke(main, ["tax-return", "2026-11"])
    assert shown.exit_code == 1 and "14.56 in the papers" in shown.output
