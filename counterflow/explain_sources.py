"""From a mart's row back to the payloads that its system gave: mart, staging model, raw row."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connections.warehouse import Warehouse, raw_table, rows, sql
from counterflow.masking import masked
from counterflow.tree import Branch, amount

Row = Mapping[str, Any]
KeyOf = Callable[[Row], object]
# of a payload that is not asked for in full
MOST_CHARACTERS = 600


@dataclass(frozen=True)
class Source:
    """Where a mart's row comes from: a resource, and the record's key in it (None: not this one)."""

    system: str
    resource: str
    key: KeyOf


@dataclass(frozen=True)
class Origin:
    """A mart, its key, the columns worth showing, and what it rests on."""

    mart: str
    key: str
    shown: tuple[str, ...]
    sources: tuple[Source, ...]


def _column(name: str) -> KeyOf:
    return lambda row: row.get(name)


def _id_of(name: str, system: str) -> KeyOf:
    """The record's own id, where the mart's key is '<system>:<id>'."""

    def key(row: Row) -> object:
        found, _, identity = str(row[name]).partition(":")
        return identity if found == system else None

    return key


def _counter(channel: str) -> KeyOf:
    return lambda row: row.get("order_id_odoo") if row.get("channel") == channel else None


_TRANSACTION = Origin(
    "balance_transactions",
    "balance_transaction_id",
    ("kind", "transaction_type", "amount", "fee_amount", "net_amount", "currency", "created_date"),
    (Source("stripe", "balance_transactions", _column("balance_transaction_id_stripe")),),
)

# By the first word of a source key ('order:woocommerce:1001'); 'payment' is what an order rests on besides.
ORIGINS = {
    "order": Origin(
        "orders",
        "order_id",
        ("status", "delivery_province", "total_amount", "tax_amount", "paid_amount", "currency", "paid_date"),
        (
            Source("woocommerce", "orders", _column("order_id_woocommerce")),
            Source("odoo", "pos_order", _counter("counter")),
            Source("odoo", "sale_order", _counter("sales")),
        ),
    ),
    "payment": Origin(
        "payments",
        "payment_id",
        ("status", "amount", "fee_amount", "net_amount", "currency", "paid_date"),
        (
            Source("stripe", "charges", _column("charge_id_stripe")),
            Source("stripe", "balance_transactions", _column("balance_transaction_id_stripe")),
        ),
    ),
    "refund": Origin(
        "refunds",
        "refund_id",
        ("amount", "goods_amount", "shipping_amount", "tax_amount", "currency", "posting_date"),
        (
            Source("woocommerce", "refunds", _id_of("refund_id", "woocommerce")),
            Source("odoo", "pos_order", _id_of("refund_id", "odoo")),
            Source("stripe", "refunds", _column("refund_id_stripe")),
        ),
    ),
    "payout": Origin(
        "payouts",
        "payout_id",
        ("status", "amount", "transactions_amount", "difference", "currency", "arrival_date"),
        (Source("stripe", "payouts", _column("payout_id_stripe")),),
    ),
    "fee": _TRANSACTION,
    "balance_transaction": _TRANSACTION,
    "dispute": Origin(
        "disputes",
        "dispute_id",
        ("state", "amount", "fee_amount", "currency", "opened_date"),
        (
            Source("stripe", "disputes", _column("dispute_id_stripe")),
            Source("stripe", "charges", _column("charge_id_stripe")),
        ),
    ),
    "document": Origin(
        "documents",
        "document_key",
        ("document_number", "amount", "balance_amount", "currency", "issued_on", "path"),
        (),
    ),
    "shipment": Origin(
        "shipments",
        "shipment_id",
        ("goods_amount", "shipping_amount", "tax_amount", "total_amount", "currency", "shipped_date"),
        (Source("odoo", "stock_picking", _column("picking_id_odoo")),),
    ),
    "postage": Origin(
        "postage",
        "postage_id",
        ("service", "amount", "total_amount", "currency", "postage_date"),
        (Source("files", "postage", _column("reference")),),
    ),
    "import": Origin(
        "imports",
        "import_id",
        (
            "supplier",
            "cost_amount",
            "duty_amount",
            "gst_amount",
            "broker_fee_amount",
            "currency",
            "import_date",
        ),
        (Source("files", "imports", _column("reference")),),
    ),
    "bank_line": Origin(
        "bank_lines",
        "bank_line_id",
        ("kind", "amount", "currency", "bank_date", "description"),
        (
            Source("odoo", "account_bank_statement_line", _id_of("bank_line_id", "odoo")),
            Source("files", "bank_statement_lines", _id_of("bank_line_id", "files")),
        ),
    ),
}


def add_origin(branch: Branch, warehouse: Warehouse, source_key: str, *, whole: bool) -> None:
    """The mart's row that a source key names hangs below, with its payloads (`whole`: in full)."""
    grain, _, key = source_key.partition(":")
    origin = ORIGINS.get(grain)
    if origin is None:
        branch.add(f"{source_key}: no mart is known for it")
        return
    query = sql.SQL("select * from {} where {} = %s").format(
        sql.Identifier("marts", origin.mart), sql.Identifier(origin.key)
    )
    found = warehouse.execute(query, [key]).fetchone()
    if found is None:
        branch.add(f"marts.{origin.mart} has no {key} any more")
        return
    told = ", ".join(f"{name} {_told(name, found[name])}" for name in origin.shown if found[name] is not None)
    mart = branch.add(f"marts.{origin.mart} {key}: {told} (build {found['build_id']})")
    for source in origin.sources:
        identity = source.key(found)
        if identity is not None:
            add_raw(mart, warehouse, source.system, source.resource, str(identity), whole=whole)


