"""Where a system is and how to sign in: one shape, from the environment or from Airflow."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connections.errors import Misconfigured


@dataclass(frozen=True)
class Connection:
    """One system's address and sign-in. Its repr never shows the password."""

    system: str
    scheme: str
    host: str
    port: int | None
    login: str = ""
    password: str = field(default="", repr=False)
    database: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        """Scheme, host and port, without a path and without the sign-in."""
        return f"{self.scheme}://{self.host}" + (f":{self.port}" if self.port else "")

    @property
    def ca_file(self) -> str | None:
        """A private certificate authority to trust instead of the system's own (None: the system's)."""
        value = self.extra.get("ca_file")
        return str(value) if value else None

    @classmethod
    def from_fields(
        cls,
        system: str,
        *,
        host: str | None = None,
        port: int | None = None,
        login: str | None = None,
        password: str | None = None,
        schema: str | None = None,
        extra: Mapping[str, Any] | str | None = None,
    ) -> Connection:
        """A connection from the fields Airflow uses. Misconfigured: host or secret missing, extra no JSON."""
        if isinstance(extra, str):
            extra = _json(extra, f"the extra of connection {system}")
        default_host = _DEFAULT_HOSTS.get(system, "")
        scheme = "postgresql" if system == "warehouse" else (schema or "https")
        connection = cls(
            system=system,
            scheme=scheme,
            host=host or default_host,
            port=int(port) if port else None,
            login=login or "",
            password=password or "",
            database=(schema or "") if system == "warehouse" else str((extra or {}).get("database", "")),
            extra=dict(extra or {}),
        )
        missing = [name for name in ("host", "password") if not getattr(connection, name)]
        if missing and system not in WITHOUT_SIGN_IN:
            raise Misconfigured(
                f"connection {system} has no {' and no '.join(missing)}",
                where=variable(system),
                remedy="Give it as JSON in that variable, or as the Airflow connection of the same id",
            )
        return connection

    @classmethod
    def from_env(cls, system: str) -> Connection:
        """The connection in AIRFLOW_CONN_<SYSTEM> (JSON). Misconfigured: absent or malformed."""
        text = os.environ.get(variable(system))
        if not text and system in WITHOUT_SIGN_IN:
            return cls.from_fields(system)
        if not text:
            raise Misconfigured(
                f"connection {system} is not set",
                where=variable(system),
                remedy='Set it to JSON like {"conn_type": "http", "host": "...", "password": "..."}',
            )
        fields = _json(text, variable(system))
        names = ("host", "port", "login", "password", "schema", "extra")
        return cls.from_fields(system, **{name: fields.get(name) for name in names})

    def postgresql_url(self, driver: str = "postgresql") -> str:
        """The warehouse's URL with its sign-in, for libraries that take only that. Never log it."""
        sign_in = f"{quote(self.login, safe='')}:{quote(self.password, safe='')}"
        return f"{driver}://{sign_in}@{self.host}:{self.port or 5432}/{self.database}"


_DEFAULT_HOSTS = {"stripe": "api.stripe.com"}

# What is no system to sign in at: its connection may be left out.
WITHOUT_SIGN_IN = frozenset({"files", "documents", "portal"})


def variable(system: str) -> str:
    """The environment variable that carries a system's connection."""
    return f"AIRFLOW_CONN_{system.upper()}"


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        # the text itself may hold the secret: never quoted
        raise Misconfigured(f"{where} is not a JSON object", where=where, remedy="See .env.example")
    return value
