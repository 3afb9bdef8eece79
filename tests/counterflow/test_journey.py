"""The story of an order, told from a warehouse that two real syncs filled from the stand-ins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connections.connection import Connection
from connections.errors import Rejected
from counterflow import journey, system_stock
from counterflow.system_stock import Levels
from tests.synced import Synced


def levels() -> dict[str, Levels]:
    return {
        "odoo": system_stock.in_odoo(Connection.from_env("odoo")),
        "woocommerce": system_stock.in_woocommerce(Connection.from_env("woocommerce")),
    }


@pytest.fixture(scope="module")
def hour(hour_in_step: Synced) -> Iterator[dict[str, Levels]]:
    """The levels before an hour of trade; afterwards it has been synced."""
    with hour_in_step.in_environment():
        yield hour_in_step.levels


def test_tells_the_whole_way_and_that_the_systems_agree(hour: dict[str, Levels]) -> None:
    told: list[str] = []
    assert journey.print_journey("#1001", before=hour, after=levels(), say=told.append)
    text = "\n".join(told)
    assert "Order #1001" in text
    assert "HST ON 13 %" in text
    assert "fee 1.87, net 52.19" in text
    assert "counterflow.ledger_entry_woocommerce_order_1001" in text
    assert "every line equal" in text
    assert "DIFFERENT" not in text


def test_a_level_that_is_not_as_it_should_be_is_seen(hour: dict[str, Levels]) -> None:
    told: list[str] = []
    after = levels()
    after["woocommerce"]["22423"] += 1
    assert not journey.print_journey("1001", before=hour, after=after, say=told.append)
    assert "DIFFERENT" in "\n".join(told)


def test_needs_no_levels(hour: dict[str, Levels]) -> None:
    told: list[str] = []
    assert journey.print_journey("1001", say=told.append)
    assert "->" not in "\n".join(told)


def test_counts_go_in_and_come_out(hour: dict[str, Levels]) -> None:
    told: list[str] = []
    journey.print_counts(told.append)
    counted = [
        line for line in told if line.startswith(("  system to raw", "  raw to staging", "  staging to"))
    ]
    assert len(counted) > 20
    assert all(line.split()[-1] == "0" for line in counted)


def test_an_order_that_is_not_there(hour: dict[str, Levels]) -> None:
    with pytest.raises(Rejected, match="there is no order 77"):
        journey.print_journey("77")
