"""What Airflow finds: exactly these DAGs, these tasks in this order, with their rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Each system has one word; a new one is one word more here.
READ = ["woocommerce", "odoo", "stripe", "canadapost", "mail", "portal", "files"]
WRITTEN = ["woocommerce", "odoo", "stripe", "canadapost", "documents", "mail"]
SYSTEMS = sorted(READ)
ALL = [*READ, "documents"]
DELIVERED = [f"delivered_{system}" for system in sorted(WRITTEN)]


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("describe_bag.py"))],
        env=os.environ
        | {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def hourly(bag: dict[str, Any]) -> dict[str, Any]:
    return dict(bag["dags"]["hourly_sync"])


def test_exactly_these_dags_are_found(bag: dict[str, Any]) -> None:
    assert bag["import_errors"] == {}
    assert {dag_id: dag["file"] for dag_id, dag in bag["dags"].items()} == {
        "hourly_sync": "dags/hourly_sync.py",
        "nightly_census": "dags/nightly_census.py",
    }


def test_parsing_does_no_work(bag: dict[str, Any]) -> None:
    assert bag["work"] == []
    assert bag["imported"] == []


def test_hourly_sync_has_exactly_these_tasks_in_this_order(hourly: dict[str, Any]) -> None:
    assert {task_id: task["upstream"] for task_id, task in hourly["tasks"].items()} == {
        "prepare": [],
        **{f"extract_{system}.read": ["prepare"] for system in READ},
        "build.staging": [f"extract_{system}.read" for system in SYSTEMS],
        "build.marts": ["build.staging"],
        "build.outbound": ["build.marts"],
        "check": ["build.outbound"],
        **{f"deliver_{system}.write": ["check"] for system in WRITTEN},
        "settle": [f"deliver_{system}.write" for system in sorted(WRITTEN)],
        "summarize": ["settle"],
    }


def test_nightly_census_has_exactly_these_tasks_in_this_order(bag: dict[str, Any]) -> None:
    assert {
        task_id: task["upstream"] for task_id, task in bag["dags"]["nightly_census"]["tasks"].items()
    } == {
        "prepare": [],
        **{f"census_{system}.read": ["prepare"] for system in READ},
        "check": [f"census_{system}.read" for system in SYSTEMS],
        "summarize": ["check"],
    }


def test_one_run_at_a_time_and_none_made_up_for_the_past(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        assert dag["max_active_runs"] == 1
        assert dag["catchup"] is False
    assert bag["dags"]["hourly_sync"]["schedule"] == "@hourly"


def test_what_a_system_that_is_down_stops(hourly: dict[str, Any]) -> None:
    """Not the build, not the others' deliveries, and not the summary, which turns the run red."""
    rules = {task_id: task["trigger_rule"] for task_id, task in hourly["tasks"].items()}
    not_waiting_for_success = {task_id for task_id, rule in rules.items() if rule != "all_success"}
    assert not_waiting_for_success == {
        *(f"build.{layer}" for layer in ("staging", "marts", "outbound")),
        "check",
        "settle",
        "summarize",
    }
    assert {rules[task_id] for task_id in not_waiting_for_success} == {"all_done"}


def test_only_what_may_work_later_is_tried_again(bag: dict[str, Any]) -> None:
    for dag in bag["dags"].values():
        for task_id, task in dag["tasks"].items():
            assert task["retries"] == (0 if task_id == "summarize" else 3)
            assert task["backoff"] == 2.0
            assert task["decisions"] == {
                "Unavailable": "retry",
                "Rejected": "fail",
                "Misconfigured": "fail",
                "CounterflowError": "fail",
                "ValueError": "default",
            }


def test_every_pool_is_one_that_is_set_up(bag: dict[str, Any]) -> None:
    pools = json.loads((ROOT / "airflow_pools.json").read_text())
    assert {pool["slots"] for pool in pools.values()} == {1}
    used: dict[str, str] = {}
    for dag in bag["dags"].values():
        used |= {task_id: task["pool"] for task_id, task in dag["tasks"].items()}
    for task_id, pool in used.items():
        group, _, name = task_id.partition(".")
        if name in ("read", "write"):
            assert pool == group.split("_")[1]
        elif group in ("build", "check", "settle"):
            assert pool == "warehouse"
        else:
            assert pool == "default_pool"
    assert set(used.values()) - {"default_pool"} == set(pools)


def test_assets_lead_from_each_system_to_what_is_written(hourly: dict[str, Any]) -> None:
    tasks = hourly["tasks"]
    raw = [f"raw_{system}" for system in SYSTEMS]
    assert {task_id: (task["inlets"], task["outlets"]) for task_id, task in tasks.items()} == {
        "prepare": ([], []),
        **{f"extract_{system}.read": ([], [f"raw_{system}"]) for system in READ},
        "build.staging": (raw, ["staging"]),
        "build.marts": (["staging"], ["marts"]),
        "build.outbound": (["marts"], ["outbound"]),
        "check": (["marts", "outbound", "staging"], ["checked"]),
        **{
            f"deliver_{system}.write": (["checked", "outbound"], [f"delivered_{system}"])
            for system in WRITTEN
        },
        "settle": (DELIVERED, []),
        "summarize": (DELIVERED, ["sync_summary"]),
    }


def test_params_offer_the_systems_and_a_plan(hourly: dict[str, Any]) -> None:
    assert hourly["params"] == {
        "systems": ALL,
        "plan_only": False,
    }
    assert sorted(hourly["param_schemas"]["systems"]["items"]["enum"]) == sorted(ALL)


def test_each_dag_and_task_says_whose_it_is_and_what_to_do_when_it_is_red(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        assert set(SYSTEMS) < set(dag["tags"])
        assert "### When a task is red" in dag["doc_md"]
        for task_id, task in dag["tasks"].items():
            assert task["owner"] == "data-engineering"
            assert task["doc_md"], task_id
            group, _, name = task_id.partition(".")
            wildcard = f"{group.split('_')[0]}_*.{name}" if name in ("read", "write") else f"{group}.*"
            named = {f"- `{text}`" for text in (task_id, wildcard)}
            assert any(text in dag["doc_md"] for text in named), f"{dag_id}: {task_id} is not explained"


def test_the_systems_are_those_of_the_registry(bag: dict[str, Any]) -> None:
    from counterflow import systems

    assert sorted(systems.READ) == SYSTEMS
    written = {
        task.split("_")[1].split(".")[0] for task in bag["dags"]["hourly_sync"]["tasks"] if "deliver" in task
    }
    assert set(systems.WRITTEN) == written
