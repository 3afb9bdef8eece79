"""Stripe's API, version 2026-10-28.endive, over the card payments of the story.

Amounts in minor units, moments in seconds since 1970; lists newest first, paged by starting_after. Fees
2.9 % + 30 cents; a payout for each day (UTC). Idempotency keys are kept 24 hours with the first answer.
Not here: customers, payment methods, Connect, webhooks.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.story import SHOP_NAME, Story, WebOrder
from sandbox.stripe_acts import Acts
from sandbox.stripe_calls import PATHS, StripeCalls
from sandbox.stripe_http import Idempotency, Record, StripeCall, StripeError, expand, read_form
from sandbox.stripe_objects import API_VERSION
from sandbox.stripe_payments import Payments
from sandbox.stripe_store import StripeStore
from sandbox.stripe_story import CHARGE_PART, PARTS, OrderPayments

KEY = "sk_test_maplelanesandbox"
_FAILURE = StripeError(500, "api_error", "An unknown error occurred")


class Stripe:
    """The stand-in: an ASGI app, and what the story's hours of trade do to it."""

    login = ""
    password = KEY

    def __init__(self, story: Story, clock: Clock, journal: Journal) -> None:
        """The account as the story (and the journal) left it."""
        self.extra: Record = {"ca_file": None}
        self.story = story
        self.store = StripeStore(story, clock, journal)
        self.calls = StripeCalls(self.store)
        self.payments = Payments(self.store)
        self.acts = Acts(self.payments)
        self._idempotency = Idempotency()
        self._requests = 0
        self.app = self._answer_asgi

    async def _answer_asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        text = (await request.body()).decode()
        self._requests += 1
        headers = {"Request-Id": f"req_{self._requests:014d}", "Stripe-Version": API_VERSION}
        status, body, replayed = self._answer(request, text, scope.get("sandbox_fault") == "500_after")
        key = request.headers.get("idempotency-key")
        if key:
            headers |= {"Idempotency-Key": key, "Original-Request": headers["Request-Id"]}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        await Response(body, status, headers, media_type="application/json")(scope, receive, send)

    def _answer(self, request: Request, text: str, fails_afterwards: bool) -> tuple[int, bytes, bool]:
        key, now = request.headers.get("idempotency-key"), self.store.clock.real_timestamp()
        same = (f"{request.method} {request.url.path}", text)
        is_keyed = key is not None and request.method == "POST"
        try:
            _check_key(request)
            if is_keyed and (known := self._idempotency.known(str(key), same, now)):
                return (*known, True)
            call = StripeCall(
                request.method, request.url.path, read_form("&".join(filter(None, (request.url.query, text))))
            )
            record = self._route(call)
            status, body = 200, orjson.dumps(expand(record, _expansions(call), self.store.find))
        except StripeError as error:
            status, body = error.status, orjson.dumps(error.body)
        if is_keyed:
            kept = (_FAILURE.status, orjson.dumps(_FAILURE.body)) if fails_afterwards else (status, body)
            self._idempotency.keep(str(key), same, now, *kept)
        return status, body, False

    def _route(self, call: StripeCall) -> Record:
        parts = call.path.removeprefix("/v1/").strip("/").split("/") if call.path.startswith("/v1/") else []
        calls, does = self.calls, self.payments
        does.lapse()
        match (call.method, *parts):
            case ("GET", name) if name in PATHS:
                return calls.list(call, name)
            case ("GET", name, identity) if name in PATHS:
                return calls.get(call, name, identity)
            case ("GET", "balance"):
                return self._balance()
            case ("GET", "account"):
                return _ACCOUNT
            case ("POST", "payment_intents"):
                return does.create_intent(call)
            case ("POST", "payment_intents", identity, "confirm"):
                return does.confirm_intent(call, identity)
            case ("POST", "payment_intents", identity, "capture"):
                return does.capture_intent(call, identity)
            case ("POST", "payment_intents", identity, "cancel"):
                return does.cancel_intent(call, identity)
            case ("POST", "charges"):
                return does.create_charge(call)
            case ("POST", "refunds"):
                return does.create_refund(call)
            case ("POST", "charges" | "payment_intents" | "refunds" as name, identity):
                return does.update(call, PATHS[name], identity)
        message = f"Unrecognized request URL ({call.method}: {call.path})."
        raise StripeError(404, "invalid_request_error", message)

    def _balance(self) -> Record:
        sums = {"available": 0, "pending": 0}
        for txn in self._all("balance_transaction"):
            sums[txn["status"]] += txn["net"]
        shown = {name: [{"amount": amount, "currency": "cad"}] for name, amount in sums.items()}
        return {"object": "balance", "livemode": False, **shown}

    def _all(self, kind: str) -> list[Record]:
        line = self.store.lines[kind]
        ids = (self.store.id_at(kind, place) for place in line.ids(0, len(line)))
        return [record for identity in ids if (record := self.store.get(kind, identity))]

    def place(self, order: WebOrder) -> None:
        """The payment of a new web order is here: intent, charge, balance transaction, events."""
        if order.payment_method != "stripe":
            return
        payments = OrderPayments(order, self.story.seed, self.store.clock.timestamp())
        self.store.put(payments.intent(), order.index)
        if payments.has_charge:
            txn = payments.transaction(CHARGE_PART)
            if txn:
                self.store.put(txn, order.index * PARTS + CHARGE_PART)
            self.store.put(payments.charge(), order.index)
            self.store.tell("charge.succeeded" if payments.is_paid else "charge.failed", payments.charge())
        if payments.is_paid:
            self.store.tell("payment_intent.succeeded", payments.intent())

    def refund_order(self, order: WebOrder, amount_cents: int, refund_id: str) -> Record:
        """Part of an order's charge is given back; the refund names the web shop's refund."""
        charge = self.store.get("charge", OrderPayments(order, self.story.seed, 0).id("ch"))
        assert charge is not None, f"order {order.order_id} has no charge"
        metadata = {"order_id": order.number, "refund_id": refund_id}
        return self.payments.refund(dict(charge), amount_cents, metadata, "requested_by_customer")

    def distort(self, kind: str, identity: str, fields: Record, removed: list[str]) -> None:
        """The object is shown wrong (or right again), and an event says that it was updated."""
        record = self.store.get(kind, identity)
        if record is None:
            raise ValueError(f"stripe has no {kind} {identity}")
        self.store.distortions.set(kind, identity, fields, removed)
        self.store.tell(f"{kind}.updated", {"id": identity, "object": kind})

    def act(self, what: str, identity: str, given: Record) -> Record:
        """Something happens at Stripe or at a bank (sandbox/stripe_acts.py)."""
        return self.acts.do(what, identity, given)

    def pay_out(self) -> list[str]:
        """Every day that is over is paid out."""
        return self.store.pay_out()

    def truth(self) -> Record:
        """How many objects of each kind there are, and (up to 50,000 transactions) their sums in cents.

        `sums` by type of transaction; `refunds`, `disputes`, `payouts` and `held` by status; `unpaid` is what
        is on the balance and in no payout that has not failed.
        """
        counts = {f"{kind}s_count": len(line) for kind, line in self.store.lines.items()}
        if counts["balance_transactions_count"] > 50_000:
            return {**counts, "sums_omitted": True}
        sums: dict[str, int] = {}
        for txn in self._all("balance_transaction"):
            for name in ("amount", "fee", "net"):
                sums[f"{txn['type']}_{name}"] = sums.get(f"{txn['type']}_{name}", 0) + txn[name]
        held = [i for i in self._all("payment_intent") if i["status"] == "requires_capture"]
        return {
            **counts,
            "sums": sums,
            "fees": sum(amount for name, amount in sums.items() if name.endswith("_fee")),
            "unpaid": sum(amount for name, amount in sums.items() if name.endswith("_net")),
            "refunds": _by_status(self._all("refund")),
            "disputes": _by_status(self._all("dispute")),
            "payouts": _by_status(self._all("payout")),
            "held": {"count": len(held), "amount": sum(intent["amount_capturable"] for intent in held)},
        }


