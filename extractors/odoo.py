"""Odoo 19 over JSON-2.

Money: numbers, in the record's currency. Times: UTC, `YYYY-MM-DD HH:MM:SS`, shown in seconds and
kept in microseconds. Pages: by id, 2,000 records, until one is short. One raw table per model, its
dots turned to underscores; archived records too.

    product.product, product.supplierinfo, res.partner, sale.order(.line), pos.order(.line),
    pos.payment(.method), stock.picking, stock.move, stock.location, stock.warehouse(.orderpoint),
    purchase.order(.line), account.move(.line), account.account, account.tax, account.journal,
    account.bank.statement.line, res.company, res.country(.state), res.currency(.rate)
                                             -> raw.odoo__<model>
    stock.quant, summed by product and internal location -> raw.odoo__stock_quant

Not read: messages, attachments, drafts of the till that were never paid.

`write_date` is the *start* of the writing transaction, so a long one commits behind any cursor:
each reading overlaps the last by ten minutes, and the census finds the rest. Within a reading,
pages are cut by id, so nothing shifts when records change or vanish meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from connections.connection import Connection
from connections.landing import Record
from connections.odoo import Odoo as OdooClient
from extractors.base import Page, Position, Resource
from extractors.odoo_fields import FIELDS

PER_PAGE = 2000
IDS_PER_PAGE = 50_000
OVERLAP = timedelta(minutes=10)
_FORMAT = "%Y-%m-%d %H:%M:%S"

# What a record shares with another lives there, and its change leaves the record's own date alone: a
# product and its template, a bank line and its entry.
_ALSO_CHANGED_BY = {
    "product.product": ["product_tmpl_id.write_date"],
    "account.bank.statement.line": ["move_id.write_date"],
}


class Odoo:
    """The ERP's extractor."""

    system = "odoo"
    resources: tuple[Resource, ...] = (
        *(Resource(model.replace(".", "_"), model, changed="write_date") for model in FIELDS),
        Resource("stock_quant", "stock.quant", key="key"),
    )

    def open(self, connection: Connection) -> OdooClient:
        """A client of the ERP."""
        return OdooClient(connection)

    def read(self, client: OdooClient, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """New and changed records since the cursor; the stock as it is now."""
        if resource.name == "stock_quant":
            return _stock(client, resource)
        return _changed_by_id(client, resource, cursor or {})

    def census(self, client: OdooClient, resource: Resource) -> Iterator[Page]:
        """What is gone."""
        if resource.name == "stock_quant":
            yield from _stock(client, resource)
        else:
            yield Page(all_keys=_all_ids(client, resource.path))


def _changed_by_id(client: OdooClient, resource: Resource, cursor: Position) -> Iterator[Page]:
    """Pages by id of what changed since `since`; an unfinished reading goes on after its `last_id`."""
    since, last_id = cursor.get("since"), int(cursor.get("last_id", 0))
    began_at = cursor.get("began_at") or client.now().strftime(_FORMAT)
    while True:
        domain = [*_changed_since(resource.path, since), ["id", ">", last_id]]
        payloads = client.search_read(
            resource.path, domain, FIELDS[resource.path], limit=PER_PAGE, archived_too=True
        )
        if resource.path == "account.move":
            _add_external_ids(client, payloads)
        records = [resource.record(payload, _changed_at(payload)) for payload in payloads]
        if len(payloads) < PER_PAGE:
            yield Page(records, cursor={"since": began_at})
            return
        last_id = int(payloads[-1]["id"])
        yield Page(records, cursor={"since": since, "last_id": last_id, "began_at": began_at})


def _changed_since(model: str, since: str | None) -> list[Any]:
    if since is None:
        return []
    overlapped = (datetime.strptime(since, _FORMAT) - OVERLAP).strftime(_FORMAT)
    paths = ["write_date", *_ALSO_CHANGED_BY.get(model, [])]
    return ["|"] * (len(paths) - 1) + [[path, ">=", overlapped] for path in paths]


def _add_external_ids(client: OdooClient, entries: list[dict[str, Any]]) -> None:
    """Each entry says under which external id it was loaded (None: by hand, or by Odoo itself)."""
    if not entries:
        return
    names = client.read("account.move", "get_external_id", ids=[entry["id"] for entry in entries])
    for entry in entries:
        entry["external_id"] = names.get(str(entry["id"])) or None


def _stock(client: OdooClient, resource: Resource) -> Iterator[Page]:
    """On hand and reserved by product and internal location. Always summed: deliveries split quants."""
    groups = client.read(
        "stock.quant",
        "formatted_read_group",
        domain=[["location_id.usage", "=", "internal"]],
        groupby=["product_id", "location_id"],
        aggregates=["quantity:sum", "reserved_quantity:sum"],
    )
    records: list[Record] = []
    for group in groups:
        product_id, location_id = group["product_id"][0], group["location_id"][0]
        payload = {
            "key": f"{product_id}:{location_id}",
            "product_id": product_id,
            "location_id": location_id,
            "quantity": group["quantity:sum"],
            "reserved_quantity": group["reserved_quantity:sum"],
        }
        records.append(resource.record(payload))
    yield Page(records, all_keys=[str(record.key) for record in records])


def _all_ids(client: OdooClient, model: str) -> list[str]:
    keys: list[str] = []
    last_id = 0
    while True:
        ids = client.read(
            model,
            "search",
            domain=[["id", ">", last_id]],
            order="id",
            limit=IDS_PER_PAGE,
            context={"active_test": False},
        )
        keys += map(str, ids)
        if len(ids) < IDS_PER_PAGE:
            return keys
        last_id = ids[-1]


def _changed_at(payload: Any) -> datetime | None:
    value = payload.get("write_date") if isinstance(payload, dict) else None
    try:
        return datetime.strptime(value, _FORMAT).replace(tzinfo=UTC) if isinstance(value, str) else None
    except ValueError:
        return None
