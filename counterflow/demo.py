"""`make demo`: everything once around, as a person would watch it.

Starts what does not run, lets Airflow run `hourly_sync`, lets an hour of trade happen in the shop, lets
it run again, and tells what became of an order. Run again, it goes on from what is there: another
hour of trade, and the newest order's journey. The services stay up.

The last line is the reconciliation; the exit code is 0 only if it is 0.00 and both runs succeeded.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from connections.connection import Connection
from connections.errors import CounterflowError
from connections.signing import Links
from connections.warehouse import session
from counterflow import journey, system_stock
from counterflow.reconcile import reconciliation_difference
from runtime.airflow_api import AirflowApi
from runtime.env import ADMIN, Secrets, Settings
from runtime.errors import CannotStart
from runtime.stack import Stack
from sandbox.customer import answer

DAG = "hourly_sync"
RUN_SECONDS = 900
# how long the scheduler takes at most to make the run that is due when a schedule is switched on
DUE_RUN_SECONDS = 6
_STARTED = time.monotonic()
# the states worth a line; the others pass in a blink
_SHOWN = {"running": "...", "success": "ok", "failed": "FAILED", "skipped": "skipped"}
_SHOWN |= {"up_for_retry": "will be tried again", "upstream_failed": "not run: an earlier task failed"}


def main() -> int:
    """The exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _demo()
    except (CannotStart, CounterflowError) as reason:
        print(f"\n{reason}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted. What runs goes on; make down stops it", file=sys.stderr)
    return 1


def _demo() -> int:
    settings = Settings.from_env()
    heading(f"Services (state and logs in {settings.home})")
    stack = Stack(settings, say)
    os.environ.update(stack.up())
    airflow = AirflowApi(settings.ui_url, ADMIN, Secrets.of(settings.home).admin_password)
    dag = airflow.wait_for_dag(DAG)

    if not _has_run_before():
        heading(f"First run of {DAG} in Airflow: the shop's whole history")
        sync(airflow, unpause=bool(dag["is_paused"]))
    heading("An hour of trade: orders on the web, sales over the counter")
    before = levels()
    told = stack.trade()
    say(f"{len(told['web_orders'])} web orders, {len(told['counter_sales'])} counter sales")
    heading(f"{DAG} again: only what changed")
    sync(airflow)

    number = str(told["web_orders"][0])
    if _customer_answers(number):
        heading(f"{DAG} again: the answer comes in, and what is in stock leaves")
        sync(airflow)

    equal = journey.print_journey(number, before=before, after=levels())
    return conclude(settings, equal)


def sync(airflow: AirflowApi, *, unpause: bool = False) -> None:
    """One run of the DAG has succeeded. CannotStart: it did not; the failed tasks' logs are shown."""
    run_id = ""
    if unpause:
        airflow.unpause(DAG)
        run_id = _due_run(airflow)
    if not run_id:
        _wait_for_others(airflow)
        run_id = airflow.trigger(DAG)
    began = time.monotonic()
    failed: list[dict[str, Any]] = []

    def show(task: dict[str, Any]) -> None:
        seconds = f" ({task['duration']:.1f} s)" if task["state"] == "success" and task["duration"] else ""
        if task["state"] in _SHOWN:
            say(f"  {task['task_id']:<28} {_SHOWN[task['state']]}{seconds}")
        if task["state"] == "failed":
            failed.append(task)

    state = airflow.follow(DAG, run_id, show, RUN_SECONDS)
    say(f"run {run_id}: {state} in {time.monotonic() - began:.0f} s")
    if state != "success":
        logs = "\n".join(_log(airflow, run_id, task) for task in failed)
        raise CannotStart(f"{DAG} did not succeed.\n{logs}")


def _customer_answers(number: str) -> bool:
    """The customer of an order that is asked has opened the page of the mail and taken what is in stock."""
    with session() as warehouse:
        asked = warehouse.execute(
            "select order_id from marts.order_fulfilments where order_number = %s and state = 'asking'",
            [number],
        ).fetchone()
    if asked is None:
        return False
    heading(f"The customer of order #{number} is asked: part now, or all of it later?")
    link = Links.from_env().order_page(asked["order_id"], datetime.now(UTC) + timedelta(days=1))
    answer(link, "ship_now")
    say(f"answered at {link}: send what you have")
    return True


