"""A bare JSON-2 client for the tests of the Odoo stand-in."""

from __future__ import annotations

import json
from typing import Any

import httpx

from sandbox.odoo import Odoo
from sandbox.server import World


class Json2:
    """Calls as one user of the stand-in."""

    def __init__(self, world: World, *, key: str | None = None) -> None:
        self.world = world
        fields = json.loads(world.connections["odoo"])
        self.key = key or fields["password"]
        self.client = httpx.Client(
            base_url=f"{world.url('odoo')}/json/2/",
            headers={"Authorization": f"bearer {self.key}", "X-Odoo-Database": fields["extra"]["database"]},
            timeout=20,
        )

    @property
    def stand_in(self) -> Odoo:
        """The server's own side."""
        stand_in = self.world.stand_ins["odoo"]
        assert isinstance(stand_in, Odoo)
        return stand_in

    def another(self) -> Json2:
        """The same user over connections of its own."""
        return Json2(self.world, key=self.key)

    def post(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        return self.client.post(f"{model}/{method}", json=arguments)

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        answer = self.post(model, method, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, model: str, method: str, **arguments: Any) -> tuple[int, str, str]:
        answer = self.post(model, method, **arguments)
        body = answer.json()
        assert answer.status_code >= 400, body
        assert list(body) == ["name", "message", "arguments", "context", "debug"]
        return answer.status_code, body["name"], body["message"]

    def make(self, model: str, **values: Any) -> int:
        [made] = self.call(model, "create", vals_list=[values])
        return int(made)

    def one(self, model: str, record: int, *fields: str) -> dict[str, Any]:
        [found] = self.call(model, "read", ids=[record], fields=list(fields), load=None)
        return dict(found)

    def find(self, model: str, domain: list[Any], *fields: str, **more: Any) -> list[dict[str, Any]]:
        more = {"order": "id", "load": None, **more}
        found: list[dict[str, Any]] = self.call(
            model, "search_read", domain=domain, fields=list(fields), **more
        )
        return found

    def account(self, code: str) -> int:
        return int(self.find("account.account", [["code", "=", code]])[0]["id"])

    def entry(self, *lines: tuple[str, float, float], **values: Any) -> int:
        """A draft entry of (account code, debit, credit) lines."""
        commands = [
            [0, 0, {"account_id": self.account(code), "name": "x", "debit": debit, "credit": credit}]
            for code, debit, credit in lines
        ]
        return self.make("account.move", **{"date": "2026-11-20", "line_ids": commands, **values})

    @property
    def location(self) -> int:
        return int(self.find("stock.warehouse", [], "lot_stock_id")[0]["lot_stock_id"])

    def product(self, stock: float = 0, **values: Any) -> int:
        product = self.make(
            "product.product", **{"name": "Mug", "is_storable": True, "list_price": 12.5, **values}
        )
        if stock:
            self.count(product, stock)
        return product

    def count(self, product: int, quantity: float) -> int:
        """The stock of the product is counted; the quant's id."""
        values = {
            "product_id": product,
            "location_id": self.location,
            "inventory_quantity_auto_apply": quantity,
        }
        [quant] = self.call("stock.quant", "create", vals_list=[values], context={"inventory_mode": True})
        return int(quant)

    def stock(self, product: int) -> tuple[float, float]:
        """On hand and reserved in the warehouse."""
        quants = self.find(
            "stock.quant",
            [["product_id", "=", product], ["location_id", "=", self.location]],
            "quantity",
            "reserved_quantity",
        )
        return sum(row["quantity"] for row in quants), sum(row["reserved_quantity"] for row in quants)
