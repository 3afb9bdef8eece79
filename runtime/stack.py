"""All services of a machine together: PostgreSQL, the stand-ins, our pages and Airflow, started or nothing.

`up` is safe to repeat: what runs and answers stays as it is. What it started itself it stops again if
a later one cannot start.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from connections.connection import Connection
from connections.warehouse import migrate
from runtime.env import AIRFLOW_DATABASE, PORTS, ROOT, WAREHOUSE_DATABASE, Settings, environment
from runtime.errors import CannotStart
from runtime.ports import require_free
from runtime.postgres import EmbeddedPostgres
from runtime.processes import Service, require_disk
from runtime.server import Server

STAND_INS = ("woocommerce", "odoo", "stripe", "canadapost", "mail")
Connections = dict[str, dict[str, Any]]


class Stack:
    """The services of one state folder."""

    def __init__(self, settings: Settings, say: Callable[[str], None] = lambda _: None) -> None:
        self.settings = settings
        self._say = say
        self.postgres = EmbeddedPostgres(settings.home / "postgres", settings.ports["postgres"])
        self.sandbox = Service(
            "sandbox", self._sandbox_command(), settings.home / "sandbox", self._sandbox_answers
        )
        self.portal = self._pages("portal", [], "/health")
        self.staff = self._pages("staff", ["staff"], "/staff/sign-in")
        self.airflow = Service(
            "airflow",
            [sys.executable, "-m", "runtime.airflow"],
            settings.home / "airflow",
            lambda: airflow_is_healthy(settings.ports["ui"]),
            start_seconds=180,
            stop_seconds=40,
        )

    def up(self, *, airflow: bool = True) -> dict[str, str]:
        """Everything runs and answers; the environment that reaches it. CannotStart: nothing new was left."""
        self.settings.require_same_story()
        if self.settings.odoo_home:
            # asked for before anything is started
            _real_odoo(self.settings.odoo_home)
        require_disk(self.settings.home)
        make_private(self.settings.home)
        with _alone(self.settings.home), ExitStack() as undo:
            self._require_ports(airflow=airflow)
            server = self._start_postgres(undo)
            env = environment(self.settings, server, {})
            self._start(self.sandbox, env, undo, f"stand-ins with {self.settings.orders} orders")
            if self.settings.odoo_home:
                self._set_up_real_odoo()
            self.settings.remember_story()
            env = environment(self.settings, server, self.connections())
            migrate(_warehouse(server))
            self._start(self.portal, env, undo, f"the customer's page at {self._pages_url('portal')}")
            self._start(self.staff, env, undo, f"the staff's pages at {self._pages_url('staff')}")
            if airflow:
                self._start(self.airflow, env, undo, f"Airflow at {self.settings.ui_url}")
            undo.pop_all()
        return env

    def down(self) -> list[str]:
        """Nothing of ours runs any more, the data stays; the names of what was stopped."""
        stopped = []
        for service in (self.airflow, self.staff, self.portal, self.sandbox):
            if service.is_running():
                stopped.append(service.name)
            service.stop()
        if self.postgres.is_running():
            stopped.append("postgres")
        self.postgres.stop()
        return stopped

    def clean(self) -> None:
        """Nothing of ours runs and the folder is gone. CannotStart: on one's own server the data stay."""
        self.down()
        shutil.rmtree(self.settings.home, ignore_errors=True)

    def connections(self) -> Connections:
        """How to sign in to each system: to the stand-ins, or for Odoo to the real one that was chosen."""
        found = self._stand_ins_connections()
        if self.settings.odoo_home:
            found["odoo"] = _real_odoo(self.settings.odoo_home)
        return found

    def trade(self) -> dict[str, Any]:
        """Another hour of trade has happened in every system; what the stand-ins tell of it."""
        answer = httpx.post(f"{self.settings.sandbox_url('woocommerce')}/_sandbox/trade", timeout=120)
        if answer.is_error:
            raise CannotStart(f"The stand-ins could not trade: {answer.text[:300]}\n{self.sandbox.tail()}")
        told: dict[str, Any] = answer.json()
        if self.settings.odoo_home:
            self._odoo_world("trade", "--hour", str(told["hour"]))
        return told

    def server(self) -> Server:
        """The server that is in use: one's own or the embedded one."""
        if self.settings.postgres_url:
            return Server.from_url(self.settings.postgres_url)
        return self.postgres.server

    def _require_ports(self, *, airflow: bool) -> None:
        """No stranger has a port that we are about to use: found before anything is started."""
        wanted = [] if self.settings.postgres_url or self.postgres.is_running() else ["postgres"]
        wanted += [] if self.sandbox.is_running() else list(STAND_INS)
        wanted += [service.name for service in (self.portal, self.staff) if not service.is_running()]
        wanted += ["ui"] if airflow and not self.airflow.is_running() else []
        for name in wanted:
            require_free(self.settings.ports[name], SERVICE_NAMES[name], PORTS[name][0])

    def _start_postgres(self, undo: ExitStack) -> Server:
        started = time.monotonic()
        if not self.settings.postgres_url and not self.postgres.is_running():
            undo.callback(self.postgres.stop)
            self.postgres.start()
        server = self.server()
        server.require()
        for name in (WAREHOUSE_DATABASE, AIRFLOW_DATABASE):
            server.create_database(name)
        self._say(f"PostgreSQL at {server.host}:{server.port} ({time.monotonic() - started:.1f} s)")
        return server

    def _start(self, service: Service, env: Mapping[str, str], undo: ExitStack, what: str) -> None:
        started = time.monotonic()
        if service.is_running() and _newest(SOURCES[service.name]) > service.started_at:
            self._say(f"{service.name} is started again: its code has changed since")
            service.stop()
        if service.start(env):
            undo.callback(service.stop)
            self._say(f"{what} ({time.monotonic() - started:.1f} s)")
        else:
            self._say(f"{what} (was up already)")

    def _set_up_real_odoo(self) -> None:
        """The story's back office stands in the real Odoo; safe to repeat."""
        started = time.monotonic()
        self._odoo_world("set-up", "--orders", str(self.settings.orders))
        self._say(f"the story in the real Odoo ({time.monotonic() - started:.1f} s)")

    def _odoo_world(self, action: str, *arguments: str) -> None:
        command = [sys.executable, "-m", "sandbox.odoo_world", action, *arguments]
        found = self.connections()
        env = {f"AIRFLOW_CONN_{name.upper()}": json.dumps(found[name]) for name in ("odoo", "stripe")}
        bookkeeper = Path(self.settings.odoo_home or "") / "bookkeeper.json"
        env |= {"ODOO_BOOKKEEPER": str(bookkeeper)} if bookkeeper.exists() else {}
        done = subprocess.run(
            [*command, "--seed", str(self.settings.seed)],
            env=os.environ | env | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"The story could not {action} in the real Odoo:\n{done.stderr[-2000:]}")

    def _pages(self, name: str, arguments: list[str], path: str) -> Service:
        command = [sys.executable, "-m", "portal", *arguments]
        folder = self.settings.home / name
        return Service(name, command, folder, lambda: _answers(f"{self._pages_url(name)}{path}"))

    def _pages_url(self, name: str) -> str:
        return f"http://localhost:{self.settings.ports[name]}"

    def _sandbox_command(self) -> list[str]:
        settings = self.settings
        ports = [word for name in STAND_INS for word in (f"--{name}-port", str(settings.ports[name]))]
        size = ["--orders", str(settings.orders), "--seed", str(settings.seed)]
        state = ["--state-dir", str(settings.home / "sandbox")]
        return [sys.executable, "-m", "sandbox", *size, *ports, *state]

    def _sandbox_answers(self) -> bool:
        return all(_answers(f"{self.settings.sandbox_url(name)}/_sandbox/faults") for name in STAND_INS)

    def _stand_ins_connections(self) -> Connections:
        """What the stand-ins print, in one line of JSON, once they all listen."""
        lines = self.sandbox.log.read_text().splitlines() if self.sandbox.log.exists() else []
        for line in reversed(lines):
            if line.startswith('{"urls"'):
                told = json.loads(line)["connections"]
                return {system: json.loads(connection) for system, connection in told.items()}
        raise CannotStart(f"The stand-ins have not said how to sign in.\n{self.sandbox.tail()}")


