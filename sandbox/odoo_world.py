"""The story's back office, set up in any Odoo 19 over JSON-2, the way its own staff would do it.

    python -m sandbox.odoo_world set-up --orders 50 --seed 7     everything up to the end of the history
    python -m sandbox.odoo_world trade --hour 0 --seed 7         an hour after it: counter sales, delays

The Odoo is the one in AIRFLOW_CONN_ODOO. Both bring in the bank's statement up to now: with the payouts of
the Stripe in AIRFLOW_CONN_STRIPE, or the story's own. ODOO_BOOKKEEPER is a file that holds a connection whose
user may set currency rates, where the other may not. Both can be repeated: records carry external ids, orders
their own references, till sales their uuid, and stock is counted only where there never was any.
"""

from __future__ import annotations

import argparse
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sandbox.bank import BankLine
from sandbox.odoo_rates import weekly_rates
from sandbox.odoo_world_bank import bring_in, set_rates, statement
from sandbox.odoo_world_books import open_books
from sandbox.odoo_world_calls import Odoo, Row, batches, odoo_time
from sandbox.odoo_world_till import Till
from sandbox.story import Story
from sandbox.story_things import CounterSale, Customer, PurchaseLine, SaleLine, Sku, Slip, StaffTypedOrder

# Without these Odoo answers 200 with a question (a back order? a text message?) and moves nothing.
NO_QUESTIONS = {"skip_backorder": True, "skip_sms": True}


