"""The server's own errors: their names, statuses and the body they travel in.

The server decides the status by the exception's class, and an unforeseen one (a wrong field name is a
`ValueError`) is a 500. Bodies carry a traceback in `debug`, as the real ones do.
"""

from __future__ import annotations

import traceback
from typing import Any


class OdooError(Exception):
    """An error the server answers with; `name` and `status` are the real class's own."""

    name = "builtins.Exception"
    status = 500

    def __init__(self, message: str, *, name: str = "", arguments: list[Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.name = name or self.name
        self.arguments = [message] if arguments is None else arguments

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        debug = "".join(traceback.format_exception(self))
        return {
            "name": self.name,
            "message": self.message,
            "arguments": self.arguments,
            "context": {},
            "debug": debug,
        }


class UserError(OdooError):
    """What a person would see in a dialogue: the books or the stock do not allow it."""

    name = "odoo.exceptions.UserError"
    status = 422


class ValidationError(UserError):
    """A record breaks a rule of its model."""

    name = "odoo.exceptions.ValidationError"


class AccessError(UserError):
    """The key's user has not the right."""

    name = "odoo.exceptions.AccessError"
    status = 403


class MissingError(UserError):
    """The record does not exist (any more)."""

    name = "odoo.exceptions.MissingError"
    status = 404


class RedirectWarning(OdooError):
    """The same with a way out of it on the screen; no kind of UserError, so that it is a 500."""

    name = "odoo.exceptions.RedirectWarning"


class WrongValue(OdooError):
    """The client's mistake, which the server answers as if it were its own."""

    name = "builtins.ValueError"


class HttpError(OdooError):
    """An answer of the web layer, before any model is asked."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message, arguments=[message, status])
        self.status = status
        self.name = f"werkzeug.exceptions.{name}"
