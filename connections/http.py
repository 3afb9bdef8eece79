"""HTTP to the systems: one client, one table from status to error, one rate limit, bounded answers.

A request that reads is tried again on Unavailable (twice, with back-off, within Retry-After); one
that writes never is: whether it worked is for the caller to find out first.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import httpx
import orjson

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable

MAX_ANSWER_BYTES = 128 * 1024 * 1024
_LONGEST_WAIT_SECONDS = 20.0

Item = TypeVar("Item")
Result = TypeVar("Result")

STATUS_ERRORS: dict[int, type[CounterflowError]] = {
    401: Misconfigured,
    403: Misconfigured,
    407: Misconfigured,
    408: Unavailable,
    423: Unavailable,
    425: Unavailable,
    429: Unavailable,
}


@dataclass
class Answer:
    """A system's answer: status, headers (names in lower case), body, and its own id of the request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    where: str
    request_id: str | None

    @cached_property
    def data(self) -> Any:
        """The body parsed as JSON. Unavailable: it is no JSON (a proxy's page, a notice before it)."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            kind = "a web page" if self.body.lstrip()[:1] == b"<" else "text"
            raise Unavailable(
                f"the answer is no JSON: {len(self.body)} bytes that look like {kind}",
                where=self.where,
                request_id=self.request_id,
                remedy="Something prints into the answers, or cuts them: look at the system's own log",
            ) from None

    def records(self) -> list[Any]:
        """The body as a list of records. Unavailable: it is none."""
        if not isinstance(self.data, list):
            raise Unavailable("the answer is no list of records", where=self.where)
        return self.data


class Http:
    """One system's address, sign-in, pace and errors. Safe to use from several threads."""

    def __init__(
        self,
        connection: Connection,
        *,
        base_path: str = "",
        auth: httpx.Auth | tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 60.0,
        requests_per_second: float = 25.0,
        concurrency: int = 4,
        error_of: Callable[[Answer], CounterflowError | None] | None = None,
        request_id_header: str = "x-request-id",
        check: Callable[[Answer], object] = lambda answer: answer.data,
    ) -> None:
        """`check` raises Unavailable where what was read is not of the system's own format."""
        self.system = connection.system
        self._check = check
        self.concurrency = concurrency
        self.requests = 0
        self._error_of = error_of or (lambda answer: None)
        self._request_id_header = request_id_header
        self._pace = _Pace(1.0 / requests_per_second)
        self._client = httpx.Client(
            base_url=connection.url + base_path,
            auth=auth,
            headers={"User-Agent": "Counterflow/0.1", **(headers or {})},
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            verify=_trust(connection),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=concurrency * 2, max_keepalive_connections=concurrency * 2),
        )

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """The answer to a GET, tried up to three times. Unavailable, Rejected, Misconfigured."""
        return self.read("GET", path, params=params)

    def read(self, method: str, path: str, **content: Any) -> Answer:
        """The answer to a request that changes nothing, seen to be whole already; tried up to three times."""
        for attempt in (1, 2, 3):
            try:
                answer = self.send(method, path, **content)
                self._check(answer)  # an answer that is no JSON is asked for again
                return answer
            except Unavailable as error:
                wait = error.retry_after_seconds or 0.4 * 2**attempt * random.uniform(0.7, 1.3)
                if attempt == 3 or wait > _LONGEST_WAIT_SECONDS:
                    raise
                time.sleep(wait)
        raise AssertionError("unreachable")

    def send(self, method: str, path: str, **content: Any) -> Answer:
        """The answer to a request sent exactly once (params, json, data, headers as httpx takes them)."""
        self._pace.wait()
        self.requests += 1
        where = f"{self.system}: {method} {path}"
        try:
            with self._client.stream(method, path, **content) as response:
                body = _bounded(response, where)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if "CERTIFICATE" in str(error).upper():
                raise Misconfigured(
                    f"its certificate is not trusted: {error}",
                    where=where,
                    remedy="Renew it, or name the private authority's file in the connection's extra.ca_file",
                ) from None
            unavailable = Unavailable(
                "no connection: refused or unreachable", where=where, remedy="Is it running?"
            )
            unavailable.may_have_worked = False
            raise unavailable from None
        except httpx.TransportError as error:
            raise Unavailable(f"no whole answer: {type(error).__name__}", where=where) from None
        answer = Answer(
            response.status_code, response.headers, body, where, response.headers.get(self._request_id_header)
        )
        self._raise_for(answer)
        return answer

    def each(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The function's results for all items, in order, `concurrency` at a time."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            return list(pool.map(function, items))

    def _raise_for(self, answer: Answer) -> None:
        error = self._error_of(answer)
        if error is None and answer.status < 300:
            return
        error = error or default_error(answer)
        if isinstance(error, Unavailable):
            error.retry_after_seconds = error.retry_after_seconds or _retry_after(answer)
            # a limiter answers before the system acts
            error.may_have_worked = error.may_have_worked and answer.status != 429
        if isinstance(error, Rejected):
            error.status = answer.status
        raise error


def default_error(answer: Answer, message: str = "") -> CounterflowError:
    """The error that a status of 300 or more stands for."""
    if answer.status < 400:
        kind: type[CounterflowError] = Misconfigured
        message = message or "it sends us to another address; redirects are not followed"
    else:
        fallback = Unavailable if answer.status >= 500 else Rejected
        kind = STATUS_ERRORS.get(answer.status, fallback)
    text = f"HTTP {answer.status}" + (f": {message}" if message else "")
    remedy = "Check the connection's key and its rights" if answer.status in (401, 403) else ""
    return kind(text, where=answer.where, request_id=answer.request_id, remedy=remedy)


class _Pace:
    """At least `interval` seconds between the starts of two requests, over all threads."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self._interval
        if start > now:
            time.sleep(start - now)


def _bounded(response: httpx.Response, where: str) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise Unavailable(f"the answer is larger than {MAX_ANSWER_BYTES} bytes", where=where)
        parts.append(part)
    return b"".join(parts)


def _trust(connection: Connection) -> ssl.SSLContext | bool:
    if connection.scheme != "https" or not connection.ca_file:
        return True
    try:
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError:
        raise Misconfigured(
            "the file of the certificate authority cannot be read",
            where=f"connection {connection.system}, extra.ca_file",
            remedy="Give the path of a PEM file",
        ) from None


def _retry_after(answer: Answer) -> float | None:
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
