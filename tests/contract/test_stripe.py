"""Stripe: what our connector rests on. Unchanged against a test account and the stand-in.

The connector also meets a server that others wrote: test_stripe_connectors.py.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from stripe import StripeClient

from tests.contract.stripe_client import Account


def test_a_payment_its_charge_and_its_fee(account: Account) -> None:
    intent = account.intent().json()
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 12_656)
    charge = account.get(f"/charges/{intent['latest_charge']}")
    assert charge["payment_intent"] == intent["id"] and charge["metadata"]["order_id"] == account.tag
    assert (charge["amount"], charge["currency"], charge["paid"], charge["captured"]) == (
        12_656,
        "cad",
        True,
        True,
    )
    moved = account.get(f"/balance_transactions/{charge['balance_transaction']}")
    assert (moved["type"], moved["source"], moved["amount"]) == ("charge", charge["id"], 12_656)
    assert moved["fee"] > 0 and moved["net"] == moved["amount"] - moved["fee"]
    assert sum(part["amount"] for part in moved["fee_details"]) == moved["fee"]
    assert isinstance(moved["created"], int) and isinstance(moved["available_on"], int)


def test_lists_are_newest_first_and_end(account: Account) -> None:
    ids = [account.paid(1_000 + number)["id"] for number in range(3)]
    since = account.get(f"/charges/{ids[0]}")["created"]
    seen: list[str] = []
    page = account.get("/charges", limit=2, **{"created[gte]": since})
    while True:
        seen += [charge["id"] for charge in page["data"]]
        if not page["has_more"]:
            break
        page = account.get("/charges", limit=2, starting_after=seen[-1], **{"created[gte]": since})
    assert len(seen) == len(set(seen))
    assert [id_ for id_ in seen if id_ in ids] == ids[::-1]


def test_created_bounds_are_what_they_say(account: Account) -> None:
    charge = account.paid()
    at = charge["created"]
    found = [row["id"] for row in account.get("/charges", limit=100, **{"created[gte]": at})["data"]]
    later = [row["id"] for row in account.get("/charges", limit=100, **{"created[gt]": at})["data"]]
    assert charge["id"] in found and charge["id"] not in later


def test_their_own_library_reads_the_same(account: Account) -> None:
    charge = account.paid()
    client = StripeClient(account.connection.password, base_addresses={"api": account.connection.url})
    if account.connection.ca_file:
        pytest.skip("the library is given no private authority here")
    theirs = client.v1.charges.retrieve(charge["id"])
    assert (theirs.id, theirs.amount, theirs.balance_transaction) == (
        charge["id"], charge["amount"], charge["balance_transaction"],
    )  # fmt: skip
    listed = client.v1.charges.list({"limit": 1, "created": {"gte": charge["created"]}})
    assert charge["id"] in [row.id for row in listed.auto_paging_iter()]


def test_a_refund_and_what_it_changes(account: Account) -> None:
    charge = account.paid()
    refund = account.done("/refunds", charge=charge["id"], amount=4_520)
    assert (refund["status"], refund["charge"], refund["amount"]) == ("succeeded", charge["id"], 4_520)
    moved = account.get(f"/balance_transactions/{refund['balance_transaction']}")
    assert (moved["type"], moved["amount"], moved["source"]) == ("refund", -4_520, refund["id"])
    after = account.get(f"/charges/{charge['id']}")
    assert (after["amount_refunded"], after["refunded"]) == (4_520, False)
    assert refund["id"] in [row["id"] for row in account.get("/refunds", charge=charge["id"])["data"]]


def test_events_tell_of_older_objects(account: Account) -> None:
    charge = account.paid()
    account.done("/refunds", charge=charge["id"])
    events = account.get("/events", limit=100, type="charge.*", **{"created[gte]": charge["created"]})["data"]
    told = {(event["type"], event["data"]["object"]["id"]) for event in events}
    assert {("charge.succeeded", charge["id"]), ("charge.refunded", charge["id"])} <= told


def test_more_than_was_paid_is_not_given_back(account: Account) -> None:
    charge = account.paid(1_000)
    status, kind, _ = account.refused(account.post("/refunds", charge=charge["id"], amount=1_001))
    assert (status, kind) == (400, "invalid_request_error")
    account.done("/refunds", charge=charge["id"])
    assert account.refused(account.post("/refunds", charge=charge["id"]))[2] == "charge_already_refunded"


def test_a_key_makes_a_request_once(account: Account) -> None:
    charge, key = account.paid(), str(uuid4())
    first = account.post("/refunds", key, charge=charge["id"], amount=100)
    again = account.post("/refunds", key, charge=charge["id"], amount=100)
    assert first.json() == again.json() and again.headers["idempotent-replayed"] == "true"
    assert account.get(f"/charges/{charge['id']}")["amount_refunded"] == 100
    other = account.post("/refunds", key, charge=charge["id"], amount=200)
    assert account.refused(other)[:2] == (400, "idempotency_error")


def test_a_part_of_what_was_held_is_captured(account: Account) -> None:
    intent = account.intent(5_000, capture_method="manual").json()
    assert (intent["status"], intent["amount_capturable"]) == ("requires_capture", 5_000)
    charge = account.get(f"/charges/{intent['latest_charge']}")
    assert (charge["captured"], charge["balance_transaction"]) == (False, None)
    taken = account.done(f"/payment_intents/{intent['id']}/capture", amount_to_capture=3_000)
    assert (taken["status"], taken["amount_received"]) == ("succeeded", 3_000)
    charge = account.get(f"/charges/{charge['id']}")
    # one movement of what was captured, or one of the whole and one back of what was let go
    movements = [charge, *account.get("/refunds", charge=charge["id"])["data"]]
    moved = [account.get(f"/balance_transactions/{each['balance_transaction']}") for each in movements]
    assert sum(each["amount"] for each in moved) == 3_000


def test_a_declined_card(account: Account) -> None:
    assert account.refused(account.intent(card="pm_card_chargeDeclined")) == (
        402,
        "card_error",
        "card_declined",
    )


def test_a_payout_is_the_sum_of_its_transactions(account: Account) -> None:
    payouts = [row for row in account.get("/payouts", limit=3)["data"] if row["automatic"]]
    if not payouts:
        pytest.skip("this account has paid nothing out yet")
    for payout in payouts:
        rows = account.get("/balance_transactions", payout=payout["id"], limit=100)
        if rows["has_more"]:
            continue
        # the payout itself is among them, with its amount below zero
        assert sum(row["net"] for row in rows["data"] if row["type"] == "payout") == -payout["amount"]
        assert sum(row["net"] for row in rows["data"]) == 0


@pytest.mark.parametrize("path", ["charges/ch_absent", "payment_intents/pi_absent", "refunds/re_absent"])
def test_what_is_not_there_is_404(account: Account, path: str) -> None:
    assert account.refused(account.client.get(f"/{path}")) == (
        404,
        "invalid_request_error",
        "resource_missing",
    )


def test_a_wrong_key_is_401(account: Account) -> None:
    with account.another("sk_test_0123456789abcdef") as stranger:
        answer = stranger.get("/charges")
    assert account.refused(answer)[:2] == (401, "invalid_request_error")
    assert "0123456789abcdef" not in answer.text


def test_every_answer_has_an_id(account: Account) -> None:
    assert account.client.get("/charges", params={"limit": 1}).headers["request-id"].startswith("req_")
