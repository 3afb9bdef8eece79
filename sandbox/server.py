"""The stand-ins of one story as running servers: ports, faults, truth, and the next hour of trade.

Beside a system's own addresses each port answers, without a key:

    GET | POST | DELETE /_sandbox/faults   faults before this system (sandbox/faults.py)
    GET  /_sandbox/truth                   what this system holds, in figures
    POST /_sandbox/trade                   the next hour of trade, across all systems of the process

The Odoo stand-in is `sandbox.odoo.build_odoo(story, faults, journal, clock) -> OdooStandIn`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

import orjson
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.faults import CONTROL_PREFIX, Fault, FaultLayer, Faults, read_faults
from sandbox.journal import Journal
from sandbox.story import HISTORY_END, CounterSale, Story
from sandbox.tls import Certificate
from sandbox.trade import Trade

SYSTEMS = ("woocommerce", "odoo", "stripe")
_START_SECONDS = 30.0
T = TypeVar("T")


class StandIn(Protocol):
    """One system's stand-in, as the server runs it."""

    app: ASGIApp
    login: str
    password: str
    extra: dict[str, Any]  # as in the connection's JSON, e.g. {"database": "maple"}

    def truth(self) -> dict[str, Any]:
        """What the system holds, in figures a test can compare."""
        ...


class OdooStandIn(StandIn, Protocol):
    """What the story's hours of trade need of Odoo's stand-in."""

    def counter_sale(self, sale: CounterSale) -> dict[str, Any]:
        """The sale is in the till and its goods off the stock; answers {"pos_order_id": .., "ref": ..}."""
        ...


class World:
    """The running stand-ins of one story. Methods may be called from any thread but the servers' own."""

    def __init__(
        self,
        orders: int,
        seed: int,
        systems: Sequence[str] = SYSTEMS,
        until: datetime = HISTORY_END,
        ports: dict[str, int] | None = None,
        host: str = "127.0.0.1",
        state_dir: Path | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """The story is told; nothing listens yet. ValueError where the state belongs to another story."""
        self.journal = Journal(state_dir)
        _check_same_story(self.journal, {"orders": orders, "seed": seed, "until": until.isoformat()})
        self.story = Story(orders, seed, until)
        self.clock = Clock(until)
        self.faults = {system: Faults() for system in systems}
        self.stand_ins: dict[str, StandIn] = {system: self._build(system) for system in systems}
        self.trade = Trade(self.story, self.clock, self.journal, cast(dict[str, Any], self.stand_ins))
        self.ports = {system: (ports or {}).get(system, 0) for system in systems}
        self.host = host
        self._certificate = certificate
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox", daemon=True)
        self._servers: dict[str, tuple[uvicorn.Server, asyncio.Task[None]]] = {}

    def _build(self, system: str) -> StandIn:
        module = import_module(f"sandbox.{system}")
        build = getattr(module, f"build_{system}")
        stand_in: StandIn = build(self.story, self.faults[system], self.journal, self.clock)
        return stand_in

    @property
    def scheme(self) -> str:
        """http, or https where the world has a certificate."""
        return "https" if self._certificate else "http"

    def url(self, system: str) -> str:
        """Where the system listens."""
        return f"{self.scheme}://{self.host}:{self.ports[system]}"

    @property
    def connections(self) -> dict[str, str]:
        """Each system's AIRFLOW_CONN_<SYSTEM> value."""
        return {system: json.dumps(self._connection(system)) for system in self.stand_ins}

    def _connection(self, system: str) -> dict[str, Any]:
        stand_in = self.stand_ins[system]
        extra = dict(stand_in.extra)
        extra["ca_file"] = str(self._certificate.ca_file) if self._certificate else None
        return {
            "conn_type": "http",
            "host": self.host,
            "port": self.ports[system],
            "schema": self.scheme,
            "login": stand_in.login,
            "password": stand_in.password,
            "extra": extra,
        }

    def start_all(self) -> None:
        """Every system listens; `ports` says where."""
        self._thread.start()
        for system in self.stand_ins:
            self.start(system)

    def start(self, system: str) -> None:
        """The system listens, on its old port if it was stopped. OSError where the port is taken."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.ports[system]))
        self.ports[system] = listener.getsockname()[1]
        config = uvicorn.Config(
            _Control(self, system),
            lifespan="off",
            server_header=False,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=self._certificate.cert_file if self._certificate else None,
            ssl_keyfile=self._certificate.key_file if self._certificate else None,
        )
        server = uvicorn.Server(config)

        async def serve() -> asyncio.Task[None]:
            task = asyncio.ensure_future(server.serve(sockets=[listener]))
            while not server.started and not task.done():
                await asyncio.sleep(0.005)
            return task

        self._servers[system] = (server, self._wait(serve()))

    def stop(self, system: str) -> None:
        """Nothing listens on the system's port; what it holds is kept."""
        server, task = self._servers.pop(system)
        server.should_exit = True

        async def ended() -> None:
            await task

        self._wait(ended())

    def stop_all(self) -> None:
        """Nothing runs any more."""
        for server, _ in self._servers.values():
            server.should_exit = True  # all at once; each takes a moment
        for system in list(self._servers):
            self.stop(system)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()
        self.journal.close()

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)

    def call(self, job: Callable[[], T]) -> T:
        """The job's result, run where no request is being answered at the same time."""

        async def run() -> T:
            return job()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()

    @property
    def truth(self) -> dict[str, dict[str, Any]]:
        """What each system holds now."""
        return self.call(lambda: {system: stand_in.truth() for system, stand_in in self.stand_ins.items()})

    def trade_hour(self) -> dict[str, Any]:
        """The next hour of trade has happened in every system; answers what it was."""
        return self.call(self.trade.next_hour)

    def fault(
        self,
        system: str,
        kind: str,
        times: int = 1,
        method: str = "",
        path: str = "",
        seconds: float | None = None,
    ) -> None:
        """The next `times` requests to the system that match meet this fault."""
        fields: dict[str, Any] = {"kind": kind, "times": times, "match": {"method": method, "path": path}}
        if seconds is not None:
            fields["seconds"] = seconds
        self.faults[system].add(Fault.from_dict(fields))

    def clear_faults(self) -> None:
        """No system has a fault left."""
        for faults in self.faults.values():
            faults.clear()


