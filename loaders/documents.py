"""Documents, each issued exactly once for its key: a number where its kind has them, a file, and a record.

A number is taken in the transaction that issues: the row of its series is locked, the document is set with
the number, and number, key and the bytes' hash are committed together; what cannot be set takes no number, so
a series has no gap. The file is put after that. Whoever comes again finds the row, and makes the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from connections.connection import Connection
from connections.errors import Rejected
from connections.storage import Storage, kept, order_path
from connections.warehouse import DictRow, Warehouse, connect
from documents.paper import Issued
from documents.rendering import WITH_LABEL, CannotBeSet, document_pdf, page_count
from loaders.base import Intent, NotSent, Present, Sent

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Archive:
    """Where documents are recorded and where they are kept."""

    warehouse: Warehouse
    storage: Storage

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.warehouse.close()


class Documents:
    """outbound.out_documents__documents made true: issued, set and kept in the storage."""

    system = "documents"
    thing = "document"
    kind = "posting"
    outbound_model = "out_documents__documents"
    batch_size = 20
    inputs: tuple[str, ...] = ("woocommerce", "stripe")
    flow = "documents"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()

    def __init__(self, storage: Callable[[], Storage]) -> None:
        self._storage = storage

    def open(self, connection: Connection) -> Archive:
        """The record of what was issued, and where it is kept."""
        return Archive(connect(), self._storage())

    def ends_choice_of(self, intent: Intent) -> str | None:
        """A slip closes its box, where no label does."""
        order_id: str | None = intent.payload.get("order_id")
        return order_id if intent.payload["kind"] == "packing_slip" else None

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """It is issued; its number, day and file it gets then."""
        return {"document_key": intent.key, "kind": intent.payload["kind"]}

    def present(self, client: Archive, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """The documents that were issued and whose file is there as it was set."""
        found = client.warehouse.execute(
            "select * from sync.issued_documents where document_key = any(%s)",
            [[intent.key for intent in intents]],
        ).fetchall()
        client.warehouse.rollback()
        return {
            row["document_key"]: Present(row["path"], _content(row), row["document_number"] or "")
            for row in found
            if (file := client.storage.find(row["path"])) and file.sha256 == row["sha256"]
        }

    def send(
        self, client: Archive, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each issued and kept. What cannot be set is refused, and takes no number."""
        return {intent.key: self._send(client, intent) for intent in intents}

    def _send(self, client: Archive, intent: Intent) -> Sent | NotSent:
        try:
            label = _label(client.storage, intent.payload)
        except Rejected as error:
            return NotSent("held", "needs_person", f"the carrier's label is not kept: {error}")
        try:
            row, content = issue(client.warehouse, intent.payload, label)
        except NotIssued as error:
            client.warehouse.rollback()
            return NotSent("held", "stale_input", str(error))
        except CannotBeSet as error:
            client.warehouse.rollback()
            return NotSent("refused", "permanent", f"it cannot be set ({error}): correct its order")
        client.storage.put(row["path"], content)
        return Sent(_content(row))


class NotIssued(Exception):
    """What it refers to was not issued yet."""


def issue(warehouse: Warehouse, payload: Payload, label: bytes | None = None) -> tuple[DictRow, bytes]:
    """The document's row of sync.issued_documents, committed, and its bytes: the first time or again.

    Two at once wait for each other and get the same. NotIssued: a document it is a copy of is not there yet.
    CannotBeSet. After either the caller rolls back, and nothing is left.
    """
    key = payload["document_key"]
    series = payload.get("series")
    if series:
        _lock(warehouse, series)
    row = _issued(warehouse, key)
    if row is None:
        row, content = _first(warehouse, payload, label)
    else:
        content = document_pdf(payload, Issued(row["issued_on"], row["document_number"]), label)
        row = _set_again(warehouse, row, content)
    warehouse.commit()
    return row, content


def _lock(warehouse: Warehouse, series: str) -> None:
    """Nobody else takes a number of the series until this transaction ends."""
    warehouse.execute(
        "insert into sync.document_numbers (series, last_number) values (%s, 0) on conflict do nothing",
        [series],
    )
    warehouse.execute("select from sync.document_numbers where series = %s for update", [series])


