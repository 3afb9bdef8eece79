"""A real scheduler: runs at once, a killed task, cleared tasks and runs, a system that is down.

Every case must end where an undisturbed sync ends. The undisturbed one is the command line's, over a second
world of the same story: so it is also shown that both do the same.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

import sandbox
from runtime.env import (
    ADMIN,
    AIRFLOW_DATABASE,
    PORTS,
    WAREHOUSE_DATABASE,
    Secrets,
    Settings,
    environment,
    warehouse_variables,
)
from runtime.ports import free_port
from runtime.processes import Service
from runtime.server import Server
from runtime.stack import airflow_is_healthy
from sandbox import World
from tests.dags.live import Live, end_state, until
from tests.synced import BOOKS, settings_of

ROOT = Path(__file__).resolve().parents[2]
ORDERS, SEED = 30, 7
REFERENCE_DATABASE = "counterflow_reference"

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with sandbox.serve(ORDERS, SEED) as world:
        yield world


@pytest.fixture(scope="module")
def warehouse_url(postgres: Server) -> Iterator[str]:
    yield postgres.create_database(WAREHOUSE_DATABASE)
    postgres.drop_database(WAREHOUSE_DATABASE)


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The settings file of both worlds: what is sent by post has tests of its own."""
    return str(settings_of(tmp_path_factory.mktemp("settings"), *BOOKS))


@pytest.fixture(scope="module")
def live(
    world: World, warehouse_url: str, postgres: Server, chosen: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    ports = {name: free_port() for name in PORTS}
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home, ports, None, orders=ORDERS, seed=SEED, odoo_home=None)
    postgres.create_database(AIRFLOW_DATABASE)
    connections = {system: json.loads(text) for system, text in world.connections.items()}
    env = environment(settings, postgres, connections) | {
        "COUNTERFLOW_UI_PORT": str(ports["ui"]),
        "COUNTERFLOW_SETTINGS": chosen,
        # only runs that a test triggers, whatever hour strikes meanwhile
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
        # long enough to clear a killed task before it is tried again by itself
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "60",
    }
    service = Service(
        "airflow",
        [sys.executable, "-m", "runtime.airflow"],
        home / "airflow",
        lambda: airflow_is_healthy(ports["ui"]),
        start_seconds=120,
        stop_seconds=40,
    )
    service.start(env)
    try:
        airflow = Live(settings.ui_url, ADMIN, Secrets.of(home).admin_password)
        until(lambda: airflow.known(), lambda known: known, 60)
        airflow.unpause()
        yield airflow
    finally:
        service.stop()
        postgres.drop_database(AIRFLOW_DATABASE)


@pytest.fixture(scope="module")
def undisturbed(
    postgres: Server, chosen: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, object]]:
    """Where one sync by the command line ends, after the history and one hour of trade."""
    url = postgres.create_database(REFERENCE_DATABASE)
    with sandbox.serve(ORDERS, SEED) as world:
        world.trade_hour()
        env = os.environ | warehouse_variables(postgres, REFERENCE_DATABASE)
        env |= {f"AIRFLOW_CONN_{system.upper()}": text for system, text in world.connections.items()}
        env |= {"COUNTERFLOW_HOME": str(tmp_path_factory.mktemp("reference")), "PYTHONPATH": str(ROOT)}
        env |= {"COUNTERFLOW_SETTINGS": chosen}
        subprocess.run([sys.executable, "-m", "counterflow", "sync"], env=env, check=True)
        yield end_state(world, url)
    postgres.drop_database(REFERENCE_DATABASE)


@pytest.fixture(scope="module")
def two_at_once(live: Live, world: World, warehouse_url: str) -> tuple[str, str, dict[str, object]]:
    """Two runs that were triggered at once and ended well, and the state after the first."""
    first, second = live.trigger(), live.trigger()
    live.wait_for_task(first, "extract_odoo.read", ("running", "success"))
    assert live.state(second) == "queued"
    assert live.end(first) == "success", live.tasks(first)
    state = end_state(world, warehouse_url)
    assert live.end(second) == "success", live.tasks(second)
    return first, second, state


