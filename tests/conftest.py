"""One embedded PostgreSQL for the whole run, and a fresh, migrated database for whoever asks.

`warehouse`, `module_warehouse`  a Connection to a database of the test's (the module's) own
`make_warehouse`                 the same by the call, for tests that need several
`empty_database`                 a URL to a database without our tables
`in_step`, `hour_in_step`        a world and its warehouse after two syncs, made once for all that begin so
`dbt_home`                       where dbt keeps what it parsed and compiled, once for the session
The first two also set AIRFLOW_CONN_WAREHOUSE and COUNTERFLOW_PG_* for the length of their scope.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from connections.connection import Connection
from counterflow import steps
from runtime.env import warehouse_variables
from runtime.postgres import throwaway
from runtime.server import Server
from tests.synced import Synced, synced

MODULE_WAREHOUSE = f"warehouse_{os.getpid()}"
_TEMPLATE = "migrated"
_numbers = itertools.count(1)

# The longest first, so that both workers of `make test` end together; those that share a world one after the
# other and at the same worker (who only looks at it before who changes it).
_FIRST = (
    "dags/test_scheduler.py",
    "test_sync.py",
    "test_parcels.py",
    "counterflow/test_explain.py",
    "test_reconciliation_faults.py",
    "counterflow/test_journey.py",
    "counterflow/test_reconcile.py",
    "dbt/test_rebuild.py",
    "dbt/test_card_hours.py",
    "dbt/test_odoo.py",
    "dbt/test_ledger_modes.py",
    "dbt/test_ledger.py",
    "dbt/test_quarantine.py",
    "dbt/",
    "portal/",
    "expectations/",
    "runtime/",
)
_TOGETHER = {
    "counterflow/test_explain.py": "in_step",
    "test_reconciliation_faults.py": "in_step",
    "counterflow/test_journey.py": "hour_in_step",
    "counterflow/test_reconcile.py": "hour_in_step",
}


def _file(nodeid: str) -> str:
    return nodeid.split("::")[0].removeprefix("tests/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of _FIRST, the others after them."""

    def place(item: pytest.Item) -> int:
        file = _file(item.nodeid)
        return next((at for at, name in enumerate(_FIRST) if file.startswith(name)), len(_FIRST))

    items.sort(key=place)


class _ByFile(LoadScopeScheduling):
    """Each file is one worker's: what its tests share is made once.

    Not --dist loadgroup: xdist 3.8.0 marks groups where pytest 9.2 does not look, and says nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return _TOGETHER.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How `make test` gives out its tests."""
    return _ByFile(config, log)


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
def make_warehouse(postgres: Server, migrated_template: str) -> Callable[..., Connection]:
    """Make a fresh, migrated database, under a name of its own or the given one, and say where it is.

    A copy of another database, where one is named.
    """

    def make(name: str = "", template: str = migrated_template) -> Connection:
        name = name or f"warehouse_{os.getpid()}_{next(_numbers)}"
        postgres.drop_database(name)
        postgres.create_database(name, template)
        return warehouse_connection(postgres, name)

    return make


@pytest.fixture
def warehouse(postgres: Server, make_warehouse: Callable[..., Connection]) -> Iterator[Connection]:
    """This test's own warehouse, which the environment names too."""
    with lent(postgres, make_warehouse()) as connection:
        yield connection


@pytest.fixture(scope="module")
def module_warehouse(postgres: Server, make_warehouse: Callable[..., Connection]) -> Iterator[Connection]:
    """This module's own warehouse, which the environment names too.

    Every module's has the same name: dbt parses its project anew (5 s) for a database of another name.
    """
    with lent(postgres, make_warehouse(MODULE_WAREHOUSE)) as connection:
        yield connection


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


@contextmanager
def lent(server: Server, connection: Connection) -> Iterator[Connection]:
    """The environment names the database as the warehouse; it is dropped afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in warehouse_variables(server, connection.database).items():
            patch.setenv(name, value)
        assert json.loads(os.environ["AIRFLOW_CONN_WAREHOUSE"])["schema"] == connection.database
        yield connection
    server.drop_database(connection.database)


@pytest.fixture(scope="session")
def dbt_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """dbt keeps its parsed project for the whole session (COUNTERFLOW_HOME), outside the tree.

    And the code that Jinja made of each template: a build compiles the same models as the one before.
    """
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    compile_template = MacroFuzzEnvironment.compile
    compiled: dict[tuple[Any, ...], Any] = {}

    def once(self: Any, source: Any, *others: Any, **more: Any) -> Any:
        key = (source, *others, *sorted(more.items()))
        if key not in compiled:
            compiled[key] = compile_template(self, source, *others, **more)
        return compiled[key]

    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERFLOW_HOME", str(home))
        patch.setattr(MacroFuzzEnvironment, "compile", once)
        yield home


@pytest.fixture(scope="session")
def in_step(
    postgres: Server,
    make_warehouse: Callable[..., Connection],
    dbt_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Synced]:
    """40 orders, synced twice, so that what was posted has been read back from the books."""
    with synced(postgres, make_warehouse, tmp_path_factory.mktemp("settings"), orders=40) as made:
        with made.in_environment():
            made.sync("first")
            made.sync("second")
        yield made


@pytest.fixture(scope="session")
def hour_in_step(
    postgres: Server,
    make_warehouse: Callable[..., Connection],
    dbt_home: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Synced]:
    """20 orders, synced, and once more after an hour of trade; `levels` are the systems' stock before it."""
    with synced(postgres, make_warehouse, tmp_path_factory.mktemp("settings"), orders=20) as made:
        with made.in_environment():
            made.sync("first")
            steps.summarize("first")
            made.note_levels()
            made.world.trade_hour()
            made.sync("second")
            steps.summarize("second")
        yield made
