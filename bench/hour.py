"""One hour's sync with 1,000 changed orders on a short and a long history, by stage, in one run.

    python -m bench.hour [history ...]     ends with: growth <first> -> <last>: <ratio>

The steps run as the DAG runs them, without Airflow. The books begin after the history, as for a shop
that starts today, so that the first run does not post years of sales.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sandbox
from connections.connection import Connection
from connections.warehouse import rows, session
from counterflow import steps, systems
from counterflow.settings import DEFAULT_PATH
from runtime.env import warehouse_variables
from runtime.postgres import throwaway
from sandbox import World

CHANGED = 1000
HOURS = 3


def main(histories: list[int]) -> None:
    """Print each stage's seconds for each history, and the ratio of the whole hours."""
    totals: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder, throwaway() as embedded:
        os.environ["COUNTERFLOW_SETTINGS"] = str(_settings(Path(folder)))
        for history in histories:
            os.environ["COUNTERFLOW_HOME"] = f"{folder}/{history}"
            embedded.server.create_database(f"hour_{history}")
            os.environ.update(warehouse_variables(embedded.server, f"hour_{history}"))
            totals[history] = _history(history)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    ratio = totals[histories[-1]] / totals[histories[0]]
    print(f"growth {histories[0]:,} -> {histories[-1]:,}: {ratio:.2f}")


def _settings(folder: Path) -> Path:
    """The project's settings, with books that begin tomorrow and wide guards."""
    text = DEFAULT_PATH.read_text()
    text = text.replace("max_rows_per_run = 5000", "max_rows_per_run = 1000000")
    text = text.replace("max_skus_to_zero_per_run = 25", "max_skus_to_zero_per_run = 100000")
    lines = ["start = 2100-01-01" if line.startswith("start = ") else line for line in text.splitlines()]
    file = folder / "settings.toml"
    file.write_text("\n".join(lines))
    return file


def _history(history: int) -> float:
    """The median hour's seconds on a shop of so many orders."""
    with sandbox.serve(orders=history, seed=7) as world:
        for system, fields in world.connections.items():
            given = json.loads(fields)
            given["extra"]["requests_per_second"] = 1000
            os.environ[f"AIRFLOW_CONN_{system.upper()}"] = json.dumps(given)
        first = _hour("first")
        print(f"\n{history:,} orders: first run {sum(first.values()):.1f} s  " + _shown(first), flush=True)
        hours = []
        for number in range(HOURS):
            _change(world, history, number)
            hours.append(_hour(f"hour{number}"))
            total = sum(hours[-1].values())
            print(f"  {CHANGED:,} changed: {total:.1f} s  " + _shown(hours[-1]), flush=True)
    with session(Connection.from_env("warehouse")) as warehouse:
        (count,) = rows(warehouse, "select count(*) as n from marts.orders where channel = 'web'")
    print(f"  {count['n']:,} web orders in the mart")
    return statistics.median(sum(stages.values()) for stages in hours)


def _hour(run_id: str) -> dict[str, float]:
    stages: dict[str, float] = {}

    def timed(name: str, do: Callable[[], Any]) -> None:
        began = time.perf_counter()
        do()
        stages[name] = stages.get(name, 0.0) + time.perf_counter() - began

    timed("prepare", lambda: steps.prepare(run_id))
    for system in systems.READ:
        timed("extract", lambda system=system: steps.extract(system, run_id))  # type: ignore[misc]
    timed("build", lambda: steps.build(run_id))
    timed("check", lambda: steps.check(run_id))
    for system in systems.WRITTEN:
        timed("deliver", lambda system=system: steps.deliver(system, run_id))  # type: ignore[misc]
    timed("settle", lambda: steps.settle(run_id))
    timed("summarize", lambda: steps.summarize(run_id))
    return stages


def _change(world: World, history: int, number: int) -> None:
    """A thousand orders spread over the whole history get a note, and an hour of trade happens."""
    stand_in: Any = world.stand_ins["woocommerce"]
    first = 1001 - history if history <= 900 else 2001
    step = max(1, history // CHANGED)
    ids = list(range(first + number % step, first + history, step))[:CHANGED]
    world.call(lambda: [stand_in.change(id_, {"customer_note": f"note {number}"}) for id_ in ids])
    world.trade_hour()


def _shown(stages: dict[str, float]) -> str:
    return "  ".join(f"{name} {seconds:.1f}" for name, seconds in stages.items())


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [10_000, 100_000])