def test_two_runs_triggered_at_once_follow_one_another_and_the_second_finds_nothing(
    two_at_once: tuple[str, str, dict[str, object]], world: World, warehouse_url: str
) -> None:
    _, second, state = two_at_once
    assert end_state(world, warehouse_url) == state
    assert attempts(warehouse_url, second) == 0


@pytest.fixture(scope="module")
def killed(
    live: Live, two_at_once: tuple[str, str, dict[str, object]], world: World, warehouse_url: str
) -> str:
    """A run whose delivery was killed in the middle of a write, and that ended well once it was cleared."""
    world.trade_hour()
    # Odoo does as it was told, but its answer never comes: the worst moment to die
    world.fault("odoo", "timeout_after", method="POST", path="account.move/load", seconds=60)
    run_id = live.trigger()
    live.wait_for_task(run_id, "deliver_odoo.write", ("running",))
    until(lambda: count(warehouse_url, "sync.writes where status = 'sent'"), lambda sent: sent > 0, 60)
    until(lambda: world.faults["odoo"].pending, lambda pending: not pending, 60)
    os.kill(live.task(run_id, "deliver_odoo.write")["pid"], signal.SIGKILL)
    live.wait_for_task(run_id, "deliver_odoo.write", ("up_for_retry", "failed"))
    assert count(warehouse_url, "sync.writes where status = 'sent'") > 0
    live.clear_task(run_id, "deliver_odoo.write")
    assert live.end(run_id) == "success", live.tasks(run_id)
    return run_id


def test_a_task_killed_in_the_middle_of_a_write_and_cleared_ends_like_an_undisturbed_sync(
    killed: str, world: World, warehouse_url: str, undisturbed: dict[str, object]
) -> None:
    assert attempts(warehouse_url, killed) > 0
    assert end_state(world, warehouse_url) == undisturbed


def test_a_run_that_is_cleared_as_a_whole_changes_nothing(
    killed: str, live: Live, world: World, warehouse_url: str
) -> None:
    state = end_state(world, warehouse_url)
    tried = attempts(warehouse_url, killed)
    live.clear_run(killed)
    assert live.end(killed) == "success", live.tasks(killed)
    assert end_state(world, warehouse_url) == state
    assert attempts(warehouse_url, killed) == tried


@pytest.mark.usefixtures("two_at_once")
def test_the_night_reads_all_keys_and_checks_every_row(live: Live, warehouse_url: str) -> None:
    night = live.of("nightly_census")
    night.unpause()
    run_id = night.run()
    steps_id = f"nightly_census:{run_id}"
    assert count(warehouse_url, f"sync.extractions where run_id = '{steps_id}' and error is null") > 0
    checked = f"sync.check_results where run_id = '{steps_id}' and model = 'orders' and rows_checked >= 30"
    assert count(warehouse_url, checked) > 0
    page = live.page("/last-sync", params={"run": steps_id}, cookies={"_token": live.token})
    assert f"/dags/nightly_census/runs/{quote(run_id, safe='')}" in page.text


def test_a_system_that_is_down_holds_only_what_depends_on_it(
    live: Live, world: World, warehouse_url: str
) -> None:
    world.trade_hour()
    posted = len(world.truth["odoo"]["entries"])
    world.stop("stripe")
    try:
        run_id = live.trigger()
        task = live.wait_for_task(run_id, "extract_stripe.read", ("up_for_retry",))
        assert task["try_number"] == 1, "an Unavailable is tried again"
        live.mark_failed(run_id, "extract_stripe.read")
        assert live.end(run_id) == "failed"
    finally:
        world.start("stripe")
    tasks = live.tasks(run_id)
    # systems that the settings have not on are skipped
    assert {name for name, state in tasks.items() if state not in ("success", "skipped")} == {
        "extract_stripe.read",
        "summarize",
    }
    levels = f"sync.writes where run_id = '{run_id}' and thing = 'stock_level' and status = 'confirmed'"
    assert count(warehouse_url, levels) > 0
    assert len(world.truth["odoo"]["entries"]) == posted, "no entry without knowing what Stripe says"
    # what a person does: clear the red task
    live.clear_task(run_id, "extract_stripe.read")
    assert live.end(run_id) == "success", live.tasks(run_id)
    assert len(world.truth["odoo"]["entries"]) > posted


