"""Whether everything agrees: by subject, each item that does not with its cause and age, and one number.

The number is what nothing explains, in money. What is open waits for what its cause says, and is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows, session
from counterflow.tree import Say, amount

Row = Mapping[str, Any]
MOST = 40
# What each subject compares, in the order in which money flows. The last are totals of the same records.
SUBJECTS = {
    "order": "orders against their payments and their entries",
    "payment": "card payments against the processor's balance and their orders",
    "refund": "the shop's refunds against the processor's",
    "payout": "payouts against their transactions, the bank and their entries",
    "clearing": "the clearing account, item by item, against the processor's balance",
    "event": "whatever else is due in the books",
    "ledger": "entries as they were sent against the books as they stand",
    "foreign": "entries made by hand on the clearing account",
    "stock": "stock: Odoo, the marts, the shop (in units)",
    "write": "everything written against what was read back (counted)",
    "clearing account": "the clearing account as a whole, twice",
    "tax": "the tax accounts against the returns",
    "rows": "rows in against rows out, stage by stage",
}
TOTALS = ("clearing account", "tax", "rows")


@dataclass(frozen=True)
class Reconciliation:
    """What is checked by subject, and every item that does not agree."""

    summary: Sequence[Row]
    items: Sequence[Row]
    difference: Decimal

    @property
    def agrees(self) -> bool:
        """Nothing differs: neither money nor units, writes or totals."""
        return all(row["differ_count"] == 0 for row in self.summary)


def reconciliation_difference(warehouse: Warehouse, subject: str | None = None) -> Decimal:
    """What differs in money and nothing explains; 0.00 when all agree, or before there is anything.

    A record that differs in several comparisons (a payout: its transactions, the bank) counts once.
    """
    if not is_built(warehouse):
        return Decimal("0.00")
    found = rows(
        warehouse,
        """
        select coalesce(sum(amount), 0)::numeric(18, 2) as difference
        from (
            select max(abs(difference)) as amount from marts.reconciliation_items
            where state = 'differs' and unit = 'money' and (%s::text is null or subject = %s)
            group by subject, record_key
        ) as records
        """,
        [subject, subject],
    )
    return Decimal(found[0]["difference"])


def is_built(warehouse: Warehouse) -> bool:
    """Whether the marts have been built at all."""
    found = rows(warehouse, "select to_regclass('marts.reconciliation_items') is not null as it_is")
    return bool(found[0]["it_is"])


def read(warehouse: Warehouse, subject: str | None = None) -> Reconciliation:
    """The reconciliation as the marts have it now; of one subject, if named. Rejected: no such subject."""
    if subject is not None and subject not in SUBJECTS:
        raise Rejected(f"there is no subject {subject}; there are {', '.join(SUBJECTS)}", where="reconcile")
    if not is_built(warehouse):
        raise Rejected(
            "nothing has been built yet: run counterflow sync first", where="marts.reconciliation_items"
        )
    summary = rows(
        warehouse,
        "select * from marts.reconciliation_summary where %s::text is null or subject = %s",
        [subject, subject],
    )
    items = rows(
        warehouse,
        """
        select subject, record_key, order_id, occurred_on, unit, difference, state, cause, age_days
        from marts.reconciliation_items where %s::text is null or subject = %s
        union all
        select subject, record_key, null, occurred_on, unit, difference, state, cause, null
        from marts.reconciliation_totals where state <> 'agrees' and (%s::text is null or subject = %s)
        order by subject, occurred_on, record_key
        """,
        [subject] * 4,
    )
    known = list(SUBJECTS)
    return Reconciliation(
        sorted(summary, key=lambda row: known.index(row["subject"])),
        sorted(items, key=lambda row: (row["state"], known.index(row["subject"]))),
        reconciliation_difference(warehouse, subject),
    )


def print_reconciliation(subject: str | None = None, *, show_all: bool = False, say: Say = print) -> bool:
    """Table, items and number are printed; whether everything agrees. Rejected: no such subject."""
    with session() as warehouse:
        warehouse.execute("set transaction isolation level repeatable read read only")
        found = read(warehouse, subject)
    _tell_summary(found.summary, say)
    single = [item for item in found.items if item["subject"] not in TOTALS]
    for title, items in (
        ("Different, and nothing explains it", [item for item in single if item["state"] == "differs"]),
        ("Open, with what it waits for", [item for item in single if item["state"] == "open"]),
        ("Totals of the same records", [item for item in found.items if item["subject"] in TOTALS]),
    ):
        if items:
            say(f"\n== {title}\n")
            _tell_items(items if show_all else items[:MOST], say)
        if len(items) > MOST and not show_all:
            say(f"  and {len(items) - MOST} more (--all shows each)")
    say(f"\nreconciliation difference: {amount(found.difference)}")
    return found.agrees


def _tell_summary(summary: Sequence[Row], say: Say) -> None:
    say("== Reconciliation\n")
    titles = ("checked", "agree", "open", "differ", "open amount", "difference")
    cells = [("", *titles)]
    for row in summary:
        counts = [f"{row[name]:,}" for name in ("record_count", "agree_count", "open_count", "differ_count")]
        amounts = [shown(row[name], row["unit"]) for name in ("open_amount", "difference")]
        cells.append((row["subject"], *counts, *amounts))
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for place, (subject, *numbers) in enumerate(cells):
        columns = "  ".join(number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True))
        words = "" if place == 0 else SUBJECTS[subject]
        say(f"  {subject.ljust(widths[0])}  {columns}  {words}".rstrip())


def _tell_items(items: Sequence[Row], say: Say) -> None:
    for item in items:
        age = (
            ""
            if item["age_days"] is None
            else f", {item['age_days']} day{'' if item['age_days'] == 1 else 's'} old"
        )
        say(
            f"  {item['subject']} {item['record_key']} of {item['occurred_on']}{age}: "
            f"{shown(item['difference'], item['unit'])}, {item['cause']}"
        )


def shown(value: Any, unit: str) -> str:
    """An amount of money to the cent; anything else as the number it is, with its unit."""
    return amount(value) if unit == "money" else f"{Decimal(value):f} {unit}"
