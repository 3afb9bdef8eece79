"""An account in a period: Odoo's figure, and the events and entries that make it, tied to the cent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connections.errors import Rejected
from connections.warehouse import Warehouse, rows
from counterflow.tax_returns import months_of
from counterflow.tree import Branch, amount, counted

Row = Mapping[str, Any]
MOST = 15


def account_tree(warehouse: Warehouse, account: str, period: str, *, show_all: bool) -> Branch:
    """What moved the account in a year, quarter, month or day. Rejected: no such account or period."""
    first, last = days_of(period)
    named = rows(
        warehouse,
        """
        select account_code, max(account_name) as account_name from marts.ledger_lines
        where account_code = %s group by account_code
        """,
        [account],
    )
    roles = rows(
        warehouse, "select role from settings.accounts where account_code = %s order by role", [account]
    )
    if not named and not roles:
        raise Rejected(
            f"there is no account {account}: no entry that was read and no role in [accounts] has it",
            where="marts.ledger_lines",
        )
    stood = _one(
        warehouse,
        """
        select coalesce(sum(debit_amount), 0) as debit, coalesce(sum(credit_amount), 0) as credit,
            count(*) as lines
        from marts.ledger_lines
        where account_code = %s and entry_date between %s and %s and state = 'posted' and not is_deleted
        """,
        [account, first, last],
    )
    name = f" {named[0]['account_name']}" if named and named[0]["account_name"] else ""
    root = Branch(
        f"Account {account}{name}, {first} to {last}: Odoo has debit {amount(stood['debit'])}, credit "
        f"{amount(stood['credit'])}, movement {amount(stood['debit'] - stood['credit'])}, "
        f"{counted(stood['lines'], 'line')}"
    )
    root.add(
        "roles: "
        + (", ".join(f'[accounts] "{row["role"]}"' for row in roles) or "none in settings.toml leads here")
    )
    ours = _add_ours(root, warehouse, account, first, last, show_all=show_all)
    others = _add_others(root, warehouse, account, first, last, show_all=show_all)
    unread = _add_unread(root, warehouse, account, first, last)
    rest = stood["debit"] - stood["credit"] + unread - ours - others
    root.add(
        f"{amount(ours)} posted by Counterflow + {amount(others)} made in Odoo = {amount(ours + others)}: "
        + ("Odoo's figure to the cent" if rest == 0 else f"DIFFERENT from Odoo's by {amount(rest)}")
    )
    if rest or unread:
        _add_differences(root, warehouse, account, first, last)
    _add_due(root, warehouse, account, first, last, show_all=show_all)
    return root


def days_of(period: str) -> tuple[date, date]:
    """First and last day of a year, quarter, month or day ("2026-11-24"). Rejected: it is none."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", period):
        try:
            day = date.fromisoformat(period)
        except ValueError:
            raise Rejected(f"there is no day {period}", where="explain") from None
        return day, day
    first, last = months_of(period)
    return first, (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _add_ours(
    root: Branch, warehouse: Warehouse, account: str, first: date, last: date, *, show_all: bool
) -> Decimal:
    """Our entries by role and kind of event; their sum, as they were sent."""
    lines = rows(
        warehouse,
        """
        select lines.role, lines.write_key, postings.entry_number, postings.title, lines.entry_date,
            coalesce(kinds.kinds, case when lines.is_reversal then 'reversal' else 'no longer due' end)
                as kinds,
            kinds.events,
            sum(lines.debit_amount) as debit, sum(lines.credit_amount) as credit
        from marts.ledger_lines_posted as lines
        inner join marts.ledger_postings as postings on lines.write_key = postings.write_key
        left join lateral (
            select string_agg(distinct replace(events.event_kind, '_', ' '), ' and ') as kinds,
                count(*) as events
            from intermediate.int_ledger_events_sent as sent
            inner join marts.ledger_events as events on sent.event_id = events.event_id
            where sent.write_key = lines.write_key
        ) as kinds on true
        where lines.account_code = %s and lines.entry_date between %s and %s and lines.is_confirmed
        group by lines.role, lines.write_key, postings.entry_number, postings.title, lines.entry_date,
            lines.is_reversal, kinds.kinds, kinds.events
        order by lines.role, kinds, lines.entry_date, lines.write_key
        """,
        [account, first, last],
    )
    total = _movement(lines)
    entries = counted(len({row["write_key"] for row in lines}), "entry", "entries")
    ours = root.add(f"posted by Counterflow: {amount(total)} in {entries}")
    for role in sorted({row["role"] for row in lines}):
        of_role = [row for row in lines if row["role"] == role]
        branch = ours.add(f"{amount(_movement(of_role), 12)}  role {role}")
        for kinds in sorted({row["kinds"] for row in of_role}):
            of_kind = [row for row in of_role if row["kinds"] == kinds]
            events = sum(row["events"] or 0 for row in of_kind)
            told = branch.add(
                f"{amount(_movement(of_kind), 12)}  {kinds}: {counted(len(of_kind), 'entry', 'entries')}"
                + (f" of {counted(events, 'event')}" if events and events != len(of_kind) else "")
            )
            _add_entries(told, of_kind, show_all=show_all)
    return total


def _add_entries(branch: Branch, entries: list[Any], *, show_all: bool) -> None:
    shown = entries if show_all else entries[:MOST]
    for row in shown:
        branch.add(
            f"{amount(row['debit'] - row['credit'], 12)}  {row['entry_date']} {row['entry_number'] or ''} "
            f"{row['title'] or ''} ({row['write_key']})"
        )
    if len(shown) < len(entries):
        rest = entries[len(shown) :]
        branch.add(f"{amount(_movement(rest), 12)}  {len(rest)} more (--all shows each)")


def _add_others(
    root: Branch, warehouse: Warehouse, account: str, first: date, last: date, *, show_all: bool
) -> Decimal:
    """Entries that somebody or something else made; their sum, as Odoo has them."""
    lines = rows(
        warehouse,
        """
        select entries.journal_name, entries.entry_number, coalesce(entries.ref, '') as title,
            lines.entry_date, lines.ledger_entry_id as write_key,
            sum(lines.debit_amount) as debit, sum(lines.credit_amount) as credit
        from marts.ledger_lines as lines
        inner join marts.ledger_entries as entries on lines.ledger_entry_id = entries.ledger_entry_id
        where lines.account_code = %s and lines.entry_date between %s and %s and lines.state = 'posted'
            and not lines.is_deleted
            and not exists (
                select from marts.ledger_postings as postings
                where postings.ledger_entry_id = lines.ledger_entry_id and postings.is_confirmed
            )
        group by entries.journal_name, entries.entry_number, entries.ref, lines.entry_date,
            lines.ledger_entry_id
        order by entries.journal_name, lines.entry_date, lines.ledger_entry_id
        """,
        [account, first, last],
    )
    if not lines:
        return Decimal(0)
    entries = counted(len(lines), "entry", "entries")
    others = root.add(f"made in Odoo, not by Counterflow: {amount(_movement(lines))} in {entries}")
    for journal in sorted({row["journal_name"] or "?" for row in lines}):
        of_journal = [row for row in lines if (row["journal_name"] or "?") == journal]
        _add_entries(
            others.add(f"{amount(_movement(of_journal), 12)}  journal {journal}"),
            of_journal,
            show_all=show_all,
        )
    return _movement(lines)


def _add_unread(root: Branch, warehouse: Warehouse, account: str, first: date, last: date) -> Decimal:
    """What was posted since Odoo's entries were last read: it is not in Odoo's figure yet."""
    found = _one(
        warehouse,
        """
        select coalesce(sum(lines.debit_amount - lines.credit_amount), 0) as amount,
            count(distinct lines.write_key) as entries
        from marts.ledger_lines_posted as lines
        where lines.account_code = %s and lines.entry_date between %s and %s and lines.is_confirmed
            and not exists (
                select from marts.ledger_entries as entries
                where entries.ledger_entry_id = lines.ledger_entry_id
            )
        """,
        [account, first, last],
    )
    if found["entries"]:
        root.add(
            f"{amount(found['amount'])} in {counted(found['entries'], 'entry', 'entries')} posted since Odoo "
            "was last read, and not in its figure yet"
        )
    return Decimal(found["amount"])


def _add_differences(root: Branch, warehouse: Warehouse, account: str, first: date, last: date) -> None:
    """Which of our entries stand otherwise there."""
    for row in rows(
        warehouse,
        """
        with sent as (
            select write_key, sum(debit_amount - credit_amount) as amount from marts.ledger_lines_posted
            where account_code = %s and entry_date between %s and %s and is_confirmed group by write_key
        ),
        stood as (
            select postings.write_key, sum(lines.balance_amount) as amount
            from marts.ledger_postings as postings
            inner join marts.ledger_lines as lines on postings.ledger_entry_id = lines.ledger_entry_id
            where postings.is_confirmed and lines.account_code = %s and lines.entry_date between %s and %s
                and lines.state = 'posted' and not lines.is_deleted
            group by postings.write_key
        )
        select postings.write_key, postings.entry_number, coalesce(sent.amount, 0) as sent,
            coalesce(stood.amount, 0) as stood
        from sent full join stood on sent.write_key = stood.write_key
        inner join marts.ledger_postings as postings
            on coalesce(sent.write_key, stood.write_key) = postings.write_key
        inner join marts.ledger_entries as entries on postings.ledger_entry_id = entries.ledger_entry_id
        where coalesce(sent.amount, 0) <> coalesce(stood.amount, 0)
        order by postings.write_key
        """,
        [account, first, last] * 2,
    ):
        root.add(
            f"{row['entry_number']} ({row['write_key']}): {amount(row['sent'])} was sent, "
            f"{amount(row['stood'])} stands there"
        )


def _add_due(
    root: Branch, warehouse: Warehouse, account: str, first: date, last: date, *, show_all: bool
) -> None:
    """What is due on the account in the period and not in the books yet."""
    lines = rows(
        warehouse,
        """
        select events.title, events.event_id as write_key, '' as entry_number,
            events.posting_date as entry_date,
            sum(lines.debit_amount) as debit, sum(lines.credit_amount) as credit
        from marts.ledger_lines_due as lines
        inner join marts.ledger_events as events on lines.event_id = events.event_id
        where lines.account_code = %s and events.posting_date between %s and %s and not events.is_posted
        group by events.title, events.event_id, events.posting_date
        order by events.posting_date, events.event_id
        """,
        [account, first, last],
    )
    if lines:
        due = root.add(
            f"due, and not in the books yet: {amount(_movement(lines))} of {counted(len(lines), 'event')}"
        )
        _add_entries(due, lines, show_all=show_all)


def _movement(lines: list[Any]) -> Decimal:
    return sum((row["debit"] - row["credit"] for row in lines), Decimal(0))


def _one(warehouse: Warehouse, query: str, parameters: list[Any]) -> Row:
    return rows(warehouse, query, parameters)[0]
