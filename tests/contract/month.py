"""`make contract-month SYSTEM=odoo`: the story's month of trade, posted to the Odoo in AIRFLOW_CONN_ODOO.

The shop and the processor are stand-ins; the books are the real ones. A sync runs as the hourly DAG runs it,
until nothing more is due; then the trial balance of everything that Counterflow posted is asked of Odoo
itself and compared, account by account, with the warehouse's, and the taxes with the return papers.

Entries carry external ids that follow from the story, so that a second run finds them there and posts
nothing. Accounts that this Odoo lacks are made, or, where the user may not, others of the same kind stand in.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import sandbox
from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.odoo import Odoo
from connections.warehouse import migrate, rows, session
from counterflow import steps
from counterflow.settings import DEFAULT_PATH
from runtime.env import warehouse_variables
from runtime.postgres import throwaway
from sandbox.odoo_chart import ACCOUNTS

ORDERS, SEED = 901, 11  # an order every 90 minutes; the numbers of so many are no demo's
ROUNDS = 6
_BEGAN = time.monotonic()


def main() -> int:
    """0 where the trial balances agree to the cent."""
    say("the shop's and the processor's stand-ins, and an empty warehouse")
    with _world(), Odoo(Connection.from_env("odoo")) as odoo:
        say(f"the books: {Connection.from_env('odoo').url}")
        _choose_settings(odoo)
        _sync_until_nothing_is_due()
        return _conclude(odoo)


def say(text: str) -> None:
    """A line of progress, with the time since the start."""
    print(f"[{time.monotonic() - _BEGAN:6.1f} s] {text}", flush=True)


@contextmanager
def _world() -> Iterator[None]:
    """Stand-ins and warehouse in the environment, for as long as it is open."""
    systems = ("woocommerce", "stripe")
    with (
        tempfile.TemporaryDirectory() as home,
        throwaway() as postgres,
        sandbox.serve(orders=ORDERS, seed=SEED, systems=systems) as world,
    ):
        postgres.server.create_database("month")
        os.environ |= warehouse_variables(postgres.server, "month")
        os.environ |= {f"AIRFLOW_CONN_{name.upper()}": world.connections[name] for name in systems}
        os.environ |= {"COUNTERFLOW_HOME": home, "COUNTERFLOW_SETTINGS": f"{home}/settings.toml"}
        migrate()
        yield


def _choose_settings(odoo: Odoo) -> None:
    """The project's own settings, with accounts that this Odoo has."""
    text = DEFAULT_PATH.read_text()
    wanted = sorted(set(tomllib.loads(text)["accounts"].values()))
    known = {row["code"]: row for row in odoo.search_read("account.account", [], ["code", "account_type"])}
    ours = {line.split(" ", 3)[0]: line.split(" ", 3) for line in ACCOUNTS.strip().splitlines()}
    spare = [code for code in sorted(known) if code not in wanted]
    for code in wanted:
        if code in known:
            continue
        _, kind, is_reconciled, name = ours[code]
        values = {"code": code, "name": name, "account_type": kind, "reconcile": is_reconciled == "r"}
        try:
            odoo.write("account.account", "create", vals_list=[values])
            say(f"account {code} {name}: made")
        except Rejected:
            other = next(each for each in spare if known[each]["account_type"] == kind)
            spare.remove(other)
            text = text.replace(f'"{code}"', f'"{other}"')
            say(f"account {code} {name}: may not be made; {other} stands in for it")
    # the sandbox's bank lines are not in this Odoo's bank journal: payouts go to the bank itself
    text = text.replace('bank_lines = "odoo"', 'bank_lines = "file"')
    Path(os.environ["COUNTERFLOW_SETTINGS"]).write_text(text)


def _sync_until_nothing_is_due() -> None:
    for number in range(1, ROUNDS + 1):
        run_id = f"month-{number}"
        steps.prepare(run_id)
        for system in ("woocommerce", "stripe", "odoo"):
            steps.extract(system, run_id)
        steps.build(run_id)
        for message in steps.check(run_id).messages:
            say(f"check: {message}")
        began = time.monotonic()
        summary = steps.deliver("odoo", run_id)
        seconds = time.monotonic() - began
        posted = summary.confirmed - summary.already_true
        say(
            f"round {number}: due {summary.planned}, confirmed {summary.confirmed}, there already "
            f"{summary.already_true}, refused {summary.refused}, held {summary.held}, unknown "
            f"{summary.unknown}, drifted {summary.drifted}"
            + (f"; {posted / seconds:.0f} entries a second" if posted else "")
        )
        if not summary.planned:
            return
    raise CounterflowError(f"after {ROUNDS} rounds there still is something due", where="the month")


