"""The doctor against the stand-ins: all that is wrong at once, each with where, what and a remedy."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Misconfigured
from counterflow.doctor import diagnose, examine
from counterflow.doctor_odoo import examine_odoo
from counterflow.findings import Finding
from counterflow.settings import DEFAULT_PATH, Settings, Systems, load, read
from sandbox.odoo import api_key
from sandbox.odoo_access import READ_ONLY
from sandbox.woocommerce_auth import READ_ONLY_KEY, READ_ONLY_SECRET


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=10, seed=7) as world:
        yield world


@pytest.fixture
def connections(
    world: sandbox.World, warehouse: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, Connection]:
    for system, text in world.connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{system.upper()}", text)
    page = {
        "host": "orders.maplelane.example",
        "password": "a key of at least 32 characters, as the doctor asks",
    }
    monkeypatch.setenv("AIRFLOW_CONN_PORTAL", json.dumps(page))
    kept = {"conn_type": "generic", "extra": {"url": str(tmp_path / "documents")}}
    monkeypatch.setenv("AIRFLOW_CONN_DOCUMENTS", json.dumps(kept))
    names = ("warehouse", "woocommerce", "odoo", "stripe", "canadapost")
    names += ("documents", "mail", "portal", "files")
    return {system: Connection.from_env(system) for system in names}


@pytest.fixture
def ours() -> Settings:
    return load(DEFAULT_PATH)


def changed(path: Path, *changes: tuple[str, str]) -> Path:
    text = DEFAULT_PATH.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)
    return path


def faults(chosen: Settings, connections: dict[str, Connection]) -> list[Finding]:
    found = [finding for finding in diagnose(chosen, connections.__getitem__) if not finding.ok]
    assert all(finding.where and finding.what and finding.remedy for finding in found)
    secrets = [connection.password for connection in connections.values() if connection.password]
    assert not [secret for secret in secrets if any(secret in str(finding) for finding in found)]
    return found


def test_nothing_is_wrong(connections: dict[str, Connection], ours: Settings) -> None:
    assert faults(ours, connections) == []


def test_it_changes_nothing(world: sandbox.World, connections: dict[str, Connection], ours: Settings) -> None:
    before = world.truth
    diagnose(ours, connections.__getitem__)
    assert world.truth == before


def test_wrong_keys_everywhere_are_told_together(connections: dict[str, Connection], ours: Settings) -> None:
    wrong = {name: dataclasses.replace(one, password="not-the-key") for name, one in connections.items()}
    wrong["woocommerce"] = dataclasses.replace(wrong["woocommerce"], login="ck_wrong")
    found = faults(ours, wrong)
    assert [finding.where for finding in found] == [
        "warehouse",
        "woocommerce",
        "odoo",
        "stripe",
        "canadapost",
        "mail",  # the server's sign-in,
        "mail",  # and the mailbox's
        "portal",
    ]


def test_systems_that_are_down_are_told_together(ours: Settings, connections: dict[str, Connection]) -> None:
    down = {name: dataclasses.replace(one, port=1) for name, one in connections.items()}
    found = faults(ours, down)
    assert [finding.where for finding in found] == [
        "warehouse",
        "woocommerce",
        "odoo",
        "stripe",
        "canadapost",
        "mail",
    ]


def test_a_key_that_may_only_read(connections: dict[str, Connection], ours: Settings) -> None:
    shop = dataclasses.replace(connections["woocommerce"], login=READ_ONLY_KEY, password=READ_ONLY_SECRET)
    erp = dataclasses.replace(connections["odoo"], password=api_key(READ_ONLY))
    found = faults(ours, connections | {"woocommerce": shop, "odoo": erp})
    assert "write permissions" in next(f for f in found if f.where == "woocommerce").what
    assert "the user may not create it" in {f.what for f in found if f.where == "odoo account.move"}


def test_rights_to_write_are_not_asked_of_a_flow_that_is_off(
    connections: dict[str, Connection], tmp_path: Path
) -> None:
    to_the_shop = ("stock_levels", "tracking", "backorder_status")
    off = [(f'{flow} = "one_way"', f'{flow} = "off"') for flow in (*to_the_shop, "ledger_entries")]
    chosen = load(changed(tmp_path / "settings.toml", *off))
    shop = dataclasses.replace(connections["woocommerce"], login=READ_ONLY_KEY, password=READ_ONLY_SECRET)
    found = faults(chosen, connections | {"woocommerce": shop})
    assert found == []


def test_what_the_settings_name_must_be_there(connections: dict[str, Connection], tmp_path: Path) -> None:
    chosen = load(
        changed(
            tmp_path / "settings.toml",
            ('"sales" = "411110"', '"sales" = "999999"'),
            ('"WH/Stock" = true', '"Cellar/Shelf" = true'),
            ('"tax.GST" = "231000"', ""),
            ('currency = "CAD"', 'currency = "EUR"'),
        )
    )
    found = {finding.where: finding for finding in faults(chosen, connections)}
    assert "role sales" in found["odoo account 999999"].what
    assert "WH/Stock" in found["odoo location Cellar/Shelf"].remedy
    assert "GST in YT" in found["settings accounts"].what
    assert "CAD" in found["woocommerce"].what


@pytest.mark.parametrize(("days", "is_wrong"), [(3, True), (-2, True), (60, False)])
def test_a_key_near_its_end(
    connections: dict[str, Connection], ours: Settings, days: int, is_wrong: bool
) -> None:
    ends = str(datetime.now(UTC).date() + timedelta(days=days))
    erp = dataclasses.replace(connections["odoo"], extra={**connections["odoo"].extra, "key_expires": ends})
    found = faults(ours, connections | {"odoo": erp})
    assert bool(found) is is_wrong
    assert all(ends in finding.what for finding in found)


def test_a_right_that_is_missing_is_named(
    world: sandbox.World, connections: dict[str, Connection], ours: Settings
) -> None:
    world.fault("stripe", "500_before", times=-1, path="/v1/payouts")
    try:
        found = faults(ours, connections)
    finally:
        world.clear_faults()
    assert [finding.where for finding in found] == ["stripe /payouts"]


def test_all_is_said_and_wrong_settings_do_not_hide_the_rest(
    connections: dict[str, Connection], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(
        tmp_path / "settings.toml", ('province = "ON"', 'province = "XX"'), ("[guards]", "[gards]")
    )
    monkeypatch.setenv("COUNTERFLOW_SETTINGS", str(path))
    monkeypatch.setenv("AIRFLOW_CONN_STRIPE", "sk_live_secret")
    monkeypatch.delenv("AIRFLOW_CONN_ODOO")
    said: list[str] = []
    assert examine(said.append) is False
    text = "\n".join(said)
    for words in ("business.province", "settings guards", "connection odoo", "connection stripe"):
        assert f"WRONG {words}" in text or f"WRONG settings {words}" in text, words
    assert "ok    woocommerce: signs in" in text
    assert said[-1] == "5 things are wrong."
    assert "sk_live_secret" not in text


def test_the_resolver_may_be_any(ours: Settings, connections: dict[str, Connection]) -> None:
    def resolve(system: str) -> Connection:
        if system == "stripe":
            raise Misconfigured("connection stripe is not in Airflow", remedy="Add it")
        if system == "odoo":
            raise ValueError("port: 'sk_secret'")
        return connections[system]

    found = [finding for finding in diagnose(ours, resolve) if not finding.ok]
    assert [finding.where for finding in found] == ["connection odoo", "connection stripe"]
    assert "sk_secret" not in str(found)


def test_settings_that_are_wrong_are_findings(connections: dict[str, Connection], tmp_path: Path) -> None:
    problems = read(changed(tmp_path / "settings.toml", ('country = "CA"', "")))[1]
    found = [finding for finding in diagnose(problems, connections.__getitem__) if not finding.ok]
    assert [finding.where for finding in found] == ["settings business.country"]


def test_what_the_ledger_needs_of_odoo(
    world: sandbox.World, connections: dict[str, Connection], tmp_path: Path
) -> None:
    path = changed(tmp_path / "settings.toml", ('"sales" = "411110"', '"sales" = "111299"'))
    path.write_text(path.read_text().replace('"discounts" = "411260"', '"discounts" = "111299"'))
    chosen = load(path)
    stand_in: Any = world.stand_ins["odoo"]
    rates = stand_in.store.tables["res.currency.rate"]
    kept = dict(rates.rows)
    try:
        world.call(lambda: stand_in.lock_books("2026-02-28"))
        world.call(lambda: [rates.put(row_id, None) for row_id in kept])
        found = list(examine_odoo(connections["odoo"], chosen))
    finally:
        world.call(lambda: stand_in.lock_books(""))
        world.call(lambda: [rates.put(row_id, row) for row_id, row in kept.items()])
    bad = {finding.where: finding.what for finding in found if not finding.ok}
    assert bad == {
        "odoo account 111299": "is not in the chart of accounts (roles discounts, sales)",
        "odoo USD": "has no exchange rate, so that orders in it wait",
    }
    assert any("closed: the books up to 2026-02-28" in finding.what for finding in found)
    again = [finding.what for finding in examine_odoo(connections["odoo"], chosen)]
    assert any(what.startswith("USD has exchange rates, the newest from 20") for what in again)
    assert "no part of the books is closed (no lock dates)" in again


def test_the_folder_of_files(connections: dict[str, Connection], ours: Settings, tmp_path: Path) -> None:
    chosen = ours.model_copy(update={"systems": Systems(on=["woocommerce", "odoo", "stripe", "files"])})
    inbox = tmp_path / "inbox"
    there = connections | {"files": Connection.from_fields("files", extra={"folder": str(inbox)})}
    [absent] = faults(chosen, there)
    assert absent.what == f"there is no folder {inbox}"
    inbox.mkdir()
    (inbox / "october.qfx").touch()
    (inbox / "postage.csv").touch()
    assert faults(chosen, there) == []
    (inbox / "october.pdf").touch()
    [unread] = faults(chosen, there)
    assert unread.what == "october.pdf is of no kind that is read"
