"""What the loaders of Stripe share: reading a payment, one request with its idempotency key, and what a
refusal means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from connections.errors import Rejected
from connections.http import Http
from loaders import one_by_one
from loaders.base import Intent, NotSent, Sent

PER_PAGE = 100

# What Stripe refuses now and may take later, or what somebody else has done meanwhile: it is tried again
# once the payment was read anew. Everything else that it refuses waits for a person.
_PASSING = {
    "balance_insufficient",
    "charge_already_captured",
    "charge_already_refunded",
    "charge_disputed",
    "idempotency_error",
    "payment_intent_unexpected_state",
}
_GONE = NotSent(
    "held", "stale_input", "it is no longer due: what was shipped, refunded or called off has changed"
)
MISSING = NotSent("refused", "permanent", "Stripe does not know this payment: is it the right account?")


def send_each(
    client: Http, intents: Sequence[Intent], together: str, send_one: Callable[[Http, Intent], Sent | NotSent]
) -> dict[str, Sent | NotSent]:
    """Each intent's answer; those of one payment in turn. Unavailable: Stripe took none of them."""
    return one_by_one.send_each(client, intents, together, lambda intent: send_one(client, intent), _PASSING)


def post(client: Http, path: str, intent: Intent, fields: Mapping[str, Any]) -> None:
    """Stripe did as asked, once for the intent's idempotency key. Unavailable, Rejected, Misconfigured."""
    client.send("POST", path, data=fields, headers={"Idempotency-Key": intent.payload["idempotency_key"]})


def not_due(intent: Intent) -> NotSent | None:
    """What was sent before, did not arrive, and is wanted no more or not by itself any more."""
    if intent.row["order_id"] is None:
        return _GONE
    if intent.row["hold_reason"] is not None:
        return NotSent("held", "needs_person", intent.row["hold_reason"])
    return None


def payment_of(client: Http, intent: Intent) -> dict[str, Any] | None:
    """The payment intent with its charge; None where Stripe knows none."""
    path = f"/payment_intents/{intent.payload['payment_intent']}"
    return found_at(client, path, {"expand[]": "latest_charge"})


def found_at(client: Http, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The object at that path; None where Stripe knows none."""
    try:
        found: dict[str, Any] = client.get(path, params).data
    except Rejected as error:
        if error.status == 404:
            return None
        raise
    return found


def refunds_of(client: Http, charge_id: str) -> list[dict[str, Any]]:
    """All refunds of the charge."""
    refunds: list[dict[str, Any]] = []
    while True:
        params: dict[str, Any] = {
            "charge": charge_id, "limit": PER_PAGE, "expand[]": "data.balance_transaction"
        }  # fmt: skip
        if refunds:
            params["starting_after"] = refunds[-1]["id"]
        page = client.get("/refunds", params).data
        refunds += page["data"]
        if not page["has_more"] or not page["data"]:
            return refunds


def given_back(refunds: Iterable[Mapping[str, Any]]) -> int:
    """What the refunds give back."""
    return sum(refund["amount"] for refund in refunds if _gives_back(refund))


def _gives_back(refund: Mapping[str, Any]) -> bool:
    """Whether money goes back; not where what was authorized and never taken was only let go."""
    if refund["status"] in ("pending", "requires_action"):
        return True
    moved = refund["balance_transaction"]
    return refund["status"] == "succeeded" and bool(
        moved and moved["reporting_category"] != "partial_capture_reversal"
    )
