"""An order, forward: every tender, movement, payout, bank line, event, entry and message that it led to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connections import order_records
from connections.warehouse import Warehouse, rows
from counterflow.explain_postings import add_event, add_write
from counterflow.explain_sources import add_origin
from counterflow.tree import Branch, amount, counted

Row = Mapping[str, Any]


def order_tree(warehouse: Warehouse, number: str, *, whole: bool) -> Branch:
    """Everything known of the order. Rejected: there is no such order."""
    order = order_records.find(warehouse, number)
    order_id = str(order["order_id"])
    root = Branch(
        f"Order #{order['order_number']} ({order_id}), {order['channel']}, {order['status']}, to "
        f"{order['delivery_province'] or '?'}, placed {order['created_at']:%Y-%m-%d %H:%M} UTC, "
        f"{amount(order['total_amount'])} {order['currency']}"
    )
    add_origin(root.add("from"), warehouse, f"order:{order_id}", whole=whole)
    _add_parts(root, warehouse, order)
    _add_payments(root, warehouse, order_id, whole=whole)
    _add_refunds(root, warehouse, order_id, whole=whole)
    for shipment in order_records.shipments(warehouse, order_id):
        add_origin(root.add(f"shipment {shipment['shipment_number']}"), warehouse,
                   f"shipment:{shipment['shipment_id']}", whole=whole)  # fmt: skip
    for dispute in order_records.disputes(warehouse, order_id):
        add_origin(root.add(f"dispute {dispute['dispute_id_stripe']}, {dispute['state']}"), warehouse,
                   f"dispute:{dispute['dispute_id']}", whole=whole)  # fmt: skip
    _add_books(root, warehouse, order, whole=whole)
    _add_writes(root, warehouse, order_id)
    _add_proofs(root, warehouse, order_id)
    return root


def _add_parts(root: Branch, warehouse: Warehouse, order: Row) -> None:
    order_id = str(order["order_id"])
    parts = root.add(f"what it came to: {amount(order['total_amount'])} {order['currency']}")
    for line in order_records.lines(warehouse, order_id):
        parts.add(
            f"{amount(line['subtotal_amount'], 12)}  {line['quantity']:.0f} x {line['sku'] or '(no SKU)'} "
            f"{line['description'] or ''}"
        )
    for name, value in (
        ("discount", -order["discount_amount"]),
        ("shipping", order["shipping_amount"]),
        ("fees", order["fee_amount"]),
    ):
        if value:
            parts.add(f"{amount(value, 12)}  {name}")
    for tax in order_records.taxes(warehouse, order_id):
        rate = "" if tax["tax_rate"] is None else f" {tax['tax_rate'] * 100:.4g} %"
        parts.add(f"{amount(tax['tax_amount'], 12)}  {tax['tax']} {tax['province'] or ''}{rate}")
    if order["rounding_amount"]:
        parts.add(f"{amount(order['rounding_amount'], 12)}  rounding, between the shop's parts and its total")


def _add_payments(root: Branch, warehouse: Warehouse, order_id: str, *, whole: bool) -> None:
    payments = order_records.payments(warehouse, order_id)
    transactions = order_records.transactions(warehouse, order_id)
    payouts = {
        row["payout_id"]: row
        for row in order_records.payouts(warehouse, (t["payout_id"] for t in transactions))
    }
    for payment in payments:
        told = root.add(
            f"payment {payment['charge_id_stripe'] or payment['payment_method']}, {payment['status']}: "
            f"{amount(payment['amount'])} {payment['currency']}, fee {amount(payment['fee_amount'])}, "
            f"net {amount(payment['net_amount'])}"
        )
        add_origin(told, warehouse, f"payment:{payment['payment_id']}", whole=whole)
    if not payments:
        root.add("no payment")
    for transaction in transactions:
        told = root.add(
            f"balance transaction {transaction['balance_transaction_id_stripe']} "
            f"({transaction['transaction_type']}), {transaction['created_date']}: "
            f"{amount(transaction['amount'])} {transaction['currency']}, "
            f"fee {amount(transaction['fee_amount'])}, net {amount(transaction['net_amount'])}"
        )
        payout = payouts.get(transaction["payout_id"])
        if payout is None:
            told.add("in no payout yet")
        else:
            add_payout_line(told, warehouse, payout)


def add_payout_line(branch: Branch, warehouse: Warehouse, payout: Row) -> None:
    """A payout in short: its bank line and its entries."""
    told = branch.add(
        f"payout {payout['payout_id_stripe']}, {payout['status']}, arrives {payout['arrival_date']}: "
        f"{amount(payout['amount'])} {payout['currency']}, of {payout['transaction_count']} transactions"
    )
    add_bank_line(told, payout)
    events = order_records.events_of(warehouse, f"payout:{payout['payout_id']}")
    for event in events:
        for entry in order_records.entries(warehouse, [event["base_key"]]):
            add_write(told, entry)
    if not events:
        told.add(f"not due in the books: {payout['ledger_wait_reason'] or 'nothing to post'}")


def add_bank_line(branch: Branch, payout: Row) -> None:
    """The line of the bank that a payout is."""
    if payout["bank_line_id"] is None:
        branch.add("no line of the bank is it yet")
        return
    branch.add(
        f"bank line {payout['bank_line_id']}, {payout['bank_date']}: {amount(payout['banked_amount'])}, "
        f"found by its {payout['matched_by']}"
        + ("" if payout["banked_amount"] == payout["amount"] else ", DIFFERENT")
    )


def _add_refunds(root: Branch, warehouse: Warehouse, order_id: str, *, whole: bool) -> None:
    for refund in order_records.refunds(warehouse, order_id):
        wait = refund["ledger_wait_reason"]
        told = root.add(
            f"refund {refund['refund_id']}: {amount(refund['amount'])} {refund['currency']}"
            + (f", not due in the books: {wait}" if wait else "")
        )
        add_origin(told, warehouse, f"refund:{refund['refund_id']}", whole=whole)


def _add_books(root: Branch, warehouse: Warehouse, order: Row, *, whole: bool) -> None:
    events = order_records.events(warehouse, str(order["order_id"]))
    books = root.add(f"in the books: {counted(len(events), 'event')}")
    if order["ledger_wait_reason"]:
        books.add(f"the sale is not due: {order['ledger_wait_reason']}")
    for event in events:
        add_event(books, warehouse, event, whole=whole, with_origin=False)
    told = {event["base_key"] for event in events}
    undue = [
        row["base_key"]
        for row in _sent_before(warehouse, str(order["order_id"]))
        if row["base_key"] not in told
    ]
    for entry in order_records.entries(warehouse, undue):
        add_write(books.add("posted, and no longer due"), entry)


def _sent_before(warehouse: Warehouse, order_id: str) -> list[Row]:
    """The entries that what is no longer due went to the books in."""
    return list(
        rows(
            warehouse,
            "select distinct base_key from intermediate.int_ledger_events_sent where source_key = %s",
            [f"order:{order_id}"],
        )
    )


def _add_writes(root: Branch, warehouse: Warehouse, order_id: str) -> None:
    writes = order_records.other_writes(warehouse, order_id)
    if writes:
        branch = root.add("written besides")
        for write in writes:
            add_write(branch, write)


def _add_proofs(root: Branch, warehouse: Warehouse, order_id: str) -> None:
    """What the reconciliation and quarantine say of it."""
    found = rows(
        warehouse,
        """
        select subject || ' ' || record_key as what, state, difference, cause, age_days
        from marts.reconciliation_items where order_id = %s
        union all
        select entity || ' ' || record_key, 'in quarantine', null, reason, null
        from marts.quarantine where order_id = %s
        order by what
        """,
        [order_id, order_id],
    )
    proofs = root.add(
        "reconciliation: " + ("everything agrees" if not found else f"{len(found)} not in agreement")
    )
    for item in found:
        difference = "" if item["difference"] is None else f", {amount(item['difference'])}"
        proofs.add(f"{item['what']} {item['state']}{difference}: {item['cause']}")
