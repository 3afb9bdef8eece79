"""Our own connectors on a whole Odoo, real or ours: what is made there lands, what is due is posted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.warehouse import Warehouse, connect, ensure_raw_tables
from extractors.base import extract
from extractors.odoo import Odoo
from tests.contract.conftest import Relay, at_once
from tests.contract.ledger import Ledger
from tests.contract.odoo_client import Books, Json2, product, set_stock


@pytest.fixture
def landing(warehouse: Connection) -> Iterator[Warehouse]:
    """A warehouse with the raw tables of Odoo, and an outbound table of ledger entries."""
    with connect(warehouse) as open_warehouse:
        ensure_raw_tables(open_warehouse, "odoo", [resource.lands_in for resource in Odoo.resources])
        open_warehouse.execute(
            """
            create table outbound.out_odoo__ledger_entries (
                write_key text primary key, write_kind text, payload jsonb, payload_hash text,
                hold_class text, hold_reason text, build_id bigint, total_amount numeric
            )
            """
        )
        open_warehouse.commit()
        yield open_warehouse


def raw(landing: Warehouse, resource: str, key: object) -> dict[str, Any] | None:
    row = landing.execute(f"select * from raw.odoo__{resource} where key = %s", [str(key)]).fetchone()
    landing.commit()
    return row


# --- reading


def test_what_is_made_lands_as_odoo_gave_it(
    odoo: Json2, landing: Warehouse, warehouse: Connection, warehouse_location: int
) -> None:
    made = product(odoo, barcode=f"{odoo.tag}-land", weight=0.5)
    set_stock(odoo, made, warehouse_location, 7)
    only = ("product_product", "stock_quant")
    counts = extract(Odoo(), odoo.connection, warehouse, "run 1", only=only)
    assert all(count.error is None and count.counts.refused == 0 for count in counts)

    found = raw(landing, "product_product", made)
    assert found and found["payload"]["barcode"] == f"{odoo.tag}-land" and found["payload"]["weight"] == 0.5
    assert found["payload"]["product_tmpl_id"] > 0  # a plain id, not a pair
    assert f"{found['changed_at']:%Y-%m-%d %H:%M:%S}" == found["payload"]["write_date"]
    quant = raw(landing, "stock_quant", f"{made}:{warehouse_location}")
    assert quant and (quant["payload"]["quantity"], quant["payload"]["reserved_quantity"]) == (7, 0)

    extract(Odoo(), odoo.connection, warehouse, "run 2", only=only)
    again = raw(landing, "product_product", made)
    assert again and again["version"] == found["version"]


def test_a_change_and_an_archiving_are_seen(odoo: Json2, landing: Warehouse, warehouse: Connection) -> None:
    made = product(odoo)
    extract(Odoo(), odoo.connection, warehouse, "run 1", only=("product_product",))
    odoo.call("product.product", "write", ids=[made], vals={"name": f"Renamed {odoo.tag}", "active": False})
    extract(Odoo(), odoo.connection, warehouse, "run 2", only=("product_product",))
    found = raw(landing, "product_product", made)
    assert found and found["payload"]["name"] == f"Renamed {odoo.tag}" and found["payload"]["active"] is False
    earlier = raw(landing, "product_product__history", made)
    assert earlier and earlier["payload"]["active"] is True


def test_the_census_finds_what_was_deleted(odoo: Json2, landing: Warehouse, warehouse: Connection) -> None:
    gone = odoo.make("res.partner", name=f"Gone {odoo.tag}")
    extract(Odoo(), odoo.connection, warehouse, "run 1", only=("res_partner",))
    odoo.call("res.partner", "unlink", ids=[gone])
    extract(Odoo(), odoo.connection, warehouse, "run 2", only=("res_partner",))
    kept = raw(landing, "res_partner", gone)
    assert kept and kept["deleted_at"] is None
    extract(Odoo(), odoo.connection, warehouse, "run 3", only=("res_partner",), census=True)
    marked = raw(landing, "res_partner", gone)
    assert marked and marked["deleted_at"] is not None


def test_an_entry_lands_with_its_external_id(
    odoo: Json2, books: Books, landing: Warehouse, warehouse: Connection
) -> None:
    key = books.external_id()
    [entry] = books.load(books.rows(key))["ids"]
    extract(Odoo(), odoo.connection, warehouse, "run 1", only=("account_move", "account_move_line"))
    found = raw(landing, "account_move", entry)
    assert found and found["payload"]["external_id"] == key and found["payload"]["state"] == "draft"
    for line in books.lines(entry):
        landed = raw(landing, "account_move_line", line["id"])
        assert landed and landed["payload"]["move_id"] == entry
    odoo.call("account.move", "unlink", ids=[entry])


def test_what_the_ledger_looks_up_lands(
    odoo: Json2, bookkeeper: Json2, landing: Warehouse, warehouse: Connection
) -> None:
    [journal] = odoo.find("account.journal", [["code", "=", "BNK1"]], "code")
    values = {"journal_id": journal["id"], "amount": -15.0, "payment_ref": f"FEE {odoo.tag}"}
    line = bookkeeper.make("account.bank.statement.line", date="2026-11-18", **values)
    [usd] = odoo.find("res.currency", [["name", "=", "USD"]], "name")
    rate = bookkeeper.make("res.currency.rate", currency_id=usd["id"], name="2015-03-02", rate=0.8)
    only = ("account_bank_statement_line", "res_currency_rate", "res_company", "res_country")
    counts = extract(Odoo(), odoo.connection, warehouse, "run 1", only=only)
    assert all(count.error is None and count.counts.refused == 0 for count in counts)
    found = raw(landing, "account_bank_statement_line", line)
    assert found and found["payload"] | values == found["payload"]
    assert (found["payload"]["date"], found["payload"]["is_reconciled"]) == ("2026-11-18", False)
    assert found["payload"]["move_id"] > 0
    landed = raw(landing, "res_currency_rate", rate)
    assert landed and (landed["payload"]["name"], landed["payload"]["rate"]) == ("2015-03-02", 0.8)
    [company] = odoo.find("res.company", [], "name", "currency_id")
    own = raw(landing, "res_company", company["id"])
    assert own and own["payload"] | company == own["payload"] and own["payload"]["hard_lock_date"] is False
    [canada] = odoo.find("res.country", [["code", "=", "CA"]], "name")
    assert (raw(landing, "res_country", canada["id"]) or {})["payload"]["code"] == "CA"

    # its date is its entry's, whose change leaves the line's own date of writing alone
    bookkeeper.call("account.bank.statement.line", "write", ids=[line], vals={"date": "2026-11-19"})
    extract(Odoo(), odoo.connection, warehouse, "run 2", only=only)
    moved = raw(landing, "account_bank_statement_line", line)
    assert moved and moved["payload"]["date"] == "2026-11-19"


def test_a_wrong_key_is_told_without_the_key(odoo: Json2, landing: Warehouse, warehouse: Connection) -> None:
    wrong = replace(odoo.connection, password="0123456789abcdef0123")
    with pytest.raises(Misconfigured) as told:
        extract(Odoo(), wrong, warehouse, "run 1", only=("res_currency",))
    assert "odoo" in str(told.value) and "0123456789" not in str(told.value)


# --- writing


@pytest.fixture
def ledger(landing: Warehouse, warehouse: Connection, books: Books) -> Ledger:
    return Ledger(landing, warehouse, books)


def test_entries_are_posted_once_and_read_back(ledger: Ledger) -> None:
    keys = [ledger.due() for _ in range(3)]
    assert ledger.deliver().confirmed == 3
    for key in keys:
        [entry] = ledger.entries(key)
        assert (entry["state"], entry["date"]) == ("posted", "2026-11-20")
        write = ledger.write(key)
        assert (write["status"], write["drift"]) == ("confirmed", None)
        assert (write["target_id"], write["target_name"]) == (str(entry["id"]), entry["name"])
        lines = ledger.books.lines(entry["id"])
        assert [(line["debit"], line["credit"]) for line in lines] == [
            (126.56, 0.0),
            (0.0, 112.0),
            (0.0, 14.56),
        ]
    again = ledger.deliver()
    assert (again.planned, again.confirmed) == (0, 0)
    assert all(len(ledger.entries(key)) == 1 for key in keys)


def test_a_reversal_names_what_it_reverses_in_the_same_delivery(ledger: Ledger) -> None:
    original = ledger.due()
    reversal = ledger.due(("-126.56", "112.00", "14.56"), reverses=ledger.payload(original)["external_id"])
    assert ledger.deliver().confirmed == 2
    [first], [second] = ledger.entries(original), ledger.entries(reversal)
    moves = ledger.books.odoo.find("account.move", [["id", "=", second["id"]]], "reversed_entry_id")
    assert moves[0]["reversed_entry_id"] == first["id"]
    assert first["state"] == second["state"] == "posted"


def test_lines_in_another_currency_keep_both_amounts_beside_entries_that_have_none(ledger: Ledger) -> None:
    plain = ledger.due()
    foreign = ledger.due(("137.00", "-137.00"), currencies={"1": ("USD", "100.00"), "2": ("USD", "-100.00")})
    assert ledger.deliver().confirmed == 2
    [entry] = ledger.entries(foreign)
    fields = ("debit", "credit", "amount_currency")
    lines = ledger.books.odoo.find("account.move.line", [["move_id", "=", entry["id"]]], *fields)
    amounts = sorted(tuple(line[name] for name in fields) for line in lines)
    assert amounts == [(0.0, 137.0, -100.0), (137.0, 0.0, 100.0)]
    [entry] = ledger.entries(plain)
    lines = ledger.books.odoo.find("account.move.line", [["move_id", "=", entry["id"]]], *fields)
    assert all(line["amount_currency"] == line["debit"] - line["credit"] for line in lines)


def test_a_lock_that_came_meanwhile_holds_the_entry(ledger: Ledger, bookkeeper: Json2) -> None:
    key = ledger.due(date="2026-02-10")  # before any story's first entry
    [company] = bookkeeper.find("res.company", [], "id")
    bookkeeper.call("res.company", "write", ids=[company["id"]], vals={"fiscalyear_lock_date": "2026-02-28"})
    try:
        assert ledger.deliver().held == 1
    finally:
        bookkeeper.call("res.company", "write", ids=[company["id"]], vals={"fiscalyear_lock_date": False})
    assert ledger.entries(key) == [] and "locked to 2026-02-28" in ledger.write(key)["reason"]
    assert ledger.deliver().confirmed == 1


def test_a_plan_posts_nothing(ledger: Ledger) -> None:
    key = ledger.due()
    plan = ledger.deliver(plan_only=True)
    assert plan.planned == 1 and key in plan.lines[0]
    assert ledger.entries(key) == []


@pytest.mark.parametrize("call", ["/account.move/load", "/account.move/action_post"])
def test_an_answer_that_is_lost_doubles_nothing(
    ledger: Ledger, relay: Callable[[Connection], Relay], call: str
) -> None:
    key = ledger.due()
    between = relay(ledger.books.odoo.connection)
    between.swallow_next(call)
    assert ledger.deliver(between.connection).unknown == 1
    assert ledger.write(key)["status"] == "unknown"
    assert len(ledger.entries(key)) == 1  # it took effect
    assert ledger.deliver(between.connection).confirmed == 1
    [entry] = ledger.entries(key)
    assert entry["state"] == "posted" and len(ledger.books.lines(entry["id"])) == 3


def test_four_deliveries_at_once_post_once(ledger: Ledger) -> None:
    keys = [ledger.due() for _ in range(4)]
    at_once(4, lambda _: ledger.deliver())
    for key in keys:
        [entry] = ledger.entries(key)
        assert entry["state"] == "posted" and len(ledger.books.lines(entry["id"])) == 3
        assert ledger.write(key)["status"] == "confirmed"


def test_an_entry_that_somebody_posted_already_is_confirmed(ledger: Ledger) -> None:
    key = ledger.due()
    rows = ledger.books.rows(f"counterflow.{key}", ("126.56", "-112.00", "-14.56"), ref=f"Web order {key}")
    [entry] = ledger.books.load(rows)["ids"]
    ledger.books.odoo.call("account.move", "action_post", ids=[entry])
    assert ledger.deliver().already_true == 1
    assert ledger.write(key)["target_id"] == str(entry)


def test_an_entry_that_does_not_balance_is_refused(ledger: Ledger) -> None:
    keys = [ledger.due(("10.00", "-9.99")), ledger.due(("10.00", "-3.335", "-3.335", "-3.33"))]
    assert ledger.deliver().refused == 2
    for key in keys:
        write = ledger.write(key)
        assert write["status"] == "refused" and "not balanced" in write["reason"]
        assert ledger.entries(key) == []


def test_one_bad_entry_holds_no_other(ledger: Ledger) -> None:
    good, bad, later = ledger.due(), ledger.due(("10.00", "-9.99")), ledger.due()
    summary = ledger.deliver()
    assert (summary.confirmed, summary.refused) == (2, 1)
    write = ledger.write(bad)
    assert write["status"] == "refused" and "not balanced" in write["reason"]
    assert ledger.entries(bad) == []
    assert [ledger.write(key)["status"] for key in (good, later)] == ["confirmed", "confirmed"]


def test_an_account_that_odoo_lacks_is_named(ledger: Ledger) -> None:
    lines = [{"line_key": "1", "account_code": "000000", "name": "x", "debit": "1.00", "credit": "0.00"}]
    key = ledger.due(lines=lines)
    assert ledger.deliver().held == 1
    write = ledger.write(key)
    assert (write["status"], write["reason_class"]) == ("held", "mapping_missing") and "000000" in write[
        "reason"
    ]


def test_a_long_name_with_anything_in_it_is_posted(ledger: Ledger) -> None:
    name = "🍁 \"'\\ <b>" + "x" * 10_000
    books = ledger.books
    lines = [
        {
            "line_key": "1",
            "account_code": books.debit["code"],
            "name": name,
            "debit": "5.00",
            "credit": "0.00",
        },
        {
            "line_key": "2",
            "account_code": books.credit["code"],
            "name": name,
            "debit": "0.00",
            "credit": "5.00",
        },
    ]
    key = ledger.due(lines=lines)
    assert ledger.deliver().confirmed == 1
    [entry] = ledger.entries(key)
    assert books.lines(entry["id"])[0]["name"] == name


def test_a_server_that_is_gone_leaves_the_row_planned(ledger: Ledger) -> None:
    key = ledger.due()
    nowhere = replace(ledger.books.odoo.connection, scheme="http", host="127.0.0.1", port=9)
    with pytest.raises(Exception, match="no connection"):
        ledger.deliver(nowhere)
    assert ledger.write(key)["status"] == "planned"
    assert ledger.deliver().confirmed == 1
