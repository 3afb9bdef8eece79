"""The settings file: read whole, every mistake at once, stored as tables only when different."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from connections.connection import Connection
from connections.errors import Misconfigured
from connections.warehouse import session
from counterflow import settings
from counterflow.settings import DEFAULT_PATH, load, read

MISTAKES = {
    'province = "ON"': ('province = "XX"', "business.province", '"ON"'),
    'country = "CA"': ("", "business.country", "is missing"),
    "America/Toronto": ("America/Torono", "business.time_zone", 'Did you mean "America/Toronto"'),
    'provinces = ["QC"]': ('provinces = ["QC", "ON"]', "tax_registrations.3", "QST is not charged in ON"),
    "max_rows_per_run": ("max_row_per_run", "guards.max_row_per_run", 'Did you mean "max_rows_per_run"'),
    "rounding_cap = 0.05": ("rounding_cap = -1.234", "money.rounding_cap", "not -1.234"),
    '"WH/Stock" = true': ('"WH/Stock" = "yes"', "stock.locations.WH/Stock", "true"),
    'ledger_entries = "one_way"': ('ledger_entries = "both_ways"', "flows.ledger_entries", '"one_way"'),
    '"woocommerce", "odoo"': ('"magento", "odoo"', "systems.on.1", "woocommerce"),
}


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = DEFAULT_PATH.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return path


def test_the_settings_that_come_with_the_project_are_right() -> None:
    assert read(DEFAULT_PATH)[1] == []
    ours = load(DEFAULT_PATH)
    assert ours.money.rounding_cap == Decimal("0.05")
    assert ours.account("tax.GST.AB") == ours.accounts["tax.GST"]
    assert ours.account("clearing.paypal") is None


def test_every_mistake_is_reported_at_once_with_its_remedy(tmp_path: Path) -> None:
    path = changed(tmp_path, *((old, new) for old, (new, _, _) in MISTAKES.items()))
    with pytest.raises(Misconfigured) as caught:
        load(path)
    message = str(caught.value)
    for _, where, words in MISTAKES.values():
        assert any(where in line and words in line for line in message.splitlines()), (where, words)
    assert str(path) in message


@pytest.mark.parametrize("old", MISTAKES)
def test_each_mistake_alone_is_one_problem(tmp_path: Path, old: str) -> None:
    new, where, _ = MISTAKES[old]
    problems = read(changed(tmp_path, (old, new)))[1]
    assert where in {problem.where for problem in problems}
    # a misspelt name is two problems: the stranger, and the one it should have been
    assert len(problems) == (2 if "Did you mean" in problems[-1].remedy and old == "max_rows_per_run" else 1)


def test_a_tax_registered_twice_for_the_same_days(tmp_path: Path) -> None:
    second = '[[tax_registrations]]\ntax = "QST"\nprovinces = ["QC"]\nnumber = "2"\nfrom = 2024-01-01\n\n'
    [problem] = read(changed(tmp_path, ("[accounts]", second + "[accounts]")))[1]
    assert (problem.where, problem.what) == (
        "tax_registrations",
        "registered twice: QST in QC from 2024-01-01",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"[business", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"", "is missing"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misconfigured, match=words):
        load(path)


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = changed(tmp_path, ("max_rows_per_run = 5000", "max_rows_per_run = 7"))
    monkeypatch.setenv("COUNTERFLOW_SETTINGS", str(path))
    assert settings.load().guards.max_rows_per_run == 7


def test_the_tables_say_what_the_file_says_and_change_only_with_it(
    tmp_path: Path, warehouse: Connection
) -> None:
    ours = load(DEFAULT_PATH)
    with session(warehouse) as open_warehouse, open_warehouse.cursor() as cursor:
        assert ours.store(cursor) is True
        assert ours.store(cursor) is False
        cursor.execute("select currency, rounding_cap from settings.business")
        assert cursor.fetchall() == [{"currency": "CAD", "rounding_cap": Decimal("0.05")}]
        cursor.execute("select count(*) as n from settings.tax_registrations where tax = 'HST'")
        assert cursor.fetchall() == [{"n": 5}]
        other = load(changed(tmp_path, ('stock_levels = "one_way"', 'stock_levels = "off"')))
        assert other.store(cursor) is True
        cursor.execute("select direction from settings.flows where flow = 'stock_levels'")
        assert cursor.fetchall() == [{"direction": "off"}]
