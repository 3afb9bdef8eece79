"""The Odoo stand-in's books: balance, posting, locks, reversal, and entries loaded exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import sandbox
from tests.sandbox.json2 import Json2

SALE = (("111510", 10.0, 0.0), ("411110", 0.0, 10.0))
COLUMNS = ["id", "ref", "date", "journal_id/.id", "line_ids/id", "line_ids/account_id/.id", "line_ids/debit"]
COLUMNS += ["line_ids/credit"]


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=20, seed=3, systems=("odoo",)) as world:
        yield world


@pytest.fixture(scope="module")
def odoo(world: sandbox.World) -> Json2:
    return Json2(world)


def rows(
    odoo: Json2, name: str, debit: str = "10.00", credit: str = "10.00", ref: str = "ref"
) -> list[list[Any]]:
    [journal] = odoo.find("account.journal", [["code", "=", "MISC"]])
    external = f"counterflow.{name}"
    accounts = (str(odoo.account("111510")), str(odoo.account("411110")))
    return [
        [external, ref, "2026-11-20", str(journal["id"]), f"{external}_1", accounts[0], debit, "0"],
        ["", "", "", "", f"{external}_2", accounts[1], "0", credit],
    ]


def load(odoo: Json2, data: list[list[Any]]) -> dict[str, Any]:
    return dict(odoo.call("account.move", "load", fields=COLUMNS, data=data))


def lines(odoo: Json2, move: int) -> list[tuple[float, float]]:
    found = odoo.find("account.move.line", [["move_id", "=", move]], "debit", "credit")
    return [(row["debit"], row["credit"]) for row in found]


def test_an_entry_is_a_draft_until_it_is_posted(odoo: Json2) -> None:
    move = odoo.entry(*SALE, ref="sale")
    draft = odoo.one("account.move", move, "name", "state", "display_name", "amount_total")
    assert draft == {
        "id": move,
        "name": False,
        "state": "draft",
        "display_name": "Draft Entry (sale)",
        "amount_total": 10.0,
    }
    assert odoo.call("account.move", "action_post", ids=[move]) is False
    posted = odoo.one("account.move", move, "name", "state", "date", "display_name")
    assert posted["name"].startswith("MISC/2026/11/00") and posted["state"] == "posted"
    assert posted["display_name"] == f"{posted['name']} (sale)"
    [first, _] = odoo.find(
        "account.move.line", [["move_id", "=", move]], "parent_state", "move_name", "balance"
    )
    assert (first["parent_state"], first["move_name"], first["balance"]) == ("posted", posted["name"], 10.0)


@pytest.mark.parametrize(
    "amounts",
    [
        (("111510", 10.0, 0.0), ("411110", 0.0, 9.0)),
        (("111510", 10.0, 0.0), ("411110", 0.0, 3.335), ("411110", 0.0, 3.335), ("411110", 0.0, 3.33)),
    ],
)
def test_lines_are_rounded_one_by_one_and_must_balance(odoo: Json2, amounts: Any) -> None:
    commands = [
        [0, 0, {"account_id": odoo.account(code), "debit": debit, "credit": credit}]
        for code, debit, credit in amounts
    ]
    refused = odoo.refused("account.move", "create", vals_list=[{"line_ids": commands}])
    assert refused == (422, "odoo.exceptions.UserError", "The entry is not balanced.")


def test_a_posted_entry_is_untouchable_but_for_its_reference(odoo: Json2) -> None:
    move = odoo.entry(*SALE)
    odoo.call("account.move", "action_post", ids=[move])
    line = odoo.find("account.move.line", [["move_id", "=", move]])[0]["id"]
    assert odoo.refused("account.move", "action_post", ids=[move])[0] == 422
    assert "readonly" in odoo.refused("account.move", "write", ids=[move], vals={"date": "2026-11-21"})[2]
    assert odoo.refused("account.move.line", "write", ids=[line], vals={"debit": 11})[0] == 422
    assert odoo.refused("account.move.line", "unlink", ids=[line])[0] == 422
    assert "posted" in odoo.refused("account.move", "unlink", ids=[move])[2]
    assert odoo.call("account.move", "write", ids=[move], vals={"ref": "another"}) is True
    assert lines(odoo, move) == [(10.0, 0.0), (0.0, 10.0)]


def test_nothing_cannot_be_posted(odoo: Json2) -> None:
    empty = odoo.make("account.move")
    assert "magicians" in odoo.refused("account.move", "action_post", ids=[empty])[2]


def test_posting_into_a_locked_period_moves_the_date(world: sandbox.World, odoo: Json2) -> None:
    move = odoo.entry(*SALE, date="2026-01-15")
    try:
        world.call(lambda: odoo.stand_in.lock_books("2026-02-28"))
        odoo.call("account.move", "action_post", ids=[move])
    finally:
        world.call(lambda: odoo.stand_in.lock_books(""))
    found = odoo.one("account.move", move, "date", "name")
    assert found["date"] == "2026-03-31" and found["name"].startswith("MISC/2026/03/")


def test_a_reversal_is_a_second_entry(odoo: Json2) -> None:
    move = odoo.entry(*SALE)
    odoo.call("account.move", "action_post", ids=[move])
    journal = odoo.one("account.move", move, "journal_id")["journal_id"]
    [wizard] = odoo.call(
        "account.move.reversal",
        "create",
        vals_list=[{"date": "2026-11-24", "reason": "wrong", "journal_id": journal}],
        context={"active_model": "account.move", "active_ids": [move]},
    )
    action = odoo.call("account.move.reversal", "reverse_moves", ids=[wizard])
    counter = odoo.one("account.move", action["res_id"], "state", "ref", "reversed_entry_id", "date")
    name = odoo.one("account.move", move, "name")["name"]
    assert (counter["state"], counter["reversed_entry_id"], counter["date"]) == ("posted", move, "2026-11-24")
    assert counter["ref"] == f"Reversal of: {name}, wrong"
    assert lines(odoo, counter["id"]) == [(0.0, 10.0), (10.0, 0.0)]
    assert odoo.one("account.move", move, "reversal_move_ids")["reversal_move_ids"] == [counter["id"]]


def test_loading_again_changes_nothing_but_what_is_new(odoo: Json2) -> None:
    first = load(odoo, rows(odoo, "again"))
    assert first == {"ids": first["ids"], "messages": [], "nextrow": 0}
    assert load(odoo, rows(odoo, "again", ref="new"))["ids"] == first["ids"]
    [move] = first["ids"]
    assert odoo.one("account.move", move, "ref")["ref"] == "new"
    assert lines(odoo, move) == [(10.0, 0.0), (0.0, 10.0)]
    assert odoo.call("account.move", "get_external_id", ids=[move]) == {str(move): "counterflow.again"}
    reference = {"module": "counterflow", "xml_id": "again"}
    assert odoo.call("ir.model.data", "check_object_reference", **reference) == ["account.move", move]
    assert odoo.call("account.move", "get_metadata", ids=[move])[0]["xmlid"] == "counterflow.again"


def test_lines_without_external_ids_are_added_twice(odoo: Json2) -> None:
    columns = [name for name in COLUMNS if name != "line_ids/id"]
    data = [row[:4] + row[5:] for row in rows(odoo, "nolines")]
    for _ in range(2):
        [move] = odoo.call("account.move", "load", fields=columns, data=data)["ids"]
    assert len(lines(odoo, move)) == 4


def test_a_batch_is_loaded_whole_or_not_at_all(odoo: Json2) -> None:
    answer = load(odoo, rows(odoo, "good") + rows(odoo, "bad", credit="9.00"))
    assert answer["ids"] is False
    assert {message["message"] for message in answer["messages"]} == {"The entry is not balanced."}
    assert (
        odoo.refused("ir.model.data", "check_object_reference", module="counterflow", xml_id="good")[0] == 500
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({6: "abc"}, "'abc' does not seem to be a number for field 'Journal Items/Debit'"),
        ({5: "99999"}, "No matching record found for database id '99999' in field 'Journal Items/Account'"),
        ({2: "2026-13-40"}, "'2026-13-40' does not seem to be a valid date for field 'Date'"),
    ],
)
def test_what_cannot_be_read_is_a_message(odoo: Json2, change: dict[int, str], message: str) -> None:
    data = rows(odoo, "unreadable")
    for column, value in change.items():
        data[0][column] = value
    answer = load(odoo, data)
    assert answer["ids"] is False and answer["messages"][0]["message"] == message
    assert answer["messages"][0]["rows"] == {"from": 0, "to": 1}


def test_a_posted_entry_is_not_loaded_over(odoo: Json2) -> None:
    [move] = load(odoo, rows(odoo, "posted"))["ids"]
    odoo.call("account.move", "action_post", ids=[move])
    answer = load(odoo, rows(odoo, "posted", "11.00", "11.00"))
    assert answer["ids"] is False and "posted move: date, line_ids" in answer["messages"][0]["message"]
    assert lines(odoo, move) == [(10.0, 0.0), (0.0, 10.0)]


def test_of_racing_clients_one_wins_and_the_others_are_told(odoo: Json2) -> None:
    data = rows(odoo, "race")
    clients = [odoo.another() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda client: load(client, data), clients))
    winners = [answer["ids"] for answer in answers if answer["ids"]]
    losers = [answer["messages"][0]["message"] for answer in answers if not answer["ids"]]
    assert winners and all(ids == winners[0] for ids in winners)
    assert losers == ["could not serialize access due to concurrent update\n"] * (4 - len(winners))
    assert lines(odoo, winners[0][0]) == [(10.0, 0.0), (0.0, 10.0)]
    assert odoo.world.truth["odoo"]["external_ids"]["counterflow.race"] == 1


def test_searching_before_creating_does_not_make_it_once(odoo: Json2) -> None:
    def find_or_create(client: Json2) -> None:
        if not client.find("account.move", [["ref", "=", "not unique"]]):
            client.entry(*SALE, ref="not unique")

    clients = [odoo.another() for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(find_or_create, clients))
    assert len(odoo.find("account.move", [["ref", "=", "not unique"]])) > 1


def test_group_taxes_say_nothing_of_their_rate(odoo: Json2) -> None:
    [group] = odoo.find(
        "account.tax",
        [["name", "=", "14.975% GST+QST"], ["type_tax_use", "=", "sale"]],
        "amount",
        "amount_type",
        "children_tax_ids",
    )
    assert (group["amount"], group["amount_type"]) == (100.0, "group")
    members = odoo.call("account.tax", "read", ids=group["children_tax_ids"], fields=["amount"])
    assert [row["amount"] for row in members] == [5.0, 9.975]


def test_ten_thousand_letters_and_signs_are_kept(odoo: Json2) -> None:
    text = "\N{SNOWMAN}\"' " + "x" * 10_000
    move = odoo.entry(*SALE, ref=text)
    assert odoo.one("account.move", move, "ref")["ref"] == text
