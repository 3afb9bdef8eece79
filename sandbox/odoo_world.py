"""The story's back office, set up in any Odoo 19 over JSON-2, the way its own staff would do it.

    python -m sandbox.odoo_world set-up --orders 60 --seed 7     everything up to the end of the history
    python -m sandbox.odoo_world trade --hour 0 --seed 7         the counter sales of an hour after it

The Odoo is the one in AIRFLOW_CONN_ODOO. Both can be repeated: records carry external ids, orders
their own references, till sales their uuid, and stock is counted only where there never was any.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from sandbox.story import Story
from sandbox.story_things import CounterSale, Customer, PurchaseLine, SaleLine, Sku, Supplier

BATCH = 100
TILL_TAX_PERCENT = 13  # Ontario HST
Row = dict[str, Any]


class Odoo:
    """JSON-2 calls. One call is one transaction."""

    def __init__(self, connection: str) -> None:
        """`connection` is the JSON of an AIRFLOW_CONN_ODOO."""
        fields = json.loads(connection)
        extra = fields.get("extra", {})
        self._client = httpx.Client(
            base_url=f"{fields['schema']}://{fields['host']}:{fields['port']}/json/2/",
            headers={"Authorization": f"bearer {fields['password']}", "X-Odoo-Database": extra["database"]},
            verify=extra.get("ca_file") or True,
            timeout=300,
        )

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """The method's result; RuntimeError with Odoo's own words where it refuses."""
        answer = self._client.post(f"{model}/{method}", json=arguments)
        if answer.status_code != 200:
            raise RuntimeError(f"{model}/{method}: HTTP {answer.status_code} {answer.json().get('message')}")
        return answer.json()

    def find(self, model: str, domain: list[Any], *fields: str) -> list[Row]:
        """The records, archived ones too, many2one as plain ids."""
        found: list[Row] = self.call(
            model, "search_read", domain=domain, fields=list(fields), load=None, context={"active_test": False}
        )
        return found

    def load(self, model: str, rows: Sequence[Row]) -> list[int]:
        """The ids of records made, or made the same again, by their external ids (key `id` of a row)."""
        ids: list[int] = []
        for part in batches(rows):
            fields = list(part[0])
            result = self.call(model, "load", fields=fields, data=[[row[field] for field in fields] for row in part])
            if not result["ids"]:
                raise RuntimeError(f"{model}/load: {result['messages'][0]['message']}")
            ids += result["ids"]
        return ids


def batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows, BATCH at a time."""
    rows = list(rows)
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