def _by_status(records: list[Record]) -> dict[str, Record]:
    sums: dict[str, Record] = {}
    for record in records:
        sum_ = sums.setdefault(record["status"], {"count": 0, "amount": 0})
        sum_["count"], sum_["amount"] = sum_["count"] + 1, sum_["amount"] + record["amount"]
    return sums


_ACCOUNT: Record = {
    "id": "acct_3maplelane",
    "object": "account",
    "business_profile": {"name": SHOP_NAME},
    "charges_enabled": True,
    "country": "CA",
    "default_currency": "cad",
    "payouts_enabled": True,
    "type": "standard",
}


def _check_key(request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header."
        )
        raise StripeError(401, "invalid_request_error", message)
    if given != KEY:
        shown = re.sub(r"(?<=.{7}).(?=.{4})", "*", given)
        raise StripeError(401, "invalid_request_error", f"Invalid API Key provided: {shown}")


def _expansions(call: StripeCall) -> list[str]:
    given: Any = call.params.get("expand") or []
    return [str(path) for path in (given if isinstance(given, list) else [given])]


def build_stripe(story: Story, faults: Faults, journal: Journal, clock: Clock) -> Stripe:
    """The stand-in; its faults answer a 429 in Stripe's words."""
    error = StripeError(
        429, "invalid_request_error", "Too many requests hit the API too quickly.", "rate_limit"
    )
    faults.too_many_body = orjson.dumps(error.body)
    return Stripe(story, clock, journal)
