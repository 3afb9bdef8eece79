"""Airflow's public REST API, as far as starting and following a run needs it.

POST /auth/token -> token; then /api/v2. Times are UTC. A token lasts a day.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from runtime.errors import CannotStart, ServiceDied

POLL_SECONDS = 0.5
ACTIVE = ("queued", "running")
Row = dict[str, Any]


class AirflowApi:
    """One Airflow, signed in. ServiceDied: it does not answer, or refuses."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)
        answer = self._send("POST", "/auth/token", json={"username": user, "password": password})
        self._client.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def wait_for_dag(self, dag_id: str, seconds: float = 90) -> Row:
        """The DAG, once the DAG processor has read it. CannotStart: it did not, with the import errors."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self._send("GET", "/api/v2/dags", params={"dag_id_pattern": dag_id, "limit": 100})["dags"]
            if dag := next((row for row in found if row["dag_id"] == dag_id), None):
                return dict(dag)
            time.sleep(POLL_SECONDS)
        errors = self._send("GET", "/api/v2/importErrors")["import_errors"]
        reasons = "\n".join(f"{row['filename']}:\n{row['stack_trace']}" for row in errors)
        raise CannotStart(f"Airflow has not found the DAG {dag_id}.\n{reasons}")

    def unpause(self, dag_id: str) -> None:
        """The DAG runs by its schedule."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def active_runs(self, dag_id: str) -> list[Row]:
        """The DAG's runs that are queued or running, oldest first."""
        params = {"state": list(ACTIVE), "order_by": "run_after", "limit": 100}
        runs = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=params)["dag_runs"]
        return list(runs)

    def trigger(self, dag_id: str, conf: Row | None = None) -> str:
        """The id of a new run."""
        body = {"logical_date": None, "conf": conf or {}}
        return str(self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def follow(self, dag_id: str, run_id: str, on_change: Callable[[Row], None], seconds: float) -> str:
        """The run's final state; every change of a task's state was told. ServiceDied: no end in time."""
        seen: dict[str, str] = {}
        deadline = time.monotonic() + seconds
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        while True:
            # the run first: once it has ended, the tasks read after it are final
            state = str(self._send("GET", path)["state"])
            for task in self._send("GET", f"{path}/taskInstances", params={"limit": 200})["task_instances"]:
                if task["state"] and seen.get(task["task_id"]) != task["state"]:
                    seen[task["task_id"]] = task["state"]
                    on_change(task)
            if state not in ACTIVE:
                return state
            if time.monotonic() > deadline:
                raise ServiceDied(f"The run {run_id} of {dag_id} has not ended after {seconds:.0f} s")
            time.sleep(POLL_SECONDS)

    def task_log(self, dag_id: str, run_id: str, task_id: str, attempt: int) -> list[str]:
        """The lines of a task's log, without their times; an exception is its last line."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"
        content = self._send("GET", path, headers={"Accept": "application/json"})["content"]
        return [text for line in content for text in _texts(line)]

    def _send(self, method: str, path: str, **content: Any) -> Any:
        try:
            answer = self._client.request(method, path, **content)
        except httpx.HTTPError as error:
            raise ServiceDied(f"Airflow does not answer {method} {path}: {type(error).__name__}") from None
        if answer.is_error:
            raise ServiceDied(
                f"Airflow answers {method} {path} with {answer.status_code}: {answer.text[:300]}"
            )
        return answer.json()


def _texts(line: Any) -> list[str]:
    if not isinstance(line, dict):
        return [str(line)]
    event = str(line["event"])
    shown = [] if event.startswith("::") else [event]
    return shown + [f"{error['exc_type']}: {error['exc_value']}" for error in line.get("error_detail") or []]
