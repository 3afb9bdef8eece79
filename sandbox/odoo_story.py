"""The story in the stand-in's database: what its staff did there, at the time they did it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox import odoo_catalogue, odoo_orders, odoo_pickings
from sandbox.odoo_access import STAFF_ID
from sandbox.odoo_accounting import post
from sandbox.odoo_compute import children
from sandbox.odoo_currency import set_rates
from sandbox.odoo_load import find_external, remember
from sandbox.odoo_rates import weekly_rates
from sandbox.odoo_read import Records
from sandbox.odoo_seed_books import account_id
from sandbox.odoo_store import Env, Row, Store
from sandbox.odoo_till import ring_up
from sandbox.odoo_write import create_record, write_records
from sandbox.story import CounterSale, Customer, Sku, Slip, StaffTypedOrder, Story

OPENING = "Opening balance"
GOODS, BANK, OWNER = "121120", "111200", "313000"  # of the chart ca_2023
BANK_CENTS = 2_500_000
_INSTALLED_BEFORE_COUNT = timedelta(days=1)


class StoryLoader:
    """Fills one store. Each step is a transaction of the moment the story gives it."""

    def __init__(self, store: Store, story: Story) -> None:
        self.store = store
        self.story = story
        self.products: dict[str, int] = {}
        self.suppliers: dict[str, int] = {}

    def load(self) -> None:
        """Everything up to the end of the history, in the order in which it happened."""
        env = self._at(self.story.counted_at - _INSTALLED_BEFORE_COUNT)
        self._catalogue(env)
        set_rates(env, weekly_rates(self.story.until.date()))
        env.commit()
        env = self._at(self.story.counted_at)
        self._count(env)
        self._open_books(env)
        env.commit()
        for moment, step, thing in sorted(self._events(), key=lambda event: event[0]):
            env = self._at(moment)
            step(env, thing)
            env.commit()

    def _at(self, moment: datetime) -> Env:
        return Env(self.store, STAFF_ID, {"inventory_mode": True}, now=moment.astimezone(UTC))

    def _events(self) -> Iterable[tuple[datetime, Any, Any]]:
        for sale in self.story.counter_sales:
            yield sale.sold_at, self.sell, sale
        for order in self.story.typed_orders:
            if order.lines:
                yield order.ordered_at, self._type_order, order
                if order.delivered_at:
                    yield order.delivered_at, self._deliver_order, order
        for purchase in self.story.purchase_orders:
            yield purchase.ordered_at, self._buy, purchase
            if purchase.received_at:
                yield purchase.received_at, self._receive, purchase

    def _catalogue(self, env: Env) -> None:
        categories = {
            name: create_record(env, "product.category", {"name": name})
            for name in sorted({sku.category for sku in self.story.all_skus})
        }
        for sku in self.story.all_skus:
            for place, code in enumerate(sku.odoo_codes):
                values = {
                    "name": sku.name,
                    "default_code": code,
                    "barcode": sku.barcode if place == 0 else False,
                    "list_price": sku.price_cents / 100,
                    "standard_price": sku.cost_cents / 100,
                    "weight": sku.weight_g / 1000,
                    "type": "consu",
                    "is_storable": True,
                    "available_in_pos": True,
                    "categ_id": categories[sku.category],
                }
                product = _make(env, f"product_{sku.code}_{place}", "product.product", values)
                self.products.setdefault(sku.code, product)
        self._offers(env)

    def _offers(self, env: Env) -> None:
        for place, supplier in enumerate(self.story.suppliers):
            person = {"name": supplier.name, "email": supplier.email, "is_company": True, "supplier_rank": 1}
            self.suppliers[supplier.name] = _make(env, f"supplier_{place}", "res.partner", person)
        for price in self.story.supplier_prices:
            offer = {
                "partner_id": self.suppliers[price.supplier.name],
                "product_id": self.products[price.sku.code],
                "price": price.price_cents / 100,
                "min_qty": price.minimum,
                "delay": price.supplier.delay_days,
            }
            _make(env, f"price_{price.sku.code}", "product.supplierinfo", offer)
        for rule in self.story.reorder_rules:
            limits = {
                "product_id": self.products[rule.sku.code],
                "product_min_qty": rule.minimum,
                "product_max_qty": rule.maximum,
                "trigger": "manual",
            }
            _make(env, f"reorder_{rule.sku.code}", "stock.warehouse.orderpoint", limits)

    def _count(self, env: Env) -> None:
        place = env.row("stock.warehouse", 1)["lot_stock_id"]
        odoo_catalogue.create_quants(
            Records(env, "stock.quant"),
            [
                {
                    "product_id": self.products[row.sku.code],
                    "location_id": place,
                    "inventory_quantity_auto_apply": row.quantity,
                }
                for row in self.story.opening_stock
                if row.sku.code in self.products
            ],
        )

    def _open_books(self, env: Env) -> None:
        """One posted entry: goods at cost and money in the bank are the owner's."""
        counted = [row for row in self.story.opening_stock if row.sku.code in self.products]
        goods = sum(row.quantity * row.sku.cost_cents for row in counted)
        balances = ((GOODS, goods), (BANK, BANK_CENTS), (OWNER, -goods - BANK_CENTS))
        lines = [
            [0, 0, {"account_id": account_id(env, code), "name": OPENING, "balance": cents / 100}]
            for code, cents in balances
        ]
        move = _make(env, "opening", "account.move", {"ref": OPENING, "line_ids": lines})
        post(env, env.row("account.move", move))
        for line, (code, _) in zip(
            children(env, "account.move.line", "move_id", move), balances, strict=True
        ):
            remember(env, f"maple.opening_{code}", "account.move.line", line["id"])

    def _partner(self, env: Env, person: Customer) -> int:
        name = f"customer_{person.index}"
        known = find_external(env, f"maple.{name}")
        if known:
            return known
        state = next(
            row for row in env.table("res.country.state").rows.values() if row["code"] == person.province
        )
        values = {
            "name": person.company or person.name,
            "email": person.odoo_email,
            "phone": person.phone,
            "street": person.street,
            "city": person.city,
            "zip": person.postcode,
            "state_id": state["id"],
            "country_id": state["country_id"],
        }
        return _make(env, name, "res.partner", values)

    def _type_order(self, env: Env, order: StaffTypedOrder) -> None:
        made = create_record(
            env,
            "sale.order",
            {
                "partner_id": self._partner(env, order.customer),
                "client_order_ref": order.web_order_number or order.ref,
                "order_line": [
                    [
                        0,
                        0,
                        {
                            "product_id": self.products[line.sku.code],
                            "product_uom_qty": line.quantity,
                            "price_unit": line.price_cents / 100,
                        },
                    ]
                    for line in order.lines
                ],
            },
        )
        odoo_orders.action_confirm(Records(env, "sale.order", (made,)))

    def _deliver_order(self, env: Env, order: StaffTypedOrder) -> None:
        table = env.table("sale.order")
        [made] = table.find("client_order_ref", order.web_order_number or order.ref)
        self._move(env, "sale_id", made, [(line.sku, line.delivered) for line in order.lines])

    def _buy(self, env: Env, order: Any) -> None:
        expected = order.expected_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        made = create_record(
            env,
            "purchase.order",
            {
                "partner_id": self.suppliers[order.supplier.name],
                "partner_ref": order.ref,
                "order_line": [
                    [
                        0,
                        0,
                        {
                            "product_id": self.products[line.sku.code],
                            "product_qty": line.quantity,
                            "price_unit": line.price_cents / 100,
                            "date_planned": expected,
                        },
                    ]
                    for line in order.lines
                ],
            },
        )
        if order.state == "purchase":
            odoo_orders.button_confirm(Records(env, "purchase.order", (made,)))

    def postpone(self, env: Env, slip: Slip) -> None:
        """Every line of the purchase order is expected at the slip's moment."""
        order = self._purchase(env, slip.ref)
        lines = [row["id"] for row in children(env, "purchase.order.line", "order_id", order)]
        expected = slip.expected_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        write_records(env, "purchase.order.line", lines, {"date_planned": expected})

    def _receive(self, env: Env, order: Any) -> None:
        made = self._purchase(env, order.ref)
        self._move(env, "purchase_id", made, [(line.sku, line.received) for line in order.lines])

    def _purchase(self, env: Env, ref: str) -> int:
        orders = env.table("purchase.order").rows.values()
        return next(int(row["id"]) for row in orders if row.get("partner_ref") == ref)

    def _move(self, env: Env, link: str, order_id: int, goods: list[tuple[Sku, int]]) -> None:
        """The open picking's goods move as far as the story says; the rest waits in a back order."""
        wanted = [[self.products[sku.code], quantity] for sku, quantity in goods]
        for picking in children(env, "stock.picking", link, order_id):
            moving = False
            for move in children(env, "stock.move", "picking_id", picking["id"]):
                part = next((pair for pair in wanted if pair[0] == move["product_id"]), None)
                if part and part[1]:
                    wanted.remove(part)
                    write_records(env, "stock.move", [move["id"]], {"quantity": part[1], "picked": True})
                    moving = True
            if moving:
                agreed = Env(self.store, env.uid, {"skip_backorder": True}, now=env.now)
                odoo_pickings.button_validate(Records(agreed, "stock.picking", (picking["id"],)))

    def sell(self, env: Env, sale: CounterSale) -> int:
        """The sale is in the till, once; the pos.order's id."""
        partner = self._partner(env, sale.customer) if sale.customer else False
        return ring_up(env, sale, self.products, partner)


def _make(env: Env, name: str, model: str, values: Row) -> int:
    """A new record under an external id of the shop's own; its id."""
    made = create_record(env, model, values)
    remember(env, f"maple.{name}", model, made)
    return made
