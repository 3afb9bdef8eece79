"""Ledger entries that are due, for the Odoo suite: outbound rows without the models that make them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from connections.connection import Connection
from connections.warehouse import Warehouse, begin_build, finish_build
from loaders.base import DeliverySummary, deliver
from loaders.odoo import LedgerEntries
from loaders.planning import Guards
from tests.contract.odoo_client import Books

GUARDS = Guards(most_rows=1000, most_money=1_000_000, most_to_zero=10)


class Ledger:
    """Entries that are due in one warehouse."""

    def __init__(self, landing: Warehouse, warehouse: Connection, books: Books) -> None:
        self.landing, self.warehouse, self.books = landing, warehouse, books

    def due(
        self,
        amounts: tuple[str, ...] = ("126.56", "-112.00", "-14.56"),
        currencies: dict[str, tuple[str, str]] | None = None,
        **changes: Any,
    ) -> str:
        """One more outbound row, of a new build; its key (and external id, without the module).

        currencies: by line_key, the currency and the signed amount in it.
        """
        external_id = self.books.external_id()
        key = external_id.partition(".")[2]
        lines = [
            {
                "line_key": str(number),
                "role": "sales",
                "account_code": (self.books.credit if amount.startswith("-") else self.books.debit)["code"],
                "name": f"line {number}",
                "debit": "0.00" if amount.startswith("-") else amount,
                "credit": amount[1:] if amount.startswith("-") else "0.00",
            }
            for number, amount in enumerate(amounts, 1)
        ]
        for line in lines:
            if currencies:
                line["currency"], line["currency_amount"] = currencies[line["line_key"]]
        payload = {
            "external_id": external_id,
            "ref": f"Web order {key}",
            "date": "2026-11-20",
            "currency": "CAD",
            "lines": lines,
            **changes,
        }
        build_id = begin_build(self.landing, "run")["build_id"]
        self.landing.execute(
            """
            insert into outbound.out_odoo__ledger_entries
            values (%s, 'posting', %s, md5(%s::jsonb::text), null, null, %s, %s)
            """,
            [key, Jsonb(payload), Jsonb(payload), build_id, Decimal("126.56")],
        )
        finish_build(self.landing, build_id, succeeded=True)
        self.landing.commit()
        return key

    def deliver(self, connection: Connection | None = None, *, plan_only: bool = False) -> DeliverySummary:
        """One delivery."""
        return deliver(
            LedgerEntries(),
            connection or self.books.odoo.connection,
            self.warehouse,
            "run",
            guards=GUARDS,
            plan_only=plan_only,
        )

    def write(self, key: str) -> dict[str, Any]:
        """The record of the write."""
        row = self.landing.execute(
            "select * from sync.writes where key = %s and is_current", [key]
        ).fetchone()
        self.landing.commit()
        assert row is not None
        return row

    def payload(self, key: str) -> dict[str, Any]:
        """The outbound row's entry."""
        row = self.landing.execute(
            "select payload from outbound.out_odoo__ledger_entries where write_key = %s", [key]
        ).fetchone()
        self.landing.commit()
        assert row is not None
        payload: dict[str, Any] = row["payload"]
        return payload

    def entries(self, key: str) -> list[dict[str, Any]]:
        """What is in the books."""
        return self.books.odoo.find(
            "account.move", [["ref", "=", f"Web order {key}"]], "state", "date", "name"
        )
