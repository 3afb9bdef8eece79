"""Worlds in step with their warehouse, made once for all the tests that begin with one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.warehouse import rows, session
from counterflow import steps, system_stock, systems
from runtime.env import warehouse_variables
from runtime.server import Server
from sandbox import World

Row = dict[str, Any]
SETTINGS = Path(__file__).resolve().parents[1] / "settings.toml"
BOOKS = ("woocommerce", "odoo", "stripe")
_ON = re.compile(r"^on = \[.*\]$", re.MULTILINE)


def settings_of(folder: Path, *on: str) -> Path:
    """The repository's settings in the folder, with these systems on and no others.

    A test of stock or of the books has no boxes sent: five more rounds of build and check for each run of it.
    """
    text, count = _ON.subn(f"on = {json.dumps(on)}", SETTINGS.read_text())
    assert count == 1
    chosen = folder / "settings.toml"
    chosen.write_text(text)
    return chosen


class Synced:
    """The stand-ins of a story, and the warehouse that follows them."""

    def __init__(self, world: World, warehouse: Connection, variables: dict[str, str]) -> None:
        """Nothing is synced yet. `variables` name both in the environment."""
        self.world = world
        self.warehouse = warehouse
        self.levels: dict[str, dict[str, int]] = {}
        self._variables = variables

    @contextmanager
    def in_environment(self) -> Iterator[None]:
        """The steps find the systems and the warehouse as long as the context lasts."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self._variables.items():
                patch.setenv(name, value)
            yield

    def sync(self, run_id: str) -> None:
        """One run as the DAG makes it, without its summary. CounterflowError where a step fails."""
        steps.prepare(run_id)
        for system in systems.READ:
            steps.extract(system, run_id)
        steps.build(run_id)
        steps.check(run_id)
        for system in systems.WRITTEN:
            steps.deliver(system, run_id)
        steps.settle(run_id)

    def note_levels(self) -> None:
        """What Odoo and the shop hold of each SKU now is in `levels`."""
        self.levels = {
            "odoo": system_stock.in_odoo(Connection.from_env("odoo")),
            "woocommerce": system_stock.in_woocommerce(Connection.from_env("woocommerce")),
        }

    def rows(self, query: str, *parameters: Any) -> list[Row]:
        """The rows of a query."""
        with session(self.warehouse) as warehouse:
            return [dict(row) for row in rows(warehouse, query, list(parameters))]


@contextmanager
def synced(
    server: Server, make_warehouse: Callable[[], Connection], folder: Path, orders: int
) -> Iterator[Synced]:
    """The stand-ins of a story of so many orders, and a warehouse of their own; BOOKS are on."""
    warehouse = make_warehouse()
    with sandbox.serve(orders=orders, seed=7) as world:
        variables = warehouse_variables(server, warehouse.database)
        variables["COUNTERFLOW_SETTINGS"] = str(settings_of(folder, *BOOKS))
        variables |= {f"AIRFLOW_CONN_{name.upper()}": text for name, text in world.connections.items()}
        yield Synced(world, warehouse, variables)
    server.drop_database(warehouse.database)
