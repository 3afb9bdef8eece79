"""One embedded PostgreSQL for the whole run, and a fresh, migrated database for whoever asks.

`warehouse`, `module_warehouse`  a Connection to a database of the test's (the module's) own
`make_warehouse`                 the same by the call, for tests that need several
`empty_database`                 a URL to a database without our tables
`dbt_home`                       where dbt keeps what it parsed, once for the session
The first two also set AIRFLOW_CONN_WAREHOUSE and COUNTERFLOW_PG_* for the length of their scope.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connections.connection import Connection
from runtime.env import warehouse_variables
from runtime.postgres import throwaway
from runtime.server import Server

_TEMPLATE = "migrated"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A throwaway server: COUNTERFLOW_TEST_PG_URL names one of the developer's own instead."""
    given = os.environ.get("COUNTERFLOW_TEST_PG_URL")
    if given:
        yield Server.from_url(given)
        return
    with throwaway() as embedded:
        yield embedded.server


@pytest.fixture(scope="session")
def migrated_template(postgres: Server) -> str:
    """The name of a database with our schemas and tables, to copy from."""
    from connections.warehouse import migrate

    postgres.create_database(_TEMPLATE)
    migrate(warehouse_connection(postgres, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def make_warehouse(postgres: Server, migrated_template: str) -> Callable[[], Connection]:
    """Make a fresh, migrated database and say where it is."""

    def make() -> Connection:
        name = f"warehouse_{os.getpid()}_{next(_numbers)}"
        postgres.create_database(name, migrated_template)
        return warehouse_connection(postgres, name)

    return make


@pytest.fixture
def warehouse(postgres: Server, make_warehouse: Callable[[], Connection]) -> Iterator[Connection]:
    """This test's own warehouse, which the environment names too."""
    yield from _lent(postgres, make_warehouse())


@pytest.fixture(scope="module")
def module_warehouse(postgres: Server, make_warehouse: Callable[[], Connection]) -> Iterator[Connection]:
    """This module's own warehouse, which the environment names too."""
    yield from _lent(postgres, make_warehouse())


@pytest.fixture
def empty_database(postgres: Server) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def warehouse_connection(server: Server, database: str) -> Connection:
    """The Connection to one database of the server."""
    return Connection.from_fields(
        "warehouse",
        host=server.host,
        port=server.port,
        login=server.user,
        password=server.password,
        schema=database,
    )


def _lent(server: Server, connection: Connection) -> Iterator[Connection]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in warehouse_variables(server, connection.database).items():
            patch.setenv(name, value)
        assert json.loads(os.environ["AIRFLOW_CONN_WAREHOUSE"])["schema"] == connection.database
        yield connection
    server.drop_database(connection.database)


@pytest.fixture(scope="session")
def dbt_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """dbt keeps its parsed project for the whole session (COUNTERFLOW_HOME), outside the tree."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERFLOW_HOME", str(home))
        yield home
