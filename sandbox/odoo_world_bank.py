"""The bank's side of the story in any Odoo: lines of the bank journal, and weekly rates of the US dollar."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import httpx

from sandbox.bank import BankLine, bank_lines
from sandbox.clock import Clock
from sandbox.journal import Journal
from sandbox.odoo_rates import Rate
from sandbox.odoo_world_calls import Odoo
from sandbox.story import Story
from sandbox.stripe_store import StripeStore

LINE, RATE = "account.bank.statement.line", "res.currency.rate"


def bring_in(odoo: Odoo, lines: Sequence[BankLine]) -> int:
    """The lines stand in the bank journal, each once; how many are new."""
    there = {(row["date"], row["payment_ref"]) for row in odoo.find(LINE, [], "date", "payment_ref")}
    new = [line for line in lines if (line.booked_on.isoformat(), line.description) not in there]
    odoo.load(
        LINE,
        [
            {
                "id": f"maple.bank_{line.key}",
                "journal_id": "BNK1",
                "date": line.booked_on.isoformat(),
                "amount": line.amount_cents / 100,
                "payment_ref": line.description,
            }
            for line in new
        ],
    )
    return len(new)


def set_rates(odoo: Odoo, rates: Iterable[Rate]) -> int:
    """The rates stand in the company's table, a day's own where there is one already; how many are new.
    Only a bookkeeper may do it (Accounting / Administrator)."""
    currencies = {row["id"]: row["name"] for row in odoo.find("res.currency", [], "name")}
    there = {
        (currencies[row["currency_id"]], row["name"]) for row in odoo.find(RATE, [], "currency_id", "name")
    }
    new = [rate for rate in rates if (rate.currency, rate.valid_from.isoformat()) not in there]
    odoo.load(
        RATE,
        [
            {
                "id": f"maple.{rate.key}",
                "currency_id": rate.currency,
                "name": rate.valid_from.isoformat(),
                "inverse_company_rate": float(rate.company_units),
            }
            for rate in new
        ],
    )
    return len(new)


def statement(story: Story, stripe: str | None) -> list[BankLine]:
    """The bank's statement up to now: with the payouts of the Stripe account that `stripe` (the JSON of an
    AIRFLOW_CONN_STRIPE) signs in to, else with those of the story."""
    told = bank_lines(StripeStore(story, Clock(story.until), Journal()))
    if stripe is None:
        return told
    today = datetime.now(UTC).date()
    return [*_arrived(stripe, today), *(line for line in told if line.payout_id is None)]


def _arrived(connection: str, today: date) -> Iterator[BankLine]:
    for payout in _payouts(connection):
        arrived = datetime.fromtimestamp(payout["arrival_date"], UTC).date()
        if payout["status"] != "failed" and arrived <= today:
            identity = str(payout["id"])
            yield BankLine(identity, arrived, payout["amount"], f"STRIPE PAYOUT {identity}", identity)


def _payouts(connection: str) -> Iterator[dict[str, Any]]:
    fields = json.loads(connection)
    ca_file = fields.get("extra", {}).get("ca_file")
    client = httpx.Client(
        base_url=f"{fields['schema']}://{fields['host']}:{fields['port']}/v1/",
        headers={"Authorization": f"Bearer {fields['password']}"},
        verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
        timeout=60,
    )
    page: dict[str, Any] = {"limit": 100}
    with client:
        while True:
            answer = client.get("payouts", params=page).raise_for_status().json()
            yield from answer["data"]
            if not answer["has_more"]:
                return
            page["starting_after"] = answer["data"][-1]["id"]
