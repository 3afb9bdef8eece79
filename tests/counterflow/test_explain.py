"""Any figure of a synced world, back to the payloads; an order, forward to its entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from connections.errors import Rejected
from counterflow.__main__ import main
from counterflow.explain import explain
from tests.synced import Synced

Row = dict[str, Any]


@pytest.fixture(scope="module")
def find(in_step: Synced) -> Iterator[Callable[..., list[Row]]]:
    """Rows of a warehouse after two syncs: the second read what the first posted."""
    with in_step.in_environment():
        yield in_step.rows


def told(*what: str, whole: bool = False, show_all: bool = False) -> str:
    said: list[str] = []
    explain(what, whole=whole, show_all=show_all, say=said.append)
    return "\n".join(said)


def unwrapped(text: str) -> str:
    """The text without the tree's lines and wraps, to look for sentences in."""
    return " ".join(re.sub(r"^[│├└─ ]+", "", line) for line in text.splitlines())


@pytest.fixture(scope="module")
def paid(find: Any) -> Row:
    """A web order that was paid by card, paid out and posted."""
    [order] = find(
        """
        select orders.*, payments.charge_id_stripe, payments.payout_id_stripe, events.base_key
        from marts.orders as orders
        inner join marts.payments as payments on orders.order_id = payments.order_id
        inner join marts.ledger_events as events on orders.order_id = events.order_id and events.is_posted
        where payments.payout_id_stripe is not null and events.event_kind = 'sale'
        order by orders.order_id limit 1
        """
    )
    return order  # type: ignore[no-any-return]


def test_an_order_forward_to_its_payout_bank_line_and_entries(find: Any, paid: Row) -> None:
    text = unwrapped(told(paid["order_number"]))
    assert f"Order #{paid['order_number']} ({paid['order_id']})" in text
    assert f"raw.woocommerce__orders {paid['order_id_woocommerce']}: version" in text
    assert f"raw.stripe__charges {paid['charge_id_stripe']}: version" in text
    assert f"payout {paid['payout_id_stripe']}, paid" in text
    assert "bank line odoo:" in text
    assert f"({paid['base_key']}): confirmed" in text
    assert "read back: equal, field by field" in text
    assert "written besides" in text and "stock level" in text
    assert "reconciliation: everything agrees" in text
    assert told(paid["order_id"]) == told(paid["order_number"]) == told("order", f"#{paid['order_number']}")


def test_every_line_names_its_account_role_and_setting(find: Any, paid: Row) -> None:
    text = unwrapped(told(paid["order_number"]))
    lines = find("select * from marts.ledger_lines_due where event_id = %s", paid["base_key"])
    assert len(lines) > 3
    for line in lines:
        assert re.search(
            rf"{line['account_code']} [^<]*{line['line_name']} <- {line['role']}: \[accounts\]", text
        )
    assert '[accounts] "sales" = "411110"' in text
    assert "int_sales_posted.sql" in text and "The lines of each sale that is due" in text
    assert "DOES NOT BALANCE" not in text


def test_persons_are_masked_unless_the_payload_is_asked_for(find: Any, paid: Row) -> None:
    [record] = find(
        "select payload from raw.woocommerce__orders where key = %s", str(paid["order_id_woocommerce"])
    )
    billing = record["payload"]["billing"]
    private = [
        billing[name] for name in ("first_name", "last_name", "email", "phone", "address_1", "postcode")
    ]
    text = unwrapped(told(paid["order_number"]))
    assert not [word for word in private if word and word in text]
    assert billing["state"] in text
    whole = unwrapped(told(paid["order_number"], whole=True))
    assert billing["email"] in whole
    assert record["payload"]["order_key"] not in text + whole, "what opens doors is never shown"


def test_an_entry_back_to_the_payloads_by_any_of_its_names(find: Any, paid: Row) -> None:
    [posting] = find("select * from marts.ledger_postings where write_key = %s", paid["base_key"])
    text = told("entry", posting["entry_number"])
    plain = unwrapped(text)
    assert f"Entry {posting['entry_number']}, {posting['entry_date']}" in plain
    assert f"event {paid['base_key']} (sale)" in plain
    assert "in the books it agrees with what was sent" in plain
    assert f"raw.odoo__account_move {posting['ledger_entry_id'].removeprefix('odoo:')}: version" in plain
    assert (
        f"marts.orders {paid['order_id']}: " in plain
        and f"marts.payments stripe:{paid['charge_id_stripe']}" in plain
    )
    for name in (posting["external_id"], posting["write_key"], posting["ledger_entry_id"]):
        assert told("entry", name) == text


def test_an_entry_that_odoo_made_itself(find: Any) -> None:
    [entry] = find(
        "select * from marts.ledger_entries where external_id is null and entry_number is not null "
        "order by ledger_entry_id limit 1"
    )
    assert f"not by Counterflow: made in Odoo's journal {entry['journal_name']}" in told(
        "entry", entry["entry_number"]
    )


def test_a_payout_is_its_transactions_to_the_cent(find: Any, paid: Row) -> None:
    text = unwrapped(told("payout", paid["payout_id_stripe"], show_all=True))
    transactions = find(
        "select * from marts.balance_transactions where payout_id = %s", f"stripe:{paid['payout_id_stripe']}"
    )
    assert f"{len(transactions)} transactions, net " in text and "the payout to the cent" in text
    for transaction in transactions:
        assert transaction["balance_transaction_id_stripe"] in text
    assert f"event stripe_payout_{paid['payout_id_stripe']} (payout)" in text
    assert f"raw.stripe__payouts {paid['payout_id_stripe']}: version" in text


def test_every_account_of_the_period_is_tied_to_odoos_figure(find: Any) -> None:
    accounts = find(
        "select account_code, sum(debit_amount - credit_amount) as amount from marts.ledger_lines "
        "where state = 'posted' and not is_deleted and entry_date between '2026-11-01' and '2026-11-30' "
        "group by account_code order by account_code"
    )
    assert len(accounts) > 8
    for account in accounts:
        text = unwrapped(told("account", account["account_code"], "2026-11"))
        assert f"movement {account['amount']:,.2f}, " in text, account
        assert "Odoo's figure to the cent" in text, text
        assert "DIFFERENT" not in text
    [sales] = [row for row in accounts if row["account_code"] == "411110"]
    text = unwrapped(told("account", "411110", "2026"))
    assert 'roles: [accounts] "sales"' in text and f"{sales['amount']:,.2f} role sales" in text.replace(
        "  ", " "
    )
    assert sales["amount"] < Decimal(0)


def test_a_day_and_a_quarter(find: Any, paid: Row) -> None:
    day = f"{paid['paid_date']}"
    assert "Account 411110" in told("account", "411110", day)
    assert "2026-10-01 to 2026-12-31" in told("account", "411110", "2026-Q4")


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (("7777",), "there is no order 7777"),
        (("entry", "MISC/1999/0001"), "there is no entry MISC/1999/0001"),
        (("payout", "po_none"), "there is no payout po_none"),
        (("account", "999999", "2026-11"), "there is no account 999999"),
        (("account", "411110", "2026-13"), "is no period"),
        (("account", "411110", "2026-11-31"), "there is no day 2026-11-31"),
        (("account", "411110"), "say what to explain"),
        (("entry",), "say what to explain"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_with_exit_code_1(find: Any, what: tuple[str, ...], says: str) -> None:
    with pytest.raises(Rejected, match=re.escape(says)):
        told(*what)
    done = CliRunner().invoke(main, ["explain", *what])
    assert done.exit_code == 1 and says in done.output
