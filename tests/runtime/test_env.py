"""Settings from the environment, and the environment made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runtime.env import PORTS, Secrets, Settings, default_home, environment
from runtime.errors import CannotStart
from runtime.server import Server

SERVER = Server("127.0.0.1", 5999, "someone", "p@ss/word")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["COUNTERFLOW_HOME", "COUNTERFLOW_PG_URL", "AIRFLOW_CONN_WAREHOUSE", "ORDERS", "SEED", "ODOO"]
    for name in [*names, *(variable for variable, _ in PORTS.values())]:
        monkeypatch.delenv(name, raising=False)


def test_defaults() -> None:
    settings = Settings.from_env()
    assert settings.home == default_home()
    assert settings.ports["ui"] == 8080
    assert (settings.orders, settings.seed, settings.odoo_home) == (50, 20, None)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS", "many")
    monkeypatch.setenv("COUNTERFLOW_UI_PORT", "8302")
    monkeypatch.setenv("ODOO", "reel")
    with pytest.raises(CannotStart, match=r"ORDERS='many'.*ODOO='reel'.*port 8302 is given to two"):
        Settings.from_env()


def test_ones_own_server_in_either_form(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"host": "db", "port": 6000, "login": "me", "password": "a:b@c", "schema": "x"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(fields))
    url = Settings.from_env().postgres_url
    assert url and Server.from_url(url) == Server("db", 6000, "me", "a:b@c")
    monkeypatch.setenv("COUNTERFLOW_PG_URL", "postgresql://other@db2")
    assert Settings.from_env().postgres_url == "postgresql://other@db2"
    monkeypatch.delenv("COUNTERFLOW_PG_URL")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", '{"password": "hidden"}')
    with pytest.raises(CannotStart) as refused:
        Settings.from_env()
    assert "hidden" not in str(refused.value)


def test_a_demo_never_reaches_a_real_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_CONN_WOOCOMMERCE", '{"host": "shop.example"}')
    env = environment(Settings.from_env(), SERVER, {"woocommerce": {"host": "127.0.0.1"}})
    assert json.loads(env["AIRFLOW_CONN_WOOCOMMERCE"]) == {"host": "127.0.0.1"}


def test_airflow_settings_of_the_person_win_over_tuning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "9")
    env = environment(Settings.from_env(), SERVER, {})
    assert env["AIRFLOW__CORE__PARALLELISM"] == "9"
    assert env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith(
        "postgresql+psycopg://someone:p%40ss%2Fword@127.0.0.1:5999/airflow"
    )
    assert json.loads(env["AIRFLOW_CONN_WAREHOUSE"])["password"] == "p@ss/word"


def test_secrets_are_made_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    made = Secrets.of(tmp_path)
    assert vars(Secrets.of(tmp_path)) == vars(made)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert made.admin_password not in repr(made)


def test_goes_on_with_the_story_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("ORDERS", "900")
    first = Settings.from_env()
    first.require_same_story()
    first.remember_story()
    monkeypatch.delenv("ORDERS")
    assert Settings.from_env().orders == 900
    monkeypatch.setenv("ODOO", "real")
    with pytest.raises(CannotStart, match=r"ORDERS=900 SEED=20 ODOO=stand-in.*make clean"):
        Settings.from_env().require_same_story()
