"""Odoo 19 over JSON-2: sign-in, calls and errors, for reading and writing alike.

One call is one transaction. A client's mistake is often HTTP 500: the error's name decides, not
the status. Answers to errors carry a traceback, which is never passed on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.http import Answer, Http, default_error

# The name Odoo gives an error -> what it is for us.
_NAMED_ERRORS: dict[str, type[CounterflowError]] = {
    "odoo.exceptions.AccessDenied": Misconfigured,
    "odoo.exceptions.AccessError": Misconfigured,
    "odoo.exceptions.UserError": Rejected,
    "odoo.exceptions.ValidationError": Rejected,
    "odoo.exceptions.RedirectWarning": Rejected,
    "odoo.exceptions.MissingError": Rejected,
    "odoo.exceptions.LockError": Unavailable,
    "builtins.ValueError": Rejected,
    "builtins.KeyError": Rejected,
    "builtins.TypeError": Rejected,
    "builtins.AttributeError": Rejected,
    "psycopg2.errors.NotNullViolation": Rejected,
    "psycopg2.errors.UniqueViolation": Rejected,
    "psycopg2.errors.CheckViolation": Rejected,
    "psycopg2.errors.ForeignKeyViolation": Rejected,
    "werkzeug.exceptions.Unauthorized": Misconfigured,
    "werkzeug.exceptions.Forbidden": Misconfigured,
    "werkzeug.exceptions.UnprocessableEntity": Rejected,
    "werkzeug.exceptions.NotFound": Rejected,
}


class Odoo:
    """Calls of model methods on one Odoo database."""

    def __init__(self, connection: Connection) -> None:
        headers = {"Authorization": f"bearer {connection.password}"}
        if connection.database:
            headers["X-Odoo-Database"] = connection.database
        self.http = Http(
            connection,
            base_path="/json/2",
            headers=headers,
            timeout_seconds=float(connection.extra.get("timeout_seconds", 60)),
            requests_per_second=float(connection.extra.get("requests_per_second", 50)),
            error_of=_error_of,
        )
        self._clock: tuple[datetime, float] | None = None
        self._has: dict[tuple[str, str], bool] = {}

    def __enter__(self) -> Odoo:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.__exit__()

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.http.requests

    def now(self) -> datetime:
        """The time on Odoo's own clock, which stamps its records: asked for once, counted on from there."""
        if self._clock is None:
            answer = self.http.read("POST", "/res.users/context_get", json={})
            try:
                told = parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
            except (KeyError, ValueError):
                raise Unavailable("the answer does not say its time", where=answer.where) from None
            self._clock = told, time.monotonic()
        told, told_at = self._clock
        return told + timedelta(seconds=time.monotonic() - told_at)

    def has_field(self, model: str, name: str) -> bool:
        """Whether the model has the field here, which may come with a module. Asked once."""
        if (model, name) not in self._has:
            found = self.read(model, "fields_get", allfields=[name], attributes=["type"])
            self._has[model, name] = name in found
        return self._has[model, name]

    def read(self, model: str, method: str, **arguments: Any) -> Any:
        """The result of a method that changes nothing; tried again when Odoo does not answer."""
        return self.http.read("POST", f"/{model}/{method}", json=arguments).data

    def write(self, model: str, method: str, *, ids: Sequence[int] | None = None, **arguments: Any) -> Any:
        """The result of a method that changes something; sent once."""
        body = dict(arguments) if ids is None else {"ids": list(ids), **arguments}
        return self.http.send("POST", f"/{model}/{method}", json=body).data

    def search_read(
        self,
        model: str,
        domain: list[Any],
        fields: Sequence[str],
        *,
        order: str = "id",
        limit: int | None = None,
        archived_too: bool = False,
    ) -> list[dict[str, Any]]:
        """The records, many2one fields as plain ids (load null, which halves the time)."""
        arguments: dict[str, Any] = {"domain": domain, "fields": list(fields), "order": order, "load": None}
        if limit is not None:
            arguments["limit"] = limit
        if archived_too:
            arguments["context"] = {"active_test": False}
        result: list[dict[str, Any]] = self.read(model, "search_read", **arguments)
        return result


def _error_of(answer: Answer) -> CounterflowError | None:
    """Odoo's own errors, by name; None leaves the status to decide."""
    if answer.status < 400:
        return None
    try:
        name, message = str(answer.data["name"]), str(answer.data["message"])
    except (CounterflowError, KeyError, TypeError):
        return None
    text = f"{name.rsplit('.', 1)[-1]}: {' '.join(message.split())[:200]}"
    kind = _NAMED_ERRORS.get(name)
    if kind is None:
        return default_error(answer, text)
    remedy = "Check the API key and the user's access rights" if kind is Misconfigured else ""
    error = kind(text, where=answer.where, remedy=remedy)
    if isinstance(error, Rejected):
        error.code = name
    return error
