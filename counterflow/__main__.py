"""The command line: the same steps as the DAGs, without Airflow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from connections.errors import CounterflowError
from counterflow import staff_commands, steps, systems
from documents.amounts import Language

SYSTEM = click.Choice(systems.READ)
AUTHORITIES = ("gst_hst", "qst", "bc_pst", "sk_pst", "mb_rst", "unassigned")


class _Plain(click.Group):
    """Our errors are shown as their message, without a traceback; the command's exit code is 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CounterflowError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Join a shop's counters to its back office. Run `counterflow doctor` first."""


@main.command()
@click.argument("chosen", type=SYSTEM, metavar="SYSTEM")
@click.option("--resource", "only", multiple=True, help="Only this resource; may be given again.")
@click.option("--census", is_flag=True, help="Also find what was deleted or changed without a trace.")
def extract(chosen: str, only: tuple[str, ...], census: bool) -> None:
    """Read what changed in a system into the warehouse."""
    run_id = _prepared()
    for count in steps.extract(chosen, run_id, only=only, census=census):
        counts = count.counts
        click.echo(
            f"{count.system:12} {count.resource:28} read {counts.read:>8,}  written {counts.written:>8,}  "
            f"unchanged {counts.unchanged:>8,}  deleted {counts.deleted:>5,}  refused {counts.refused:>5,}  "
            f"{count.seconds:6.1f} s"
        )


@main.command()
@click.option("--full-refresh", is_flag=True, help="Rebuild everything from raw, instead of what changed.")
def build(full_refresh: bool) -> None:
    """Build the integrated view from what was read."""
    for result in steps.build(_prepared(), full_refresh=full_refresh):
        if result.kind == "model":
            rows = "" if result.rows is None else f"{result.rows:,} rows"
            click.echo(f"{result.status:8} {result.name:45} {rows:>14}  {result.seconds:6.2f} s")


@main.command()
@click.option("--full", is_flag=True, help="Check every row, instead of the last build's.")
def check(full: bool) -> None:
    """Check what was built; what fails is held back."""
    summary = steps.check(_prepared(), full=full)
    for message in summary.messages:
        click.echo(message)
    click.echo(
        f"{summary.rules} rules; failed: {summary.failed_critical} critical, {summary.failed_warning} others"
    )
    click.echo(f"{summary.holds} holds stand")


@main.command()
@click.argument("chosen", type=click.Choice(systems.WRITTEN), metavar="[SYSTEM]", required=False)
@click.option("--plan", "plan_only", is_flag=True, help="Show what would be sent; send nothing.")
def deliver(chosen: str | None, plan_only: bool) -> None:
    """Write what is due to a system (default: to each), and read it back."""
    run_id = _prepared()
    for system in [chosen] if chosen else systems.WRITTEN:
        summary = steps.deliver(system, run_id, plan_only=plan_only)
        for line in summary.lines:
            click.echo(line)
        click.echo(
            f"{system}: due {summary.planned}, confirmed {summary.confirmed}, refused {summary.refused}, "
            f"held {summary.held}, unknown {summary.unknown}, drifted {summary.drifted}"
            + (" (a plan: nothing was sent)" if plan_only else "")
        )


@main.command()
def sync() -> None:
    """Run one whole sync: read, build, check, deliver, settle, summarize."""
    run_id = _prepared()
    for system in systems.READ:
        _step(f"extract {system}", lambda system=system: steps.extract(system, run_id))  # type: ignore[misc]
    _step("build", lambda: steps.build(run_id))
    _step("check", lambda: steps.check(run_id))
    for system in systems.WRITTEN:
        _step(f"deliver {system}", lambda system=system: steps.deliver(system, run_id))  # type: ignore[misc]
    _step("settle", lambda: steps.settle(run_id))
    summary = steps.summarize(run_id)
    click.echo(f"{summary.status}: reconciliation difference {summary.difference}")


@main.command()
@click.argument("number")
def order(number: str) -> None:
    """Tell what became of an order, from sale to ledger."""
    from counterflow.journey import print_journey

    print_journey(number)


@main.command("tax-return")
@click.argument("period")
@click.option("--authority", type=click.Choice(AUTHORITIES), help="Only this return.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write its working paper there.")
@click.option("--csv", type=click.Path(path_type=Path, dir_okay=False), help="Write the lines behind it.")
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", help="Of the paper.")
def tax_return(
    period: str, authority: str | None, pdf: Path | None, csv: Path | None, language: Language
) -> None:
    """Show the sales tax returns of a month (2026-11), quarter (2026-Q4) or year (2026), and their proof."""
    from counterflow.tax_returns import print_tax_returns

    proven = print_tax_returns(
        period, authority=authority, csv=csv, pdf=pdf, language=language, say=click.echo
    )
    sys.exit(0 if proven else 1)


@main.command()
@click.option("--subject", help="Only this subject, as the table names it.")
@click.option("--all", "show_all", is_flag=True, help="Every item, however many there are.")
def reconcile(subject: str | None, show_all: bool) -> None:
    """Show whether everything agrees, and each item that does not. Exit code 1: something differs."""
    from counterflow.reconcile import print_reconciliation

    sys.exit(0 if print_reconciliation(subject, show_all=show_all) else 1)


@main.command()
@click.argument(
    "what", nargs=-1, required=True, metavar="ORDER | entry NUMBER | payout ID | account CODE PERIOD"
)
@click.option("--payload", "whole", is_flag=True, help="Payloads in full, with persons' data.")
@click.option("--all", "show_all", is_flag=True, help="Lists in full.")
def explain(what: tuple[str, ...], whole: bool, show_all: bool) -> None:
    """Show where a figure comes from, down to the payloads of the systems, and what an order led to.

    An entry goes by its number in Odoo, its external id or its key; a period is 2026, 2026-11 or 2026-11-24.
    """
    from counterflow.explain import explain as print_explanation

    print_explanation(what, whole=whole, show_all=show_all)


@main.command()
def doctor() -> None:
    """Find everything that is wrong with settings, connections and rights, each with its remedy."""
    from counterflow.doctor import examine

    sys.exit(0 if examine(click.echo) else 1)


for _command in staff_commands.COMMANDS:
    main.add_command(_command)


def _prepared() -> str:
    run_id = steps.process_run_id()
    steps.prepare(run_id)
    return run_id


def _step(name: str, do: Callable[[], object]) -> None:
    click.echo(f"{name} ...", nl=False)
    do()
    click.echo(" done")


if __name__ == "__main__":
    main(prog_name="counterflow")
