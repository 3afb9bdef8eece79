"""Postage, imports and the bank's fees in the books, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connections.warehouse import forget_builds
from tests.dbt import shop
from tests.dbt.conftest import Builder

pytestmark = pytest.mark.timeout(600)

MODELS = ("+int_postage_posted", "+int_imports_posted", "+int_bank_fees_posted")
# what is built again where nothing else has changed
OWN = (
    *(f"path:models/{folder}" for folder in ("staging/files", "staging/settings")),
    *(f"path:models/{layer}/{area}" for layer in ("intermediate", "marts") for area in ("costs", "bank")),
    *(f"int_{kind}_posted" for kind in ("postage", "imports", "bank_fees")),
)
Entry = dict[str, str]

POSTAGE: dict[str, dict[str, str]] = {
    "P-ON": {"amount": "10.50", "hst": "1.37", "hst_province": "ON", "order": "1", "currency": "CAD"},
    "P-QC": {"amount": "18.40", "gst": "0.92", "qst": "1.84", "order": "no such order"},
    "P-AB": {"amount": "20.00", "gst": "1.00"},
    "P-US": {"amount": "23.15", "gst": "0.00"},
    "P credit 7": {"amount": "-10.50", "hst": "-1.37", "hst_province": "ON"},
    "P-both": {"amount": "10.00", "gst": "0.50", "hst": "1.30", "hst_province": "ON"},
    "P-USD": {"amount": "10.00", "currency": "USD"},
    "P-old": {"amount": "10.00", "date": "1999-12-31"},
    "P-none": {"amount": "0.00"},
}
IMPORTS: dict[str, dict[str, str]] = {
    "I-tea": {"cost": "500.00", "duty_rate": "0.065", "duty": "32.50", "gst": "26.63", "supplier": "Tea Co"},
    "I-rate": {"cost": "500.00", "duty_rate": "0.065", "gst": "26.62"},
    "I-broker": {"duty": "18.20", "gst": "31.40", "broker_fee": "45.00"},
    "I-free": {"cost": "100.00", "gst": "0.00"},
    "I-duty": {"cost": "500.00", "duty_rate": "0.065", "duty": "35.20", "gst": "26.76"},
    "I-gst": {"cost": "500.00", "duty_rate": "0.065", "gst": "25.00"},
    "I-no-gst": {"cost": "500.00", "duty_rate": "0.065"},
    "I-no-duty": {"duty_rate": "0.065", "gst": "5.00"},
    "I-USD": {"cost": "500.00", "gst": "25.00", "currency": "USD"},
}
LINES: dict[str, dict[str, str]] = {
    "csv:1": {"amount": "-15.00", "description": "Service Charge October"},
    "csv:2": {"amount": "5.00", "description": "SERVICE CHARGE REBATE"},
    "csv:3": {"amount": "122.59", "description": "STRIPE PAYOUT po_1"},
    "csv:4": {"amount": "-3.50", "description": '=HYPERLINK("http://evil.example")'},
    "5551234567:F1": {"amount": "-2.00", "description": "Frais de service", "currency": "USD"},
    "5551234567:F2": {"amount": "-1.25", "description": "Frais de service mensuels", "fitid": "F2"},
}


@pytest.fixture(scope="module")
def books(builder: Builder) -> Iterator[Builder]:
    builder.sql.execute("update settings.ledger set bank_lines = 'file'")
    builder.sql.execute(
        "insert into settings.lists values ('bank_fee_word', 'service charge'),"
        " ('bank_fee_word', 'frais de service')"
    )
    builder.sql.commit()
    land_files(builder, "postage", POSTAGE)
    land_files(builder, "imports", IMPORTS)
    land_files(builder, "bank_statement_lines", LINES)
    shop.land(builder.sql, "odoo__res_currency", {"3": {"id": 3, "name": "CAD", "active": True}})
    journals = {7: ("BNK1", "bank"), 8: ("CSH1", "cash")}
    shop.land(
        builder.sql,
        "odoo__account_journal",
        {
            str(n): {"id": n, "code": c, "name": c, "type": t, "active": True}
            for n, (c, t) in journals.items()
        },
    )
    land_odoo(builder, 41, "-15.00", "SERVICE CHARGE")
    land_odoo(builder, 42, "122.59", "STRIPE PAYOUT po_1")
    land_odoo(builder, 43, "-1.00", "SERVICE CHARGE of the till", journal=8)
    land_odoo(builder, 44, "-9.00", "SERVICE CHARGE", is_reconciled=True)
    builder.build(*MODELS)
    yield builder


def land_files(builder: Builder, table: str, records: dict[str, dict[str, str]], **changes: Any) -> None:
    payloads = {
        key: {"reference": key, "account": "bank", "date": "2026-11-02"} | record
        for key, record in records.items()
    }
    shop.land(builder.sql, f"files__{table}", payloads, **changes)


def land_odoo(
    builder: Builder, number: int, amount: str, text: str, *, journal: int = 7, is_reconciled: bool = False
) -> None:
    line = {
        "id": number, "date": "2026-10-31", "amount": float(amount), "payment_ref": text,
        "journal_id": journal, "move_id": number, "currency_id": 3, "partner_id": False,
        "is_reconciled": is_reconciled,
        "create_date": "2026-11-01 12:00:00", "write_date": "2026-11-01 12:00:00",
    }  # fmt: skip
    shop.land(builder.sql, "odoo__account_bank_statement_line", {str(number): line})


def entries(builder: Builder, kind: str) -> dict[str, Entry]:
    """Amount by role of each event of the kind, by the last part of its source key."""
    found: dict[str, Entry] = {}
    query = f"select * from intermediate.int_{kind}_posted order by source_key, position"
    for row in builder.rows(query):
        found.setdefault(row["source_key"].split(":", 2)[2], {})[row["role"]] = str(row["amount"])
    return found


def reasons(builder: Builder, mart: str, key: str) -> dict[str, str]:
    query = f"select {key} as id, ledger_wait_reason from marts.{mart} where not is_ledger_due"
    return {row["id"].partition(":")[2]: row["ledger_wait_reason"] for row in builder.rows(query)}


def test_postage_is_a_cost_and_its_tax_comes_back(books: Builder) -> None:
    assert entries(books, "postage") == {
        "P-ON": {"freight_out": "10.50", "tax_recoverable.HST.ON": "1.37", "carrier_payable": "-11.87"},
        "P-QC": {
            "freight_out": "18.40",
            "tax_recoverable.GST": "0.92",
            "tax_recoverable.QST": "1.84",
            "carrier_payable": "-21.16",
        },
        "P-AB": {"freight_out": "20.00", "tax_recoverable.GST": "1.00", "carrier_payable": "-21.00"},
        "P-US": {"freight_out": "23.15", "carrier_payable": "-23.15"},
        "P credit 7": {
            "freight_out": "-10.50",
            "tax_recoverable.HST.ON": "-1.37",
            "carrier_payable": "11.87",
        },
    }
    assert reasons(books, "postage", "postage_id") == {
        "P-both": "GST and HST on one parcel: it is one or the other",
        "P-USD": "in USD: give the amounts in CAD",
        "P-old": "before the books start",
        "P-none": "nothing to post",
    }


def test_postage_finds_its_order_whichever_comes_first(books: Builder) -> None:
    query = "select order_id from marts.postage where reference = 'P-ON'"
    assert books.rows(query) == [{"order_id": None}]
    shop.land_paid(books.sql, shop.order(1))
    books.build(*MODELS)
    assert books.rows(query) == [{"order_id": "woocommerce:1"}]
    posted = "select distinct order_id, event_id from intermediate.int_postage_posted where position = 1"
    assert {"order_id": "woocommerce:1", "event_id": "files_postage_P-ON"} in books.rows(posted)


def test_an_import_is_worth_its_duty_and_its_broker_and_the_gst_comes_back(books: Builder) -> None:
    assert entries(books, "imports") == {
        "I-tea": {
            "inventory": "532.50",
            "tax_recoverable.GST": "26.63",
            "imports_payable": "-500.00",
            "customs_payable": "-59.13",
        },
        "I-rate": {
            "inventory": "532.50",
            "tax_recoverable.GST": "26.62",
            "imports_payable": "-500.00",
            "customs_payable": "-59.12",
        },
        "I-broker": {"inventory": "63.20", "tax_recoverable.GST": "31.40", "customs_payable": "-94.60"},
        "I-free": {"inventory": "100.00", "imports_payable": "-100.00"},
    }
    assert reasons(books, "imports", "import_id") == {
        "I-duty": "the duty is 32.50 by its rate, and 35.20 in the file",
        "I-gst": "the GST is 26.63 by its rate, and 25.00 in the file",
        "I-no-gst": "the GST is missing: write 0.00 where customs charged none",
        "I-no-duty": "the duty is missing: without the cost its rate does not give it",
        "I-USD": "in USD: give the amounts of the customs form, in CAD",
    }


def test_the_banks_fees_of_a_file_are_booked_against_the_bank(books: Builder) -> None:
    assert entries(books, "bank_fees") == {
        "csv:1": {"bank_fees": "15.00", "bank": "-15.00"},
        "csv:2": {"bank_fees": "-5.00", "bank": "5.00"},
        "5551234567:F2": {"bank_fees": "1.25", "bank": "-1.25"},
    }
    waiting = reasons(books, "bank_lines", "bank_line_id")
    assert waiting.pop("5551234567:F1") == "in USD, and the books are in CAD"
    assert waiting.pop("csv:3") == "a payout is booked by Stripe's own record of it"
    assert waiting.pop("csv:4") == "neither a payout nor a fee: booked where it belongs, by hand"
    assert waiting.keys() == {"41", "42", "44"}, "a till's journal is no bank's"
    assert set(waiting.values()) == {"the bank's lines are taken from files, not from Odoo"}


def test_every_events_id_is_one_that_odoo_takes_and_names_no_account(books: Builder) -> None:
    found = [
        row["event_id"]
        for kind in ("postage", "imports", "bank_fees")
        for row in books.rows(f"select distinct event_id from intermediate.int_{kind}_posted")
    ]
    assert len(set(found)) == len(found) == 12
    assert all(name.replace("-", "").replace("_", "").isalnum() and "__" not in name for name in found)
    assert not [name for name in found if "5551234567" in name]


def test_where_the_banks_lines_are_odoos_a_fee_meets_them_in_suspense(books: Builder) -> None:
    books.sql.execute("update settings.ledger set bank_lines = 'odoo'")
    forget_builds(books.sql)  # as a run does when the settings changed
    books.build(*OWN)
    fees = books.rows("select source_key, role, amount from intermediate.int_bank_fees_posted order by role")
    assert fees == [
        {"source_key": "bank_line:odoo:41", "role": "bank_fees", "amount": Decimal("15.00")},
        {"source_key": "bank_line:odoo:41", "role": "bank_suspense", "amount": Decimal("-15.00")},
    ]
    [matched] = books.rows(
        "select ledger_wait_reason as why from marts.bank_lines where bank_line_id = 'odoo:44'"
    )
    assert matched["why"] == "matched in Odoo, which books it"
    books.sql.execute("update settings.ledger set bank_lines = 'file'")
    forget_builds(books.sql)
    books.build(*OWN)


def test_tax_does_not_come_back_to_those_who_are_not_registered(books: Builder) -> None:
    books.sql.execute("create temporary table kept as select * from settings.tax_registrations")
    books.sql.execute("delete from settings.tax_registrations where tax = 'QST'")
    forget_builds(books.sql)
    books.build(*OWN)
    assert entries(books, "postage")["P-QC"] == {
        "freight_out": "20.24",
        "tax_recoverable.GST": "0.92",
        "carrier_payable": "-21.16",
    }
    books.sql.execute("delete from settings.tax_registrations")
    forget_builds(books.sql)
    books.build(*OWN)
    assert entries(books, "imports")["I-tea"] == {
        "inventory": "559.13",
        "imports_payable": "-500.00",
        "customs_payable": "-59.13",
    }
    books.sql.execute("insert into settings.tax_registrations select * from kept")
    forget_builds(books.sql)
    books.build(*OWN)


def test_a_row_that_is_corrected_or_taken_away_changes_its_entry_and_no_other(books: Builder) -> None:
    before = {kind: entries(books, kind) for kind in ("postage", "imports", "bank_fees")}
    land_files(books, "postage", {"P-AB": POSTAGE["P-AB"] | {"amount": "22.00", "gst": "1.10"}})
    land_files(books, "imports", {"I-gst": IMPORTS["I-gst"] | {"gst": "26.63"}})
    land_files(books, "imports", {"I-free": IMPORTS["I-free"]}, deleted=True)
    land_files(books, "bank_statement_lines", {"csv:2": LINES["csv:2"] | {"description": "CAFÉ"}})
    land_files(books, "postage", {"P-bad": {"amount": "ten"}})
    books.build(*OWN)
    after = {kind: entries(books, kind) for kind in before}
    assert after["postage"].pop("P-AB")["carrier_payable"] == "-23.10"
    assert after["imports"].pop("I-gst")["inventory"] == "532.50"
    del before["postage"]["P-AB"], before["imports"]["I-free"], before["bank_fees"]["csv:2"]
    assert after == before
    [bad] = books.rows("select ledger_wait_reason as why from marts.postage where reference = 'P-bad'")
    assert bad["why"] == "it cannot be read in full"
    [told] = books.rows("select reason from intermediate.int_files_records_quarantined")
    assert told["reason"] == (
        "Postage P-bad has values that cannot be read (amount). Correct it in the file of postage"
    )


def test_built_in_steps_equals_rebuilt(books: Builder) -> None:
    def content() -> dict[str, list[Any]]:
        tables = [f"intermediate.int_{kind}_posted" for kind in ("postage", "imports", "bank_fees")]
        tables += [f"marts.{name}" for name in ("postage", "imports", "bank_lines")]
        query = "select (to_jsonb(it) - 'build_id')::text as row from {} as it order by 1"
        return {table: books.rows(query.format(table)) for table in tables}

    in_steps = content()
    books.build(*OWN)
    assert content() == in_steps, "nothing new, nothing changed"
    books.build(*OWN, full_refresh=True)
    assert content() == in_steps


def test_each_becomes_an_entry_of_its_own_for_the_books(books: Builder) -> None:
    accounts = {
        "freight_out": "512270", "carrier_payable": "236500", "tax_recoverable.HST.ON": "118300",
        "tax_recoverable.GST": "118100", "tax_recoverable.QST": "118200", "inventory": "121120",
        "imports_payable": "236700", "customs_payable": "236600", "bank_fees": "512280", "bank": "111311",
    }  # fmt: skip
    books.sql.cursor().executemany("insert into settings.accounts values (%s, %s)", list(accounts.items()))
    forget_builds(books.sql)
    books.build("+out_odoo__ledger_entries")
    due = {
        row["write_key"]: row
        for row in books.rows("select write_key, payload, hold_reason from outbound.out_odoo__ledger_entries")
    }
    tea = next(row for key, row in due.items() if "files_import_I-tea" in key)
    assert tea["hold_reason"] is None
    assert sorted(
        (line["account_code"], line["debit"], line["credit"]) for line in tea["payload"]["lines"]
    ) == [
        ("118100", "26.63", "0.00"),
        ("121120", "532.50", "0.00"),
        ("236600", "0.00", "59.13"),
        ("236700", "0.00", "500.00"),
    ]
    assert sum("files_postage" in key for key in due) == 5
    assert sum("files_import" in key for key in due) == 4
    assert sum("bank_fee_files" in key for key in due) == 2
