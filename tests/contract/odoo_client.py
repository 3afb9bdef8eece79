"""A bare JSON-2 client for the Odoo contract suite, which makes records and takes them away again."""

from __future__ import annotations

import ssl
from typing import Any
from uuid import uuid4

import httpx

from connections.connection import Connection

LINE_FIELDS = [f"line_ids/{name}" for name in ("id", "account_id/.id", "name", "debit", "credit")]
ENTRY_FIELDS = ["id", "move_type", "ref", "date", "journal_id/.id", *LINE_FIELDS]


def trust(connection: Connection) -> ssl.SSLContext | bool:
    """Whom to trust: the connection's private authority, else the system's."""
    return ssl.create_default_context(cafile=connection.ca_file) if connection.ca_file else True


class Json2:
    """One Odoo, called without any code of ours in between."""

    def __init__(self, connection: Connection, tag: str) -> None:
        self.connection = connection
        self.tag = tag
        self._made: list[tuple[str, int]] = []
        self.client = self.another()

    def another(self) -> httpx.Client:
        """A further client with connections of its own."""
        return httpx.Client(
            base_url=f"{self.connection.url}/json/2/",
            headers={
                "Authorization": f"bearer {self.connection.password}",
                "X-Odoo-Database": self.connection.database,
            },
            verify=trust(self.connection),
            timeout=120,
        )

    def post(self, model: str, method: str, **arguments: Any) -> httpx.Response:
        """The answer as it is."""
        return self.client.post(f"{model}/{method}", json=arguments)

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """The result of a call that must work."""
        answer = self.post(model, method, **arguments)
        assert answer.status_code == 200, f"{model}/{method}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def refused(self, model: str, method: str, **arguments: Any) -> tuple[int, str, str]:
        """Status, error name and message of a call that must fail."""
        answer = self.post(model, method, **arguments)
        assert answer.status_code >= 400, (
            f"{model}/{method} was expected to fail, and gave {answer.text[:300]}"
        )
        body = answer.json()
        assert {"name", "message", "arguments", "context", "debug"} <= set(body)
        return answer.status_code, body["name"], body["message"]

    def make(self, model: str, **values: Any) -> int:
        """The id of a new record, which is taken away at the end where Odoo lets us."""
        [made] = self.call(model, "create", vals_list=[values])
        self._made.append((model, made))
        return int(made)

    def one(self, model: str, record: int, *fields: str) -> dict[str, Any]:
        """A record, archived or not, with many2one as plain ids."""
        [found] = self.find(model, [["id", "=", record]], *fields)
        return found

    def find(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """Records, archived ones too, by id, with many2one as plain ids."""
        found: list[dict[str, Any]] = self.call(
            model,
            "search_read",
            domain=domain,
            fields=list(fields),
            load=None,
            order="id",
            context={"active_test": False},
        )
        return found

    def tidy(self) -> None:
        """What can be deleted is gone, what can be archived is; the rest was booked, and stays."""
        for model, record in reversed(self._made):
            if self.post(model, "unlink", ids=[record]).status_code != 200:
                self.post(model, "write", ids=[record], vals={"active": False})


def product(odoo: Json2, **values: Any) -> int:
    """A new product whose stock is kept."""
    sku = f"{odoo.tag}-{uuid4().hex[:6]}"
    return odoo.make(
        "product.product",
        **{
            "name": f"Contract {sku}",
            "default_code": sku,
            "type": "consu",
            "is_storable": True,
            "list_price": 10.0,
            **values,
        },
    )


def set_stock(odoo: Json2, product_id: int, location: int, quantity: float) -> None:
    """The stock there is so many."""
    odoo.call(
        "stock.quant",
        "create",
        vals_list=[
            {"product_id": product_id, "location_id": location, "inventory_quantity_auto_apply": quantity}
        ],
        context={"inventory_mode": True},
    )


def stock(odoo: Json2, product_id: int) -> tuple[float, float]:
    """On hand and reserved, summed over internal locations."""
    groups = odoo.call(
        "stock.quant",
        "formatted_read_group",
        domain=[["product_id", "=", product_id], ["location_id.usage", "=", "internal"]],
        groupby=["product_id", "location_id"],
        aggregates=["quantity:sum", "reserved_quantity:sum"],
    )
    return sum(g["quantity:sum"] for g in groups), sum(g["reserved_quantity:sum"] for g in groups)


class Books:
    """Journal entries the way the ledger's loader makes them, in accounts that any chart has."""

    def __init__(self, odoo: Json2) -> None:
        self.odoo = odoo
        self.journal = odoo.find(
            "account.journal", [["type", "=", "general"], ["code", "=", "MISC"]], "code"
        )[0]["id"]
        self.debit, self.credit = (
            odoo.find("account.account", [["account_type", "=", kind]], "code")[0]
            for kind in ("asset_current", "income")
        )

    def external_id(self) -> str:
        """A new one."""
        return f"counterflow.contract_{self.odoo.tag}_{uuid4().hex[:10]}"

    def rows(
        self,
        external_id: str,
        amounts: tuple[str, ...] = ("10.00", "-10.00"),
        *,
        date: str = "2026-11-20",
        ref: str = "",
    ) -> list[list[Any]]:
        """An entry in load's form; an amount above 0 is a debit."""
        head = [external_id, "entry", ref or f"Contract {self.odoo.tag}", date, self.journal]
        return [
            [
                *(head if number == 0 else [""] * len(head)),
                f"{external_id}_line_{number + 1}",
                (self.credit if amount.startswith("-") else self.debit)["id"],
                f"line {number + 1}",
                "0.00" if amount.startswith("-") else amount,
                amount[1:] if amount.startswith("-") else "0.00",
            ]
            for number, amount in enumerate(amounts)
        ]

    def load(self, rows: list[list[Any]], client: httpx.Client | None = None) -> dict[str, Any]:
        """What load answers: always 200, with ids or with messages."""
        body = {"fields": ENTRY_FIELDS, "data": rows}
        answer = (client or self.odoo.client).post("account.move/load", json=body)
        assert answer.status_code == 200, answer.text[:500]
        result: dict[str, Any] = answer.json()
        assert set(result) == {"ids", "messages", "nextrow"}
        return result

    def lines(self, entry: int) -> list[dict[str, Any]]:
        """The entry's lines."""
        return self.odoo.find(
            "account.move.line", [["move_id", "=", entry]], "debit", "credit", "account_id", "name"
        )

    def look_up(self, external_id: str) -> int | None:
        """The id of the record that carries it; needs no right to read ir.model.data."""
        module, name = external_id.split(".")
        answer = self.odoo.post("ir.model.data", "check_object_reference", module=module, xml_id=name)
        # false where only Odoo's cache remembers it, from something rolled back
        return (answer.json()[1] or None) if answer.status_code == 200 else None
