"""Odoo 19 over JSON-2: journal entries, each once. The same against the real server and ours."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.contract.conftest import at_once
from tests.contract.odoo_client import Books, Json2


def test_an_entry_is_loaded_posted_and_read_back(odoo: Json2, books: Books) -> None:
    key = books.external_id()
    result = books.load(books.rows(key, ("126.56", "-100.00", "-12.00", "-14.56", "3.97", "-3.97")))
    assert result["messages"] == [] and len(result["ids"]) == 1
    [entry] = result["ids"]
    assert odoo.one("account.move", entry, "state", "name")["name"] is False
    odoo.call("account.move", "action_post", ids=[entry])
    posted = odoo.one("account.move", entry, "state", "name", "date", "move_type", "amount_total")
    assert (posted["state"], posted["date"], posted["move_type"]) == ("posted", "2026-11-20", "entry")
    assert posted["amount_total"] == 130.53 and posted["name"]
    assert [(row["debit"], row["credit"]) for row in books.lines(entry)] == [
        (126.56, 0.0), (0.0, 100.0), (0.0, 12.0), (0.0, 14.56), (3.97, 0.0), (0.0, 3.97),
    ]  # fmt: skip
    status, name, message = odoo.refused("account.move", "action_post", ids=[entry])
    assert (status, name) == (422, "odoo.exceptions.UserError") and "must be in draft" in message
    assert odoo.refused("account.move", "unlink", ids=[entry])[:2] == (422, "odoo.exceptions.UserError")


def test_four_clients_load_one_entry(odoo: Json2, books: Books) -> None:
    keys = [books.external_id() for _ in range(4)]
    for key in keys:
        answers = at_once(4, partial(_load_alone, odoo, books, key))
        assert any(answer["ids"] for answer in answers)
        for answer in answers:
            assert answer["ids"] or answer["messages"][0]["type"] == "error"
    ids = [books.look_up(key) for key in keys]
    assert len(set(ids)) == 4 and None not in ids
    for entry in ids:
        assert entry is not None and len(books.lines(entry)) == 2
    names = odoo.call("account.move", "get_external_id", ids=ids)
    assert [names[str(entry)] for entry in ids] == keys
    odoo.call("account.move", "unlink", ids=ids)


def _load_alone(odoo: Json2, books: Books, key: str, _: int) -> dict[str, Any]:
    with odoo.another() as client:
        return books.load(books.rows(key, ref=key), client)


def test_a_repeated_load_doubles_nothing(odoo: Json2, books: Books) -> None:
    rows = books.rows(books.external_id())
    first = books.load(rows)
    assert books.load(rows) == first
    assert len(books.lines(first["ids"][0])) == 2
    odoo.call("account.move", "action_post", ids=first["ids"])
    again = books.load(rows)
    assert again["ids"] is False
    assert "readonly fields on a posted move" in again["messages"][0]["message"]
    assert len(books.lines(first["ids"][0])) == 2


def test_a_reference_is_not_unique(odoo: Json2, books: Books) -> None:
    ref = f"Same {odoo.tag}"
    ids = [books.load(books.rows(books.external_id(), ref=ref))["ids"][0] for _ in range(2)]
    assert [row["id"] for row in odoo.find("account.move", [["ref", "=", ref]], "id")] == ids
    odoo.call("account.move", "unlink", ids=ids)


@pytest.mark.parametrize("amounts", [("10.00", "-9.99"), ("10.00", "-3.335", "-3.335", "-3.33")])
def test_an_entry_that_does_not_balance_is_refused(
    odoo: Json2, books: Books, amounts: tuple[str, ...]
) -> None:
    key = books.external_id()
    result = books.load(books.rows(key, amounts))
    assert result["ids"] is False
    assert result["messages"][0]["message"] == "The entry is not balanced."
    assert result["messages"][0]["rows"] == {"from": 0, "to": len(amounts) - 1}
    assert books.look_up(key) is None


def test_a_batch_is_loaded_whole_or_not_at_all(odoo: Json2, books: Books) -> None:
    good, bad = books.external_id(), books.external_id()
    assert books.load(books.rows(good) + books.rows(bad, ("10.00", "-9.00")))["ids"] is False
    assert books.look_up(good) is None and books.look_up(bad) is None
    third = books.external_id()
    both = books.load(books.rows(good) + books.rows(third))["ids"]
    assert both == [books.look_up(good), books.look_up(third)]
    odoo.call("account.move", "unlink", ids=both)
    assert books.look_up(good) is None


def test_an_unknown_account_or_date_is_named(books: Books) -> None:
    rows = books.rows(books.external_id())
    rows[1][6] = 2_000_000_000
    [message] = books.load(rows)["messages"]
    assert message["field"] == "line_ids" and "2000000000" in message["message"]
    result = books.load(books.rows(books.external_id(), date="20 Nov"))
    assert result["ids"] is False and "does not seem to be a valid date" in result["messages"][0]["message"]


def test_a_long_text_and_a_late_date_are_taken(odoo: Json2, books: Books) -> None:
    rows = books.rows(books.external_id(), date="2199-01-01")
    rows[0][7] = "🍁 \"'" + "x" * 10_000
    [entry] = books.load(rows)["ids"]
    assert odoo.one("account.move", entry, "date")["date"] == "2199-01-01"
    assert books.lines(entry)[0]["name"] == rows[0][7]
    odoo.call("account.move", "unlink", ids=[entry])


def test_a_rolled_back_external_id_is_false_or_an_error(odoo: Json2, books: Books) -> None:
    """Odoo's cache may keep the id of what it rolled back: `false` means absent as much as the error does."""
    key = books.external_id()
    books.load(books.rows(key) + books.rows(books.external_id(), ("10.00", "-9.00")))
    module, name = key.split(".")
    answer = odoo.post("ir.model.data", "check_object_reference", module=module, xml_id=name)
    assert answer.status_code == 500 or answer.json() == ["account.move", False]
    assert books.look_up(key) is None


def test_an_absent_external_id_is_a_value_error(odoo: Json2) -> None:
    arguments = {"module": "counterflow", "xml_id": f"absent_{odoo.tag}"}
    status, name, message = odoo.refused("ir.model.data", "check_object_reference", **arguments)
    assert (status, name) == (500, "builtins.ValueError") and "not found" in message
