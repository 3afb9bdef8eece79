"""Every environment variable that Counterflow's processes get, and where its state lives, in one place.

`Settings.from_env` holds what the person running it may set; everything else is worked out here.
Airflow's own variables (AIRFLOW__*) may be set by that person too, and then win over the tuning below.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.errors import CannotStart
from runtime.server import Server

ROOT = Path(__file__).resolve().parent.parent
WAREHOUSE_DATABASE = "counterflow"
AIRFLOW_DATABASE = "airflow"
ADMIN = "admin"
STORY_FILE = "story.json"
DEFAULT_STORY = {"ORDERS": "50", "SEED": "20", "ODOO": "stand-in"}

# service -> (variable, default port)
PORTS = {
    "ui": ("COUNTERFLOW_UI_PORT", 8080),
    "portal": ("COUNTERFLOW_PORTAL_PORT", 8085),
    "staff": ("COUNTERFLOW_STAFF_PORT", 8086),
    "postgres": ("COUNTERFLOW_PG_PORT", 54329),
    "woocommerce": ("COUNTERFLOW_WOOCOMMERCE_PORT", 8301),
    "odoo": ("COUNTERFLOW_ODOO_PORT", 8302),
    "stripe": ("COUNTERFLOW_STRIPE_PORT", 8303),
    "canadapost": ("COUNTERFLOW_CANADAPOST_PORT", 8304),
    "mail": ("COUNTERFLOW_MAIL_PORT", 8305),
}

_QUIET = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "SCARF_ANALYTICS": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "TQDM_DISABLE": "1",
}

_AIRFLOW_TUNING = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    # on one machine a service that did not answer is back in seconds, if at all
    "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "5",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "5",
    # idle sleep and heartbeat: without them every task waits seconds for the scheduler's next look
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__SCHEDULER__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "20",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "20",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__API__WORKERS": "1",
    # below INFO, what a task prints is lost
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
}


@dataclass(frozen=True)
class Settings:
    """What the person running it chose: folder, ports, own server, size of the story, which Odoo."""

    home: Path
    ports: Mapping[str, int]
    postgres_url: str | None
    orders: int
    seed: int
    odoo_home: Path | None

    @classmethod
    def from_env(cls) -> Settings:
        """The settings in the environment; the story that the folder already holds, where they are silent.

        CannotStart names every variable with a wrong value.
        """
        wrong: list[str] = []
        home = Path(os.environ.get("COUNTERFLOW_HOME") or default_home()).resolve()
        ports = {name: _number(variable, default, wrong) for name, (variable, default) in PORTS.items()}
        story = _read_story(home)
        orders, seed = (_number(name, int(story[name]), wrong) for name in ("ORDERS", "SEED"))
        odoo = os.environ.get("ODOO") or story["ODOO"]
        if odoo not in ("stand-in", "real"):
            wrong.append(f"ODOO={odoo!r} is neither 'real' nor 'stand-in'")
        taken_twice = {port for port in ports.values() if list(ports.values()).count(port) > 1}
        wrong += [f"port {port} is given to two services" for port in sorted(taken_twice)]
        if wrong:
            raise CannotStart("Wrong settings: " + "; ".join(wrong))
        return cls(
            home=home,
            ports=ports,
            postgres_url=_own_postgres(),
            orders=orders,
            seed=seed,
            odoo_home=odoo_home() if odoo == "real" else None,
        )

    @property
    def story(self) -> dict[str, str]:
        """The variables that decide what the systems hold."""
        odoo = "real" if self.odoo_home else "stand-in"
        return {"ORDERS": str(self.orders), "SEED": str(self.seed), "ODOO": odoo}

    def require_same_story(self) -> None:
        """The folder holds this story, or none yet. CannotStart: two stories would mix in one warehouse."""
        held = _read_story(self.home, self.story)
        if held != self.story:
            words = " ".join(f"{name}={value}" for name, value in held.items())
            raise CannotStart(f"{self.home} holds the story of {words}. For another, run make clean first")

    def remember_story(self) -> None:
        """Later starts go on with this story."""
        (self.home / STORY_FILE).write_text(json.dumps(self.story))

    @property
    def ui_url(self) -> str:
        """The address of Airflow's UI."""
        return f"http://localhost:{self.ports['ui']}"

    def sandbox_url(self, system: str) -> str:
        """The address of a stand-in."""
        return f"http://127.0.0.1:{self.ports[system]}"


@dataclass(frozen=True, repr=False)
class Secrets:
    """Made at the first start, kept in a file that only its owner reads."""

    admin_password: str
    fernet_key: str
    jwt_secret: str
    session_key: str
    portal_key: str

    @classmethod
    def of(cls, home: Path) -> Secrets:
        """The secrets of this folder; those it does not have yet are made now."""
        file = home / "secrets.json"
        made = {
            "admin_password": secrets.token_urlsafe(9),
            "fernet_key": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(48),
            "session_key": secrets.token_urlsafe(32),
            "portal_key": secrets.token_urlsafe(32),
        }
        kept = json.loads(file.read_text()) if file.exists() else {}
        if made.keys() - kept.keys():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            new.write_text(json.dumps(made | kept))
            new.rename(file)
        return cls(**made | kept)


