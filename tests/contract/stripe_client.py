"""A bare Stripe client for the contract suite. Nothing can be deleted there: a test account is for this."""

from __future__ import annotations

from typing import Any

import httpx

from connections.connection import Connection
from connections.stripe import API_VERSION
from tests.contract.odoo_client import trust


class Account:
    """One Stripe account in test mode, called without any code of ours in between."""

    def __init__(self, connection: Connection, tag: str) -> None:
        self.connection = connection
        self.tag = tag
        self.client = self.another(connection.password)

    def another(self, key: str) -> httpx.Client:
        """A client with that key."""
        return httpx.Client(
            base_url=f"{self.connection.url}/v1",
            headers={"Authorization": f"Bearer {key}", "Stripe-Version": API_VERSION},
            verify=trust(self.connection),
            timeout=120,
        )

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """The body of a GET that must work."""
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        body: dict[str, Any] = answer.json()
        return body

    def post(self, path: str, key: str | None = None, **fields: Any) -> httpx.Response:
        """The answer to a POST, as it is; `key` is its idempotency key."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, data=fields, headers=headers)

    def done(self, path: str, **fields: Any) -> dict[str, Any]:
        """The body of a POST that must work."""
        answer = self.post(path, **fields)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        body: dict[str, Any] = answer.json()
        return body

    def refused(self, answer: httpx.Response) -> tuple[int, str, str | None]:
        """Status, type and code of a request that must fail."""
        assert answer.status_code >= 400, answer.text[:300]
        error = answer.json()["error"]
        return answer.status_code, error["type"], error.get("code")

    def intent(self, amount: int = 12_656, card: str = "pm_card_visa", **fields: Any) -> httpx.Response:
        """A payment of so many cents, confirmed at once."""
        given = {"amount": amount, "currency": "cad", "confirm": "true", "payment_method": card}
        return self.post(
            "/payment_intents",
            **{**given, "payment_method_types[]": "card", "metadata[order_id]": self.tag, **fields},
        )

    def paid(self, amount: int = 12_656) -> dict[str, Any]:
        """The charge of a new payment."""
        answer = self.intent(amount)
        assert answer.status_code == 200, answer.text[:300]
        return self.get(f"/charges/{answer.json()['latest_charge']}")