# What a service holds in memory from its start on: the folders of its code.
SOURCES = {
    "sandbox": ("sandbox",),
    "portal": ("connections", "documents", "portal"),
    "staff": ("connections", "documents", "portal"),
    "airflow": ("connections", "counterflow", "dags", "expectations", "extractors", "loaders", "plugins"),
}

SERVICE_NAMES = {
    "ui": "Airflow's UI",
    "portal": "the customer's page",
    "staff": "the staff's pages",
    "postgres": "PostgreSQL",
    "woocommerce": "the WooCommerce stand-in",
    "odoo": "the Odoo stand-in",
    "stripe": "the Stripe stand-in",
    "canadapost": "the Canada Post stand-in",
    "mail": "the mail stand-in",
}


def airflow_is_healthy(port: int) -> bool:
    """Whether API server, scheduler and DAG processor all report that they are well."""
    base = f"http://127.0.0.1:{port}"
    try:
        parts = httpx.get(f"{base}/api/v2/monitor/health", timeout=10).json()
        # the first look at this part of the server costs seconds: better now than in the first task
        httpx.get(f"{base}/execution/health", timeout=20)
    except (httpx.HTTPError, ValueError):
        return False
    wanted = ("metadatabase", "scheduler", "dag_processor")
    return all((parts.get(name) or {}).get("status") == "healthy" for name in wanted)


def _newest(folders: Iterable[str]) -> float:
    """When a file of code in the folders of the repository was last changed, in seconds since 1970."""
    kinds = (".py", ".html", ".css", ".toml")
    files = (file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in kinds)
    return max((file.stat().st_mtime for file in files), default=0.0)


def make_private(home: Path) -> None:
    """The folder exists, is ours, and others may at most pass through it (PostgreSQL's user must)."""
    home.mkdir(parents=True, exist_ok=True)
    if home.stat().st_uid != os.getuid():
        raise CannotStart(f"{home} belongs to another user. Set COUNTERFLOW_HOME to a folder of your own")
    home.chmod(0o711 if os.getuid() == 0 else 0o700)


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """No second start works in the same folder at the same time. CannotStart."""
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Another start is at work in {home}; wait for it to end") from None
        yield


def _real_odoo(home: Path) -> dict[str, Any]:
    try:
        value = json.loads((home / "connection.json").read_text())
    except FileNotFoundError:
        raise CannotStart(f"There is no real Odoo in {home}. Run make odoo first") from None
    return dict(value)


def _warehouse(server: Server) -> Connection:
    return Connection.from_fields(
        "warehouse",
        host=server.host,
        port=server.port,
        login=server.user,
        password=server.password,
        schema=WAREHOUSE_DATABASE,
    )


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
