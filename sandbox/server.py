"""Placeholder replaced below: the protocol that a stand-in meets (the Odoo one is `sandbox.odoo.build_odoo`).

    def build_odoo(story: Story, faults: Faults, journal: Journal, clock: Clock) -> StandIn

`app` is the plain ASGI app of the system's own addresses; server.py puts FaultLayer, the control addresses
(/_sandbox/faults, /_sandbox/truth, /_sandbox/trade) and the port before it.
"""

from __future__ import annotations

from typing import Any, Protocol

from starlette.types import ASGIApp

from sandbox.story import CounterSale


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
        """The sale is in the point of sale and its goods are off the stock; answers {"pos_order_id": .., "ref": ..}."""
        ...
