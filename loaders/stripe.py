"""Card payments at Stripe, exactly once: what has shipped is captured, what was called off is let go, what
was refunded in the shop goes back. Amounts are in the currency's minor units.

Each request carries an idempotency key that follows from what it does, and leaves a mark in the object's
metadata. Stripe forgets idempotency keys after a day, so the mark is what tells whether a thing was done:
it is looked for before anything is sent. Just before sending the payment is read once more, and what
would go beyond what the outbound row allows in all is held.

A capture of a part lets go of the rest, unless the charge may be captured several times (multicapture).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connections import stripe
from connections.connection import Connection
from connections.http import Http
from loaders.base import Intent, NotSent, Present, Sent
from loaders.stripe_requests import (
    MISSING,
    found_at,
    given_back,
    not_due,
    payment_of,
    post,
    refunds_of,
    send_each,
)


class Captures:
    """outbound.out_stripe__captures made true: each capture is marked in the payment intent's metadata."""

    system = "stripe"
    thing = "capture"
    kind = "posting"
    outbound_model = "out_stripe__captures"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce", "stripe")
    flow = "card_captures"
    differs = "true"
    money = "due.due_amount"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("order_id", "hold_reason", "captured_at_most_minor")

    def open(self, connection: Connection) -> Http:
        """A client of the account."""
        return stripe.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The amount under its mark, and taken."""
        return {
            "amount": intent.payload["amount"],
            "currency": intent.payload["currency"],
            "is_taken": True,
        }

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The captures whose mark stands in their payment intent."""
        found = client.each(lambda intent: payment_of(client, intent), intents)
        return {
            intent.key: _capture(intent, payment)
            for intent, payment in zip(intents, found, strict=True)
            if payment and _mark(intent) in payment["metadata"]
        }

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each captured; those of one payment one after the other."""
        return send_each(client, intents, "payment_intent", self._send_one)

    def _send_one(self, client: Http, intent: Intent) -> Sent | NotSent:
        payment = payment_of(client, intent)
        obstacle = not_due(intent) or (_capture_obstacle(intent, payment) if payment else MISSING)
        if obstacle or payment is None:
            return obstacle or MISSING
        fields = {
            "amount_to_capture": intent.payload["amount"],
            f"metadata[{_mark(intent)}]": intent.payload["amount"],
        }
        if _may_be_captured_again(payment):
            fields["final_capture"] = "true" if intent.payload["is_last"] else "false"
        post(client, f"/payment_intents/{payment['id']}/capture", intent, fields)
        return Sent(self.wanted(intent))


class Cancellations:
    """outbound.out_stripe__cancellations made true: the payment intent is canceled."""

    system = "stripe"
    thing = "cancellation"
    kind = "posting"
    outbound_model = "out_stripe__cancellations"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce", "stripe")
    flow = "card_captures"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("order_id", "hold_reason")

    def open(self, connection: Connection) -> Http:
        """A client of the account."""
        return stripe.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """Nothing more can be captured."""
        return {"is_open": False}

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The payments that are let go: by us, by a person or by time, which is all the same."""
        found = client.each(lambda intent: payment_of(client, intent), intents)
        return {
            intent.key: Present(payment["id"], {"is_open": False}, payment["status"])
            for intent, payment in zip(intents, found, strict=True)
            if payment and _is_let_go(intent, payment)
        }

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each canceled, if nothing was captured since."""
        return send_each(client, intents, "payment_intent", self._send_one)

    def _send_one(self, client: Http, intent: Intent) -> Sent | NotSent:
        payment = payment_of(client, intent)
        if payment is None:
            return MISSING
        if obstacle := not_due(intent):
            return obstacle
        if payment["status"] != "requires_capture":
            return NotSent(
                "held", "stale_input", f"the payment is {payment['status']} by now; the next run looks again"
            )
        post(client, f"/payment_intents/{payment['id']}/cancel", intent, {})
        return Sent(self.wanted(intent))


class Refunds:
    """outbound.out_stripe__refunds made true: each refund names its key and the shop's refund."""

    system = "stripe"
    thing = "refund"
    kind = "posting"
    outbound_model = "out_stripe__refunds"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce", "stripe")
    flow = "card_refunds"
    differs = "true"
    money = "due.amount"
    zeroes = "false"
    row_columns: tuple[str, ...] = ("order_id", "hold_reason", "refunded_at_most_minor")

    def open(self, connection: Connection) -> Http:
        """A client of the account."""
        return stripe.client(connection)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The amount given back, under its key."""
        return {"amount": intent.payload["amount"], "currency": intent.payload["currency"]}

    def present(self, client: Http, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The refunds that carry our key. One that failed is there too, with nothing given back."""
        charges = list(dict.fromkeys(intent.payload["charge"] for intent in intents))
        refunds = dict(
            zip(charges, client.each(lambda charge: refunds_of(client, charge), charges), strict=True)
        )
        present = {}
        for intent in intents:
            ours = [
                refund
                for refund in refunds[intent.payload["charge"]]
                if (refund["metadata"] or {}).get("counterflow_key") == intent.key
            ]
            if ours:
                content = {"amount": given_back(ours), "currency": ours[0]["currency"].upper()}
                present[intent.key] = Present(ours[0]["id"], content, ours[0]["status"])
        return present

    def send(
        self, client: Http, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each given back; those of one charge one after the other."""
        return send_each(client, intents, "charge", self._send_one)

    def _send_one(self, client: Http, intent: Intent) -> Sent | NotSent:
        charge = found_at(client, f"/charges/{intent.payload['charge']}")
        if charge is None:
            return MISSING
        obstacle = not_due(intent) or _refund_obstacle(client, intent, charge)
        if obstacle:
            return obstacle
        fields = {
            "charge": charge["id"],
            "amount": intent.payload["amount"],
            "metadata[counterflow_key]": intent.key,
            "metadata[refund_id]": intent.payload["refund_id"],
            "metadata[order_number]": intent.payload["order_number"],
        }
        post(client, "/refunds", intent, fields)
        return Sent(self.wanted(intent))


def _capture_obstacle(intent: Intent, payment: Mapping[str, Any]) -> NotSent | None:
    amount, currency = intent.payload["amount"], intent.payload["currency"]
    taken, left = payment["amount_received"], payment["amount_capturable"]
    if payment["status"] == "canceled":
        return NotSent("held", "needs_person", "the authorization is gone: it must be authorized again")
    if taken + amount > intent.row["captured_at_most_minor"]:
        return NotSent(
            "held",
            "stale_input",
            f"{taken} of {currency} (minor units) are captured by now; the next run counts them",
        )
    if payment["status"] != "requires_capture" or amount > left:
        return NotSent(
            "held", "needs_person", f"{amount} {currency} (minor units) are due, but only {left} are left"
        )
    if payment["currency"].upper() != currency:
        return NotSent(
            "held", "needs_person", f"it is authorized in {payment['currency']}, not in {currency}"
        )
    return None


def _is_let_go(intent: Intent, payment: Mapping[str, Any]) -> bool:
    """Canceled, or closed with no more taken than before: what was captured since was not called off."""
    if payment["status"] == "succeeded":
        return bool(payment["amount_received"] == intent.payload["captured"])
    return bool(payment["status"] == "canceled")


def _refund_obstacle(client: Http, intent: Intent, charge: Mapping[str, Any]) -> NotSent | None:
    amount, currency = intent.payload["amount"], intent.payload["currency"]
    if charge["currency"].upper() != currency:
        return NotSent("held", "needs_person", f"it was charged in {charge['currency']}, not in {currency}")
    back = given_back(refunds_of(client, charge["id"]))
    if back + amount > intent.row["refunded_at_most_minor"]:
        return NotSent(
            "held",
            "stale_input",
            f"{back} of {currency} (minor units) went back by now; the next run counts them",
        )
    taken = charge.get("amount_captured", charge["amount"])
    if back + amount > taken:
        return NotSent(
            "held",
            "needs_person",
            f"{amount} {currency} (minor units) are due, but only {taken - back} can go back",
        )
    return None


def _mark(intent: Intent) -> str:
    return f"counterflow_capture_{intent.payload['number']}"


def _capture(intent: Intent, payment: Mapping[str, Any]) -> Present:
    marked = [
        int(amount) for name, amount in payment["metadata"].items() if name.startswith("counterflow_capture_")
    ]
    content = {
        "amount": int(payment["metadata"][_mark(intent)]),
        "currency": payment["currency"].upper(),
        "is_taken": payment["amount_received"] >= sum(marked),
    }
    return Present(payment["id"], content, payment["status"])


def _may_be_captured_again(payment: Mapping[str, Any]) -> bool:
    card = (payment["latest_charge"].get("payment_method_details") or {}).get("card") or {}
    return bool((card.get("multicapture") or {}).get("status") == "available")
