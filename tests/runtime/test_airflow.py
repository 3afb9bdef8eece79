"""The launcher's Airflow: runs a DAG, starts again what dies, ends whole at SIGTERM."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.airflow_api import AirflowApi
from runtime.env import ADMIN, AIRFLOW_DATABASE, PORTS, Secrets, Settings, environment
from runtime.errors import ServiceDied
from runtime.ports import free_port, is_listening
from runtime.processes import Service, _session_members
from runtime.server import Server
from runtime.stack import airflow_is_healthy

DAG = """
from airflow.sdk import dag, task

@dag(dag_id="greets", schedule=None)
def greets():
    @task
    def says(text: str) -> str:
        import sys
        print(text, "great_expectations" in sys.modules)
        return text
    says("good morning")

greets()
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    ports = {name: free_port() for name in PORTS}
    return Settings(tmp_path_factory.mktemp("home"), ports, None, orders=10, seed=1, odoo_home=None)


@pytest.fixture(scope="module")
def airflow(settings: Settings, postgres: Server) -> Iterator[Service]:
    dags = settings.home / "dags"
    dags.mkdir()
    (dags / "greets.py").write_text(DAG)
    postgres.create_database(AIRFLOW_DATABASE)
    env = environment(settings, postgres, {}) | {"AIRFLOW__CORE__DAGS_FOLDER": str(dags)}
    service = Service(
        "airflow",
        [sys.executable, "-m", "runtime.airflow"],
        settings.home / "airflow",
        lambda: airflow_is_healthy(settings.ports["ui"]),
        start_seconds=120,
        stop_seconds=40,
    )
    service.start(env | {"COUNTERFLOW_UI_PORT": str(settings.ports["ui"])})
    yield service
    service.stop()
    postgres.drop_database(AIRFLOW_DATABASE)


@pytest.fixture(scope="module")
def api(airflow: Service, settings: Settings) -> AirflowApi:
    url = f"http://127.0.0.1:{settings.ports['ui']}"
    return AirflowApi(url, ADMIN, Secrets.of(settings.home).admin_password)


def run_once(api: AirflowApi) -> tuple[str, str]:
    run_id = api.trigger("greets")
    return api.follow("greets", run_id, lambda _: None, seconds=60), run_id


def child(airflow: Service, name: str) -> int:
    """The process of a service that the parent forked, by the port or the title that it bears."""
    parent = (airflow.folder / "airflow.pid").read_text().split()[0]
    for pid in _session_members(int(parent)):
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        title = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        if stat[1] == parent and name in title:
            return pid
    raise AssertionError(f"no {name} below {parent}")


def test_runs_a_dag_with_what_was_preloaded(api: AirflowApi) -> None:
    api.wait_for_dag("greets")
    api.unpause("greets")
    state, run_id = run_once(api)
    assert state == "success"
    assert "good morning True" in "\n".join(api.task_log("greets", run_id, "says", 1))
    assert api.active_runs("greets") == []


def test_refuses_a_wrong_password(airflow: Service, settings: Settings) -> None:
    with pytest.raises(ServiceDied, match="401"):
        AirflowApi(f"http://127.0.0.1:{settings.ports['ui']}", ADMIN, "wrong")


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process by /proc")
def test_starts_again_what_dies(airflow: Service, api: AirflowApi, settings: Settings) -> None:
    os.kill(child(airflow, "api_server"), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while not airflow_is_healthy(settings.ports["ui"]) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert run_once(api)[0] == "success"
    assert "api-server ended with code -9; starting it again" in airflow.log.read_text()


def test_secrets_stay_out_of_the_log_and_the_folder_is_private(airflow: Service, settings: Settings) -> None:
    log = airflow.log.read_text()
    own = Secrets.of(settings.home)
    for secret in (own.admin_password, own.fernet_key, own.jwt_secret, own.session_key):
        assert secret not in log
    assert (settings.home / "secrets.json").stat().st_mode & 0o077 == 0


def test_ends_whole(airflow: Service, settings: Settings) -> None:
    session = int((airflow.folder / "airflow.pid").read_text().split()[0])
    airflow.stop()
    assert not is_listening(settings.ports["ui"])
    assert _session_members(session) == []
