"""A PostgreSQL server to work on: the embedded one, or one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg import sql

from runtime.errors import CannotStart

MINIMUM_VERSION = 160000


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server and the sign-in of a user who may create databases on it."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    options: str = ""

    @classmethod
    def from_url(cls, url: str) -> Server:
        """The server that a postgresql:// URL names; its path is ignored. CannotStart: no host or user."""
        parts = urlsplit(url)
        if not parts.scheme.startswith("postgres") or not parts.hostname or not parts.username:
            # the URL itself holds the password: never quoted
            raise CannotStart("A PostgreSQL URL must look like postgresql://user:password@host:5432")
        return cls(
            parts.hostname,
            parts.port or 5432,
            unquote(parts.username),
            unquote(parts.password or ""),
            f"?{parts.query}" if parts.query else "",
        )

    def url(self, database: str, driver: str = "postgresql") -> str:
        """The database's URL with its sign-in. Never log it."""
        sign_in = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"{driver}://{sign_in}@{self.host}:{self.port}/{database}{self.options}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """The database exists (a copy of the template, if given and it is new); its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                statement = sql.SQL("create database {}").format(sql.Identifier(name))
                if template:
                    statement += sql.SQL(" template {}").format(sql.Identifier(template))
                connection.execute(statement)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """The database is gone, and whoever was connected to it was cut off."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    def require(self) -> None:
        """It lets us in and is PostgreSQL 16 or newer. CannotStart."""
        where = f"PostgreSQL at {self.host}:{self.port}"
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=10) as connection:
                version = connection.info.server_version
        except psycopg.OperationalError as error:
            raise CannotStart(
                f"{where} does not let us in: {str(error).strip()}. "
                "Check COUNTERFLOW_PG_URL, or unset it to use the embedded server"
            ) from None
        if version < MINIMUM_VERSION:
            raise CannotStart(f"{where} is version {version // 10000}; 16 or newer is needed")
