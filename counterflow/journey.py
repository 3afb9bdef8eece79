"""What became of an order, from sale to ledger, told from the warehouse: the demo's heart.

Amounts are in the order's currency. Everything shown is read from the marts and from `sync.writes`;
stock levels as the systems say them may be given as well (`system_stock`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows, session
from counterflow.system_stock import Levels, normal

Row = Mapping[str, Any]
BySystem = Mapping[str, Levels]
Say = Callable[[str], None]
MOST_SHOWN = 12


def print_journey(
    number: str, *, before: BySystem | None = None, after: BySystem | None = None, say: Say = print
) -> bool:
    """The order's way is printed; whether the systems agree on it. Rejected: there is no such order."""
    with session() as warehouse:
        order = _order(warehouse, number)
        say(f"\n== Order #{order['order_number']}: its way through the house\n")
        tell_order(warehouse, order, say)
        tell_payments(warehouse, order, say)
        stock_agrees = tell_stock(warehouse, order, before, after, say)
        ledger_agrees = tell_ledger(warehouse, order, say)
    return stock_agrees and ledger_agrees


def tell_order(warehouse: Warehouse, order: Row, say: Say) -> None:
    """What was sold, and what it came to."""
    say(
        f"Order     {order['order_id']}, {order['channel']}, {order['status']}, "
        f"to {order['delivery_province']}, placed {order['created_at']:%Y-%m-%d %H:%M} UTC"
    )
    lines = rows(
        warehouse,
        "select * from marts.order_lines where order_id = %s order by line_number",
        [order["order_id"]],
    )
    for line in lines:
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
        for tax in rows(
            warehouse, "select * from marts.order_taxes where order_id = %s order by tax", [order["order_id"]]
        )
    ]
    for name, amount in parts:
        if amount:
            say(f"          {name:<57} {_amount(amount)}")
    say(f"          {'total ' + order['currency']:<57} {_amount(order['total_amount'])}")


def tell_payments(warehouse: Warehouse, order: Row, say: Say) -> None:
    """Who paid what, and what the processor kept."""
    found = rows(
        warehouse, "select * from marts.payments where order_id = %s order by paid_at", [order["order_id"]]
    )
    for payment in found:
        key = payment["charge_id_stripe"] or payment["payment_method"]
        say(
            f"\nPayment   {key}, {payment['status']}: {payment['amount']:.2f} {payment['currency']}, "
            f"fee {payment['fee_amount']:.2f}, net {payment['net_amount']:.2f}"
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
    """The posted entry with its lines, its key in Odoo, and whether Odoo's own lines are the same."""
    found = rows(
        warehouse,
        """
        select * from sync.writes
        where system = 'odoo' and thing = 'ledger_entry' and is_current
            and key = 'woocommerce_order_' || %s::text
        """,
        [order["order_id_woocommerce"]],
    )
    if not found:
        say("\nLedger    no entry is due")
        return True
    write = found[0]
    entry, there = write["payload"], write["read_back"] or {}
    if write["status"] != "confirmed":
        say(f"\nLedger    {entry['external_id']} is {write['status']}: {write['reason']}")
        return False
    wanted = sorted([line["account_code"], line["debit"], line["credit"]] for line in entry["lines"])
    is_equal = write["drift"] is None and there.get("lines") == wanted and there.get("date") == entry["date"]
    say(f"\nLedger    {entry['external_id']}")
    say(f"          in Odoo: {write['target_name']} (account.move {write['target_id']}), {there.get('date')}")
    for line in entry["lines"]:
        say(
            f"          {line['account_code']:<8} {line['name'][:40]:<40} "
            f"{_amount(line['debit'])} {_amount(line['credit'])}"
        )
    debit, credit = (sum(Decimal(line[side]) for line in entry["lines"]) for side in ("debit", "credit"))
    say(f"          {'':<49} {_amount(debit)} {_amount(credit)}")
    say(f"          read back from Odoo: {'every line equal' if is_equal else 'DIFFERENT'}")
    return is_equal and debit == credit


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


def _order(warehouse: Warehouse, number: str) -> Row:
    found = rows(
        warehouse,
        "select * from marts.orders where order_number = %s or order_id = %s "
        "order by (channel = 'web') desc limit 1",
        [number.lstrip("#"), number],
    )
    if not found:
        raise Rejected(f"there is no order {number}", where="marts.orders")
    return found[0]


def _skus(warehouse: Warehouse, order: Row) -> list[str]:
    found = rows(
        warehouse,
        "select distinct sku from marts.order_lines where order_id = %s and sku is not null order by sku",
        [order["order_id"]],
    )
    return list(dict.fromkeys(normal(row["sku"]) for row in found))


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
