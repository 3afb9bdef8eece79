"""What the shop's bank account shows of the story: Stripe's payouts as they arrive, the bank's own charge.

`bank_lines(store)` takes the StripeStore of the world (`world.stand_ins["stripe"].store`, or one of its own,
`StripeStore(story, clock, journal)`, where no Stripe stand-in runs) and gives every line up to now, oldest
first. A payout that is below zero is taken from the account; one that failed never shows there. On the
22nd of each month the bank takes its charge. Lines keep their `key` and never change: a later call gives
the same lines and perhaps newer ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sandbox.stripe_store import StripeStore

MONTHLY_CHARGE_CENTS = 1500
_CHARGE_DAY = 22


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of the account's statement, in Canadian dollars; money in is above zero."""

    key: str  # unique and stable
    booked_on: date
    amount_cents: int
    description: str
    payout_id: str | None


def bank_lines(store: StripeStore) -> list[BankLine]:
    """Every line up to now, oldest first."""
    now = store.clock.now().date()
    lines = [
        *_payouts(store, now),
        *_charges(datetime.fromtimestamp(store.story.book.start, UTC).date(), now),
    ]
    return sorted(lines, key=lambda line: (line.booked_on, line.key))


def _payouts(store: StripeStore, now: date) -> Iterator[BankLine]:
    line = store.lines["payout"]
    for place in line.ids(0, len(line)):
        payout = store.get("payout", store.id_at("payout", place))
        if payout is None or payout["status"] == "failed":
            continue
        arrived = datetime.fromtimestamp(payout["arrival_date"], UTC).date()
        if arrived <= now:
            identity = str(payout["id"])
            yield BankLine(identity, arrived, payout["amount"], f"STRIPE PAYOUT {identity}", identity)


def _charges(first: date, now: date) -> Iterator[BankLine]:
    year, month = first.year, first.month
    while (taken := date(year, month, _CHARGE_DAY)) <= now:
        if taken >= first:
            key = f"charge_{year}_{month:02d}"
            yield BankLine(key, taken, -MONTHLY_CHARGE_CENTS, "SERVICE CHARGE", None)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
