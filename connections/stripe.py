"""Stripe's API over HTTP: sign-in, pinned version, errors. Amounts are in minor units (JPY has none).

Its own library is not used here, so that errors, pace and bounds are the same for every system;
the tests use it as a second opinion on the stand-in.
"""

from __future__ import annotations

from connections.connection import Connection
from connections.errors import CounterflowError, Rejected, Unavailable
from connections.http import Answer, Http, default_error

API_VERSION = "2026-10-28.endive"


def client(connection: Connection) -> Http:
    """A client for the account; paths are those below /v1."""
    return Http(
        connection,
        base_path="/v1",
        headers={"Authorization": f"Bearer {connection.password}", "Stripe-Version": API_VERSION},
        requests_per_second=float(connection.extra.get("requests_per_second", 50)),
        error_of=_error_of,
        request_id_header="request-id",
    )


def _error_of(answer: Answer) -> CounterflowError | None:
    """Stripe's own errors; None leaves the status to decide. Its messages never quote whole keys."""
    if answer.status < 400:
        return None
    try:
        body = answer.data["error"]
        kind, code = str(body.get("type", "")), str(body.get("code") or body.get("type", ""))
        # an authentication message quotes the key's ends: it is not repeated
        message = code if answer.status in (401, 403) else f"{code}: {str(body.get('message', ''))[:200]}"
    except (CounterflowError, KeyError, TypeError, AttributeError):
        return None
    error = default_error(answer, message)
    if kind == "idempotency_error":
        error = Rejected(f"idempotency_error: {message}", where=answer.where, request_id=answer.request_id)
    if answer.status == 409:
        error = Unavailable(message, where=answer.where, request_id=answer.request_id)
    if answer.status == 402:
        error = Rejected(message, where=answer.where, request_id=answer.request_id)
    if isinstance(error, Rejected):
        error.code = code
    return error
