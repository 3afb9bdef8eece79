"""Canada Post's OAuth2: a client's id and secret become a token, good for an hour."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator

import httpx

from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable


class Token(httpx.Auth):
    """A bearer's token, fetched when there is none or it lapses, and once more where it is refused."""

    requires_response_body = True

    def __init__(self, connection: Connection, path: str) -> None:
        self._url = connection.url + path
        self._where = f"{connection.system}: POST {path}"
        self._headers = {
            "X-IBM-Client-Id": connection.login,
            "X-IBM-Client-Secret": connection.password,
            "Accept": "application/json",
        }
        self._token, self._until = "", 0.0
        self._lock = threading.Lock()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request goes out with a token that is good."""
        if time.monotonic() >= self._until:
            yield from self._fetch()
        used = self._token
        request.headers["Authorization"] = f"Bearer {used}"
        response = yield request
        if response.status_code == 401:
            if self._token == used:
                yield from self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _fetch(self) -> Generator[httpx.Request, httpx.Response, None]:
        form = {"grant_type": "client_credentials", "scope": "merchant"}
        response = yield httpx.Request("POST", self._url, headers=self._headers, data=form)
        if response.status_code in (400, 401, 403):
            raise Misconfigured(
                f"HTTP {response.status_code}: no token",
                where=self._where,
                remedy="Check the client's id and secret",
            )
        try:
            answer = response.json()
            token, seconds = str(answer["access_token"]), float(answer["expires_in"])
        except (ValueError, KeyError, TypeError):
            error = Unavailable(f"HTTP {response.status_code}: no token", where=self._where)
            error.may_have_worked = False  # what was to be asked with the token was not
            raise error from None
        with self._lock:
            self._token, self._until = token, time.monotonic() + seconds - 60