class OdooWorld:
    """The story in one Odoo."""

    def __init__(self, connection: str, story: Story) -> None:
        self.odoo = Odoo(connection)
        self.story = story
        [warehouse] = self.odoo.find("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id")
        self.stock_location: int = warehouse["lot_stock_id"]
        self.products = self._products()

    def set_up(self) -> None:
        """All of it stands, up to the end of the history."""
        self._opening_stock()
        self._suppliers()
        self._purchases()
        self._typed_orders()
        self.sell(self.story.counter_sales)

    def _products(self) -> dict[str, int]:
        """Sku code -> its first product in Odoo. A Sku that Odoo knows under two records gets both."""
        rows = [
            {
                "id": f"maple.product_{sku.code}_{place}",
                "name": sku.name,
                "default_code": code,
                "barcode": sku.barcode if place == 0 else "",
                "list_price": sku.price_cents / 100,
                "standard_price": sku.cost_cents / 100,
                "weight": sku.weight_g / 1000,
                "type": "consu",
                "is_storable": "1",
                "available_in_pos": "1",
            }
            for sku in self.story.all_skus
            for place, code in enumerate(sku.odoo_codes)
        ]
        ids = self.odoo.load("product.product", rows)
        first = [str(row["id"]).endswith("_0") for row in rows]
        codes = [sku.code for sku in self.story.all_skus for _ in sku.odoo_codes]
        return {code: product for code, product, is_first in zip(codes, ids, first, strict=True) if is_first}

    def _partners(self, people: Iterable[Customer]) -> dict[int, int]:
        """Customer index -> partner id."""
        customers = {person.index: person for person in people}
        if not customers:
            return {}
        states = self.odoo.find("res.country.state", [["country_id.code", "=", "CA"]], "code", "country_id")
        provinces = {state["code"]: state for state in states}
        rows = [
            {
                "id": f"maple.customer_{person.index}",
                "name": person.company or person.name,
                "email": person.odoo_email,
                "phone": person.phone,
                "street": person.street,
                "city": person.city,
                "zip": person.postcode,
                "state_id/.id": provinces[person.province]["id"],
                "country_id/.id": provinces[person.province]["country_id"],
            }
            for person in customers.values()
        ]
        return dict(zip(customers, self.odoo.load("res.partner", rows), strict=True))

    def _opening_stock(self) -> None:
        """The count, for products whose stock was never touched."""
        touched = {row["product_id"] for row in self.odoo.find("stock.quant", [], "product_id")}
        counted = [
            {
                "product_id": self.products[row.sku.code],
                "location_id": self.stock_location,
                "inventory_quantity_auto_apply": row.quantity,
            }
            for row in self.story.opening_stock
            if row.sku.code in self.products and self.products[row.sku.code] not in touched
        ]
        for part in batches(counted):
            self.odoo.call("stock.quant", "create", vals_list=part, context={"inventory_mode": True})

    def _suppliers(self) -> None:
        """Suppliers, who supplies what, and the reordering rules (by hand: Odoo buys nothing by itself)."""
        suppliers = self._supplier_ids()
        templates = {row["id"]: row["product_tmpl_id"] for row in self.odoo.find(
            "product.product", [["id", "in", list(self.products.values())]], "product_tmpl_id"
        )}  # fmt: skip
        self.odoo.load(
            "product.supplierinfo",
            [
                {
                    "id": f"maple.price_{row.sku.code}",
                    "partner_id/.id": suppliers[row.supplier.name],
                    "product_tmpl_id/.id": templates[self.products[row.sku.code]],
                    "product_id/.id": self.products[row.sku.code],
                    "price": row.price_cents / 100,
                    "min_qty": row.minimum,
                    "delay": row.supplier.delay_days,
                }
                for row in self.story.supplier_prices
            ],
        )
        self.odoo.load(
            "stock.warehouse.orderpoint",
            [
                {
                    "id": f"maple.reorder_{row.sku.code}",
                    "product_id/.id": self.products[row.sku.code],
                    "location_id/.id": self.stock_location,
                    "product_min_qty": row.minimum,
                    "product_max_qty": row.maximum,
                    "trigger": "manual",
                }
                for row in self.story.reorder_rules
            ],
        )

    def _supplier_ids(self) -> dict[str, int]:
        rows = [
            {"id": f"maple.supplier_{place}", "name": row.name, "email": row.email, "is_company": "1", "supplier_rank": 1}
            for place, row in enumerate(self.story.suppliers)
        ]
        return dict(zip([row.name for row in self.story.suppliers], self.odoo.load("res.partner", rows), strict=True))

    def _purchases(self) -> None:
        """Purchase orders not there yet: confirmed where they were, and received as far as they were."""
        there = {row["partner_ref"] for row in self.odoo.find("purchase.order", [], "partner_ref")}
        suppliers = self._supplier_ids()
        for order in self.story.purchase_orders:
            if order.ref in there:
                continue
            [made] = self.odoo.call(
                "purchase.order",
                "create",
                vals_list=[
                    {
                        "partner_id": suppliers[order.supplier.name],
                        "partner_ref": order.ref,
                        "date_order": odoo_time(order.ordered_at),
                        "order_line": [
                            [0, 0, self._purchase_line(line, odoo_time(order.expected_at))] for line in order.lines
                        ],
                    }
                ],
            )
            if order.state == "purchase":
                self.odoo.call("purchase.order", "button_confirm", ids=[made])
                self._move("purchase_line_id.order_id", {made: [(line.sku, line.received) for line in order.lines]})

    def _purchase_line(self, line: PurchaseLine, expected: str) -> Row:
        return {
            "product_id": self.products[line.sku.code],
            "product_qty": line.quantity,
            "price_unit": line.price_cents / 100,
            "date_planned": expected,
        }

    def _typed_orders(self) -> None:
        """Sale orders not there yet, confirmed, and delivered as far as they were."""
        there = {row["client_order_ref"] for row in self.odoo.find("sale.order", [], "client_order_ref")}
        typed = [
            order for order in self.story.typed_orders if (order.web_order_number or order.ref) not in there and order.lines
        ]
        partners = self._partners(order.customer for order in typed)
        for part in batches(typed):
            orders = [
                {
                    "partner_id": partners[order.customer.index],
                    "client_order_ref": order.web_order_number or order.ref,
                    "order_line": [[0, 0, self._sale_line(line)] for line in order.lines],
                }
                for order in part
            ]
            ids = self.odoo.call("sale.order", "create", vals_list=orders)
            self.odoo.call("sale.order", "action_confirm", ids=ids)
            self._move(
                "sale_line_id.order_id",
                {
                    made: [(line.sku, line.delivered) for line in order.lines]
                    for made, order in zip(ids, part, strict=True)
                },
            )
            self.odoo.load(  # confirming dates an order today
                "sale.order",
                [
                    {".id": made, "date_order": odoo_time(order.ordered_at)}
                    for made, order in zip(ids, part, strict=True)
                ],
            )

    def _sale_line(self, line: SaleLine) -> Row:
        return {
            "product_id": self.products[line.sku.code],
            "product_uom_qty": line.quantity,
            "price_unit": line.price_cents / 100,
        }

    def _move(self, order_field: str, orders: dict[int, list[tuple[Sku, int]]]) -> None:
        """The orders' goods move as far as their lines say; the rest waits in a back order."""
        line_field = order_field.split(".")[0]
        moves = self.odoo.find("stock.move", [[order_field, "in", list(orders)]], "product_id", "picking_id", line_field)
        lines = self.odoo.find(
            "sale.order.line" if line_field == "sale_line_id" else "purchase.order.line",
            [["order_id", "in", list(orders)]],
            "order_id",
        )
        order_of = {line["id"]: line["order_id"] for line in lines}
        waiting = {
            (order, self.products[sku.code]): quantity for order, goods in orders.items() for sku, quantity in goods
        }
        by_quantity: dict[int, list[int]] = defaultdict(list)
        pickings: set[int] = set()
        for move in moves:
            quantity = waiting.pop((order_of[move[line_field]], move["product_id"]), 0)
            if quantity:
                by_quantity[quantity].append(move["id"])
                pickings.add(move["picking_id"])
        for quantity, ids in by_quantity.items():
            self.odoo.call("stock.move", "write", ids=ids, vals={"quantity": quantity, "picked": True})
        for part in batches(sorted(pickings)):
            self.odoo.call("stock.picking", "button_validate", ids=part, context={"skip_backorder": True})

    def sell(self, sales: Sequence[CounterSale]) -> None:
        """The sales are in the till, each once; their goods have left the stock."""
        if not sales:
            return
        partners = self._partners(sale.customer for sale in sales if sale.customer)
        till = self._till()
        for part in batches(sales):
            orders = [self._till_order(sale, till, partners) for sale in part]
            self.odoo.call("pos.order", "sync_from_ui", orders=orders)

    def _till(self) -> Row:
        """The open session of the first till, its payment methods and the tax of what is sold there."""
        user = self.odoo.call("res.users", "context_get")["uid"]
        [config, *_] = self.odoo.find("pos.config", [], "payment_method_ids")
        methods = self.odoo.find("pos.payment.method", [["id", "in", config["payment_method_ids"]]], "type")
        taxes = self.odoo.find(
            "account.tax",
            [["type_tax_use", "=", "sale"], ["amount_type", "=", "percent"], ["amount", "=", TILL_TAX_PERCENT]],
            "name",
        )
        sessions = self.odoo.find(
            "pos.session", [["state", "!=", "closed"], ["config_id", "=", config["id"]]], "state"
        )
        session = sessions[0]["id"] if sessions else self.odoo.call(
            "pos.session", "create", vals_list=[{"config_id": config["id"], "user_id": user}]
        )[0]  # fmt: skip
        if not sessions or sessions[0]["state"] == "opening_control":
            self.odoo.call("pos.session", "set_opening_control", ids=[session], cashbox_value=200, notes="")
        return {
            "session": session,
            "user": user,
            "tax": taxes[0]["id"],
            "cash": next(row["id"] for row in methods if row["type"] == "cash"),
            "card": next(row["id"] for row in methods if row["type"] == "bank"),
        }

    def _till_order(self, sale: CounterSale, till: Row, partners: dict[int, int]) -> Row:
        """What the till's own program sends for a sale that is paid."""
        sold_at = odoo_time(sale.sold_at)
        lines, taxes, total = [], 0, 0
        for place, line in enumerate(sale.lines):
            cents = line.quantity * line.price_cents
            tax = (cents * TILL_TAX_PERCENT + 50) // 100
            taxes, total = taxes + tax, total + cents + tax
            lines.append(
                {
                    "uuid": _uuid(sale.ref, f"line {place}"),
                    "product_id": self.products[line.sku.code],
                    "qty": line.quantity,
                    "price_unit": line.price_cents / 100,
                    "discount": 0,
                    "tax_ids": [[6, 0, [till["tax"]]]],
                    "price_subtotal": cents / 100,
                    "price_subtotal_incl": (cents + tax) / 100,
                }
            )
        payment = {
            "uuid": _uuid(sale.ref, "payment"),
            "name": sold_at,
            "payment_method_id": till[sale.payment],
            "amount": total / 100,
        }
        return {
            "uuid": _uuid(sale.ref, "order"),
            "access_token": _uuid(sale.ref, "access"),
            "pos_reference": sale.ref,
            "session_id": till["session"],
            "user_id": till["user"],
            "partner_id": partners[sale.customer.index] if sale.customer else False,
            "date_order": sold_at,
            "lines": [[0, 0, line] for line in lines],
            "payment_ids": [[0, 0, payment]],
            "amount_total": total / 100,
            "amount_tax": taxes / 100,
            "amount_paid": total / 100,
            "amount_return": 0,
            "state": "paid",
            "to_invoice": False,
        }


def odoo_time(moment: datetime) -> str:
    """UTC as Odoo writes it, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _uuid(ref: str, part: str) -> str:
    """The same for the same sale: what makes a repeated sale one sale."""
    return str(uuid5(NAMESPACE_URL, f"maple-lane/{ref}/{part}"))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.odoo_world", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("set-up", "trade"))
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hour", type=int, default=0)
    options = parser.parse_args()
    story = Story(orders=options.orders, seed=options.seed)
    world = OdooWorld(os.environ["AIRFLOW_CONN_ODOO"], story)
    if options.action == "set-up":
        world.set_up()
    else:
        world.sell(story.trade_hour(options.hour, datetime.now(UTC), 0).counter_sales)


if __name__ == "__main__":
    main()