class _Control:
    """One system's port: its control addresses, then its faults, then the stand-in."""

    def __init__(self, world: World, system: str) -> None:
        self._world = world
        self._system = system
        self._app = FaultLayer(world.stand_ins[system].app, world.faults[system])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        status, answer = self._answer(scope["method"], scope["path"].removeprefix(CONTROL_PREFIX), body)
        response = Response(orjson.dumps(answer, default=str), status, media_type="application/json")
        await response(scope, receive, send)

    def _answer(self, method: str, name: str, body: bytes) -> tuple[int, Any]:
        faults = self._world.faults[self._system]
        try:
            if name == "faults" and method == "POST":
                faults.add(*read_faults(body))
            elif name == "faults" and method == "DELETE":
                faults.clear()
            elif name == "truth" and method == "GET":
                return 200, self._world.stand_ins[self._system].truth()
            elif name == "trade" and method == "POST":
                return 200, self._world.trade.next_hour()
            elif name != "faults" or method != "GET":
                return 404, {"error": f"no control address {method} {name}"}
        except ValueError as error:
            return 400, {"error": str(error)}
        return 200, [fault.as_dict() for fault in faults.pending]


def _check_same_story(journal: Journal, wanted: dict[str, Any]) -> None:
    for _, known in journal.load("sandbox", "story"):
        if known != wanted:
            raise ValueError(
                f"the state directory belongs to another story: {known}, not {wanted}; remove it first"
            )
    journal.put("sandbox", "story", "", wanted)


@contextmanager
def serve(
    orders: int = 60,
    seed: int = 7,
    systems: Sequence[str] = SYSTEMS,
    tls: bool = False,
    until: datetime = HISTORY_END,
    state_dir: Path | None = None,
) -> Iterator[World]:
    """The stand-ins run on free ports of this machine as long as the context lasts."""
    certificate = Certificate.make() if tls else None
    world = World(orders, seed, systems, until, state_dir=state_dir, certificate=certificate)
    try:
        world.start_all()
        yield world
    finally:
        world.stop_all()
        if certificate:
            certificate.remove()
