"""The services together: all or nothing, safe to repeat, gone when told to."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from connections.connection import Connection
from connections.signing import Links
from counterflow import system_stock
from runtime.env import PORTS, Settings
from runtime.errors import CannotStart, PortTaken
from runtime.ports import free_port, is_listening
from runtime.server import Server
from runtime.stack import Stack


@pytest.fixture
def settings() -> Iterator[Settings]:
    # not tmp_path: as root PostgreSQL's user must be able to enter
    home = Path(tempfile.mkdtemp(prefix="counterflow-stack-", dir="/var/tmp"))
    ports = {name: free_port() for name in PORTS}
    made = Settings(home, ports, None, orders=10, seed=7, odoo_home=None)
    yield made
    Stack(made).down()
    shutil.rmtree(home, ignore_errors=True)


def test_up_twice_trade_kill_up_down_clean(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    stack = Stack(settings, told.append)
    env = stack.up(airflow=False)
    for name in ("AIRFLOW_CONN_WOOCOMMERCE", "AIRFLOW_CONN_ODOO", "AIRFLOW_CONN_WAREHOUSE"):
        monkeypatch.setenv(name, env[name])
    shop, shelf = Connection.from_env("woocommerce"), Connection.from_env("odoo")
    before = system_stock.in_woocommerce(shop), system_stock.in_odoo(shelf)

    assert len(stack.trade()["web_orders"]) > 0
    after = system_stock.in_woocommerce(shop), system_stock.in_odoo(shelf)
    assert after[0] != before[0] and after[1] != before[1]

    stack.up(airflow=False)
    assert told[-1].endswith("(was up already)")
    os.kill(int((settings.home / "sandbox" / "sandbox.pid").read_text().split()[0]), signal.SIGKILL)
    postgres_pid = stack.postgres.pid
    assert postgres_pid
    os.kill(postgres_pid, signal.SIGKILL)
    stack.up(airflow=False)
    assert (system_stock.in_woocommerce(shop), system_stock.in_odoo(shelf)) == after

    assert stack.down() == ["staff", "portal", "sandbox", "postgres"]
    assert stack.down() == []
    assert not any(is_listening(port) for port in settings.ports.values())
    assert settings.home.exists()
    stack.clean()
    assert not settings.home.exists()


def test_our_own_pages_are_served(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = Stack(settings)
    env = stack.up(airflow=False)
    monkeypatch.setenv("AIRFLOW_CONN_PORTAL", env["AIRFLOW_CONN_PORTAL"])
    # a genuine link, looked up in the warehouse with the rights of the page, whose order has no page yet
    link = Links.from_env().order_page("woocommerce:1", datetime.now(UTC) + timedelta(days=1))
    assert link.startswith(f"http://localhost:{settings.ports['portal']}/o/")
    assert httpx.get(link).status_code == 404
    staff = httpx.get(f"http://localhost:{settings.ports['staff']}/staff", follow_redirects=True)
    assert staff.status_code == 200
    assert "sign-in" in str(staff.url)


def test_a_taken_port_leaves_nothing_half_started(settings: Settings) -> None:
    with (
        socket.create_server(("127.0.0.1", settings.ports["stripe"])),
        pytest.raises(PortTaken, match=r"the Stripe stand-in.*COUNTERFLOW_STRIPE_PORT"),
    ):
        Stack(settings).up(airflow=False)
    assert not is_listening(settings.ports["postgres"])


def test_one_that_cannot_start_takes_the_others_down_again(settings: Settings) -> None:
    impossible = dataclasses.replace(settings, orders=10**7)
    with pytest.raises(CannotStart, match=r"sandbox ended with code 2[\s\S]*1000000"):
        Stack(impossible).up(airflow=False)
    assert not is_listening(settings.ports["postgres"])
    assert not (settings.home / "story.json").exists()


def test_ones_own_server_is_used_and_left_running(settings: Settings, postgres: Server) -> None:
    own = dataclasses.replace(settings, postgres_url=postgres.url("postgres"))
    env = Stack(own).up(airflow=False)
    assert not is_listening(settings.ports["postgres"])
    warehouse = json.loads(env["AIRFLOW_CONN_WAREHOUSE"])
    assert warehouse["schema"] == "counterflow"
    assert Stack(own).down() == ["staff", "portal", "sandbox"]
    with psycopg.connect(postgres.url("counterflow")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    for name in ("counterflow", "airflow"):
        postgres.drop_database(name)


def test_a_server_that_refuses_us_is_named_without_its_password(settings: Settings) -> None:
    own = dataclasses.replace(settings, postgres_url=f"postgresql://me:hidden@127.0.0.1:{free_port()}")
    with pytest.raises(CannotStart, match="does not let us in") as refused:
        Stack(own).up(airflow=False)
    assert "hidden" not in str(refused.value)
    assert not is_listening(settings.ports["woocommerce"])


def test_a_missing_real_odoo_says_how_to_get_one(settings: Settings) -> None:
    real = dataclasses.replace(settings, odoo_home=settings.home / "nowhere")
    with pytest.raises(CannotStart, match="make odoo"):
        Stack(real).up(airflow=False)
    assert not any(is_listening(port) for port in settings.ports.values())
