"""Connections from the environment: every mistake named, no secret shown."""

from __future__ import annotations

import json
import pickle

import pytest

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Unavailable

SECRET = "cs_do_not_show_me"


def test_from_env_reads_airflows_json(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {"conn_type": "https", "host": "shop.example", "port": 8443, "login": "ck", "password": SECRET}
    monkeypatch.setenv(
        "AIRFLOW_CONN_WOOCOMMERCE", json.dumps({**fields, "schema": "https", "extra": {"a": 1}})
    )
    connection = Connection.from_env("woocommerce")
    assert connection.url == "https://shop.example:8443"
    assert connection.extra == {"a": 1}
    assert SECRET not in repr(connection)


def test_extra_may_be_text_as_airflow_keeps_it() -> None:
    connection = Connection.from_fields("odoo", host="h", password=SECRET, extra='{"database": "shop"}')
    assert connection.database == "shop"


def test_stripe_needs_no_host() -> None:
    assert Connection.from_fields("stripe", password=SECRET).url == "https://api.stripe.com"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "is not set"),
        ("{not json " + SECRET, "is not a JSON object"),
        (json.dumps({"host": "h"}), "has no password"),
        (json.dumps({"password": SECRET}), "has no host"),
        (json.dumps({"host": "h", "password": SECRET, "extra": "no json"}), "is not a JSON object"),
    ],
)
def test_what_is_wrong_is_said_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, text: str | None, says: str
) -> None:
    if text is None:
        monkeypatch.delenv("AIRFLOW_CONN_ODOO", raising=False)
    else:
        monkeypatch.setenv("AIRFLOW_CONN_ODOO", text)
    with pytest.raises(Misconfigured) as raised:
        Connection.from_env("odoo")
    assert says in str(raised.value)
    assert "AIRFLOW_CONN_ODOO" in str(raised.value) or "odoo" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_a_password_is_quoted_in_the_warehouses_url() -> None:
    connection = Connection.from_fields(
        "warehouse", host="db", port=5432, login="us/er", password="p@ss:w/rd", schema="shop"
    )
    assert connection.postgresql_url() == "postgresql://us%2Fer:p%40ss%3Aw%2Frd@db:5432/shop"


def test_errors_survive_the_way_between_processes() -> None:
    error = Unavailable("it is down", where="odoo: POST /x", request_id="req_1")
    error.retry_after_seconds = 7.0
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, CounterflowError) and isinstance(copy, Unavailable)
    assert str(copy) == str(error) == "[req_1] it is down (odoo: POST /x)"
    assert copy.retry_after_seconds == 7.0


def test_a_folder_of_files_needs_no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_FILES", raising=False)
    assert Connection.from_env("files").extra == {}
    monkeypatch.setenv("AIRFLOW_CONN_FILES", json.dumps({"extra": {"folder": "/srv/statements"}}))
    assert Connection.from_env("files").extra["folder"] == "/srv/statements"
