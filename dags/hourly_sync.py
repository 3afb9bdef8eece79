"""
### What it does

Reads what changed in each system, builds the integrated view, checks it, and makes the other systems
agree: read, build, check, deliver, settle, summarize. One run is one hour's sync. It goes on from where
each system was last read, so a run that starts late, twice, or again finds whatever is left: clearing
any task, or the whole run, at any time is safe. A backfill of past hours does no harm and finds nothing
to do.

`systems` limits a run to some systems. `plan_only` shows what would be written, and writes nothing.

### When a task is red

- `prepare`: a setting or the warehouse is not right. `counterflow doctor` names each fault and its
  remedy; then clear the task.
- `extract_*.read`: the system does not answer, refuses our key, or answers what cannot be trusted.
  Nothing was overwritten, and the other systems went on without it. *Unavailable*: nothing to do, the
  next run reads what is missing. *Misconfigured*: mend the connection, then clear the task.
- `build.*`: a dbt model failed; the log names it. What rests on it is held, the rest went on.
  `counterflow build` shows the same outside Airflow; clear the task after the mending.
- `check`: the checks could not be run. (Rows that fail a check do not turn it red: they are held.) Read
  the log, then clear the task.
- `deliver_*.write`: the system does not answer or refuses our key. What was sent is on record and is
  looked up before anything is sent again, so clearing never sends a thing twice.
- `settle`: a further round of build, check and deliver failed: see those.
- `summarize`: a task failed, or a row failed without an explanation. Its log and *Last sync* in the menu
  list them. Clear the failed task: this one follows.
"""

from __future__ import annotations

from airflow.sdk import (
    Param,
    TaskGroup,
    TriggerRule,
    XComArg,
    chain,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException

from counterflow import systems
from dags import _airflow as run

READS = [f"extract_{system}.read" for system in systems.READ]
BUILDS = [f"build.{layer}" for layer in run.LAYERS]
WRITES = [f"deliver_{system}.write" for system in systems.WRITTEN]


@dag(
    dag_id="hourly_sync",
    description="Orders, stock and payments in; stock levels and ledger entries out",
    doc_md=__doc__,
    schedule="@hourly",
    start_date=run.START,
    catchup=False,
    max_active_runs=1,
    default_args=run.DEFAULTS,
    tags=["sync", *systems.READ],
    params={
        "systems": Param(
            list(systems.ALL),
            type="array",
            items={"type": "string", "enum": list(systems.ALL)},
            minItems=1,
            uniqueItems=True,
            title="Systems",
            description="Which systems this run reads and writes",
        ),
        "plan_only": Param(
            False, type="boolean", title="Plan only", description="Show what would be written; write nothing"
        ),
    },
)
def hourly_sync() -> None:
    """One hour's sync."""

    @task(doc_md="The warehouse is up to date and the settings are right. Red: run `counterflow doctor`.")
    def prepare() -> None:
        from counterflow import steps

        steps.prepare(run.run_id(get_current_context()))

    @task(
        pool=run.WAREHOUSE_POOL,
        trigger_rule=TriggerRule.ALL_DONE,
        inlets=list(run.BUILT.values()),
        outlets=[run.CHECKED],
        doc_md="Great Expectations over what this run built. A failed check holds the rows that rest on it.",
    )
    def check() -> None:
        from counterflow import steps

        context = get_current_context()
        run.require_one_success(context, BUILDS)
        run.report(context, run.CHECKED, {"checks": run.plain(steps.check(run.run_id(context)))})

    @task(
        pool=run.WAREHOUSE_POOL,
        trigger_rule=TriggerRule.ALL_DONE,
        inlets=list(run.DELIVERED.values()),
        doc_md="What became due through this run's own writes is built, checked and delivered too.",
    )
    def settle() -> None:
        from counterflow import steps

        context = get_current_context()
        if context["params"]["plan_only"]:
            raise AirflowSkipException("a plan writes nothing")
        for system in systems.WRITTEN:
            run.require_chosen(context, system)
        run.require_one_success(context, WRITES)
        steps.settle(run.run_id(context), run.connection)

    @task(
        trigger_rule=TriggerRule.ALL_DONE,
        retries=0,
        inlets=list(run.DELIVERED.values()),
        outlets=[run.SUMMARY],
        doc_md="The run's counts and open rows are recorded. Red: a task failed, or a row is unexplained.",
    )
    def summarize() -> None:
        context = get_current_context()
        run.report(context, run.SUMMARY, run.require_green(context))

    ready, built, gate, settled = prepare(), _build(), check(), settle()
    for system in systems.READ:
        ready >> _extract(system) >> built
    built >> gate
    for system in systems.WRITTEN:
        gate >> _deliver(system) >> settled
    settled >> summarize()


def _extract(system: str) -> TaskGroup:
    """The task group that reads one system."""

    @task(
        pool=system,
        outlets=[run.RAW[system]],
        doc_md=f"What changed in {system} is landed in `raw`. Red: {system} is down or refuses the key.",
    )
    def read() -> None:
        from counterflow import steps

        context = get_current_context()
        run.require_chosen(context, system)
        run.require_on(system)
        counts = steps.extract(system, run.run_id(context), connection=run.connection(system))
        run.report(context, run.RAW[system], {"resources": run.plain(counts)})

    with TaskGroup(group_id=f"extract_{system}") as group:
        read()
    return group


def _build() -> TaskGroup:
    """The task group of dbt's layers, one after the other."""
    with TaskGroup(group_id="build") as group:
        chain(*(_layer(layer) for layer in run.LAYERS))
    return group


def _layer(layer: str) -> XComArg:
    inputs = {
        "staging": list(run.RAW.values()),
        "marts": [run.BUILT["staging"]],
        "outbound": [run.BUILT["marts"]],
    }

    @task(
        task_id=layer,
        pool=run.WAREHOUSE_POOL,
        # a system that is down, or a model that fails, must not stop what does not rest on it
        trigger_rule=TriggerRule.ALL_DONE,
        inlets=inputs[layer],
        outlets=[run.BUILT[layer]],
        doc_md=f"dbt's {layer} models. The asset event and the log list each with its status and rows.",
    )
    def build_layer() -> None:
        from counterflow import steps

        context = get_current_context()
        if layer == "staging":
            run.require_one_success(context, READS)
        models = steps.build(run.run_id(context), layer=layer)
        run.report(context, run.BUILT[layer], {"models": run.plain(models)})

    return build_layer()


def _deliver(system: str) -> TaskGroup:
    """The task group that writes to one system."""

    @task(
        pool=system,
        # without a gate nothing leaves; a model that failed holds what rests on it (steps.deliver)
        trigger_rule=TriggerRule.ALL_SUCCESS,
        inlets=[run.BUILT["outbound"], run.CHECKED],
        outlets=[run.DELIVERED[system]],
        doc_md=f"What is due in {system} is written and read back. Clearing never sends a thing twice.",
    )
    def write() -> None:
        from counterflow import steps

        context = get_current_context()
        run.require_chosen(context, system)
        run.require_on(system)
        summary = steps.deliver(
            system,
            run.run_id(context),
            plan_only=context["params"]["plan_only"],
            connection=run.connection(system),
        )
        run.report(context, run.DELIVERED[system], run.plain(summary))

    with TaskGroup(group_id=f"deliver_{system}") as group:
        write()
    return group


hourly_sync()
