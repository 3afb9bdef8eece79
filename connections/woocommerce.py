"""WooCommerce REST v3: sign-in and errors, for reading and writing alike.

Basic authentication over HTTPS; over plain http WooCommerce takes only OAuth 1.0a signatures.
"""

from __future__ import annotations

from collections.abc import Generator

import httpx
from oauthlib import oauth1

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected
from connections.http import Answer, Http, default_error


def client(connection: Connection) -> Http:
    """A client for the shop's API; paths are those below /wp-json/wc/v3."""
    https = connection.scheme == "https"
    sign_in = (connection.login, connection.password)
    return Http(
        connection,
        base_path=str(connection.extra.get("base_path", "/wp-json/wc/v3")),
        auth=sign_in if https else _OAuth1(*sign_in),
        requests_per_second=float(connection.extra.get("requests_per_second", 25)),
        error_of=_error_of,
    )


class _OAuth1(httpx.Auth):
    """Signs the URL and its query (HMAC-SHA256); the body is no part of it, as for any JSON body."""

    def __init__(self, key: str, secret: str) -> None:
        self._signer = oauth1.Client(
            key,
            client_secret=secret,
            signature_method=oauth1.SIGNATURE_HMAC_SHA256,
            signature_type=oauth1.SIGNATURE_TYPE_QUERY,
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url, _, _ = self._signer.sign(str(request.url), http_method=request.method)
        request.url = httpx.URL(url)
        yield request


def _error_of(answer: Answer) -> CounterflowError | None:
    """WooCommerce's own errors; None leaves the status to decide."""
    if answer.status < 400:
        return None
    try:
        body = answer.data
        code, message = str(body["code"]), str(body["message"])[:200]
        status = (
            body.get("data", {}).get("status") if isinstance(body.get("data"), dict) else body.get("data")
        )
    except (CounterflowError, KeyError, TypeError, AttributeError):
        return None
    if code == "rest_no_route":
        return Misconfigured(
            "there is no WooCommerce API at this address",
            where=answer.where,
            remedy="Check the address, and that the WooCommerce plugin is switched on",
        )
    error = default_error(answer, f"{code}: {message}")
    if answer.status == 500 and status == 500 and code.startswith("woocommerce_rest"):
        # it refuses this request (a refund larger than the order, say); trying again changes nothing
        error = Rejected(f"{code}: {message}", where=answer.where)
    if isinstance(error, Rejected):
        error.code = code
    return error