def _issued(warehouse: Warehouse, key: str) -> DictRow | None:
    return warehouse.execute("select * from sync.issued_documents where document_key = %s", [key]).fetchone()


def _first(warehouse: Warehouse, payload: Payload, label: bytes | None) -> tuple[DictRow, bytes]:
    """The number taken, the document set with it, and its row; where another was first, theirs."""
    sequence_number, issued = _number(warehouse, payload)
    content = document_pdf(payload, issued, label)
    row = warehouse.execute(
        """
        insert into sync.issued_documents (
            document_key, kind, series, sequence_number, document_number, issued_on, path, sha256, page_count
        )
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        on conflict (document_key) do nothing
        returning *
        """,
        [payload["document_key"], payload["kind"], payload.get("series"), sequence_number, issued.number,
         issued.on, _path(warehouse, payload, issued.number), kept(content).sha256, page_count(content)],
    ).fetchone()  # fmt: skip
    if row is not None:
        return row, content
    row = _issued(warehouse, payload["document_key"])
    assert row is not None
    return row, document_pdf(payload, Issued(row["issued_on"], row["document_number"]), label)


def _number(warehouse: Warehouse, payload: Payload) -> tuple[int | None, Issued]:
    """Its place in its series (None: it has none), and what is printed: the day, and the number."""
    if payload.get("copy_of"):
        original = _issued(warehouse, payload["copy_of"])
        if original is None:
            raise NotIssued(f"{payload['copy_of']} is not issued yet")
        return None, Issued(original["issued_on"], original["document_number"])
    today = _today(warehouse, payload["time_zone"])
    if not payload.get("series"):
        return None, Issued(today)
    row = warehouse.execute(
        """
        update sync.document_numbers set last_number = last_number + 1 where series = %s
        returning last_number
        """,
        [payload["series"]],
    ).fetchone()
    assert row is not None
    number = int(row["last_number"])
    return number, Issued(today, f"{payload['number_prefix']}{number:05}")


def _set_again(warehouse: Warehouse, row: DictRow, content: bytes) -> DictRow:
    """The row with the hash of what was set now: another than before only where the templates changed."""
    if row["sha256"] == kept(content).sha256:
        return row
    changed = warehouse.execute(
        "update sync.issued_documents set sha256 = %s, page_count = %s where document_key = %s returning *",
        [kept(content).sha256, page_count(content), row["document_key"]],
    ).fetchone()
    assert changed is not None
    return changed


def _today(warehouse: Warehouse, time_zone: str) -> date:
    row = warehouse.execute("select (now() at time zone %s)::date as today", [time_zone]).fetchone()
    assert row is not None
    day: date = row["today"]
    return day


def _path(warehouse: Warehouse, payload: Payload, number: str | None) -> str:
    """Where its file is kept: by the order's number and its own, with its key's hash where that is taken."""
    key, order = str(payload["document_key"]), payload.get("order")
    kind, _, rest = key.partition(":")
    name = kind.replace("_", "-")
    if order is None:
        return f"{name}s/{rest}.pdf"
    rest = rest.removeprefix(order["order_id"]).lstrip(":").replace(":", "-")
    name = "-".join(
        part for part in (name, number, rest if not number or payload.get("copy_of") else "") if part
    )
    path = order_path(order["order_id"], order["order_number"], f"{name}.pdf")
    taken = warehouse.execute("select from sync.issued_documents where path = %s", [path]).fetchone()
    if taken is None:
        return path
    return path.removesuffix(".pdf") + f"-{kept(key.encode()).sha256[:8]}.pdf"


def _label(storage: Storage, payload: Payload) -> bytes | None:
    """The carrier's label that goes onto the page. Rejected: it is not there."""
    return storage.get(payload["label_path"]) if payload["kind"] in WITH_LABEL else None


def _content(row: DictRow) -> dict[str, Any]:
    """What is read back, and what dbt then knows of the document."""
    return {
        "document_key": row["document_key"],
        "kind": row["kind"],
        "number": row["document_number"],
        "issued_on": row["issued_on"].isoformat(),
        "path": row["path"],
        "sha256": row["sha256"],
        "page_count": row["page_count"],
    }
