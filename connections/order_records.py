"""The records that an order is in, from sale to ledger: the one walk that all who tell of it tell from.

Everything is read from the marts, and from `sync.writes`, which knows what became of what was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows, sql

Row = Mapping[str, Any]


def find(warehouse: Warehouse, number: str) -> Row:
    """The order of that number or id; the web's before another of the same. Rejected: there is none."""
    found = rows(
        warehouse,
        """
        select * from marts.orders where order_number = %s or order_id = %s
        order by (channel = 'web') desc limit 1
        """,
        [number.lstrip("#"), number],
    )
    if not found:
        raise Rejected(f"there is no order {number}", where="marts.orders")
    return found[0]


def lines(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What was sold."""
    return _of_order(
        warehouse, "select * from marts.order_lines where order_id = %s order by line_number", order_id
    )


def taxes(warehouse: Warehouse, order_id: str) -> list[Row]:
    """The taxes that were charged."""
    return _of_order(warehouse, "select * from marts.order_taxes where order_id = %s order by tax", order_id)


def payments(warehouse: Warehouse, order_id: str) -> list[Row]:
    """Each tender."""
    return _of_order(
        warehouse, "select * from marts.payments where order_id = %s order by paid_at, payment_id", order_id
    )


def refunds(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What was given back."""
    return _of_order(
        warehouse, "select * from marts.refunds where order_id = %s order by refunded_at, refund_id", order_id
    )


def shipments(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What left."""
    return _of_order(
        warehouse, "select * from marts.shipments where order_id = %s order by shipment_number", order_id
    )


def disputes(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What its buyer's bank took back."""
    return _of_order(
        warehouse, "select * from marts.disputes where order_id = %s order by opened_at", order_id
    )


def transactions(warehouse: Warehouse, order_id: str) -> list[Row]:
    """How the processor's balance moved for it."""
    return _of_order(
        warehouse,
        """
        select * from marts.balance_transactions where order_id = %s and not is_deleted
        order by created_at, balance_transaction_id
        """,
        order_id,
    )


def payouts(warehouse: Warehouse, payout_ids: Iterable[str | None]) -> list[Row]:
    """These payouts, each with the line of the bank that it is (null where there is none yet)."""
    return list(
        rows(
            warehouse,
            """
            select payouts.*, banked.bank_line_id, banked.bank_date, banked.amount as banked_amount,
                banked.matched_by
            from marts.payouts as payouts
            left join intermediate.int_payouts_banked as banked
                on payouts.payout_id_stripe = banked.payout_id_stripe
            where payouts.payout_id = any(%s) order by payouts.arrival_date, payouts.payout_id
            """,
            [sorted({payout_id for payout_id in payout_ids if payout_id})],
        )
    )


def events(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What is due in the books for it."""
    return _of_order(
        warehouse,
        "select * from marts.ledger_events where order_id = %s order by posting_date, event_id",
        order_id,
    )


def events_of(warehouse: Warehouse, source_key: str) -> list[Row]:
    """What is due in the books for anything else, by the key of what it follows from."""
    return list(
        rows(
            warehouse,
            "select * from marts.ledger_events where source_key = %s order by posting_date, event_id",
            [source_key],
        )
    )


def event_lines(warehouse: Warehouse, event_ids: Iterable[str]) -> list[Row]:
    """The lines that the events are to have."""
    return list(
        rows(
            warehouse,
            "select * from marts.ledger_lines_due where event_id = any(%s) order by event_id, line_key",
            [sorted(event_ids)],
        )
    )


def entries(warehouse: Warehouse, base_keys: Iterable[str]) -> list[Row]:
    """Every entry that was sent or waits to be for these bases, reversals included, with its base."""
    wanted = sorted(base_keys)
    return list(
        rows(
            warehouse,
            """
            with keys as (
                select base_key, write_key from marts.ledger_postings where base_key = any(%s)
                union
                select base_key, write_key from outbound.out_odoo__ledger_entries where base_key = any(%s)
            )
            select writes.*, keys.base_key
            from sync.writes as writes
            inner join keys on writes.key = keys.write_key
            where writes.system = 'odoo' and writes.thing = 'ledger_entry' and writes.is_current
            order by keys.base_key, writes.write_id
            """,
            [wanted, wanted],
        )
    )


def other_writes(warehouse: Warehouse, order_id: str) -> list[Row]:
    """What else was written on its account, also what is not due any more; then the stock levels."""
    models = rows(
        warehouse,
        """
        select table_name from information_schema.columns
        where table_schema = 'outbound' and column_name = 'order_id' order by table_name
        """,
    )
    found: list[Row] = []
    for model in models:
        query = sql.SQL(
            """
            select writes.* from sync.writes as writes
            where writes.outbound_model = {name} and writes.thing <> 'ledger_entry' and (
                writes.key in (select due.write_key from {table} as due where due.order_id = %(order)s)
                or coalesce(writes.payload ->> 'order_id', writes.payload #>> '{{order,order_id}}')
                = %(order)s
                or writes.key = %(order)s or writes.key like %(parts)s
            )
            order by writes.write_id
            """
        ).format(name=sql.Literal(model["table_name"]), table=sql.Identifier("outbound", model["table_name"]))
        parts = order_id.replace("_", r"\_") + ":%"  # its shipments and parcels
        found += warehouse.execute(query, {"order": order_id, "parts": parts}).fetchall()
    return found + _of_order(
        warehouse,
        """
        select writes.* from sync.writes as writes
        where writes.system = 'woocommerce' and writes.thing = 'stock_level' and writes.is_current
            and writes.key in (
                select levels.write_key from outbound.out_woocommerce__stock_levels as levels
                where levels.product_id in (
                    select order_lines.product_id from marts.order_lines as order_lines
                    where order_lines.order_id = %s
                )
            )
        order by writes.key
        """,
        order_id,
    )


def _of_order(warehouse: Warehouse, query: str, order_id: str) -> list[Row]:
    return list(rows(warehouse, query, [order_id]))