def _conclude(odoo: Odoo) -> int:
    """What was posted, what Odoo says of it, and the difference."""
    with session() as warehouse:
        kinds = rows(
            warehouse,
            "select event_kind, count(*) as events, sum(amount) as amount from marts.ledger_events"
            " where is_posted group by event_kind order by event_kind",
        )
        ours = rows(
            warehouse,
            "select account_code, sum(debit_amount) as debit, sum(credit_amount) as credit"
            " from marts.ledger_lines_posted group by account_code order by account_code",
        )
        held = rows(
            warehouse,
            "select status, reason, count(*) as n from sync.writes where system = 'odoo'"
            " and status not in ('confirmed', 'superseded') group by status, reason",
        )
        [counts] = rows(
            warehouse,
            "select count(distinct write_key) as entries, count(*) as lines from marts.ledger_lines_posted",
        )
    for kind in kinds:
        say(f"{kind['event_kind']:<16} {kind['events']:>5} events {kind['amount']:>14}")
    for row in held:
        say(f"{row['n']} entries {row['status']}: {row['reason']}")
    theirs = _trial_balance(odoo)
    print(f"\n{'account':<10}{'debit':>14}{'credit':>14}{'Odoo debit':>14}{'Odoo credit':>14}")
    difference = Decimal(0)
    found = {row["account_code"]: row for row in ours}
    for code in sorted({*found, *theirs}):
        mine = found.get(code, {"debit": Decimal(0), "credit": Decimal(0)})
        debit, credit = theirs.get(code, (Decimal(0), Decimal(0)))
        print(f"{code:<10}{mine['debit']:>14}{mine['credit']:>14}{debit:>14}{credit:>14}")
        difference += abs(mine["debit"] - debit) + abs(mine["credit"] - credit)
    papers = _papers_difference(theirs)
    print(f"\n{ORDERS} orders, {counts['entries']} entries, {counts['lines']} lines")
    print(f"taxes payable less the return papers: {papers:.2f}")
    print(f"trial balance difference: {difference:.2f}")
    return 0 if difference == papers == 0 and counts["entries"] else 1


def _papers_difference(theirs: dict[str, tuple[Decimal, Decimal]]) -> Decimal:
    """What the return papers differ by from Odoo's tax accounts, over the entries that were sent."""
    with session() as warehouse:
        papers = rows(
            warehouse,
            """
            select account_code, sum(movement_amount) as amount from marts.tax_return_lines
            where ledger_entry_id in (select ledger_entry_id from marts.ledger_postings)
            group by account_code
            """,
        )
        taxes = rows(
            warehouse,
            "select distinct account_code from marts.ledger_lines_posted"
            " where role ~ '^tax(_recoverable)?[.]'",
        )
    amounts = {row["account_code"]: row["amount"] for row in papers}
    for row in taxes:
        debit, credit = theirs.get(row["account_code"], (Decimal(0), Decimal(0)))
        amounts[row["account_code"]] = amounts.get(row["account_code"], Decimal(0)) + debit - credit
    return sum((abs(amount) for amount in amounts.values()), Decimal(0))


def _trial_balance(odoo: Odoo) -> dict[str, tuple[Decimal, Decimal]]:
    """By account code, debit and credit of the posted entries that were sent, as Odoo adds them up."""
    with session() as warehouse:
        ids = [
            int(row["target_id"])
            for row in rows(
                warehouse,
                "select target_id from sync.writes where system = 'odoo' and thing = 'ledger_entry'"
                " and status = 'confirmed'",
            )
        ]
    groups: list[dict[str, Any]] = odoo.read(
        "account.move.line",
        "formatted_read_group",
        domain=[["move_id", "in", ids], ["parent_state", "=", "posted"]],
        groupby=["account_id"],
        aggregates=["debit:sum", "credit:sum"],
    )
    accounts = odoo.search_read("account.account", [], ["id", "code"], archived_too=True)
    codes = {account["id"]: account["code"] for account in accounts}
    return {
        codes[group["account_id"][0]]: (_cents(group["debit:sum"]), _cents(group["credit:sum"]))
        for group in groups
    }


def _cents(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CounterflowError as error:
        sys.exit(f"{error}")
