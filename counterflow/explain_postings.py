"""Why an event is in the books as it is: its model, the settings behind its accounts, its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from connections import order_records
from connections.warehouse import Warehouse, rows, sql
from counterflow.dbt import PROJECT
from counterflow.explain_sources import add_origin, mart_rows
from counterflow.tree import Branch, amount, counted

Row = Mapping[str, Any]
POSTINGS = PROJECT / "models" / "intermediate" / "postings"


def posting_model(warehouse: Warehouse, event_id: str) -> str | None:
    """The model that has the event's lines; None: none has any more."""
    models = rows(
        warehouse,
        r"""
        select table_name from information_schema.columns
        where table_schema = 'intermediate' and table_name like 'int\_%%\_posted' and column_name = 'event_id'
        order by table_name
        """,
        [],
    )
    for model in models:
        query = sql.SQL("select from {} where event_id = %s limit 1").format(
            sql.Identifier("intermediate", model["table_name"])
        )
        if warehouse.execute(query, [event_id]).fetchone() is not None:
            return str(model["table_name"])
    return None


@cache
def _described() -> dict[str, str]:
    """Each posting model's description, as it stands beside the models."""
    found: dict[str, str] = {}
    for file in sorted(POSTINGS.glob("_*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            found[model["name"]] = " ".join(str(model.get("description", "")).split())
    return found


def add_rule(branch: Branch, warehouse: Warehouse, event_id: str) -> None:
    """The model that posts the event, and what it says of itself."""
    model = posting_model(warehouse, event_id)
    if model is None:
        branch.add("no longer due: no posting model has it any more")
    else:
        path = f"dbt_project/models/intermediate/postings/{model}.sql"
        branch.add(f"rule: {_described().get(model) or model} ({path})")


def account_rule(warehouse: Warehouse, role: str, account_code: str | None, fallback: str | None) -> str:
    """Which setting gave the account."""
    found = {
        row["role"]: row["account_code"]
        for row in rows(
            warehouse,
            "select role, account_code from settings.accounts where role in (%s, %s)",
            [role, fallback or role],
        )
    }
    used = role if role in found else fallback if fallback in found else None
    if used is None:
        return f'no "{role}" in [accounts] of settings.toml'
    setting = f'[accounts] "{used}" = "{found[used]}"'
    if account_code and found[used] != account_code:
        return f"{setting} today; it was {account_code} when this was posted"
    return setting


def add_lines(branch: Branch, warehouse: Warehouse, lines: Sequence[Row]) -> None:
    """Ledger lines with account, amounts, role and the setting behind them; what they add up to."""
    debits = credits = Decimal(0)
    for line in lines:
        debit, credit = (Decimal(str(line[f"{side}_amount"])) for side in ("debit", "credit"))
        debits, credits = debits + debit, credits + credit
        account = line["account_code"] or "no account"
        rule = account_rule(warehouse, line["role"], line["account_code"], line.get("fallback_role"))
        branch.add(
            f"{account:<10} {_side(debit)} {_side(credit)}  {line['line_name'] or ''} "
            f"<- {line['role']}: {rule}"
        )
    verdict = "balances" if debits == credits else "DOES NOT BALANCE"
    branch.add(f"{'':<10} {_side(debits)} {_side(credits)}  {verdict}")


def add_event(
    branch: Branch,
    warehouse: Warehouse,
    event: Row,
    *,
    whole: bool,
    with_lines: bool = True,
    with_origin: bool = True,
    with_entries: bool = True,
) -> None:
    """An event with its lines, its rule, what it rests on and the entries that it is in."""
    told = branch.add(
        f"event {event['event_id']} ({event['event_kind'].replace('_', ' ')}), {event['posting_date']}: "
        f"{event['title']}, {amount(event['amount'])}"
    )
    add_rule(told, warehouse, event["event_id"])
    if with_lines:
        add_lines(told.add("lines due"), warehouse, order_records.event_lines(warehouse, [event["event_id"]]))
    if with_origin:
        for source_key in (event["source_key"], *mart_rows(warehouse, event["source_key"])):
            add_origin(told, warehouse, source_key, whole=whole)
    if with_entries:
        entries = order_records.entries(warehouse, [event["base_key"]])
        for entry in entries:
            add_write(told, entry)
        if not entries:
            told.add("not sent yet: it goes to the books with the next delivery" + _summary_wait(event))


def add_write(branch: Branch, write: Row) -> Branch:
    """What became of one thing that was sent, or is to be."""
    payload = write["payload"] or {}
    name = f"{write['target_name']} " if write["target_name"] else ""
    text = f"{write['system']} {write['thing'].replace('_', ' ')} {name}({write['key']}): {write['status']}"
    if payload.get("reverses"):
        text += f", reverses {payload['reverses']}"
    told = branch.add(text)
    if write["reason"]:
        told.add(f"{(write['reason_class'] or 'reason').replace('_', ' ')}: {write['reason']}")
    times = [
        f"{what} {write[column]:%Y-%m-%d %H:%M:%S} UTC"
        for what, column in (("planned", "planned_at"), ("sent", "sent_at"), ("finished", "finished_at"))
        if write[column]
    ]
    told.add(f"{', '.join(times)}; {counted(write['attempts'], 'attempt')}, run {write['run_id']}")
    if write["target_id"]:
        told.add(f"there: id {write['target_id']}{_date_of(write)}; read back: {_read_back(write)}")
    return told


def _read_back(write: Row) -> str:
    if write["read_back"] is None:
        return "not read back"
    if write["drift"] is None:
        return "equal, field by field"
    return "DIFFERENT: " + "; ".join(
        f"{name} was to be {drift.get('wanted')} and is {drift.get('found')}"
        for name, drift in write["drift"].items()
    )


def _date_of(write: Row) -> str:
    date = (write["read_back"] or {}).get("date")
    return f", {date}" if date else ""


def _summary_wait(event: Row) -> str:
    return ", once its day is over" if event.get("waits_for_its_day") else ""


def _side(value: Decimal) -> str:
    return ("" if value == 0 else amount(value)).rjust(12)