class OdooWorld:
    """The story in one Odoo."""

    def __init__(self, connection: str, story: Story, bookkeeper: str | None = None) -> None:
        """`bookkeeper`: how one signs in who may set currency rates, where the other user may not."""
        self.odoo = Odoo(connection)
        self.bookkeeper = Odoo(bookkeeper) if bookkeeper else self.odoo
        self.story = story
        [warehouse] = self.odoo.find("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id")
        self.stock_location: int = warehouse["lot_stock_id"]
        self.products = self._products()

    def set_up(self, bank: Sequence[BankLine] = ()) -> None:
        """All of it stands, up to the end of the history, and these lines in the bank journal."""
        set_rates(self.bookkeeper, weekly_rates(self.story.until.date()))
        self._opening_stock()
        goods = sum(
            row.quantity * row.sku.cost_cents for row in self.story.opening_stock if row.sku.odoo_codes
        )
        open_books(self.odoo, self.story.counted_at, goods)
        self._suppliers()
        self._purchases()
        self._typed_orders()
        self.sell(self.story.counter_sales)
        bring_in(self.odoo, bank)

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
            {
                "id": f"maple.supplier_{place}",
                "name": row.name,
                "email": row.email,
                "is_company": "1",
                "supplier_rank": 1,
            }
            for place, row in enumerate(self.story.suppliers)
        ]
        return dict(
            zip([row.name for row in self.story.suppliers], self.odoo.load("res.partner", rows), strict=True)
        )

    def _purchases(self) -> None:
        """Purchase orders: confirmed where they were, and received as far as they were."""
        suppliers = self._supplier_ids()
        there = {
            row["partner_ref"]: row for row in self.odoo.find("purchase.order", [], "partner_ref", "state")
        }
        for order in self.story.purchase_orders:
            if order.ref not in there:
                expected = odoo_time(order.expected_at)
                values = {
                    "partner_id": suppliers[order.supplier.name],
                    "partner_ref": order.ref,
                    "date_order": odoo_time(order.ordered_at),
                    "order_line": [[0, 0, self._purchase_line(line, expected)] for line in order.lines],
                }
                [made] = self.odoo.call("purchase.order", "create", vals_list=[values])
                there[order.ref] = {"id": made, "state": "draft"}
            row = there[order.ref]
            if order.state == "purchase" and row["state"] == "draft":
                self.odoo.call("purchase.order", "button_confirm", ids=[row["id"]])
            received = {row["id"]: [(line.sku, line.received) for line in order.lines]}
            self._move("purchase.order.line", "purchase_line_id", received)

    def _purchase_line(self, line: PurchaseLine, expected: str) -> Row:
        return {
            "product_id": self.products[line.sku.code],
            "product_qty": line.quantity,
            "price_unit": line.price_cents / 100,
            "date_planned": expected,
        }

    def postpone(self, slips: Iterable[Slip]) -> None:
        """Every line of those purchase orders is expected at the slip's moment."""
        for slip in slips:
            lines = self.odoo.find("purchase.order.line", [["order_id.partner_ref", "=", slip.ref]])
            when = {"date_planned": odoo_time(slip.expected_at)}
            self.odoo.call("purchase.order.line", "write", ids=[line["id"] for line in lines], vals=when)

    def _typed_orders(self) -> None:
        """Sale orders, confirmed, and delivered as far as they were."""
        fields = ("client_order_ref", "state")
        there = {row["client_order_ref"]: row for row in self.odoo.find("sale.order", [], *fields)}
        typed = {
            order.web_order_number or order.ref: order for order in self.story.typed_orders if order.lines
        }
        missing = [order for ref, order in typed.items() if ref not in there]
        partners = self._partners(order.customer for order in missing)
        for part in batches(missing):
            self.odoo.call("sale.order", "create", vals_list=[self._sale(order, partners) for order in part])
        ours = self.odoo.find("sale.order", [["client_order_ref", "in", list(typed)]], *fields)
        for rows in batches(row for row in ours if row["state"] == "draft"):
            self.odoo.call("sale.order", "action_confirm", ids=[row["id"] for row in rows])
            dates = [(row["id"], typed[row["client_order_ref"]].ordered_at) for row in rows]
            # Confirming has dated them today.
            self.odoo.load("sale.order", [{".id": made, "date_order": odoo_time(at)} for made, at in dates])
        for rows in batches(ours):
            delivered = {
                row["id"]: [(line.sku, line.delivered) for line in typed[row["client_order_ref"]].lines]
                for row in rows
            }
            self._move("sale.order.line", "sale_line_id", delivered)

    def _sale(self, order: StaffTypedOrder, partners: dict[int, int]) -> Row:
        return {
            "partner_id": partners[order.customer.index],
            "client_order_ref": order.web_order_number or order.ref,
            "order_line": [[0, 0, self._sale_line(line)] for line in order.lines],
        }

    def _sale_line(self, line: SaleLine) -> Row:
        return {
            "product_id": self.products[line.sku.code],
            "product_uom_qty": line.quantity,
            "price_unit": line.price_cents / 100,
        }

    def _move(self, line_model: str, line_field: str, orders: dict[int, list[tuple[Sku, int]]]) -> None:
        """The orders' goods have moved as far as their lines say, the rest waits in a back order.

        Orders of which anything has moved before are left alone.
        """
        lines = self.odoo.find(line_model, [["order_id", "in", list(orders)]], "order_id")
        order_of = {line["id"]: line["order_id"] for line in lines}
        fields = ("product_id", "picking_id", "state", line_field)
        moves = self.odoo.find("stock.move", [[line_field, "in", list(order_of)]], *fields)
        begun = {order_of[move[line_field]] for move in moves if move["state"] == "done"}
        due = {
            (order, self.products[sku.code]): quantity
            for order, goods in orders.items()
            for sku, quantity in goods
            if order not in begun and quantity
        }
        by_quantity: dict[int, list[int]] = defaultdict(list)
        pickings: set[int] = set()
        for move in moves:
            quantity = due.pop((order_of[move[line_field]], move["product_id"]), 0)
            if quantity:
                by_quantity[quantity].append(move["id"])
                pickings.add(move["picking_id"])
        for quantity, ids in by_quantity.items():
            self.odoo.call("stock.move", "write", ids=ids, vals={"quantity": quantity, "picked": True})
        for part in batches(sorted(pickings)):
            done = self.odoo.call("stock.picking", "button_validate", ids=part, context=NO_QUESTIONS)
            if done is not True:
                raise RuntimeError(
                    f"stock.picking/button_validate: not done, Odoo asks for {done.get('res_model')}"
                )

    def sell(self, sales: Sequence[CounterSale]) -> None:
        """The sales are in the till, each once; their goods have left the stock."""
        if sales:
            partners = self._partners(sale.customer for sale in sales if sale.customer)
            Till(self.odoo, self.products).sell(sales, partners)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.odoo_world", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("set-up", "trade"))
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hour", type=int, default=0)
    options = parser.parse_args()
    story = Story(orders=options.orders, seed=options.seed)
    bookkeeper = os.environ.get("ODOO_BOOKKEEPER")
    keeper = Path(bookkeeper).read_text() if bookkeeper else None
    world = OdooWorld(os.environ["AIRFLOW_CONN_ODOO"], story, keeper)
    bank = statement(story, os.environ.get("AIRFLOW_CONN_STRIPE"))
    if options.action == "set-up":
        world.set_up(bank)
    else:
        hour = story.trade_hour(options.hour, datetime.now(UTC), 0)
        world.postpone(hour.slips)
        world.sell(hour.counter_sales)
        bring_in(world.odoo, bank)


if __name__ == "__main__":
    main()
