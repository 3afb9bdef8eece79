"""Prints, as JSON, what Airflow finds in the repository, and what finding it did besides.

Run as a program of its own, in an empty AIRFLOW_HOME: importing Airflow writes files there, and only a
fresh interpreter can say what parsing the DAG files imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow.dag_processing.dagbag import DagBag

from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable

ROOT = Path(__file__).resolve().parents[2]
# what would be work: a connection, another program, a file written
WORK = ("socket.connect", "subprocess.Popen", "os.system", "os.posix_spawn", "shutil.")
FORBIDDEN_IMPORTS = ("counterflow.steps", "dbt", "great_expectations", "pandas")


def main() -> None:
    """One line of JSON on standard output."""
    work: list[str] = []
    sys.addaudithook(lambda event, _arguments: work.append(event) if event.startswith(WORK) else None)
    bag = DagBag(str(ROOT))
    seen = list(work)
    found = {
        "import_errors": bag.import_errors,
        "work": seen,
        "imported": [name for name in FORBIDDEN_IMPORTS if name in sys.modules],
        "dags": {dag_id: _dag(dag) for dag_id, dag in bag.dags.items()},
    }
    print("\n" + json.dumps(found))


def _dag(dag: Any) -> dict[str, Any]:
    return {
        "file": str(Path(dag.fileloc).relative_to(ROOT)),
        "schedule": dag.schedule,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "tags": sorted(dag.tags),
        "doc_md": dag.doc_md,
        "params": {name: dag.params[name] for name in dag.params},
        "param_schemas": {name: dag.params.get_param(name).schema for name in dag.params},
        "tasks": {task.task_id: _task(task) for task in dag.tasks},
    }


def _task(task: Any) -> dict[str, Any]:
    policy = task.retry_policy
    errors = (
        Unavailable("down"),
        Rejected("no"),
        Misconfigured("no key"),
        CounterflowError("a model failed"),
        ValueError("a surprise"),
    )
    return {
        "upstream": sorted(task.upstream_task_ids),
        "pool": task.pool,
        "trigger_rule": str(task.trigger_rule.value),
        "retries": task.retries,
        "backoff": task.retry_exponential_backoff,
        "decisions": {type(e).__name__: policy.evaluate(e, 1, 3).action.value for e in errors},
        "owner": task.owner,
        "doc_md": task.doc_md,
        "inlets": sorted(asset.name for asset in task.inlets),
        "outlets": sorted(asset.name for asset in task.outlets),
    }


if __name__ == "__main__":
    main()
