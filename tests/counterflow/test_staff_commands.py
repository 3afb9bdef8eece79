"""The same decisions by command: what failed, retry, waive, answer, map, and who may sign in."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from connections.connection import Connection
from connections.warehouse import rows, session
from counterflow.__main__ import main
from portal.staff import accounts


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=typed)


@pytest.fixture
def failed(warehouse: Connection) -> Connection:
    """A warehouse with a refused, a held and an unknowable write, and a record that could not be landed."""
    with session(warehouse) as opened:
        for key, status, reason_class, reason in (
            ("woocommerce_order_1", "refused", "permanent", "the period is locked"),
            ("woocommerce_order_2", "held", "mapping_missing", "no account for tips"),
            ("woocommerce_order_3", "unknown", "needs_person", "it may be there"),
        ):
            opened.execute(
                """
                insert into sync.writes (
                    system, thing, key, hash, kind, outbound_model, payload, status, reason_class, reason,
                    run_id
                ) values ('odoo', 'ledger_entry', %s, 'h', 'posting', 'm', '{}', %s, %s, %s, 'r')
                """,
                [key, status, reason_class, reason],
            )
        opened.execute(
            "insert into sync.refused_records (system, resource, payload_hash, payload, reason, run_id)"
            " values ('woocommerce', 'orders', 'h', '{}', 'no key', 'r')"
        )
    return warehouse


def statuses(warehouse: Connection) -> list[str]:
    with session(warehouse) as opened:
        return [row["status"] for row in rows(opened, "select status from sync.writes order by write_id")]


def test_what_failed_is_shown_with_what_to_do(failed: Connection) -> None:
    shown = run("failures").output
    assert "1  Ledger entry woocommerce_order_1: refused" in shown
    assert "Odoo: the period is locked" in shown and "[retry, waive]" in shown
    assert "[not-done, done, waive]" in shown and "record 1 of woocommerce orders: no key" in shown


def test_nothing_failed(warehouse: Connection) -> None:
    assert run("failures").output == "Nothing failed, and nothing is held.\n"


def test_decisions(failed: Connection) -> None:
    assert run("retry", "1", "--who", "anna").output == "write 1: to be sent\n"
    assert run("waive", "2", "--who", "anna", "--reason", "no tips").output == "write 2: put aside\n"
    assert run("answer", "3", "done", "--reason", "seen in Odoo").output == "write 3: done\n"
    assert run("waive", "1", "--record", "--reason", "a test").output == "record 1: put aside\n"
    assert statuses(failed) == ["planned", "waived", "confirmed"]
    with session(failed) as opened:
        acts = rows(opened, "select act, subject, reason from portal.acts order by act_id")
    assert [tuple(row.values()) for row in acts] == [
        ("retry", "write 1", "tried again by command"),
        ("waive", "write 2", "no tips"),
        ("done", "write 3", "seen in Odoo"),
        ("waive", "record 1", "a test"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ("waive", "1"),
        ("retry", "3"),
        ("answer", "1", "done", "--reason", "x"),
        ("retry", "99"),
        ("retry", "x"),
    ],
)
def test_what_is_not_possible_changes_nothing(failed: Connection, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.exit_code != 0 and "Traceback" not in done.output
    assert statuses(failed) == ["refused", "held", "unknown"]


def test_a_sku_is_mapped(warehouse: Connection) -> None:
    assert "TEA-OLD is TEA-1 from the next build on" in run("map", "TEA-OLD", "TEA-1", "--reason", "x").output
    assert "TEA-OLD is itself" in run("map", "TEA-OLD", "--reason", "wrong").output
    with session(warehouse) as opened:
        assert rows(opened, "select * from sync.sku_mappings") == []


def test_who_may_sign_in(warehouse: Connection) -> None:
    typed = "a quiet green harbour\n" * 2
    added = run("staff", "add", "anna", typed=typed)
    assert added.output.endswith("anna may sign in\n") and "harbour" not in added.output
    assert "another password" in run("staff", "add", "anna", typed=typed).output
    assert run("staff", "list").output == "anna\n"
    with session(warehouse) as opened:
        assert accounts.sign_in(opened, "anna", "a quiet green harbour", "here")[0] == "signed_in"
    assert run("staff", "add", "bo", typed="short\nshort\n").exit_code == 1
    assert "may no longer" in run("staff", "remove", "anna").output
    assert run("staff", "list").output == ""