def add_raw(
    branch: Branch, warehouse: Warehouse, system: str, resource: str, key: str, *, whole: bool
) -> None:
    """A system's own record, as it was read last, hangs below the staging model that reads it."""
    table = raw_table(system, resource)
    query = sql.SQL(
        """
        select key, payload, extracted_at, run_id, deleted_at, version,
            (select count(*) from raw.{history} as earlier where earlier.key = records.key) as earlier
        from raw.{table} as records where key = %s
        """
    ).format(table=sql.Identifier(table), history=sql.Identifier(f"{table}__history"))
    found = warehouse.execute(query, [key]).fetchone()
    if found is None:
        branch.add(f"raw.{table} {key}: not read yet")
        return
    staging = branch.add(f"staging.stg_{table}")
    raw = staging.add(
        f"raw.{table} {key}: version {found['version']}, read {found['extracted_at']:%Y-%m-%d %H:%M:%S} UTC "
        f"in run {found['run_id']}"
        + (f", {found['earlier']} earlier in raw.{table}__history" if found["earlier"] else "")
        + (f", deleted there {found['deleted_at']:%Y-%m-%d %H:%M} UTC" if found["deleted_at"] else "")
    )
    raw.add(payload_text(found["payload"], resource, whole=whole))


def payload_text(payload: Any, resource: str, *, whole: bool) -> str:
    """The payload as one text. Not `whole`: persons' data masked, what is empty left out, and cut."""
    shown = masked(payload, resource, is_open=whole)
    if whole:
        return json.dumps(shown, ensure_ascii=False)
    text = json.dumps(_without_empty(shown), ensure_ascii=False)
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]} … {len(text) - MOST_CHARACTERS:,} characters more (--payload)"


def mart_rows(warehouse: Warehouse, source_key: str) -> list[str]:
    """What an event rests on besides its own row: the tenders of an order."""
    grain, _, key = source_key.partition(":")
    if grain != "order":
        return []
    found = rows(
        warehouse,
        "select payment_id from marts.payments where order_id = %s order by paid_at, payment_id",
        [key],
    )
    return [f"payment:{row['payment_id']}" for row in found]


def _told(name: str, value: Any) -> str:
    return amount(value) if name.endswith("amount") or name == "difference" else str(value)


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _without_empty(inner) for key, inner in value.items() if key != "_links"}
        return {key: inner for key, inner in kept.items() if inner not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