def test_a_wrong_key_is_not_tried_again(live: Live) -> None:
    with pytest.MonkeyPatch.context() as stripe:
        # somebody made a new key there
        stripe.setattr("sandbox.stripe.KEY", "sk_test_another")
        run_id = live.trigger(systems=["stripe"])
        assert live.end(run_id) == "failed"
    assert live.task(run_id, "extract_stripe.read")["try_number"] == 1
    tasks = live.tasks(run_id)
    assert tasks["extract_stripe.read"] == "failed"
    assert {tasks[f"extract_{system}.read"] for system in ("woocommerce", "odoo")} == {"skipped"}


def test_a_plan_writes_nothing(live: Live, world: World, warehouse_url: str) -> None:
    world.trade_hour()
    truth = world.truth
    run_id = live.run(plan_only=True)
    assert live.tasks(run_id)["settle"] == "skipped"
    assert attempts(warehouse_url, run_id) == 0
    assert world.truth == truth


def test_asset_events_carry_every_model_and_count(
    live: Live, two_at_once: tuple[str, str, dict[str, object]]
) -> None:
    run_id, _, _ = two_at_once
    events = live.asset_events(run_id)
    assert {"raw_odoo", "raw_stripe", "raw_woocommerce", "staging", "marts", "outbound"} <= set(events)
    assert {"checked", "delivered_odoo", "delivered_woocommerce", "sync_summary"} <= set(events)
    orders = next(model for model in events["marts"]["models"] if model["name"] == "orders")
    assert orders["status"] == "success" and orders["rows"] >= 0
    resources = {item["resource"] for item in events["raw_stripe"]["resources"]}
    assert {"charges", "balance_transactions"} <= resources
    assert events["sync_summary"]["run_id"] == run_id


@pytest.mark.usefixtures("two_at_once")
def test_the_page_is_for_those_who_are_signed_in(live: Live) -> None:
    for path in ("/last-sync", "/reports/data_docs/index.html", "/docs", "/openapi.json"):
        assert live.page(path).status_code in (401, 404), path
    assert live.page("/last-sync").status_code == 401
    assert live.page("/last-sync", headers={"Authorization": "Bearer nonsense"}).status_code in (401, 403)
    assert live.page("/last-sync", cookies={"_token": "nonsense"}).status_code in (401, 403)
    for signed_in in (
        {"headers": {"Authorization": f"Bearer {live.token}"}},
        {"cookies": {"_token": live.token}},
    ):
        answer = live.page("/last-sync", **signed_in)
        assert answer.status_code == 200
        assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]
        assert "Failed and held rows" in answer.text


@pytest.mark.usefixtures("two_at_once")
def test_the_page_is_in_the_menu_and_its_links_lead_somewhere(live: Live) -> None:
    assert ("Last sync", "/counterflow/last-sync", "nav") in live.views()
    signed_in = {"cookies": {"_token": live.token}}
    assert live.page("/reports/data_docs/index.html", **signed_in).status_code == 200
    for path in ("/reports/../secrets.json", "/reports/%2e%2e/secrets.json", "/reports/data_docs"):
        assert live.page(path, **signed_in).status_code == 404
    assert live.page("/last-sync", params={"run": "no such run"}, **signed_in).status_code == 404


def count(warehouse_url: str, what: str) -> int:
    """How many rows there are of `<table> where ...`."""
    with psycopg.connect(warehouse_url) as warehouse:
        row = warehouse.execute(f"select count(*) from {what}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def attempts(warehouse_url: str, run_id: str) -> int:
    """How often the run sent something to a system."""
    return count(warehouse_url, f"sync.attempts where run_id = '{run_id}'")
