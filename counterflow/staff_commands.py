"""Commands for people: what failed and what is decided about it, SKUs, and who may sign in as staff."""

from __future__ import annotations

import getpass

import click

from connections import decisions
from connections.warehouse import migrate, session
from portal.staff import accounts, failures, wording

_WHO = click.option("--who", default=getpass.getuser, help="Who decides (default: this machine's user).")
_WHY = click.option("--reason", required=True, help="Why: it is kept with the decision.")


@click.command("failures")
def show_failures() -> None:
    """Show what failed or is held, with the reason and what to do."""
    with session() as warehouse:
        found = failures.read(warehouse)
    if found.is_empty:
        click.echo("Nothing failed, and nothing is held.")
    for write in found.writes:
        told, advice = wording.write(write), wording.advice(write)
        offered = ", ".join(act.replace("_", "-") for act in advice.acts)
        click.echo(f"{write['write_id']:>8}  {told.title}\n          {told.detail}")
        click.echo(f"          {advice.to_do}" + (f" [{offered}]" if offered else ""))
    for row in found.waiting:
        click.echo(
            f"          {row['writes']} {row['thing']} rows to {row['system']} are held: {row['reason']}"
        )
    for write in found.drifted:
        click.echo(
            f"{write['write_id']:>8}  {write['thing']} {write['key']}: written, and read back different"
        )
    for row in found.bounces:
        click.echo(f"          mail {row['message_key']} came back: {row['bounce_reason']}")
    for row in found.unmapped:
        click.echo(f"          SKU {row['sku']}, sold in {row['lines']} lines, is not known to Odoo")
    for row in found.quarantine:
        click.echo(f"          in quarantine: {row['entity']} {row['record_key']}: {row['reason']}")
    for row in found.records:
        click.echo(
            f"          record {row['refused_id']} of {row['system']} {row['resource']}: {row['reason']}"
        )


@click.command()
@click.argument("write_id", type=int)
@_WHO
@click.option("--reason", default="tried again by command", help="Why: it is kept with the decision.")
def retry(write_id: int, who: str, reason: str) -> None:
    """Send a refused, held or waived write again with the next delivery.

    What may have happened is looked up first.
    """
    _decide(write_id, "retry", who, reason)


@click.command()
@click.argument("number", type=int)
@click.option("--record", "is_record", is_flag=True, help="The number is that of a record, not of a write.")
@_WHO
@_WHY
def waive(number: int, is_record: bool, who: str, reason: str) -> None:
    """Put a write aside: it is not sent; or a record that could not be read: it is not waited for."""
    if not is_record:
        _decide(number, "waive", who, reason)
        return
    with session() as warehouse:
        decisions.waive_record(warehouse, number, who=who, why=reason)
    click.echo(f"record {number}: put aside")


@click.command()
@click.argument("write_id", type=int)
@click.argument("answer", type=click.Choice(["done", "not-done"]))
@_WHO
@_WHY
def answer(write_id: int, answer: str, who: str, reason: str) -> None:
    """Say of a write that nobody can look up whether it happened (not-done: it is sent)."""
    _decide(write_id, "done" if answer == "done" else "not_done", who, reason)


@click.command("map")
@click.argument("shop_sku")
@click.argument("sku", required=False)
@_WHO
@_WHY
def map_sku(shop_sku: str, sku: str | None, who: str, reason: str) -> None:
    """Let a SKU of the shop be another SKU of Odoo's from the next build on (without SKU: no longer)."""
    with session() as warehouse:
        decisions.map_sku(warehouse, shop_sku, sku, who=who, why=reason)
    click.echo(f"{shop_sku} is {sku or 'itself'} from the next build on, which looks at everything again")


@click.group()
def staff() -> None:
    """Say who may sign in to the staff's pages."""


@staff.command("add")
@click.argument("name")
@_WHO
def staff_add(name: str, who: str) -> None:
    """Let a person sign in, or give them another password (asked for, or read from a pipe)."""
    migrate()
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with session() as warehouse:
        accounts.prepare(warehouse)
        is_new = accounts.add(warehouse, name, password, who=who)
    click.echo(
        f"{name} may sign in" if is_new else f"{name} has another password, and is signed out everywhere"
    )


@staff.command("remove")
@click.argument("name")
@_WHO
def staff_remove(name: str, who: str) -> None:
    """Let a person no longer sign in; what they did stays on record."""
    with session() as warehouse:
        accounts.remove(warehouse, name, who=who)
    click.echo(f"{name} may no longer sign in")


@staff.command("list")
def staff_list() -> None:
    """Show who may sign in."""
    with session() as warehouse:
        for name in accounts.names(warehouse):
            click.echo(name)


COMMANDS = (show_failures, retry, waive, answer, map_sku, staff)


def _decide(write_id: int, act: decisions.Act, who: str, reason: str) -> None:
    with session() as warehouse:
        status = decisions.decide(warehouse, write_id, act, who=who, why=reason)
    click.echo(f"write {write_id}: {wording.STATUSES[status]}")
