"""The servers of the contract suites: the one that AIRFLOW_CONN_<SYSTEM> names, else our stand-in.

The suites are the same for both. They make what they need under names of this run (`TAG`), assume
nothing about what else the server holds, and take away again what the system lets them.
ODOO_UNAVAILABLE (why `make odoo` failed) skips the Odoo suite instead of running it on the stand-in.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from connections.connection import Connection, variable
from tests.contract.odoo_client import Books, Json2, trust
from tests.contract.stripe_client import Account
from tests.contract.woocommerce_client import Shop, sign_in, unsigned

TAG = f"t{uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def tag() -> str:
    """What the names of everything that this run makes carry."""
    return TAG


@pytest.fixture(scope="session")
def odoo_connection() -> Iterator[Connection]:
    """Odoo, real or ours."""
    reason = os.environ.get("ODOO_UNAVAILABLE")
    if reason and not os.environ.get(variable("odoo")):
        pytest.skip(reason)
    yield from _server("odoo")


@pytest.fixture(scope="session")
def odoo(odoo_connection: Connection) -> Iterator[Json2]:
    """A client of that Odoo that takes away what it made."""
    client = Json2(odoo_connection, TAG)
    yield client
    client.tidy()


@pytest.fixture(scope="session")
def bookkeeper(odoo: Json2) -> Iterator[Json2]:
    """The same Odoo as its bookkeeper sees it, who may set lock dates and currency rates.

    A real Odoo's is in ODOO_BOOKKEEPER (a file of the same JSON), else where `make odoo` leaves it."""
    from sandbox import odoo as stand_in
    from sandbox.real_odoo import machine

    own = replace(odoo.connection, login="bookkeeper", password=stand_in.api_key("bookkeeper"))
    if os.environ.get(variable("odoo")):
        file = Path(os.environ.get("ODOO_BOOKKEEPER") or machine.BOOKKEEPER)
        if not file.exists():
            pytest.skip(f"no bookkeeper's key in {file}")
        own = connection_of("odoo", file.read_text())
    client = Json2(own, TAG)
    yield client
    client.tidy()


@pytest.fixture(scope="session")
def books(odoo: Json2) -> Books:
    """Its journal entries."""
    return Books(odoo)


@pytest.fixture(scope="session")
def warehouse_location(odoo: Json2) -> int:
    """Where its goods lie."""
    return int(odoo.find("stock.warehouse", [], "lot_stock_id")[0]["lot_stock_id"])


@pytest.fixture(scope="session")
def woocommerce_connection() -> Iterator[Connection]:
    """WooCommerce, real or ours."""
    yield from _server("woocommerce")


@pytest.fixture(scope="session")
def shop(woocommerce_connection: Connection) -> Iterator[Shop]:
    """A client of that WooCommerce that takes away what it made."""
    client = Shop(woocommerce_connection, TAG)
    yield client
    client.tidy()


@pytest.fixture(scope="session")
def stripe_connection() -> Iterator[Connection]:
    """Stripe (a test account), or ours."""
    yield from _server("stripe")


@pytest.fixture(scope="session")
def account(stripe_connection: Connection) -> Account:
    """A client of that Stripe."""
    return Account(stripe_connection, TAG)


def _server(system: str) -> Iterator[Connection]:
    if os.environ.get(variable(system)):
        yield Connection.from_env(system)
        return
    import sandbox

    with sandbox.serve(orders=30, seed=7, systems=(system,)) as world:
        yield connection_of(system, world.connections[system])


def connection_of(system: str, text: str) -> Connection:
    """The connection that an AIRFLOW_CONN_<SYSTEM> holds."""
    fields = json.loads(text)
    names = ("host", "port", "login", "password", "schema", "extra")
    return Connection.from_fields(system, **{name: fields.get(name) for name in names})


class Relay:
    """A hop before a server that can swallow answers: the work is done, and nobody hears of it.

    WooCommerce's signature covers the address, so requests to it are signed anew.
    """

    def __init__(self, target: Connection) -> None:
        self.target = target
        self._auth = sign_in(target) if target.system == "woocommerce" else None
        self.seen: list[str] = []
        self._swallow: list[str] = []
        self._lock = threading.Lock()
        self._upstream = httpx.Client(base_url=target.url, verify=trust(target), timeout=120)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def connection(self) -> Connection:
        """The target, reached through here."""
        return Connection.from_fields(
            self.target.system,
            schema="http",
            host="127.0.0.1",
            port=self._server.server_port,
            login=self.target.login,
            password=self.target.password,
            extra={**self.target.extra, "ca_file": None},
        )

    def swallow_next(self, path: str) -> None:
        """The next request whose path ends so ('PUT /orders/1': one of that method) takes effect and gets
        no answer."""
        self._swallow.append(path)

    def __enter__(self) -> Relay:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()

    def _takes(self, method: str, path: str) -> bool:
        with self._lock:
            self.seen.append(path)
            hit = next((wish for wish in self._swallow if _is_meant(wish, method, path)), None)
            if hit:
                self._swallow.remove(hit)
            return hit is not None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
                answer = relay._upstream.request(
                    self.command, unsigned(self.path), content=body, headers=headers, auth=relay._auth
                )
                if relay._takes(self.command, self.path):
                    self.close_connection = True
                    return
                self.send_response(answer.status_code)
                self.send_header("content-type", answer.headers["content-type"])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST
            do_PUT = do_POST

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        return Handler


def _is_meant(wish: str, method: str, path: str) -> bool:
    *methods, ending = wish.split(" ")
    return path.split("?")[0].endswith(ending) and method in (methods or [method])


_HOP = {"host", "connection", "content-length", "accept-encoding"}


@pytest.fixture
def relay() -> Iterator[Callable[[Connection], Relay]]:
    """Make a relay before a server; it ends with the test."""
    made: list[Relay] = []

    def make(target: Connection) -> Relay:
        made.append(Relay(target).__enter__())
        return made[-1]

    yield make
    for one in made:
        one.__exit__()


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What `count` threads return that start the work together."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
