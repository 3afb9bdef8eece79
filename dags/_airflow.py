"""What both DAGs need of Airflow: connections, the run's id, retries, pools, assets, who may go on.

Nothing here does any work while a DAG file is parsed: the registry of systems only declares them, and
the steps are imported inside the tasks.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, BaseHook, Context, ExceptionRetryPolicy, RetryRule
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException, AirflowSkipException

from connections.connection import WITHOUT_SIGN_IN, Connection, variable
from connections.errors import CounterflowError, Misconfigured, Unavailable
from counterflow import systems

log = logging.getLogger(__name__)

LAYERS = ("staging", "marts", "outbound")

START = datetime(2026, 1, 1, tzinfo=UTC)
# One slot each (airflow_pools.json): two runs never share a system's rate limit, or build at once.
WAREHOUSE_POOL = "warehouse"

RAW = {system: Asset(f"raw_{system}", uri=f"counterflow://raw/{system}") for system in systems.READ}
BUILT = {layer: Asset(layer, uri=f"counterflow://{layer}") for layer in LAYERS}
CHECKED = Asset("checked", uri="counterflow://checked")
DELIVERED = {
    system: Asset(f"delivered_{system}", uri=f"counterflow://delivered/{system}")
    for system in systems.WRITTEN
}
SUMMARY = Asset("sync_summary", uri="counterflow://sync_summary")

# The first wait is [core] default_task_retry_delay; it doubles, with some jitter, up to ten minutes.
DEFAULTS: dict[str, Any] = {
    "owner": "data-engineering",
    "retries": 3,
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(Unavailable, RetryAction.RETRY, reason="the system may answer later"),
            # Rejected, Misconfigured, a model that failed
            RetryRule(CounterflowError, RetryAction.FAIL, reason="trying again would not help"),
        ]
    ),
}


def connection(system: str) -> Connection:
    """The system's connection from the environment, Airflow's metadata or its secrets backend.

    Misconfigured: there is none of this id, or it lacks what the system needs.
    """
    try:
        given = BaseHook.get_connection(system)
    except AirflowNotFoundException:
        if system in WITHOUT_SIGN_IN:
            return Connection.from_fields(system)
        raise Misconfigured(
            f"connection {system} is not set",
            where=f"{variable(system)} or Airflow's Admin > Connections",
            remedy="Set it: .env.example shows every field",
        ) from None
    return Connection.from_fields(
        system,
        host=given.host,
        port=given.port,
        login=given.login,
        password=given.password,
        schema=given.schema,
        extra=given.extra,
    )


def run_id(context: Context) -> str:
    """The steps' id of this run: Airflow's own for the hourly sync, with the DAG's name for others.

    Two DAGs that start at the same minute have the same id in Airflow.
    """
    airflow_id = str(context["run_id"])
    dag_id = context["dag"].dag_id
    return airflow_id if dag_id == "hourly_sync" else f"{dag_id}:{airflow_id}"


def require_chosen(context: Context, system: str) -> None:
    """The run's parameter `systems` names the system; otherwise the task is skipped."""
    if system not in context["params"]["systems"]:
        raise AirflowSkipException(f"{system} is not among the systems chosen for this run")


def require_on(system: str) -> None:
    """The settings name the system; otherwise the task is skipped, and needs no connection."""
    from counterflow import settings

    if system not in settings.load().systems.on:
        raise AirflowSkipException(f"{system} is not on in settings.toml")


def states(context: Context) -> dict[str, str]:
    """The state of every task of this run, by task id."""
    run = str(context["run_id"])
    found = context["ti"].get_task_states(dag_id=context["dag"].dag_id, run_ids=[run])
    return {task_id: str(state) for task_id, state in found.get(run, {}).items()}


def require_one_success(context: Context, task_ids: Iterable[str]) -> None:
    """At least one of the tasks worked in this run; otherwise this one fails, without a retry."""
    wanted = list(task_ids)
    found = states(context)
    if not any(found.get(task_id) == "success" for task_id in wanted):
        raise AirflowFailException(f"nothing to go on with: none of {', '.join(wanted)} succeeded")


def failed_tasks(context: Context) -> list[str]:
    """The tasks of this run that failed, or were not begun because of one; each with a line in the log."""
    failed = sorted(task for task, state in states(context).items() if state in ("failed", "upstream_failed"))
    for task_id in failed:
        log.error("%s did not succeed: its own log says why", task_id)
    return failed


def require_green(context: Context) -> dict[str, Any]:
    """The run's summary, if no task failed and no row is unexplained; else this task fails and says which."""
    from counterflow import steps

    failed = failed_tasks(context)
    try:
        summary = dict(steps.summarize(run_id(context)).as_json())
    except CounterflowError as alarm:
        if not context["params"].get("plan_only"):
            raise
        # what is planned and not written is missing in the books, which is no failure of a plan
        summary = {"run_id": run_id(context), "alarms": [str(alarm)]}
    if failed:
        raise AirflowFailException(f"did not succeed in this run: {', '.join(failed)}")
    return summary


def report(context: Context, asset: Asset, extra: dict[str, Any]) -> None:
    """The asset's event of this task carries `extra` as JSON, and the log has a line for each part of it."""
    for name, value in extra.items():
        for item in value if isinstance(value, list) else [value]:
            log.info("%s: %s", name, item)
    context["outlet_events"][asset].extra = extra


def plain(value: Any) -> Any:
    """A step's result as JSON can hold it: dataclasses and models as dicts, the rest as it is."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(item) for name, item in dataclasses.asdict(value).items()}
    return value
