"""Our own connector on a whole Stripe: that of the suite, and localstripe, which others wrote."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.warehouse import Warehouse, connect, ensure_raw_tables
from extractors.base import extract
from extractors.stripe import Stripe
from runtime.ports import free_port
from tests.contract.stripe_client import Account
from tests.loaders.cards import Cards, refund, void


@pytest.fixture
def landing(warehouse: Connection) -> Iterator[Warehouse]:
    """A warehouse with the raw tables of Stripe."""
    with connect(warehouse) as open_warehouse:
        ensure_raw_tables(open_warehouse, "stripe", [resource.lands_in for resource in Stripe.resources])
        open_warehouse.commit()
        yield open_warehouse


def raw(landing: Warehouse, resource: str, key: str) -> dict[str, Any]:
    row = landing.execute(f"select * from raw.stripe__{resource} where key = %s", [key]).fetchone()
    landing.commit()
    assert row is not None, f"{key} did not land"
    return row


def test_what_happened_lands_as_stripe_gave_it(
    account: Account, landing: Warehouse, warehouse: Connection
) -> None:
    charge = account.paid()
    counts = extract(Stripe(), account.connection, warehouse, "run 1")
    assert all(count.error is None and count.counts.refused == 0 for count in counts)
    found = raw(landing, "charges", charge["id"])
    assert found["payload"]["amount"] == 12_656 and found["payload"]["metadata"]["order_id"] == account.tag
    assert raw(landing, "payment_intents", charge["payment_intent"])["payload"]["status"] == "succeeded"
    moved = raw(landing, "balance_transactions", charge["balance_transaction"])["payload"]
    assert moved["net"] == moved["amount"] - moved["fee"]

    extract(Stripe(), account.connection, warehouse, "run 2")
    assert raw(landing, "charges", charge["id"])["version"] == found["version"]


def test_a_change_of_an_older_charge_is_seen(
    account: Account, landing: Warehouse, warehouse: Connection
) -> None:
    long_ago = {"created[lt]": int(time.time()) - 3600}
    charges = account.get("/charges", limit=100, **long_ago)["data"]
    whole = [row for row in charges if row["paid"] and row["captured"] and not row["amount_refunded"]]
    if not whole:
        pytest.skip("this account has no charge of more than an hour ago that can be refunded")
    extract(Stripe(), account.connection, warehouse, "run 1", only=("charges", "refunds"))
    refund = account.done("/refunds", charge=whole[0]["id"], amount=1)
    extract(Stripe(), account.connection, warehouse, "run 2", only=("charges", "refunds"))
    assert raw(landing, "charges", whole[0]["id"])["payload"]["amount_refunded"] == 1
    assert raw(landing, "refunds", refund["id"])["payload"]["charge"] == whole[0]["id"]


def test_a_payouts_transactions_are_linked_to_it(
    account: Account, landing: Warehouse, warehouse: Connection
) -> None:
    payouts = account.get("/payouts", limit=1)["data"]
    if not payouts:
        pytest.skip("this account has paid nothing out yet")
    only = ("payouts", "payout_balance_transactions")
    extract(Stripe(), account.connection, warehouse, "run 1", only=only)
    [row] = account.get("/balance_transactions", payout=payouts[0]["id"], limit=1)["data"]
    link = raw(landing, "payout_balance_transactions", f"{payouts[0]['id']}:{row['id']}")["payload"]
    assert (link["payout"], link["balance_transaction"]) == (payouts[0]["id"], row["id"])


def test_a_wrong_key_is_told_without_the_key(
    account: Account, landing: Warehouse, warehouse: Connection
) -> None:
    wrong = replace(account.connection, password="sk_test_0123456789abcdef")
    with pytest.raises(Misconfigured) as told:
        extract(Stripe(), wrong, warehouse, "run 1", only=("charges",))
    assert "stripe" in str(told.value) and "0123456789" not in str(told.value)


# --- localstripe: no fees, no disputes, payouts that are linked to nothing


@pytest.fixture(scope="module")
def localstripe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A fresh localstripe server."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "localstripe"), "--port", str(port), "--from-scratch"]
    log = tmp_path_factory.mktemp("localstripe") / "log"
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, cwd=log.parent) as server:
        try:
            yield _answering(port, server, log)
        finally:
            server.terminate()


def _answering(port: int, server: subprocess.Popen[bytes], log: Path) -> Account:
    connection = Connection.from_fields(
        "stripe", schema="http", host="127.0.0.1", port=port, password="sk_test_localstripe"
    )
    account = Account(connection, "localstripe")
    for _ in range(150):
        try:
            account.client.get("/charges")
            return account
        except httpx.TransportError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
    raise AssertionError(f"localstripe does not answer: {log.read_text()}")


def test_a_server_that_others_wrote(localstripe: Account, landing: Warehouse, warehouse: Connection) -> None:
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    fields = {f"card[{name}]": value for name, value in card.items()}
    method = localstripe.done("/payment_methods", type="card", **fields)
    charges = []
    for number in range(101):  # more than a page
        answer = localstripe.intent(1_000 + number, card=method["id"])
        assert answer.status_code == 200, answer.text
        charges.append(answer.json()["latest_charge"]["id"])  # the whole object there, whatever was asked
    refund = localstripe.done("/refunds", charge=charges[0], amount=500)
    only = ("charges", "payment_intents", "refunds", "balance_transactions")
    counts = extract(Stripe(), localstripe.connection, warehouse, "run 1", only=only)
    assert {count.resource: count.counts.read for count in counts}["charges"] == 101
    for number, id_ in enumerate(charges):
        assert raw(landing, "charges", id_)["payload"]["amount"] == 1_000 + number
    assert raw(landing, "refunds", refund["id"])["payload"]["amount"] == 500
    # it knows next to no filters by time: what can be repeated there is the whole reading
    again = extract(Stripe(), localstripe.connection, warehouse, "run 2", only=only, census=True)
    assert sum(count.counts.written for count in again) == 0
    assert landing.execute("select count(*) as n from raw.stripe__charges__history").fetchone() == {"n": 0}


def test_a_void_and_a_refund_at_a_server_that_others_wrote(
    localstripe: Account, warehouse: Connection
) -> None:
    """It knows no metadata of captures; what it knows our loaders do there once, whoever forgot it."""
    cards = Cards(localstripe.connection, warehouse)
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    fields = {f"card[{name}]": value for name, value in card.items()}
    method = localstripe.done("/payment_methods", type="card", **fields)["id"]
    held, paid = cards.authorize(card=method), cards.authorize(card=method)
    cards.account.done(f"/payment_intents/{paid['id']}/capture")
    charge = paid["latest_charge"]["id"]
    cards.want("cancellations", void(held))
    cards.want("refunds", refund(charge, 4_520))
    for _ in range(2):
        assert sum(summary.refused + summary.held + summary.unknown for summary in cards.deliver()) == 0
        assert cards.intent(held["id"])["status"] == "canceled"
        assert cards.given_back(charge) == [4_520]
        with connect(warehouse) as opened:  # as if the answers had been lost
            opened.execute("update sync.writes set status = 'unknown'")
