"""What Airflow itself knows about a run of a sync: its state, and the tasks that did not succeed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session
from sqlalchemy import select

NOT_WELL = ("failed", "upstream_failed", "up_for_retry")


@dataclass(frozen=True)
class AirflowRun:
    """One run: paths are relative to the UI's address."""

    state: str
    path: str
    # task id, state, path of its log
    tasks: list[tuple[str, str, str]]


def find(run_id: str) -> AirflowRun | None:
    """Airflow's run with the steps' id; None: it was a run of the command line, or Airflow forgot it."""
    dag_id, own_id = "hourly_sync", run_id
    if run_id.startswith("nightly_census:"):
        dag_id, _, own_id = run_id.partition(":")
    with create_session() as session:
        state = session.scalar(select(DagRun.state).where(DagRun.dag_id == dag_id, DagRun.run_id == own_id))
        if state is None:
            return None
        tasks = session.execute(
            select(TaskInstance.task_id, TaskInstance.state)
            .where(
                TaskInstance.dag_id == dag_id,
                TaskInstance.run_id == own_id,
                TaskInstance.state.in_(NOT_WELL),
            )
            .order_by(TaskInstance.start_date)
        ).all()
    path = f"/dags/{quote(dag_id)}/runs/{quote(own_id, safe='')}"
    links = [(name, str(at), f"{path}/tasks/{quote(name)}") for name, at in tasks]
    return AirflowRun(str(state), path, links)
