"""The stand-ins of one story as running servers: ports, faults, truth, and the next hour of trade.

Each port also answers control addresses (sandbox/control.py). A stand-in
is made by `sandbox.<system>.build_<system>(story, faults, journal, clock)`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import uvicorn
from starlette.types import ASGIApp

from runtime.ports import free_port
from sandbox.bank import bank_lines
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.faults import Fault, Faults
from sandbox.journal import Journal
from sandbox.story import HISTORY_END, TELLING, CounterSale, Slip, Story
from sandbox.tls import Certificate
from sandbox.trade import Trade

SYSTEMS = ("woocommerce", "odoo", "stripe", "canadapost", "mail")
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


@runtime_checkable
class Listener(Protocol):
    """A stand-in that speaks more than HTTP: its further ports open and close with the first."""

    async def listen(self, bind: Callable[[int], socket.socket], certificate: Certificate | None) -> None:
        """The further ports are open, the same as before. `bind`: a socket on the port (0: a free one)."""
        ...

    async def close(self) -> None:
        """They are closed."""
        ...

    def connection(self) -> dict[str, Any]:
        """What its connection's JSON says otherwise than for a system that speaks HTTP."""
        ...


class OdooStandIn(StandIn, Protocol):
    """What the story's hours of trade need of Odoo's stand-in."""

    def counter_sale(self, sale: CounterSale) -> dict[str, Any]:
        """The sale is in the till and its goods off the stock; answers {"pos_order_id": .., "ref": ..}."""
        ...

    def supplier_is_late(self, slip: Slip) -> None:
        """The purchase order is expected at the other moment."""
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
        told = {"orders": orders, "seed": seed, "until": until.isoformat(), "telling": TELLING}
        _check_same_story(self.journal, told)
        self.story = Story(orders, seed, until)
        self.clock = Clock(until)
        self.faults = {system: Faults() for system in systems}
        self.stand_ins: dict[str, StandIn] = {system: self._build(system) for system in systems}
        stand_ins = cast(dict[str, Any], self.stand_ins)
        if "odoo" in stand_ins and "stripe" in stand_ins:
            stand_ins["odoo"].watch_bank(partial(bank_lines, stand_ins["stripe"].store))
        self.trade = Trade(self.story, self.clock, self.journal, stand_ins)
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
        special = stand_in.connection() if isinstance(stand_in, Listener) else {}
        return {
            "conn_type": "http",
            "host": self.host,
            "port": self.ports[system],
            "schema": self.scheme,
            "login": stand_in.login,
            "password": stand_in.password,
            "extra": extra,
            **special,
        }

    def start_all(self) -> None:
        """Every system listens; `ports` says where."""
        self._thread.start()
        for system in self.stand_ins:
            self.start(system)

    def start(self, system: str) -> None:
        """The system listens, on its old port if it was stopped. OSError where the port is taken."""
        bind = partial(_bound, self.host)
        listener = bind(self.ports[system])
        self.ports[system] = listener.getsockname()[1]
        config = uvicorn.Config(
            Control(self, system),
            lifespan="off",
            server_header=False,
            log_level="critical",
            access_log=False,
            ssl_certfile=self._certificate.cert_file if self._certificate else None,
            ssl_keyfile=self._certificate.key_file if self._certificate else None,
        )
        server = uvicorn.Server(config)

        stand_in = self.stand_ins[system]

        async def serve() -> asyncio.Task[None]:
            if isinstance(stand_in, Listener):
                await stand_in.listen(bind, self._certificate)
            task = asyncio.ensure_future(server.serve(sockets=[listener]))
            while not server.started and not task.done():
                await asyncio.sleep(0.005)
            return task

        self._servers[system] = (server, self._wait(serve()))

    def stop(self, system: str) -> None:
        """Nothing listens on the system's port; what it holds is kept."""
        server, task = self._servers.pop(system)
        server.should_exit = server.force_exit = True

        stand_in = self.stand_ins[system]

        async def ended() -> None:
            if isinstance(stand_in, Listener):
                await stand_in.close()
            await task

        self._wait(ended())

    def stop_all(self) -> None:
        """Nothing runs any more."""
        for server, _ in self._servers.values():
            server.should_exit = server.force_exit = True  # all at once; each takes a moment
        for system in list(self._servers):
            self.stop(system)
        if self._thread.is_alive():
            self._wait(_cancel_what_hangs())
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

    def distort(self, system: str, kind: str, identity: object, *remove: str, **fields: Any) -> None:
        """The record is shown with these fields and without those removed; with neither, right again."""
        given = {"kind": kind, "id": identity, "set": fields, "remove": list(remove)}
        self.call(lambda: self.distort_now(system, given))

    def distort_now(self, system: str, given: dict[str, Any]) -> None:
        """The same from the servers' own thread. ValueError where the system cannot or has no such record."""
        job = getattr(self.stand_ins[system], "distort", None)
        if job is None:
            raise ValueError(f"{system} has no way to show records wrong")
        job(given["kind"], str(given["id"]), given.get("set") or {}, given.get("remove") or [])

    def act(self, system: str, what: str, identity: object, **given: Any) -> dict[str, Any]:
        """Something happens in the system that no client asked for; answers what came of it.

        Stripe's: sandbox/stripe_acts.py; WooCommerce's: sandbox/woocommerce.py, `act`.
        """
        return self.call(lambda: self.act_now(system, {"what": what, "id": identity, "with": given}))

    def act_now(self, system: str, given: dict[str, Any]) -> dict[str, Any]:
        """The same from the servers' own thread. ValueError where the system does not know the act."""
        job = getattr(self.stand_ins[system], "act", None)
        if job is None:
            raise ValueError(f"{system} knows no acts")
        done: dict[str, Any] = job(given["what"], str(given["id"]), given.get("with") or {})
        return done

    def clear_faults(self) -> None:
        """No system has a fault left."""
        for faults in self.faults.values():
            faults.clear()


def _bound(host: str, port: int) -> socket.socket:
    """A socket on the given port (OSError: taken), or for 0 on one that stays ours while stopped.

    None that the system gives to outgoing connections, of which one could hold it when we start again.
    """
    # asyncio sends at once only on sockets that say TCP; others wait 40 ms for each answer's body
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        try:
            listener.bind((host, port or free_port()))
            return listener
        except OSError:
            if port:
                raise


async def _cancel_what_hangs() -> None:
    """Requests that a fault keeps waiting end with the server."""
    own = asyncio.current_task()
    hanging = [task for task in asyncio.all_tasks() if task is not own]
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


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
