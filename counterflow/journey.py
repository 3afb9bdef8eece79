"""What became of an order, from sale to ledger, told from the warehouse: the demo's heart.

Amounts are in the order's currency. Everything shown is read from the marts and from `sync.writes`;
stock levels as the systems say them may be given as well (`system_stock`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connections import order_records
from connections.warehouse import Warehouse, rows, session
from counterflow import systems
from counterflow.journey_doorstep import tell_doorstep
from counterflow.system_stock import Levels, normal
from counterflow.tree import amount

Row = Mapping[str, Any]
BySystem = Mapping[str, Levels]
Say = Callable[[str], None]
MOST_SHOWN = 12


def print_journey(
    number: str, *, before: BySystem | None = None, after: BySystem | None = None, say: Say = print
) -> bool:
    """The order's way is printed; whether the systems agree on it. Rejected: there is no such order."""
    with session() as warehouse:
        order = order_records.find(warehouse, number)
        say(f"\n== Order #{order['order_number']}: its way through the house\n")
        tell_order(warehouse, order, say)
        tell_payments(warehouse, order, say)
        if order["channel"] == "web":
            tell_doorstep(warehouse, order, systems.storage().shown, say)
        stock_agrees = tell_stock(warehouse, order, before, after, say)
        ledger_agrees = tell_ledger(warehouse, order, say)
    return stock_agrees and ledger_agrees


def tell_order(warehouse: Warehouse, order: Row, say: Say) -> None:
    """What was sold, and what it came to."""
    say(
        f"Order     {order['order_id']}, {order['channel']}, {order['status']}, "
        f"to {order['delivery_province']}, placed {order['created_at']:%Y-%m-%d %H:%M} UTC"
    )
    for line in order_records.lines(warehouse, order["order_id"]):
        say(
            f"          {_amount(line['quantity'], 5, 0)} x {line['sku'] or '(no SKU)':<12} "
            f"{str(line['description'])[:36]:<36} {_amount(line['subtotal_amount'])}"
        )
    parts = [
        ("discount", -order["discount_amount"]),
        ("shipping", order["shipping_amount"]),
        ("fees", order["fee_amount"]),
    ]
    parts += [
        (f"{tax['tax']} {tax['province']} {_percent(tax['tax_rate'])}", tax["tax_amount"])
        for tax in order_records.taxes(warehouse, order["order_id"])
    ]
    for name, value in parts:
        if value:
            say(f"          {name:<57} {_amount(value)}")
    say(f"          {'total ' + order['currency']:<57} {_amount(order['total_amount'])}")


def tell_payments(warehouse: Warehouse, order: Row, say: Say) -> None:
    """Who paid what, and what the processor kept."""
    found = order_records.payments(warehouse, order["order_id"])
    for payment in found:
        key = payment["charge_id_stripe"] or payment["payment_method"]
        say(
            f"\nPayment   {key}, {payment['status']}: {amount(payment['amount'])} {payment['currency']}, "
            f"fee {amount(payment['fee_amount'])}, net {amount(payment['net_amount'])}"
        )
    if not found:
        say("\nPayment   none")


def tell_stock(
    warehouse: Warehouse, order: Row, before: BySystem | None, after: BySystem | None, say: Say
) -> bool:
    """Each SKU's stock in both systems, and why; whether the shop now has what it should."""
    say("\nStock")
    agrees = True
    for sku in _skus(warehouse, order):
        say(f"          {sku}")
        for system, name in (("odoo", "Odoo, on hand"), ("woocommerce", "WooCommerce, for sale")):
            told = [str(levels[system].get(sku, "-")) for levels in (before, after) if levels]
            if told:
                say(f"            {name:<24} {' -> '.join(told)}")
        for wanted in _wanted_levels(warehouse, sku):
            is_equal = not after or after["woocommerce"].get(sku) == wanted["quantity"]
            agrees = agrees and is_equal
            say(f"            {'should be for sale':<24} {_explained(wanted)}")
            written = f"{wanted['write_key']} in WooCommerce, {wanted['status'] or 'true already'}"
            say(f"            {'written to':<24} {written}: {'equal' if is_equal else 'DIFFERENT'}")
    return agrees


def _explained(level: Row) -> str:
    taken = [
        (level["reserved_by_web_quantity"], f"in {level['open_web_order_count']} open web orders"),
        (level["reserved_by_odoo_quantity"], "reserved in Odoo"),
        (level["safety_stock_quantity"], "kept back"),
    ]
    parts = "".join(f" - {quantity:.0f} {why}" for quantity, why in taken if quantity)
    return f"{level['quantity']} = {level['web_on_hand_quantity']:.0f} on hand{parts}"


def tell_ledger(warehouse: Warehouse, order: Row, say: Say) -> bool:
    """Each entry that it is in, with its lines and its key in Odoo; whether Odoo's own lines are the same."""
    events = order_records.events(warehouse, order["order_id"])
    entries = order_records.entries(warehouse, {event["base_key"] for event in events})
    if not entries:
        say(f"\nLedger    no entry is {'due' if not events else 'sent yet'}")
    return all([_tell_entry(warehouse, entry, events, say) for entry in entries])


