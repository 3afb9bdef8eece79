"""
### What it does

Once a night, what an hour cannot afford: every system is asked for all its keys, so that records
deleted there, or changed without the change showing, are found; and every row of the warehouse is
checked, not only the new ones. What it finds is built and delivered by the next `hourly_sync`.

### When a task is red

- `prepare`: a setting or the warehouse is not right. `counterflow doctor` names each fault and its
  remedy; then clear the task.
- `census_*.read`: the system does not answer, refuses our key, or suddenly lacks many records. Nothing
  was marked deleted. *Unavailable*: nothing to do, the next night tries again. Many records gone: look
  in the system itself first, then clear the task.
- `check`: the checks could not be run. (Rows that fail a check do not turn it red: they are held.) Read
  the log, then clear the task.
- `summarize`: a task failed, or a row failed without an explanation. Its log and *Last sync* in the menu
  list them. Clear the failed task: this one follows.
"""

from __future__ import annotations

from airflow.sdk import TaskGroup, TriggerRule, dag, get_current_context, task

from counterflow import systems
from dags import _airflow as run


@dag(
    dag_id="nightly_census",
    description="Deleted and missed records found; every row checked",
    doc_md=__doc__,
    # UTC: past midnight from coast to coast
    schedule="30 8 * * *",
    start_date=run.START,
    catchup=False,
    max_active_runs=1,
    default_args=run.DEFAULTS,
    tags=["census", *systems.READ],
)
def nightly_census() -> None:
    """One night's census."""

    @task(doc_md="The warehouse is up to date and the settings are right. Red: run `counterflow doctor`.")
    def prepare() -> None:
        from counterflow import steps

        steps.prepare(run.run_id(get_current_context()))

    @task(
        pool=run.WAREHOUSE_POOL,
        # what the systems that answered gave is checked
        trigger_rule=TriggerRule.ALL_DONE,
        outlets=[run.CHECKED],
        doc_md="Great Expectations over every row. A failed check holds the rows that rest on it.",
    )
    def check() -> None:
        from counterflow import steps

        context = get_current_context()
        run.require_one_success(context, ["prepare"])
        run.report(context, run.CHECKED, {"checks": run.plain(steps.check(run.run_id(context), full=True))})

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0, doc_md="Red: a task failed, or a row is unexplained.")
    def summarize() -> None:
        run.require_green(get_current_context())

    ready, checked = prepare(), check()
    for system in systems.READ:
        ready >> _census(system) >> checked
    checked >> summarize()


def _census(system: str) -> TaskGroup:
    """The task group that counts one system."""

    @task(
        pool=system,
        outlets=[run.RAW[system]],
        doc_md=f"All keys of {system} are compared. Red: it is down, or suddenly lacks many records.",
    )
    def read() -> None:
        from counterflow import steps

        context = get_current_context()
        run.require_on(system)
        counts = steps.extract(system, run.run_id(context), connection=run.connection(system), census=True)
        run.report(context, run.RAW[system], {"resources": run.plain(counts)})

    with TaskGroup(group_id=f"census_{system}") as group:
        read()
    return group


nightly_census()
