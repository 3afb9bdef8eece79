"""What every extractor must do, over the registry, against the stand-ins: one set of tests for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Unavailable
from connections.warehouse import ensure_raw_tables, rows, session
from counterflow import systems
from extractors import woocommerce
from extractors.base import extract
from sandbox import World

# Files come from no system that could be down, Canada Post is asked about parcels of ours, one by one, and
# a mailbox speaks no HTTP: test_files.py, test_canadapost.py and test_mail.py hold them to the same.
SPOKEN_TO = tuple(
    system for system in systems.READ if system in sandbox.SYSTEMS and system not in ("canadapost", "mail")
)
# A request of each system's hourly reading, for faults that hit it in the middle.
MIDDLE = {"woocommerce": "/products", "odoo": "sale.order/search_read", "stripe": "/v1/refunds"}
# What an hour without news may cost.
BUDGET = {"woocommerce": 12, "odoo": 50, "stripe": 15}


@pytest.fixture
def world(system: str) -> Iterator[World]:
    """The story's world, with only the system that the test is about."""
    with sandbox.serve(orders=60, seed=7, systems=(system,)) as running:
        yield running


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_all_history_then_nothing_new_within_the_budget(
    world: World, lands: Any, everything: Any, warehouse: Connection, system: str
) -> None:
    first = lands(world, system)
    assert sum(count.counts.written for count in first.values()) > 50
    again = lands(world, system)
    for name, count in again.items():
        assert count.counts.written == 0, f"{name} wrote what had not changed"
        assert count.counts.read == count.counts.unchanged
    assert sum(count.requests for count in again.values()) <= BUDGET[system]
    with session(warehouse) as opened:
        assert rows(opened, "select * from sync.refused_records") == []


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_an_hour_of_trade_is_found_and_equals_a_fresh_reading(
    world: World,
    lands: Any,
    everything: Any,
    connection_to: Any,
    warehouse: Connection,
    make_warehouse: Any,
    system: str,
) -> None:
    lands(world, system)
    world.trade_hour()
    hour = lands(world, system)
    assert sum(count.counts.written for count in hour.values()) > 0
    fresh = make_warehouse()
    with session(fresh) as opened:
        ensure_raw_tables(
            opened, system, sorted({item.lands_in for item in systems.extractor(system).resources})
        )
    extract(systems.extractor(system), connection_to(world, system), fresh, "run")
    assert everything(warehouse, system) == everything(fresh, system)


@pytest.mark.parametrize("system", SPOKEN_TO)
@pytest.mark.parametrize("kind", ["503_html", "malformed_json", "cut_body"])
def test_trouble_in_the_middle_is_gone_on_from(
    world: World, lands: Any, everything: Any, warehouse: Connection, system: str, kind: str
) -> None:
    world.fault(system, kind, times=-1, path=MIDDLE[system])
    with pytest.raises(Unavailable) as raised:
        lands(world, system)
    assert system in str(raised.value)
    with session(warehouse) as opened:
        (failed,) = rows(opened, "select resource, error from sync.extractions where error is not null")
    assert failed["error"] == str(raised.value)
    world.clear_faults()
    lands(world, system)
    landed = everything(warehouse, system)
    assert all(landed[table] for table in ("orders", "products") if table in landed)
    assert sum(len(table) for table in landed.values()) > 50
    with session(warehouse) as opened:
        assert rows(opened, "select * from sync.extractions where error is not null") == []


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_a_passing_fault_is_not_even_noticed(world: World, lands: Any, system: str) -> None:
    for kind in ("429_retry_after", "junk_before_json"):
        world.fault(system, kind, times=1, path=MIDDLE[system])
    assert sum(count.counts.written for count in lands(world, system).values()) > 50


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_a_wrong_key_is_misconfigured_and_never_shown(world: World, lands: Any, system: str) -> None:
    with pytest.raises(Misconfigured) as raised:
        lands(world, system, password="cs_wrong_secret_key")
    assert "cs_wrong_secret_key" not in str(raised.value)
    assert "key" in str(raised.value)


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_a_system_that_is_down(world: World, lands: Any, system: str) -> None:
    world.stop(system)
    with pytest.raises(Unavailable, match="no connection"):
        lands(world, system)


@pytest.mark.parametrize("system", SPOKEN_TO)
def test_the_census_finds_nothing_where_nothing_is_gone(world: World, lands: Any, system: str) -> None:
    lands(world, system)
    for name, count in lands(world, system, census=True).items():
        assert (count.counts.deleted, count.counts.written) == (0, 0), name


def test_over_tls_with_a_private_authority(lands: Any, everything: Any, warehouse: Connection) -> None:
    with sandbox.serve(orders=5, systems=("woocommerce",), tls=True) as world:
        lands(world, "woocommerce")
        with pytest.raises(Misconfigured, match="certificate"):
            lands(world, "woocommerce", extra={"base_path": "/wp-json/wc/v3"})
    assert len(everything(warehouse, "woocommerce")["orders"]) == 5


def test_a_first_reading_goes_on_where_it_broke_off(
    lands: Any, everything: Any, warehouse: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 450 orders, chunk by chunk of 100, the third chunk fails: the first two are not read again."""
    monkeypatch.setattr(woocommerce, "PAGES_AT_ONCE", 1)
    with sandbox.serve(orders=450, systems=("woocommerce",)) as world:
        world.fault("woocommerce", "503_html", times=-1, path="orders.*modified_after=.*page=1")
        with pytest.raises(CounterflowError):
            lands(world, "woocommerce")
        assert len(everything(warehouse, "woocommerce")["orders"]) == 100
        world.clear_faults()
        rest = lands(world, "woocommerce")
    assert rest["orders"].counts.written + rest["orders_trash"].counts.written == 350
    assert rest["orders"].counts.unchanged <= 10
    assert len(everything(warehouse, "woocommerce")["orders"]) == 450
