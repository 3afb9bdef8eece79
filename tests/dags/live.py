"""A running Airflow with our DAGs: what the scheduler's tests do to it and ask of it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpx
import psycopg
from psycopg.rows import dict_row

from sandbox import World

ENDED = ("success", "failed")
POLL_SECONDS = 0.3
T = TypeVar("T")
Row = dict[str, Any]


class Live:
    """Airflow's REST API, as a person at the UI uses it."""

    def __init__(self, url: str, user: str, password: str, dag: str = "hourly_sync") -> None:
        self.url = url
        self.dag = dag
        answer = httpx.post(f"{url}/auth/token", json={"username": user, "password": password}, timeout=60)
        self.token = str(answer.raise_for_status().json()["access_token"])
        self._client = httpx.Client(
            base_url=f"{url}/api/v2", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )

    def of(self, dag: str) -> Live:
        """The same for another DAG."""
        other = copy.copy(self)
        other.dag = dag
        return other

    def known(self) -> bool:
        """Whether the DAG processor has read the DAG."""
        found = self._send("GET", "/dags", params={"dag_id_pattern": self.dag})["dags"]
        return any(row["dag_id"] == self.dag for row in found)

    def views(self) -> list[tuple[str, str, str]]:
        """Name, address and place of every view that plugins add to the UI."""
        plugins = self._send("GET", "/plugins")["plugins"]
        return [
            (view["name"], view["href"], view["destination"])
            for plugin in plugins
            for view in plugin["external_views"]
        ]

    def trigger(self, **params: Any) -> str:
        """The id of a new run."""
        body = {"logical_date": None, "conf": params}
        return str(self._send("POST", f"/dags/{self.dag}/dagRuns", json=body)["dag_run_id"])

    def unpause(self) -> None:
        """Runs that were triggered begin."""
        self._send("PATCH", f"/dags/{self.dag}", json={"is_paused": False})

    def state(self, run_id: str) -> str:
        """The run's state."""
        return str(self._send("GET", f"/dags/{self.dag}/dagRuns/{run_id}")["state"])

    def run(self, **params: Any) -> str:
        """The id of a new run that has ended well."""
        run_id = self.trigger(**params)
        assert self.end(run_id) == "success", self.tasks(run_id)
        return run_id

    def end(self, run_id: str, seconds: float = 600) -> str:
        """The run's final state."""
        return until(lambda: self.state(run_id), lambda state: state in ENDED, seconds)

    def tasks(self, run_id: str) -> dict[str, str | None]:
        """Each task's state."""
        rows = self._send("GET", f"/dags/{self.dag}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {row["task_id"]: row["state"] for row in rows}

    def task(self, run_id: str, task_id: str) -> Row:
        """One task's last attempt."""
        return dict(self._send("GET", f"/dags/{self.dag}/dagRuns/{run_id}/taskInstances/{task_id}"))

    def wait_for_task(self, run_id: str, task_id: str, states: Iterable[str], seconds: float = 300) -> Row:
        """The task, once it is in one of the states."""
        wanted = set(states)
        return until(lambda: self.task(run_id, task_id), lambda row: row["state"] in wanted, seconds)

    def clear_task(self, run_id: str, task_id: str) -> None:
        """The task and all after it are to be done again."""
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": True,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self._send("POST", f"/dags/{self.dag}/clearTaskInstances", json=body)

    def clear_run(self, run_id: str) -> None:
        """The whole run is to be done again."""
        body = {"dry_run": False, "only_failed": False}
        self._send("POST", f"/dags/{self.dag}/dagRuns/{run_id}/clear", json=body)

    def mark_failed(self, run_id: str, task_id: str) -> None:
        """The task is given up, without the tries that were left."""
        path = f"/dags/{self.dag}/dagRuns/{run_id}/taskInstances/{task_id}"
        self._send("PATCH", path, json={"new_state": "failed"})

    def asset_events(self, run_id: str) -> dict[str, Row]:
        """What each asset's event of the run carries."""
        path = f"/dags/{self.dag}/dagRuns/{run_id}"
        events = self._send("GET", "/assets/events", params={"source_run_id": run_id, "limit": 100})
        assert self._send("GET", path)["dag_run_id"] == run_id
        return {event["name"]: event["extra"] for event in events["asset_events"]}

    def page(self, path: str, **options: Any) -> httpx.Response:
        """A page of ours in Airflow's server, as somebody who shows no token unless `options` has one."""
        return httpx.get(f"{self.url}/counterflow{path}", timeout=60, **options)

    def _send(self, method: str, path: str, **content: Any) -> Any:
        answer = self._client.request(method, path, **content)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None


def until(ask: Callable[[], T], is_it: Callable[[T], bool], seconds: float) -> T:
    """The first answer that fits. AssertionError: none came in time, with the last one."""
    deadline = time.monotonic() + seconds
    while not is_it(answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s; the last answer: {answer}"
        time.sleep(POLL_SECONDS)
    return answer


def end_state(world: World, warehouse_url: str) -> Row:
    """What a sync leaves in systems and marts, without the numbers that follow the order of events."""
    truth = world.truth
    odoo = truth["odoo"]
    with psycopg.connect(warehouse_url, row_factory=dict_row) as warehouse:

        def rows(query: str) -> list[Row]:
            return warehouse.execute(query.encode()).fetchall()

        return {
            "web stock": truth["woocommerce"]["stock"],
            "counter stock": odoo["stock"],
            "entries": sorted(
                (entry["external_id"], entry["date"], str(entry["lines"]))
                for entry in odoo["entries"]
                if entry["external_id"]
            ),
            "twice in Odoo": [name for name, count in odoo["external_ids"].items() if count != 1],
            "orders": rows("select order_id, status, total_amount from marts.orders order by order_id"),
            "stock": rows(
                "select sku, on_hand_quantity, available_quantity from marts.stock_by_sku order by sku"
            ),
            "quarantine": rows("select entity, record_key, reason from marts.quarantine order by 1, 2, 3"),
            "open": rows(
                "select system, thing, key, status, reason from sync.writes "
                "where is_current and status <> 'confirmed' order by 1, 2, 3"
            ),
        }