def default_home() -> Path:
    """State's folder: one for each checkout and user, outside homes that PostgreSQL's user may not enter."""
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"counterflow-{os.getuid()}-{name}"


def odoo_home() -> Path:
    """Where `make odoo` keeps the real Odoo."""
    return Path(os.environ.get("ODOO_HOME") or "/var/tmp/counterflow-odoo")


def warehouse_variables(server: Server, database: str) -> dict[str, str]:
    """What the steps (AIRFLOW_CONN_WAREHOUSE) and dbt (COUNTERFLOW_PG_*) need to reach the warehouse."""
    connection = {
        "conn_type": "postgres",
        "host": server.host,
        "port": server.port,
        "login": server.user,
        "password": server.password,
        "schema": database,
    }
    return {
        "AIRFLOW_CONN_WAREHOUSE": json.dumps(connection),
        "COUNTERFLOW_PG_HOST": server.host,
        "COUNTERFLOW_PG_PORT": str(server.port),
        "COUNTERFLOW_PG_USER": server.user,
        "COUNTERFLOW_PG_PASSWORD": server.password,
        "COUNTERFLOW_PG_DBNAME": database,
    }


def environment(
    settings: Settings, server: Server, connections: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """The whole environment of every process of ours that reads or writes anything.

    The connections are those of the stand-ins: they replace any that the environment already has, so
    that a demo never touches a real shop.
    """
    return {
        **_QUIET,
        **_AIRFLOW_TUNING,
        **os.environ,
        **warehouse_variables(server, WAREHOUSE_DATABASE),
        **{f"AIRFLOW_CONN_{system.upper()}": json.dumps(given) for system, given in connections.items()},
        "AIRFLOW_CONN_DOCUMENTS": json.dumps(documents_connection(settings)),
        "AIRFLOW_CONN_PORTAL": json.dumps(portal_connection(settings)),
        **_airflow_places(settings, server),
        "COUNTERFLOW_PORTAL_PORT": str(settings.ports["portal"]),
        "COUNTERFLOW_STAFF_PORT": str(settings.ports["staff"]),
        "COUNTERFLOW_HOME": str(settings.home),
        "COUNTERFLOW_REPORTS": str(settings.home / "reports"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }


def documents_connection(settings: Settings) -> dict[str, Any]:
    """Where documents are kept: with the rest of the state, not beside settings.toml."""
    return {"conn_type": "generic", "extra": {"url": str(settings.home / "documents")}}


def portal_connection(settings: Settings) -> dict[str, Any]:
    """Where the customer's page is reached, and the key of its links."""
    return {
        "conn_type": "http",
        "schema": "http",
        "host": "localhost",
        "port": settings.ports["portal"],
        "password": Secrets.of(settings.home).portal_key,
    }


def _airflow_places(settings: Settings, server: Server) -> dict[str, str]:
    """Where Airflow's parts find one another, the database, the DAGs and the secrets."""
    own = Secrets.of(settings.home)
    database = server.url(AIRFLOW_DATABASE, "postgresql+psycopg")
    home = settings.home / "airflow"
    places = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": os.environ.get("AIRFLOW__CORE__DAGS_FOLDER", str(ROOT)),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__AUTH_MANAGER": ("airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{settings.ports['ui']}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": own.fernet_key,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.ports["ui"]),
        "AIRFLOW__API__BASE_URL": settings.ui_url,
        "AIRFLOW__API__SECRET_KEY": own.session_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": own.jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": str(home / "bundles"),
    }
    if sys.platform == "linux":
        # What the scheduler has imported reaches its workers only by fork; Python 3.14 defaults to another.
        places["AIRFLOW__CORE__MP_START_METHOD"] = "fork"
    return places


def _own_postgres() -> str | None:
    """The URL of a server that the person runs: COUNTERFLOW_PG_URL, or AIRFLOW_CONN_WAREHOUSE as JSON."""
    url = os.environ.get("COUNTERFLOW_PG_URL")
    given = os.environ.get("AIRFLOW_CONN_WAREHOUSE")
    if url or not given:
        return url or None
    try:
        fields = json.loads(given)
        server = Server(fields["host"], int(fields.get("port") or 5432), fields["login"], fields["password"])
    except (ValueError, KeyError, TypeError):
        # the text holds the password: never quoted
        raise CannotStart("AIRFLOW_CONN_WAREHOUSE is not JSON with host, login and password") from None
    return server.url("postgres")


def _read_story(home: Path, default: Mapping[str, str] = DEFAULT_STORY) -> dict[str, str]:
    try:
        return dict(json.loads((home / STORY_FILE).read_text()))
    except FileNotFoundError:
        return dict(default)


def _number(variable: str, default: int, wrong: list[str]) -> int:
    text = os.environ.get(variable) or str(default)
    if text.isascii() and text.isdigit() and 0 < int(text) < 10**7:
        return int(text)
    wrong.append(f"{variable}={text!r} is not a positive number")
    return default
