"""WooCommerce REST v3 (measured on 11.0).

Money: text with two decimals, in the order's currency. Times: the `_gmt` fields, UTC without a
suffix. Pages end at X-WP-TotalPages, at most 100 records each. There is no rate limit of its own.

    /orders?status=any    -> raw.woocommerce__orders        oldest change first
    /orders?status=trash  -> raw.woocommerce__orders        (missing from status=any)
    /refunds              -> raw.woocommerce__refunds
    /products             -> raw.woocommerce__products
    /variations           -> raw.woocommerce__product_variations
    /customers            -> raw.woocommerce__customers     new ones; changed ones by the census
    /taxes                -> raw.woocommerce__taxes         whole
    /taxes/classes        -> raw.woocommerce__tax_classes   whole
    /settings/products    -> raw.woocommerce__product_settings  whole: its units of weight and length

Not read: order notes, coupons (their lines are in the orders), orders still in the checkout.

Pages are turned only inside a window of seconds that have passed, and the window's total must be the
same on each page: a record that changes meanwhile leaves the window, the totals differ, and the
window is read again. Otherwise each shift would lose one record for good. What is newer than the
window comes in one page, which is one request and cannot shift, or in the next window.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connections import woocommerce
from connections.connection import Connection
from connections.errors import Unavailable
from connections.http import Answer, Http
from connections.landing import Record
from extractors.base import Page, Position, Resource

PER_PAGE = 100
PAGES_AT_ONCE = 8
# PHP stamps a change before it commits it; so much later it is surely visible.
OVERLAP = timedelta(seconds=120)
_TRIES = 3
_GMT = "%Y-%m-%dT%H:%M:%S"

Params = Mapping[str, Any]


class WooCommerce:
    """The shop's extractor."""

    system = "woocommerce"
    resources: tuple[Resource, ...] = (
        Resource("orders", "/orders", changed="date_modified_gmt", options={"status": "any"}),
        Resource(
            "orders_trash",
            "/orders",
            changed="date_modified_gmt",
            table="orders",
            options={"status": "trash"},
        ),
        Resource("refunds", "/refunds"),
        Resource("products", "/products", changed="date_modified_gmt", options={"status": "any"}),
        Resource("product_variations", "/variations", changed="date_modified_gmt", options={"status": "any"}),
        Resource("customers", "/customers", options={"role": "all"}),
        Resource("taxes", "/taxes"),
        Resource("tax_classes", "/taxes/classes", key="slug"),
        Resource("product_settings", "/settings/products"),
    )

    def open(self, connection: Connection) -> Http:
        """A client of the shop."""
        return woocommerce.client(connection)

    def read(self, client: Http, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """New and changed records since the cursor."""
        match resource.name:
            case "orders" | "orders_trash":
                return _oldest_change_first(client, resource, cursor)
            case "customers":
                return _newest_until_known(client, resource, cursor) if cursor else _whole(client, resource)
            case "taxes" | "tax_classes" | "product_settings":
                return _whole(client, resource)
            case _:
                return _changed_window(client, resource, cursor)

    def census(self, client: Http, resource: Resource) -> Iterator[Page]:
        """What is gone; for all but orders also what changed without a trace."""
        match resource.name:
            case "orders":
                yield Page(all_keys=_order_ids(client))
            case "orders_trash":
                return
            case _:
                yield from _whole(client, resource)


def _oldest_change_first(client: Http, resource: Resource, cursor: Position | None) -> Iterator[Page]:
    """Chunks in order of change, each with the cursor that covers it: a first run can go on midway."""
    since = _time(cursor["modified_gmt"]) - OVERLAP if cursor else None
    pages = PAGES_AT_ONCE
    while True:
        params = {**resource.options, "orderby": "modified", "order": "asc"}
        reading = _read_changed(client, resource, params, since, pages)
        records = _records(resource, reading.payloads)
        newest = max((record.changed_at for record in records if record.changed_at), default=since)
        if records:
            yield Page(records, cursor={"modified_gmt": newest.strftime(_GMT)} if newest else None)
        if reading.is_last:
            return
        pages = PAGES_AT_ONCE
        if newest == since and reading.is_whole:
            time.sleep(1)  # the rest is of this very second: let it pass
        elif newest == since:
            pages = len(reading.payloads) // PER_PAGE * 2  # one second holds more than the chunk
        since = newest


def _changed_window(client: Http, resource: Resource, cursor: Position | None) -> Iterator[Page]:
    """All that changed, by id; the cursor moves to the time at which the reading began.

    Products cannot be read in order of change: they sort by local time, which repeats an hour in autumn.
    """
    since = _time(cursor["read_at_gmt"]) - OVERLAP if cursor else None
    params = {**resource.options, "orderby": "id", "order": "asc"}
    while True:
        reading = _read_changed(client, resource, params, since)
        cursor = {"read_at_gmt": reading.began_at.strftime(_GMT)}
        yield Page(_records(resource, reading.payloads), cursor=cursor)
        if reading.is_last:
            return
        if since is not None and since >= reading.began_at:
            time.sleep(1)
        since = reading.began_at


def _newest_until_known(client: Http, resource: Resource, cursor: Position) -> Iterator[Page]:
    """Pages from the newest id down to one that is known. A shift repeats a record, and loses none."""
    known = newest = int(cursor["last_id"])
    records = []
    for page in range(1, 1_000_000):
        params = {**resource.options, "orderby": "id", "order": "desc", "per_page": PER_PAGE, "page": page}
        payloads = client.get(resource.path, params).records()
        records += [resource.record(payload) for payload in payloads]
        ids = [int(payload["id"]) for payload in payloads if isinstance(payload, dict) and payload.get("id")]
        newest = max([newest, *ids])
        if len(payloads) < PER_PAGE or min(ids, default=0) <= known:
            break
    yield Page(records, cursor={"last_id": newest})


def _whole(client: Http, resource: Resource) -> Iterator[Page]:
    """Every record, and so also which ones are gone."""
    params = dict(resource.options)
    if resource.name not in ("tax_classes", "product_settings"):
        params |= {"orderby": "id", "order": "asc"}
    records = _records(resource, _read_listing(client, resource, params))
    keys = [record.key for record in records if record.key is not None]
    last_id = max((int(key) for key in keys if key.isdigit()), default=0)
    cursor = {"last_id": last_id} if resource.name == "customers" else None
    yield Page(records, all_keys=keys, cursor=cursor)


def _order_ids(client: Http) -> list[str]:
    keys: list[str] = []
    for status in ("any", "trash"):
        resource = Resource("orders", "/orders")
        params = {"status": status, "orderby": "id", "order": "asc", "_fields": "id"}
        keys += [str(payload["id"]) for payload in _read_listing(client, resource, params)]
    return keys


@dataclass(frozen=True)
class _Reading:
    """Records of consecutive pages, and the shop's time when the reading began.

    `is_whole`: the window has no more pages; `is_last`: nor is there anything newer than the window.
    """

    payloads: list[Any]
    began_at: datetime
    is_whole: bool = True
    is_last: bool = True


def _read_changed(
    client: Http, resource: Resource, params: Params, since: datetime | None, most: int | None = None
) -> _Reading:
    """What changed since then, on at most so many pages. Unavailable: it would not hold still."""
    first = _page(client, resource, {**params, **_modified(after=since)}, 1)
    began_at, total = _server_time(first), _total(first)
    if total <= PER_PAGE:
        return _Reading(first.records(), began_at)
    closed = {**params, **_modified(after=since, before=began_at)}
    for attempt in range(_TRIES):
        # one page is one request, and cannot shift
        pages = 1 if attempt == _TRIES - 1 and most is not None else most
        read = _turn_pages(client, resource, closed, pages)
        if read is not None:
            payloads, in_window, is_whole = read
            return _Reading(payloads, began_at, is_whole, is_whole and in_window == total)
    raise _restless(resource)


def _read_listing(client: Http, resource: Resource, params: Params) -> list[Any]:
    """All records of a resource that has no times, by id. Unavailable: they would not hold still."""
    for _ in range(_TRIES):
        read = _turn_pages(client, resource, params, None)
        if read is not None:
            return read[0]
    raise _restless(resource)


def _turn_pages(
    client: Http, resource: Resource, params: Params, most: int | None
) -> tuple[list[Any], int, bool] | None:
    """Records of the first `most` pages (None: all), the total, whether that was all; None: they shifted."""
    first = _page(client, resource, params, 1)
    total = _total(first)
    pages = max(1, -(-total // PER_PAGE))
    wanted = pages if most is None else min(pages, most)
    others = client.each(lambda number: _page(client, resource, params, number), range(2, wanted + 1))
    answers = [first, *others]
    payloads = [payload for answer in answers for payload in answer.records()]
    expected = min(total, wanted * PER_PAGE)
    if any(_total(answer) != total for answer in answers) or len(payloads) != expected:
        return None
    return payloads, total, wanted >= pages


def _page(client: Http, resource: Resource, params: Params, number: int) -> Answer:
    return client.get(resource.path, {**params, "per_page": PER_PAGE, "page": number})


def _restless(resource: Resource) -> Unavailable:
    return Unavailable(
        "its records kept changing while pages were turned",
        where=f"woocommerce: {resource.path}",
        remedy="It is tried again by itself; the cursor has not moved",
    )


def _records(resource: Resource, payloads: list[Any]) -> list[Record]:
    return [resource.record(payload, _changed_at(resource, payload)) for payload in payloads]


def _modified(*, after: datetime | None = None, before: datetime | None = None) -> dict[str, Any]:
    """The filter in its one right form. Both bounds are exclusive, to the second."""
    params: dict[str, Any] = {}
    if after is not None:
        params["modified_after"] = (after - timedelta(seconds=1)).strftime(_GMT)
    if before is not None:
        params["modified_before"] = before.strftime(_GMT)
    return {**params, "dates_are_gmt": "true"} if params else {}


def _changed_at(resource: Resource, payload: Any) -> datetime | None:
    value = payload.get(resource.changed) if resource.changed and isinstance(payload, dict) else None
    try:
        return _time(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=UTC)


def _server_time(answer: Answer) -> datetime:
    """The shop's own clock: ours may be wrong, its own stamps its records."""
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)


def _total(answer: Answer) -> int:
    """How many records the query has (past the last page WooCommerce says 0: that one is never asked)."""
    value = answer.headers.get("x-wp-total", "")
    return int(value) if value.isdigit() else len(answer.records())
