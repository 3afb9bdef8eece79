"""What is wrong before anything runs: settings, connections, sign-ins and rights, all at once.

Every check is a Finding; none stops the others, but a system whose sign-in fails is not asked further.
Nothing is changed anywhere: rights to write are asked for, or tried with a request that writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connections.connection import Connection, variable
from connections.errors import CounterflowError
from connections.warehouse import MINIMUM_VERSION, connect
from counterflow import settings as settings_file
from counterflow.doctor_doorstep import (
    examine_canadapost,
    examine_documents,
    examine_mail,
    examine_portal,
)
from counterflow.doctor_files import examine_files
from counterflow.doctor_odoo import examine_odoo
from counterflow.doctor_shop import examine_stripe, examine_woocommerce
from counterflow.findings import Finding, finding_of, good, wrong
from counterflow.settings import Settings
from counterflow.settings_problems import Problem

Resolve = Callable[[str], Connection]

_EXAMINERS: dict[str, Callable[[Connection, Settings | None], Iterator[Finding]]] = {
    "woocommerce": examine_woocommerce,
    "odoo": examine_odoo,
    "stripe": examine_stripe,
    "canadapost": examine_canadapost,
    "documents": examine_documents,
    "mail": examine_mail,
    "portal": examine_portal,
    "files": examine_files,
}


def diagnose(chosen: Settings | list[Problem], resolve: Resolve = Connection.from_env) -> list[Finding]:
    """Everything that was looked at, with what is wrong and its remedy.

    `chosen` is what counterflow.settings.read gives: the settings, or the problems that keep them from
    being read; then all systems are asked, but not for what the settings name in them.
    """
    findings = list(_settings(chosen))
    findings += _warehouse(resolve)
    usable = chosen if isinstance(chosen, Settings) else None
    for system, examine_system in _EXAMINERS.items():
        if usable and system not in usable.systems.on:
            findings.append(good(system, "is switched off in settings.toml"))
            continue
        connection = _connection(system, resolve)
        if isinstance(connection, Finding):
            findings.append(connection)
        else:
            findings += examine_system(connection, usable)
    return findings


def examine(say: Callable[[str], object], resolve: Resolve = Connection.from_env) -> bool:
    """Every finding is said, what is wrong last; True: nothing is."""
    chosen, problems = settings_file.read()
    findings = diagnose(chosen or problems, resolve)
    faults = [finding for finding in findings if not finding.ok]
    for finding in [finding for finding in findings if finding.ok] + faults:
        say(str(finding))
    count = {0: "Nothing is wrong.", 1: "One thing is wrong."}
    say(count.get(len(faults), f"{len(faults)} things are wrong."))
    return not faults


def _settings(chosen: Settings | list[Problem]) -> Iterator[Finding]:
    if not isinstance(chosen, Settings):
        for problem in chosen:
            yield wrong(f"settings {problem.where}", problem.what, problem.remedy)
        return
    yield good("settings", f"{settings_file.path_of_settings()} is complete")
    for registration in chosen.tax_registrations:
        for province in registration.provinces:
            role = f"tax.{registration.tax}.{province}"
            if chosen.account(role) is None:
                remedy = f'Add "{role}" with its account code to [accounts]; until then such orders are held'
                yield wrong("settings accounts", f"no account for {registration.tax} in {province}", remedy)


def _connection(system: str, resolve: Resolve) -> Connection | Finding:
    try:
        return resolve(system)
    except CounterflowError as error:
        return finding_of(f"connection {system}", error)
    except (TypeError, ValueError):
        # what it says may quote the connection, and that holds the secret
        return wrong(f"connection {system}", "cannot be read", f"See .env.example for {variable(system)}")


def _warehouse(resolve: Resolve) -> list[Finding]:
    connection = _connection("warehouse", resolve)
    if isinstance(connection, Finding):
        return [connection]
    try:
        with connect(connection) as warehouse:
            version = warehouse.info.server_version
            row = warehouse.execute(
                "select has_database_privilege(current_database(), 'create') as may_create"
            ).fetchone()
    except CounterflowError as error:
        return [finding_of("warehouse", error, "Start PostgreSQL, or correct its address")]
    findings = [good("warehouse", f"PostgreSQL {version // 10000} at {connection.host} answers")]
    if version < MINIMUM_VERSION:
        what = f"PostgreSQL {version // 10000} is too old"
        findings = [wrong("warehouse", what, f"Use PostgreSQL {MINIMUM_VERSION // 10000} or newer")]
    if row is None or not row["may_create"]:
        remedy = f"As its owner: grant create on database {connection.database} to {connection.login}"
        findings.append(wrong("warehouse", f"{connection.login} may not create schemas", remedy))
    return findings