def conclude(settings: Settings, is_equal: bool) -> int:
    """Counts, reconciliation and addresses are printed; the exit code."""
    journey.print_counts()
    heading("Where to look")
    print(f"  Airflow      {settings.ui_url}   user {ADMIN}, password {_password(settings)}")
    print(f"  runs         {settings.ui_url}/dags/{DAG}")
    for name, address in pages(settings).items():
        print(f"  {name:<12} {address}")
    print("  more         bin/counterflow order NUMBER; make down stops, make clean removes")
    with session() as warehouse:
        difference = reconciliation_difference(warehouse)
    print(f"  the whole of it took {time.monotonic() - _STARTED:.0f} s\n")
    if not is_equal:
        print("the journey above has a difference between the systems\n")
    print(f"reconciliation difference: {difference}", flush=True)
    return 0 if is_equal and difference == 0 else 1


def levels() -> dict[str, system_stock.Levels]:
    """Every SKU's stock in both systems, now."""
    return {
        "odoo": system_stock.in_odoo(Connection.from_env("odoo")),
        "woocommerce": system_stock.in_woocommerce(Connection.from_env("woocommerce")),
    }


def pages(settings: Settings) -> Mapping[str, str]:
    """What there is to look at, besides Airflow itself."""
    reports = {"check report": "report/index.html", "Data Docs": "data_docs/index.html"}
    written = {name: path for name, path in reports.items() if (settings.home / "reports" / path).exists()}
    return {
        "last sync": f"{settings.ui_url}/counterflow/last-sync",
        **{name: f"{settings.ui_url}/counterflow/reports/{path}" for name, path in written.items()},
        "staff": f"http://localhost:{settings.ports['staff']}/staff",
        **({"mails": settings.sandbox_url("mail")} if "mail" in settings.ports else {}),
        "documents": str(settings.home / "documents"),
        "stand-ins": ", ".join(settings.sandbox_url(name) for name in ("woocommerce", "odoo", "stripe")),
    }


def say(text: str) -> None:
    """One line of progress, with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:5.0f} s] {text}", flush=True)


def heading(text: str) -> None:
    """The beginning of a part."""
    print(f"\n== {text}", flush=True)


def _has_run_before() -> bool:
    with session() as warehouse:
        exists = warehouse.execute("select to_regclass('marts.reconciliation_orders') as it").fetchone()
        if exists is None or exists["it"] is None:
            return False
        done = warehouse.execute(
            "select from sync.runs where status in ('green', 'amber') limit 1"
        ).fetchone()
    return done is not None


def _due_run(airflow: AirflowApi) -> str:
    """The run that the schedule itself makes when it is switched on; empty if none is due."""
    deadline = time.monotonic() + DUE_RUN_SECONDS
    while time.monotonic() < deadline:
        if runs := airflow.active_runs(DAG):
            return str(runs[0]["dag_run_id"])
        time.sleep(0.3)
    return ""


def _wait_for_others(airflow: AirflowApi) -> None:
    """No other run is active: ours would queue behind it."""
    for run in airflow.active_runs(DAG):
        say(f"waiting for {run['dag_run_id']}, which is {run['state']}")
        airflow.follow(DAG, run["dag_run_id"], lambda _: None, RUN_SECONDS)


def _log(airflow: AirflowApi, run_id: str, task: Mapping[str, Any]) -> str:
    lines = airflow.task_log(DAG, run_id, str(task["task_id"]), int(task["try_number"]))
    return "\n".join([f"The end of the log of {task['task_id']}:", *(f"  {line}" for line in lines[-20:])])


def _password(settings: Settings) -> str:
    # Made for this machine at the first start, and good for nothing but this demo.
    return Secrets.of(settings.home).admin_password


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
