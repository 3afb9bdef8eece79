"""Odoo 19 over JSON-2: what the ledger stands on beyond plain entries: reversals that are loaded, amounts in
another currency, lock dates, bank lines, currency rates. The same against the real server and ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.odoo_client import LINE_FIELDS, Books, Json2

MATCHED, REVENUE, BANK, SUSPENSE = "111313", "411110", "111311", "111312"
LOCKED, LOCK, FIRST_MONTH_ENDS = "2026-02-10", "2026-02-28", "2026-03-31"  # before any story's first entry


def load(
    books: Books, key: str, lines: list[dict[str, str]], date: str = "2026-11-20", **head: Any
) -> dict[str, Any]:
    """An entry with whatever columns its head and lines name; journal MISC unless said otherwise."""
    own = {"id": key, "move_type": "entry", "ref": f"Contract {books.odoo.tag}", "date": date}
    own |= {"journal_id/.id": books.journal, **{name.replace("__", "/"): head[name] for name in head}}
    columns = list(lines[0])
    data = [
        [
            *(own.values() if number == 1 else [""] * len(own)),
            f"{key}_line_{number}",
            *(line[column] for column in columns),
        ]
        for number, line in enumerate(lines, 1)
    ]
    fields = [*own, "line_ids/id", *(f"line_ids/{column}" for column in columns)]
    result: dict[str, Any] = books.odoo.call("account.move", "load", fields=fields, data=data)
    return result


def sides(amount: str, *, turned: bool = False) -> list[dict[str, str]]:
    """An account that is matched against revenue, or the other way round."""
    accounts = (MATCHED, REVENUE)[:: -1 if turned else 1]
    return [
        {"account_id": accounts[0], "name": "x", "debit": amount, "credit": "0.00"},
        {"account_id": accounts[1], "name": "x", "debit": "0.00", "credit": amount},
    ]


def loaded(books: Books, lines: list[dict[str, str]], date: str = "2026-11-20", **head: Any) -> int:
    """The id of such an entry, a draft."""
    result = load(books, books.external_id(), lines, date, **head)
    assert result["messages"] == []
    return int(result["ids"][0])


def posted(books: Books, lines: list[dict[str, str]], date: str = "2026-11-20", **head: Any) -> int:
    """The id of such an entry, posted."""
    entry = loaded(books, lines, date, **head)
    books.odoo.call("account.move", "action_post", ids=[entry])
    return entry


def amounts(books: Books, entry: int, *more: str) -> list[tuple[Any, ...]]:
    """Debit, credit and more of each line."""
    rows = books.odoo.find("account.move.line", [["move_id", "=", entry]], "debit", "credit", *more)
    return [tuple(row[name] for name in ("debit", "credit", *more)) for row in rows]


# --- reversals


def test_a_reversal_is_loaded_by_the_originals_external_id(odoo: Json2, books: Books) -> None:
    key = books.external_id()
    [original] = load(books, key, sides("126.56"))["ids"]
    odoo.call("account.move", "action_post", ids=[original])
    reversal = loaded(books, sides("126.56", turned=True), "2026-11-21", reversed_entry_id__id=key)
    assert odoo.one("account.move", reversal, "reversed_entry_id")["reversed_entry_id"] == original
    odoo.call("account.move", "action_post", ids=[reversal])

    seen = odoo.one("account.move", original, "state", "reversal_move_ids", "reversed_entry_id")
    assert (seen["state"], seen["reversal_move_ids"], seen["reversed_entry_id"]) == (
        "posted", [reversal], False,
    )  # fmt: skip
    # Odoo itself closes what can be matched
    assert amounts(books, original, "reconciled", "amount_residual")[0] == (126.56, 0.0, True, 0.0)
    assert amounts(books, reversal, "reconciled", "amount_residual")[1] == (0.0, 126.56, True, 0.0)


def test_a_reversal_comes_in_one_batch_with_its_original(odoo: Json2, books: Books) -> None:
    first, second = books.external_id(), books.external_id()
    rows = books.rows(first) + books.rows(second, ("-10.00", "10.00"))
    for number, row in enumerate(rows):
        row.insert(5, first if number == 2 else "")
    fields = ["id", "move_type", "ref", "date", "journal_id/.id", "reversed_entry_id/id", *LINE_FIELDS]
    result = odoo.call("account.move", "load", fields=fields, data=rows)
    assert result["messages"] == []
    original, reversal = result["ids"]
    odoo.call("account.move", "action_post", ids=[original, reversal])
    assert odoo.one("account.move", original, "reversal_move_ids")["reversal_move_ids"] == [reversal]


def test_a_reversal_of_a_part_closes_a_part(odoo: Json2, books: Books) -> None:
    original = posted(books, sides("50.00"))
    head: dict[str, Any] = {"reversed_entry_id__.id": original}
    reversal = posted(books, sides("20.00", turned=True), **head)
    assert amounts(books, original, "reconciled", "amount_residual")[0] == (50.0, 0.0, False, 30.0)
    assert amounts(books, reversal, "reconciled")[1] == (0.0, 20.0, True)


def test_a_reversal_of_nothing_is_refused(books: Books) -> None:
    result = load(books, books.external_id(), sides("5.00"), reversed_entry_id__id="counterflow.nothing")
    assert result["ids"] is False
    [message] = result["messages"]
    assert message["field"] == "reversed_entry_id"
    assert message["message"].startswith(
        "No matching record found for external id 'counterflow.nothing' in field 'Reversal of'"
    )


# --- another currency


def in_currency(currency: tuple[str, str], given: tuple[str, str], books_amount: str) -> list[dict[str, str]]:
    """The same with the columns of another currency."""
    return [
        {**side, "currency_id": code, "amount_currency": amount}
        for side, code, amount in zip(sides(books_amount), currency, given, strict=True)
    ]


@pytest.mark.parametrize("code", ["USD", "EUR"])
def test_amounts_in_both_currencies_stay_as_given(odoo: Json2, books: Books, code: str) -> None:
    """By database id even a currency that is not switched on; no rate has a say."""
    [currency] = odoo.find("res.currency", [["name", "=", code]], "name")
    lines = [
        {**side, "currency_id/.id": str(currency["id"]), "amount_currency": amount}
        for side, amount in zip(sides("137.00"), ("100.00", "-100.00"), strict=True)
    ]
    entry = posted(books, lines)
    assert amounts(books, entry, "amount_currency", "currency_id") == [
        (137.0, 0.0, 100.0, currency["id"]),
        (0.0, 137.0, -100.0, currency["id"]),
    ]
    totals = odoo.one("account.move", entry, "amount_total", "amount_total_signed")
    assert (totals["amount_total"], totals["amount_total_signed"]) == (100.0, 137.0)


def test_lines_of_two_currencies_make_one_entry(books: Books) -> None:
    entry = posted(books, in_currency(("USD", "CAD"), ("100.00", "-137.00"), "137.00"))
    assert amounts(books, entry, "amount_currency") == [(137.0, 0.0, 100.0), (0.0, 137.0, -137.0)]


def test_a_difference_has_nothing_in_the_other_currency(books: Books) -> None:
    entry = posted(books, in_currency(("USD", "CAD"), ("0.00", "-1.37"), "1.37"))
    assert amounts(books, entry, "amount_currency") == [(1.37, 0.0, 0.0), (0.0, 1.37, -1.37)]


def test_in_the_books_own_currency_its_column_rules(books: Books) -> None:
    """Empty, it books nothing, whatever debit and credit say: it must be filled on every line."""
    entry = loaded(books, in_currency(("CAD", "CAD"), ("", ""), "137.00"))
    assert amounts(books, entry) == [(0.0, 0.0), (0.0, 0.0)]
    entry = loaded(books, in_currency(("CAD", "CAD"), ("99.00", "-99.00"), "137.00"))
    assert amounts(books, entry) == [(99.0, 0.0), (0.0, 99.0)]


@pytest.mark.parametrize(
    "currency, given, says",
    [
        (("USD", ""), ("100.00", "-100.00"), "Missing required value for the field 'Currency' (currency_id)"),
        (("USD", "USD"), ("-100.00", "100.00"), "account_move_line_check_amount_currency_balance_sign"),
        (("EUR", "EUR"), ("100.00", "-100.00"), "No matching record found for name 'EUR'"),
    ],
)
def test_what_makes_no_sense_in_a_currency_is_refused(
    books: Books, currency: tuple[str, str], given: tuple[str, str], says: str
) -> None:
    result = load(books, books.external_id(), in_currency(currency, given, "137.00"))
    assert result["ids"] is False and says in result["messages"][0]["message"]


# --- lock dates


@pytest.fixture
def lock(bookkeeper: Json2) -> Iterator[Any]:
    """Set a lock date of the company; all are lifted again."""
    [company] = bookkeeper.find("res.company", [], "name")
    names = ("fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date")

    def set_lock(name: str) -> None:
        bookkeeper.call("res.company", "write", ids=[company["id"]], vals={name: LOCK})

    yield set_lock
    bookkeeper.call("res.company", "write", ids=[company["id"]], vals=dict.fromkeys(names, False))


def taxed(odoo: Json2) -> list[dict[str, str]]:
    """A line that names the tax it is of."""
    [tax] = odoo.find("account.tax", [["name", "=", "13% HST"], ["type_tax_use", "=", "sale"]], "name")
    return [{**side, "tax_ids/.id": t} for side, t in zip(sides("5.00"), ("", str(tax["id"])), strict=True)]


@pytest.mark.parametrize(
    "name, journal, with_tax, moved",
    [
        ("fiscalyear_lock_date", "MISC", False, True),
        ("fiscalyear_lock_date", "BILL", False, True),
        ("tax_lock_date", "MISC", False, False),
        ("tax_lock_date", "MISC", True, True),
        ("sale_lock_date", "MISC", False, False),
        ("purchase_lock_date", "MISC", True, False),
        ("purchase_lock_date", "BILL", False, True),
    ],
)
def test_posting_into_a_locked_period_moves_the_date(
    odoo: Json2, books: Books, lock: Any, name: str, journal: str, with_tax: bool, moved: bool
) -> None:
    """Without a word: the month after the lock is over, so its last day."""
    lock(name)
    [found] = odoo.find("account.journal", [["code", "=", journal]], "code")
    lines = taxed(odoo) if with_tax else sides("5.00")
    entry = loaded(books, lines, LOCKED, **{"journal_id__.id": found["id"]})
    assert odoo.one("account.move", entry, "date")["date"] == LOCKED
    odoo.call("account.move", "action_post", ids=[entry])
    seen = odoo.one("account.move", entry, "state", "date", "name")
    assert (seen["state"], seen["date"]) == ("posted", FIRST_MONTH_ENDS if moved else LOCKED)
    if moved:
        assert seen["name"].startswith(f"{journal}/2026/03/")


def test_the_lock_day_is_locked_and_the_next_is_not(odoo: Json2, books: Books, lock: Any) -> None:
    lock("fiscalyear_lock_date")
    dates = [
        odoo.one("account.move", posted(books, sides("5.00"), day), "date")["date"]
        for day in (LOCK, "2026-03-01")
    ]
    assert dates == [FIRST_MONTH_ENDS, "2026-03-01"]


def test_a_posted_entry_of_a_locked_day_stays_posted(odoo: Json2, books: Books, lock: Any) -> None:
    entry = posted(books, sides("5.00"), LOCKED)
    lock("fiscalyear_lock_date")
    assert odoo.call("account.move", "write", ids=[entry], vals={"ref": "another"}) is True
    status, name, message = odoo.refused("account.move", "button_draft", ids=[entry])
    assert (status, name) == (422, "odoo.exceptions.UserError")
    assert "Global Lock Date (02/28/2026)" in message


def test_the_sync_reads_lock_dates_and_may_not_set_them(odoo: Json2, lock: Any) -> None:
    lock("tax_lock_date")
    [company] = odoo.find("res.company", [], "tax_lock_date", "hard_lock_date", "currency_id")
    assert (company["tax_lock_date"], company["hard_lock_date"]) == (LOCK, False)
    answer = odoo.refused("res.company", "write", ids=[company["id"]], vals={"tax_lock_date": False})
    assert answer[:2] == (403, "odoo.exceptions.AccessError")


# --- the bank


def bank_line(bookkeeper: Json2, amount: float, date: str = "2026-11-18") -> int:
    [journal] = bookkeeper.find("account.journal", [["code", "=", "BNK1"]], "code")
    return bookkeeper.make(
        "account.bank.statement.line",
        journal_id=journal["id"],
        date=date,
        amount=amount,
        payment_ref=f"PAYOUT {bookkeeper.tag}",
    )


@pytest.mark.parametrize("amount", [122.59, -15.0])
def test_a_bank_line_books_itself(odoo: Json2, books: Books, bookkeeper: Json2, amount: float) -> None:
    line = odoo.one(
        "account.bank.statement.line", bank_line(bookkeeper, amount),
        "date", "amount", "payment_ref", "move_id", "is_reconciled", "state",
    )  # fmt: skip
    assert (line["date"], line["amount"], line["payment_ref"]) == (
        "2026-11-18", amount, f"PAYOUT {odoo.tag}",
    )  # fmt: skip
    assert (line["is_reconciled"], line["state"]) == (False, "posted")
    entry = odoo.one("account.move", line["move_id"], "state", "name", "statement_line_id", "date", "ref")
    assert (entry["state"], entry["statement_line_id"], entry["ref"]) == ("posted", line["id"], False)
    assert entry["name"].startswith("BNK1/2026/0")
    accounts = {row["id"]: row["code"] for row in odoo.find("account.account", [], "code")}
    found = {
        accounts[account]: (debit, credit, name)
        for debit, credit, account, name in amounts(books, entry["id"], "account_id", "name")
    }
    into, out = (BANK, SUSPENSE) if amount > 0 else (SUSPENSE, BANK)
    text = line["payment_ref"]
    assert found == {into: (abs(amount), 0.0, text), out: (0.0, abs(amount), text)}


def test_a_bank_line_is_brought_in_once(odoo: Json2, bookkeeper: Json2) -> None:
    key = f"counterflow.bank_{odoo.tag}"
    fields = ["id", "date", "journal_id", "payment_ref", "amount"]
    row = [key, "2026-11-18", "BNK1", f"ONCE {odoo.tag}", "7.77"]
    first = bookkeeper.call("account.bank.statement.line", "load", fields=fields, data=[row])
    assert bookkeeper.call("account.bank.statement.line", "load", fields=fields, data=[row]) == first
    found = odoo.find("account.bank.statement.line", [["payment_ref", "=", row[3]]], "amount", "move_id")
    assert [line["id"] for line in found] == first["ids"]
    bookkeeper.call("account.bank.statement.line", "unlink", ids=first["ids"])
    assert odoo.find("account.move", [["id", "=", found[0]["move_id"]]]) == []


def test_a_bank_line_that_is_corrected_corrects_its_entry(
    odoo: Json2, books: Books, bookkeeper: Json2
) -> None:
    made = bank_line(bookkeeper, 10.0)
    entry = odoo.one("account.bank.statement.line", made, "move_id")["move_id"]
    changes = {"amount": 12.5, "payment_ref": f"CORRECTED {odoo.tag}"}
    bookkeeper.call("account.bank.statement.line", "write", ids=[made], vals=changes)
    assert amounts(books, entry, "name") == [
        (12.5, 0.0, changes["payment_ref"]), (0.0, 12.5, changes["payment_ref"]),
    ]  # fmt: skip


def test_the_year_is_not_closed_over_open_bank_lines(odoo: Json2, bookkeeper: Json2) -> None:
    bank_line(bookkeeper, 5.0, LOCKED)
    [company] = odoo.find("res.company", [], "name")
    status, name, message = bookkeeper.refused(
        "res.company", "write", ids=[company["id"]], vals={"fiscalyear_lock_date": LOCK}
    )
    assert (status, name) == (500, "odoo.exceptions.RedirectWarning")
    assert "unreconciled bank statement lines" in message
    bookkeeper.tidy()


# --- currency rates


def test_a_rate_is_units_per_one_of_the_companys(odoo: Json2, bookkeeper: Json2) -> None:
    [usd] = odoo.find("res.currency", [["name", "=", "USD"]], "active")
    assert usd["active"] is True
    values = {"currency_id": usd["id"], "name": "2015-01-05", "inverse_company_rate": 1.3712}
    made = bookkeeper.make("res.currency.rate", **values)
    rate = odoo.one("res.currency.rate", made, "name", "rate", "currency_id", "company_id")
    assert (rate["name"], rate["currency_id"]) == ("2015-01-05", usd["id"]) and rate["company_id"]
    assert rate["rate"] == 1 / 1.3712
    again = bookkeeper.refused("res.currency.rate", "create", vals_list=[values])
    assert again[:2] == (422, "odoo.exceptions.ValidationError") and "one currency rate per day" in again[2]
    forbidden = odoo.refused("res.currency.rate", "create", vals_list=[{**values, "name": "2015-01-12"}])
    assert forbidden[:2] == (403, "odoo.exceptions.AccessError")
