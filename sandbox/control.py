"""What a test or a demo can ask of a running stand-in, beside the system's own addresses and without a key.

GET | POST | DELETE /_sandbox/faults   faults before this system (sandbox/faults.py)
GET  /_sandbox/truth                   what this system holds, in figures
POST /_sandbox/distort                 a record shown wrong, or right again (sandbox/distort.py)
POST /_sandbox/act                     something happens there: {"what": .., "id": .., "with": {..}}
POST /_sandbox/trade                   the next hour of trade, across all systems of the process
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.faults import CONTROL_PREFIX, FaultLayer, read_faults

if TYPE_CHECKING:
    from sandbox.server import World


class Control:
    """One system's port: its control addresses, then its faults, then the stand-in."""

    def __init__(self, world: World, system: str) -> None:
        self._world = world
        self._system = system
        self._app = FaultLayer(world.stand_ins[system].app, world.faults[system])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a control address; everything else goes on to faults and stand-in."""
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
            elif name == "distort" and method == "POST":
                self._world.distort_now(self._system, json.loads(body))
            elif name == "act" and method == "POST":
                return 200, self._world.act_now(self._system, json.loads(body))
            elif name == "trade" and method == "POST":
                return 200, self._world.trade.next_hour()
            elif name != "faults" or method != "GET":
                return 404, {"error": f"no control address {method} {name}"}
        except (ValueError, TypeError) as error:
            return 400, {"error": str(error)}
        return 200, [fault.as_dict() for fault in faults.pending]
