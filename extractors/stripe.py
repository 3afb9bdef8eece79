"""Stripe, API version as pinned in connections/stripe.py.

Money: whole minor units of the currency (JPY has none). Times: seconds since 1970, UTC. Pages: 100
records, newest first, until `has_more` is false. Pace: 50 requests a second of Stripe's 100.

    /charges, /payment_intents, /refunds, /balance_transactions, /payouts, /disputes -> raw.stripe__<name>
    /balance_transactions?payout=<id> -> raw.stripe__payout_balance_transactions  (key payout:transaction)

New objects are found by `created`. Stripe has no time of change: what happened to older objects is
in /events (kept 30 days), which only name what to read anew; the object itself is the truth.
Not read: customers, cards, and anything of other accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connections import stripe
from connections.connection import Connection
from connections.errors import Unavailable
from connections.http import Answer, Http
from connections.landing import Record
from extractors.base import Page, Position, Resource

PER_PAGE = 100
OVERLAP_SECONDS = 300
# Events are kept 30 days: after a longer silence everything is read again.
EVENTS_KEPT_SECONDS = 29 * 24 * 3600


class Stripe:
    """The processor's extractor. `events`: the events that tell of a change to such an object."""

    system = "stripe"
    resources: tuple[Resource, ...] = (
        Resource("charges", "/charges", options={"events": "charge.*", "object": "charge"}),
        Resource(
            "payment_intents",
            "/payment_intents",
            options={"events": "payment_intent.*", "object": "payment_intent"},
        ),
        Resource("refunds", "/refunds", options={"events": "*refund*", "object": "refund"}),
        Resource("disputes", "/disputes", options={"events": "charge.dispute.*", "object": "dispute"}),
        Resource("balance_transactions", "/balance_transactions"),
        Resource("payouts", "/payouts", options={"events": "payout.*", "object": "payout"}),
        Resource(
            "payout_balance_transactions",
            "/payouts",
            key="key",
            options={"events": "payout.*", "object": "payout"},
        ),
    )

    def open(self, connection: Connection) -> Http:
        """A client of the account."""
        return stripe.client(connection)

    def read(self, client: Http, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """Objects created since the cursor, then those that changed since."""
        for page in _new_then_changed(client, resource, _recent(cursor)):
            if resource.name == "payout_balance_transactions":
                yield from _of_payouts(client, resource, page)
            else:
                yield page

    def census(self, client: Http, resource: Resource) -> Iterator[Page]:
        """Everything anew: Stripe deletes nothing, but a change may have left no event."""
        return self.read(client, resource, None)


def _recent(cursor: Position | None) -> Position:
    if (
        cursor
        and cursor.get("since")
        and datetime.now(UTC).timestamp() - cursor["since"] > EVENTS_KEPT_SECONDS
    ):
        return {}
    return cursor or {}


def _new_then_changed(client: Http, resource: Resource, cursor: Position) -> Iterator[Page]:
    """Pages, newest first; an unfinished reading goes on after its `last_id`."""
    since, last_id, began_at = cursor.get("since"), cursor.get("last_id"), cursor.get("began_at")
    listed: set[str] = set()
    while True:
        params: dict[str, Any] = {"limit": PER_PAGE}
        if since is not None:
            params["created[gte]"] = since - OVERLAP_SECONDS
        if last_id:
            params["starting_after"] = last_id
        answer = client.get(resource.path, params)
        began_at = began_at or _server_time(answer)
        objects = _list(answer)
        records = [_record(resource, item) for item in objects]
        listed.update(str(record.key) for record in records)
        if not answer.data.get("has_more"):
            break
        if not objects or objects[-1]["id"] == last_id:
            raise Unavailable("it says that there is more, but gives no next page", where=answer.where)
        last_id = objects[-1]["id"]
        yield Page(records, cursor={"since": since, "last_id": last_id, "began_at": began_at})
    if since is not None and "events" in resource.options:
        changed = _changed_ids(client, resource, since - OVERLAP_SECONDS) - listed
        records += client.each(lambda id_: _retrieve(client, resource, id_), sorted(changed))
    yield Page(records, cursor={"since": began_at})


def _changed_ids(client: Http, resource: Resource, since: int) -> set[str]:
    """Ids of the objects that events since then tell of."""
    wanted, pattern = resource.options["object"], resource.options["events"]
    params: dict[str, Any] = {"limit": PER_PAGE, "created[gte]": since}
    if not pattern.startswith("*"):
        params["type"] = pattern
    changed: set[str] = set()
    while True:
        answer = client.get("/events", params)
        events = _list(answer)
        for event in events:
            item = event["data"]["object"]
            if item.get("object") == wanted:
                changed.add(item["id"])
        if not answer.data.get("has_more") or not events:
            return changed
        params["starting_after"] = events[-1]["id"]


def _retrieve(client: Http, resource: Resource, id_: str) -> Record:
    return _record(resource, client.get(f"{resource.path}/{id_}").data)


def _of_payouts(client: Http, resource: Resource, page: Page) -> Iterator[Page]:
    """The balance transactions of each payout on the page; only then does the cursor move past it."""
    for record in page.records:
        payout = record.payload["id"]
        params: dict[str, Any] = {"payout": payout, "limit": PER_PAGE}
        links: list[Record] = []
        while True:
            answer = client.get("/balance_transactions", params)
            transactions = _list(answer)
            links += [
                resource.record(
                    {"key": f"{payout}:{item['id']}", "payout": payout, "balance_transaction": item["id"]}
                )
                for item in transactions
            ]
            if not answer.data.get("has_more") or not transactions:
                break
            params["starting_after"] = transactions[-1]["id"]
        yield Page(links, all_keys=[str(link.key) for link in links], scope=f"{payout}:")
    yield Page(cursor=page.cursor)


def _record(resource: Resource, item: Any) -> Record:
    if resource.name == "payout_balance_transactions":
        return Record(str(item["id"]), item)  # the payout, whose transactions are to be read
    return resource.record(item)


def _server_time(answer: Answer) -> int:
    """Stripe's own clock, in seconds."""
    try:
        return int(parsedate_to_datetime(answer.headers["date"]).timestamp())
    except (KeyError, ValueError):
        return int(datetime.now(UTC).timestamp())


def _list(answer: Answer) -> list[Any]:
    if not isinstance(answer.data, dict) or not isinstance(answer.data.get("data"), list):
        raise Unavailable("the answer is no list of objects", where=answer.where)
    objects: list[Any] = answer.data["data"]
    return objects
