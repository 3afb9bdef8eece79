"""An entry of the books, and a payout, back to the payloads of the systems."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connections import order_records
from connections.errors import Rejected
from connections.warehouse import Warehouse, rows
from counterflow.explain_order import add_bank_line
from counterflow.explain_postings import add_event, add_lines, add_write
from counterflow.explain_sources import add_origin, add_raw
from counterflow.tree import Branch, amount

Row = Mapping[str, Any]
MOST_EVENTS = 20


def entry_tree(warehouse: Warehouse, name: str, *, whole: bool, show_all: bool) -> Branch:
    """The entry of that number, external id, write key or id in the books. Rejected: there is none."""
    found = rows(
        warehouse,
        """
        select * from marts.ledger_postings
        where write_key = %(name)s or external_id = %(name)s or entry_number = %(name)s
            or ledger_entry_id = %(name)s or 'counterflow.ledger_entry_' || write_key = %(name)s
        order by write_key limit 1
        """.replace("%(name)s", "%s"),
        [name] * 5,
    )
    if found:
        return _own_entry(warehouse, found[0], whole=whole, show_all=show_all)
    others = rows(
        warehouse,
        """
        select * from marts.ledger_entries where entry_number = %s or external_id = %s or ledger_entry_id = %s
        order by is_deleted, ledger_entry_id limit 1
        """,
        [name] * 3,
    )
    if others:
        return _other_entry(warehouse, others[0], whole=whole)
    waiting = rows(
        warehouse,
        """
        select base_key from outbound.out_odoo__ledger_entries
        where write_key = %s or payload ->> 'external_id' = %s
        """,
        [name] * 2,
    )
    if not waiting:
        raise Rejected(
            f"there is no entry {name}: it is no number in Odoo, no external id and no key of sync.writes",
            where="marts.ledger_entries",
        )
    root = Branch(f"Entry {name}: not in the books yet")
    for write in order_records.entries(warehouse, [waiting[0]["base_key"]]):
        add_write(root, write)
    for event in _events_in(warehouse, waiting[0]["base_key"]):
        add_event(root, warehouse, event, whole=whole, with_entries=False)
    return root


def _own_entry(warehouse: Warehouse, posting: Row, *, whole: bool, show_all: bool) -> Branch:
    """An entry of ours: its lines, what became of it, and the events it was posted for."""
    name = posting["entry_number"] or posting["write_key"]
    root = Branch(f"Entry {name}, {posting['entry_date']}: {posting['title']}")
    entries = order_records.entries(warehouse, [posting["base_key"]])
    for write in entries:
        if write["key"] == posting["write_key"]:
            add_write(root, write)
    lines = rows(
        warehouse,
        """
        select lines.*, due.fallback_role
        from marts.ledger_lines_posted as lines
        left join lateral (
            select fallback_role from marts.ledger_lines_due
            where role = lines.role and fallback_role is not null limit 1
        ) as due on true
        where lines.write_key = %s order by lines.line_key
        """,
        [posting["write_key"]],
    )
    add_lines(root.add("lines, as they were sent"), warehouse, lines)
    _add_proof(root, warehouse, str(posting["write_key"]))
    _add_raw_entry(root, warehouse, posting["ledger_entry_id"], whole=whole)
    events = _events_sent(warehouse, posting, show_all=show_all, root=root)
    for event in events:
        add_event(root, warehouse, event, whole=whole, with_lines=len(events) > 1, with_entries=False)
    others = [write for write in entries if write["key"] != posting["write_key"]]
    if others:
        history = root.add("before and after it")
        for write in others:
            add_write(history, write)
    return root


def _events_sent(warehouse: Warehouse, posting: Row, *, show_all: bool, root: Branch) -> list[Row]:
    """The events that it was posted for (of a reversal: those of the entry that it undoes)."""
    sent = rows(
        warehouse,
        """
        select distinct event_id, source_key from intermediate.int_ledger_events_sent
        where base_key = %s and sequence_number = %s order by event_id
        """,
        [posting["base_key"], posting["sequence_number"]],
    )
    wanted = [row["event_id"] for row in sent]
    found = rows(
        warehouse, "select * from marts.ledger_events where event_id = any(%s) order by event_id", [wanted]
    )
    gone = sorted(set(wanted) - {row["event_id"] for row in found})
    for event_id in gone:
        keys = [row["source_key"] for row in sent if row["event_id"] == event_id]
        branch = root.add(f"event {event_id}: no longer due")
        for source_key in keys:
            add_origin(branch, warehouse, source_key, whole=False)
    if len(found) > MOST_EVENTS and not show_all:
        root.add(f"of {len(found)} events the first {MOST_EVENTS} (--all shows each)")
        return list(found[:MOST_EVENTS])
    return list(found)


def _events_in(warehouse: Warehouse, base_key: str) -> list[Row]:
    return list(
        rows(warehouse, "select * from marts.ledger_events where base_key = %s order by event_id", [base_key])
    )


def _add_proof(root: Branch, warehouse: Warehouse, write_key: str) -> None:
    """Whether it stands in the books as it was sent."""
    for proof in rows(
        warehouse, "select * from marts.reconciliation_ledger where record_key = %s", [write_key]
    ):
        root.add(
            f"in the books it {proof['state'] if proof['state'] != 'open' else 'is not known to stand'}"
            + (
                f", {amount(proof['difference'])}: {proof['cause']}"
                if proof["cause"]
                else " with what was sent"
            )
        )


def _add_raw_entry(root: Branch, warehouse: Warehouse, ledger_entry_id: str | None, *, whole: bool) -> None:
    system, _, key = str(ledger_entry_id or "").partition(":")
    if key:
        read = root.add("as Odoo gave it when it was last read")
        add_raw(read, warehouse, system, "account_move", key, whole=whole)


def _other_entry(warehouse: Warehouse, entry: Row, *, whole: bool) -> Branch:
    """An entry that is not ours: what it says, and where it was made."""
    name = entry["entry_number"] or entry["ledger_entry_id"]
    root = Branch(f"Entry {name}, {entry['entry_date']}: {entry['ref'] or '(no words)'}")
    root.add(f"not by Counterflow: made in Odoo's journal {entry['journal_name']}, {entry['state']}")
    lines = root.add("lines")
    for line in rows(
        warehouse,
        """
        select * from marts.ledger_lines where ledger_entry_id = %s and not is_deleted order by line_id_odoo
        """,
        [entry["ledger_entry_id"]],
    ):
        lines.add(
            f"{line['account_code'] or '?':<10} {amount(line['debit_amount'], 12)} "
            f"{amount(line['credit_amount'], 12)}  {line['account_name'] or ''}"
        )
    _add_raw_entry(root, warehouse, entry["ledger_entry_id"], whole=whole)
    return root


def payout_tree(warehouse: Warehouse, name: str, *, whole: bool, show_all: bool) -> Branch:
    """A payout: its transactions and their sum, its bank line, its entries. Rejected: there is none."""
    payout_id = name if ":" in name else f"stripe:{name}"
    found = order_records.payouts(warehouse, [payout_id])
    if not found:
        raise Rejected(f"there is no payout {name}", where="marts.payouts")
    payout = found[0]
    root = Branch(
        f"Payout {payout['payout_id_stripe']}, {payout['status']}, arrives {payout['arrival_date']}: "
        f"{amount(payout['amount'])} {payout['currency']}"
    )
    _add_transactions(root, warehouse, payout, show_all=show_all)
    add_bank_line(root, payout)
    add_origin(root.add("from"), warehouse, f"payout:{payout_id}", whole=whole)
    events = order_records.events_of(warehouse, f"payout:{payout_id}")
    for event in events:
        add_event(root, warehouse, event, whole=whole, with_origin=False)
    if not events:
        root.add(f"not due in the books: {payout['ledger_wait_reason'] or 'nothing to post'}")
    return root


def _add_transactions(root: Branch, warehouse: Warehouse, payout: Row, *, show_all: bool) -> None:
    transactions = rows(
        warehouse,
        """
        select transactions.*, orders.order_number
        from marts.balance_transactions as transactions
        left join marts.orders as orders on transactions.order_id = orders.order_id
        where transactions.payout_id = %s and not transactions.is_deleted
        order by transactions.created_at, transactions.balance_transaction_id
        """,
        [payout["payout_id"]],
    )
    total = sum((row["net_amount"] for row in transactions), Decimal(0))
    is_equal = total == payout["amount"]
    branch = root.add(
        f"{len(transactions)} transactions, net {amount(total)}: "
        + ("the payout to the cent" if is_equal else f"DIFFERENT by {amount(payout['amount'] - total)}")
    )
    shown = transactions if show_all else transactions[:MOST_EVENTS]
    for row in shown:
        order = f", order #{row['order_number']}" if row["order_number"] else ""
        branch.add(
            f"{amount(row['net_amount'], 12)}  {row['transaction_type']} "
            f"{row['balance_transaction_id_stripe']}, {row['created_date']}: "
            f"{amount(row['amount'])} less fee {amount(row['fee_amount'])}{order}"
        )
    if len(shown) < len(transactions):
        rest = sum((row["net_amount"] for row in transactions[len(shown) :]), Decimal(0))
        branch.add(f"{amount(rest, 12)}  {len(transactions) - len(shown)} more (--all shows each)")
