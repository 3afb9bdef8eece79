"""The books as a test keeps them: everything that is due is posted and confirmed, as the loader would."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from tests.dbt import backoffice, shop
from tests.dbt.conftest import Builder

Payload = dict[str, Any]


def post(builder: Builder, only: str = "") -> list[str]:
    """Each entry that is due and not held (or only one) is confirmed in sync.writes; their keys."""
    posted = []
    for due in builder.rows(
        """
        select due.* from outbound.out_odoo__ledger_entries as due
        left join sync.writes as done on done.system = 'odoo' and done.thing = 'ledger_entry'
            and done.key = due.write_key and done.hash = due.payload_hash
        where done.key is null and due.hold_class is null and %s in ('', due.write_key)
        order by due.write_key
        """,
        [only],
    ):
        entry = due["payload"]
        lines = [[line["account_code"], line["debit"], line["credit"]] for line in entry["lines"]]
        builder.sql.execute(
            "insert into sync.writes (system, thing, key, hash, kind, outbound_model, payload, status,"
            " target_id, read_back, run_id, finished_at) values ('odoo', 'ledger_entry', %s, %s, 'posting',"
            " 'out_odoo__ledger_entries', %s, 'confirmed', %s, %s, 'test', now())",
            [
                due["write_key"],
                due["payload_hash"],
                json.dumps(entry),
                due["write_key"],
                json.dumps({"state": "posted", "date": entry["date"], "lines": sorted(lines)}),
            ],
        )
        posted.append(due["write_key"])
    builder.sql.commit()
    return posted


def balances(builder: Builder) -> dict[str, Decimal]:
    """What everything posted leaves on each role; roles at zero are left out."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in builder.rows(
        """
        select line ->> 'role' as role, (line ->> 'debit')::numeric - (line ->> 'credit')::numeric as amount
        from sync.writes cross join jsonb_array_elements(payload -> 'lines') as line
        where system = 'odoo' and thing = 'ledger_entry' and status = 'confirmed'
        """
    ):
        found[row["role"]] += row["amount"]
    return {role: amount for role, amount in sorted(found.items()) if amount}


def company(**locks: str) -> Payload:
    """The company as Odoo gives it; its lock dates, where it has any."""
    names = ("fiscalyear", "tax", "sale", "purchase", "hard")
    unlocked = {f"{name}_lock_date": False for name in names}
    return {"id": 1, "name": "Us", "currency_id": 3, "country_id": 38, **unlocked, **locks,
            "write_date": "2026-11-01 12:00:00"}  # fmt: skip


def found_in_odoo(builder: Builder, key: str, change: tuple[str, Decimal] | None = None) -> None:
    """The entry is read from the books as it was posted, or with another balance on one account."""
    [write] = builder.rows("select * from sync.writes where key = %s", [key])
    number, entry = write["write_id"], write["payload"]
    accounts = {line["account_code"]: 5000 + place for place, line in enumerate(entry["lines"])}
    shop.land(
        builder.sql,
        "odoo__account_account",
        {str(id_): {"id": id_, "code": code, "name": code} for code, id_ in accounts.items()},
    )
    move = backoffice.entry(number, entry["external_id"]) | {"date": entry["date"], "ref": entry["ref"]}
    shop.land(builder.sql, "odoo__account_move", {str(number): move})
    lines = {}
    for place, line in enumerate(entry["lines"]):
        balance = Decimal(line["debit"]) - Decimal(line["credit"])
        if change and change[0] == line["account_code"]:
            balance = change[1]
        lines[str(number * 100 + place)] = backoffice.entry_line(
            number * 100 + place,
            number,
            accounts[line["account_code"]],
            float(max(balance, Decimal(0))),
            float(max(-balance, Decimal(0))),
        )
    shop.land(builder.sql, "odoo__account_move_line", lines)