def _tell_entry(warehouse: Warehouse, write: Row, events: Sequence[Row], say: Say) -> bool:
    """One entry; of a summary, the order's part of it."""
    entry, there = write["payload"], write["read_back"] or {}
    if write["status"] != "confirmed":
        say(f"\nLedger    {entry['external_id']} is {write['status']}: {write['reason']}")
        return False
    say(f"\nLedger    {entry['external_id']}")
    say(f"          in Odoo: {write['target_name']} (account.move {write['target_id']}), {there.get('date')}")
    lines = [
        (line["account_code"], line["name"], Decimal(line["debit"]), Decimal(line["credit"]))
        for line in entry["lines"]
    ]
    if write["base_key"].startswith("summary_"):
        own = [event["event_id"] for event in events if event["base_key"] == write["base_key"]]
        say(f"          a summary of {len(entry.get('events', []))} events, in it of this order:")
        lines = [
            (line["account_code"], line["line_name"], line["debit_amount"], line["credit_amount"])
            for line in order_records.event_lines(warehouse, own)
        ]
    for account, name, debit, credit in lines:
        say(f"          {account or '?':<8} {name[:40]:<40} {_amount(debit)} {_amount(credit)}")
    debits, credits = (sum((line[side] for line in lines), Decimal(0)) for side in (2, 3))
    say(f"          {'':<49} {_amount(debits)} {_amount(credits)}")
    is_equal = write["drift"] is None and there.get("date") == entry["date"]
    say(f"          read back from Odoo: {'every line equal' if is_equal else 'DIFFERENT'}")
    return is_equal and debits == credits


def print_counts(say: Say = print) -> None:
    """The records in and out of each stage, of the last run and in all, and what became of the writes."""
    with session() as warehouse:
        say("\n== Counts: every record that goes in comes out, or is set aside with its reason\n")
        titles = ("stage", "entity", "in", "out", "set aside", "difference")
        table(titles, [*_counts_read(warehouse), *_counts_built(warehouse)], say)
        say("\n== Written back\n")
        writes = rows(
            warehouse,
            """
            select system, thing, status, count(*) as n from sync.writes where is_current
            group by system, thing, status order by system, thing, status
            """,
        )
        found = [[row["system"], row["thing"], row["status"], row["n"]] for row in writes]
        table(("system", "thing", "status", "rows"), found, say)
        _tell_open(warehouse, say)


def _tell_open(warehouse: Warehouse, say: Say) -> None:
    """What is held or set aside, each with its reason: it goes on by itself once the reason is gone."""
    found = rows(
        warehouse,
        """
        select 'held' as state, thing || ' ' || key as what, reason from sync.writes
        where is_current and status not in ('confirmed', 'planned', 'superseded', 'waived')
        union all
        select 'set aside', entity || ' ' || record_key, reason from marts.quarantine
        order by state, what
        """,
    )
    if found:
        say("\n== Waiting for a person\n")
    for row in found[:MOST_SHOWN]:
        say(f"  {row['state']:<9}  {row['what']}: {row['reason']}")
    if len(found) > MOST_SHOWN:
        say(f"  and {len(found) - MOST_SHOWN} more, in marts.quarantine and sync.writes")


def _counts_read(warehouse: Warehouse) -> list[list[Any]]:
    """What the last run read, summed by system: changed or not, or refused."""
    found = rows(
        warehouse,
        """
        select system, sum(records_read) as read, sum(records_written + records_unchanged) as kept,
            sum(records_refused) as refused
        from sync.extractions
        where run_id = (select run_id from sync.runs order by started_at desc limit 1)
        group by system order by system
        """,
    )
    stage = "system to raw, last run"
    return [
        [
            stage,
            row["system"],
            row["read"],
            row["kept"],
            row["refused"],
            row["read"] - row["kept"] - row["refused"],
        ]
        for row in found
    ]


def _counts_built(warehouse: Warehouse) -> list[list[Any]]:
    found = rows(warehouse, "select * from marts.reconciliation_counts order by stage, entity")
    names = ("stage", "entity", "records_in", "records_out", "quarantined", "difference")
    return [[row[name] for name in names] for row in found]


def table(titles: Sequence[str], found: Iterable[Sequence[Any]], say: Say) -> None:
    """The rows are printed in columns, numbers to the right."""
    cells = [[str(value) for value in row] for row in found]
    widths = [max(len(cell) for cell in column) for column in zip(titles, *cells, strict=True)]
    for row in [list(titles), *cells]:
        say(
            "  "
            + "  ".join(
                cell.rjust(width) if cell.lstrip("-").replace(".", "").isdigit() else cell.ljust(width)
                for cell, width in zip(row, widths, strict=True)
            ).rstrip()
        )


def _skus(warehouse: Warehouse, order: Row) -> list[str]:
    found = sorted({row["sku"] for row in order_records.lines(warehouse, order["order_id"]) if row["sku"]})
    return list(dict.fromkeys(normal(sku) for sku in found))


def _wanted_levels(warehouse: Warehouse, sku: str) -> list[Row]:
    """What the shop should have now, and the figures behind it; empty where its stock is not ours to set."""
    found = rows(
        warehouse,
        """
        select levels.write_key, levels.quantity, writes.status, stock.web_on_hand_quantity,
            stock.reserved_by_web_quantity, stock.reserved_by_odoo_quantity, stock.safety_stock_quantity,
            stock.open_web_order_count
        from outbound.out_woocommerce__stock_levels as levels
        inner join marts.stock_by_sku as stock on levels.product_id = stock.product_id
        left join sync.writes on writes.system = 'woocommerce' and writes.thing = 'stock_level'
            and writes.key = levels.write_key and writes.is_current
        where upper(trim(levels.sku)) = %s
        order by levels.write_key
        """,
        [sku],
    )
    return list(found)


def _amount(value: Any, width: int = 10, places: int = 2) -> str:
    text = f"{Decimal(str(value)):,.{places}f}"
    return ("" if Decimal(str(value)) == 0 else text).rjust(width)


def _percent(rate: Any) -> str:
    return "" if rate is None else f"{(Decimal(rate) * 100).normalize():f} %"
