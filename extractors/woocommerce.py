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

Not read: order notes, coupons (their lines are in the orders), orders still in the checkout.

Pages are turned only inside a window that is closed at the top, and the window's total must be the
same on each page: a record that changes meanwhile leaves the window, the totals differ, and the
window is read again. Otherwise each shift would lose one record for good.
"""

from __future__ import annotations

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
            case "taxes" | "tax_classes":
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
        params = {**resource.options, "orderby": "modified", "order": "asc", **_modified(after=since)}
        reading = _read_pages(client, resource, params, pages)
        records = _records(resource, reading.payloads)
        times = [record.changed_at for record in records if record.changed_at]
        if times:
            yield Page(records, cursor={"modified_gmt": max(times).strftime("%Y-%m-%dT%H:%M:%S")})
        elif records:
            yield Page(records)
        if reading.is_complete:
            return
        # a second with more changes than a chunk holds: take a larger chunk
        newest = max(times, default=since)
        pages = pages * 2 if newest == since else PAGES_AT_ONCE
        since = newest


def _changed_window(client: Http, resource: Resource, cursor: Position | None) -> Iterator[Page]:
    """All that changed, by id; the cursor moves once, to the time at which the reading began.

    Products cannot be read in order of change: they sort by local time, which repeats an hour in autumn.
    """
    since = _time(cursor["read_at_gmt"]) - OVERLAP if cursor else None
    params = {**resource.options, "orderby": "id", "order": "asc", **_modified(after=since)}
    reading = _read_pages(client, resource, params)
    cursor = {"read_at_gmt": reading.began_at.strftime("%Y-%m-%dT%H:%M:%S")}
    yield Page(_records(resource, reading.payloads), cursor=cursor)


def _newest_until_known(client: Http, resource: Resource, cursor: Position) -> Iterator[Page]:
    """Pages from the newest id down to one that is known. A shift repeats a record, and loses none."""
    known = newest = int(cursor["last_id"])
    records = []
    for page in range(1, 1_000_000):
        params = {**resource.options, "orderby": "id", "order": "desc", "per_page": PER_PAGE, "page": page}
        payloads = _list(client.get(resource.path, params))
        records += [resource.record(payload) for payload in payloads]
        ids = [int(payload["id"]) for payload in payloads if isinstance(payload, dict) and payload.get("id")]
        newest = max([newest, *ids])
        if len(payloads) < PER_PAGE or min(ids, default=0) <= known:
            break
    yield Page(records, cursor={"last_id": newest})


def _whole(client: Http, resource: Resource) -> Iterator[Page]:
    """Every record, and so also which ones are gone."""
    params = dict(resource.options)
    if resource.name != "tax_classes":
        params |= {"orderby": "id", "order": "asc"}
    records = _records(resource, _read_pages(client, resource, params).payloads)
    keys = [record.key for record in records if record.key is not None]
    last_id = max((int(key) for key in keys if key.isdigit()), default=0)
    cursor = {"last_id": last_id} if resource.name == "customers" else None
    yield Page(records, all_keys=keys, cursor=cursor)


def _order_ids(client: Http) -> list[str]:
    keys: list[str] = []
    for status in ("any", "trash"):
        resource = Resource("orders", "/orders")
        params = {"status": status, "orderby": "id", "order": "asc", "_fields": "id"}
        keys += [str(payload["id"]) for payload in _read_pages(client, resource, params).payloads]
    return keys


@dataclass(frozen=True)
class _Reading:
    """Records of consecutive pages, the shop's time when the reading began, and whether that was all."""

    payloads: list[Any]
    began_at: datetime
    is_complete: bool


def _read_pages(client: Http, resource: Resource, params: Params, most: int | None = None) -> _Reading:
    """The records of the first `most` pages (None: of all). Unavailable: they would not hold still."""
    first = client.get(resource.path, {**params, "per_page": PER_PAGE, "page": 1})
    began_at = _server_time(first)
    if _total(first) <= PER_PAGE:
        return _Reading(_list(first), began_at, True)
    if resource.name not in _WITHOUT_TIMES:
        params = {**params, **_modified(before=began_at + timedelta(seconds=1))}
    for attempt in range(_TRIES):
        # one page is one request, and cannot shift
        pages = 1 if attempt == _TRIES - 1 and most is not None else most
        reading = _read_window(client, resource, params, pages, began_at)
        if reading is not None:
            return reading
    raise Unavailable(
        "its records kept changing while pages were turned",
        where=f"woocommerce: {resource.path}",
        remedy="It is tried again by itself; the cursor has not moved",
    )


_WITHOUT_TIMES = ("customers", "taxes", "tax_classes")


def _read_window(
    client: Http, resource: Resource, params: Params, most: int | None, began_at: datetime
) -> _Reading | None:
    """As _read_pages, over a window that should not change; None: it did."""

    def page(number: int) -> Answer:
        return client.get(resource.path, {**params, "per_page": PER_PAGE, "page": number})

    first = page(1)
    total = _total(first)
    pages = -(-total // PER_PAGE)
    wanted = pages if most is None else min(pages, most)
    answers = [first, *client.each(page, range(2, wanted + 1))]
    payloads = [payload for answer in answers for payload in _list(answer)]
    expected = min(total, wanted * PER_PAGE)
    if any(_total(answer) != total for answer in answers) or len(payloads) != expected:
        return None
    return _Reading(payloads, began_at, wanted >= pages)


def _records(resource: Resource, payloads: list[Any]) -> list[Record]:
    return [resource.record(payload, _changed_at(resource, payload)) for payload in payloads]


def _modified(*, after: datetime | None = None, before: datetime | None = None) -> dict[str, Any]:
    """The filter in its one right form. Both bounds are exclusive, to the second."""
    params: dict[str, Any] = {}
    if after is not None:
        params["modified_after"] = (after - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S")
    if before is not None:
        params["modified_before"] = before.strftime("%Y-%m-%dT%H:%M:%S")
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
    return int(value) if value.isdigit() else len(_list(answer))


def _list(answer: Answer) -> list[Any]:
    if not isinstance(answer.data, list):
        raise Unavailable("the answer is no list of records", where=answer.where)
    return answer.data
