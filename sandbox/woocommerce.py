"""WooCommerce REST API v3 as a real WooCommerce 11 answers, quirks included, over the story's shop.

Money is text with two decimals; times are the site's own (America/Toronto) beside *_gmt; pages by
number, at most 100; past the last page of orders 200 [] with a total of 0. No rate limit. Not here:
webhooks, reports, coupons, categories, shipping zones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.distort import Distortions
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.story import Story, WebOrder
from sandbox.stripe_ids import payment_ids
from sandbox.woocommerce_auth import KEY, SECRET, Doorkeeper
from sandbox.woocommerce_catalogue import Catalogue
from sandbox.woocommerce_customers import CustomerCalls
from sandbox.woocommerce_desk import OrderDesk
from sandbox.woocommerce_http import ALL_METHODS, Answer, Call, Refusal, read_query
from sandbox.woocommerce_money import cents
from sandbox.woocommerce_notes import NoteCalls, Notes
from sandbox.woocommerce_order_calls import OrderCalls
from sandbox.woocommerce_orders import OrderStore
from sandbox.woocommerce_others import OtherCalls
from sandbox.woocommerce_products import ProductCalls
from sandbox.woocommerce_render import order_record

Record = dict[str, Any]
PREFIX = "/wp-json/wc/v3"
_READ, _WRITE = ("GET", "HEAD"), ("PUT", "POST", "PATCH")
_HEADERS = {
    "Server": "nginx/1.22.1",
    "Content-Type": "application/json; charset=UTF-8",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}
Handler = Callable[..., Answer]


class WooCommerce:
    """The stand-in: an ASGI app, and what the story's hours of trade do to it."""

    login = KEY
    password = SECRET

    def __init__(self, story: Story, clock: Clock, journal: Journal) -> None:
        """The shop as the story (and the journal) left it."""
        self.extra: Record = {"base_path": PREFIX, "ca_file": None}
        self.story = story
        self.catalogue = Catalogue(story, clock, journal)
        self.orders = OrderStore(story, journal)
        self.notes = Notes(self.catalogue, clock, journal)
        self.desk = OrderDesk(self.orders, self.catalogue, clock, self.notes)
        self.distortions = Distortions("woocommerce", journal)
        self._order_calls = OrderCalls(self.desk, self.distortions)
        self._doorkeeper = Doorkeeper(clock)
        customers = CustomerCalls(story, self.catalogue, clock, journal)
        products, others = (
            ProductCalls(self.catalogue, clock, self.distortions),
            OtherCalls(story, journal),
        )
        notes = NoteCalls(self.notes, self.orders)
        self._routes = _routes(self._order_calls, notes, products, customers, others)
        self.app = self._answer_asgi

    async def _answer_asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        answer = self._answer(request, body)
        headers = {
            **_HEADERS,
            "Link": f'<{_site(request)}/wp-json/>; rel="https://api.w.org/"',
            **answer.headers,
        }
        response = Response(orjson.dumps(answer.body), answer.status, headers)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Answer:
        try:
            return self._routed(request, body)
        except Refusal as refusal:
            return Answer(refusal.body, refusal.status)

    def _routed(self, request: Request, body: bytes) -> Answer:
        path = request.url.path.rstrip("/")
        own = path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
        matches = [(methods, match, job) for methods, at, job in self._routes if (match := at.fullmatch(own))]
        for methods, match, handler in matches:
            if request.method in methods:
                self._doorkeeper.admit(request)
                call = Call(
                    request.method, own, read_query(request.url.query), _json(body), _site(request) + PREFIX
                )
                answer = handler(call, *(int(part) if part.isdigit() else part for part in match.groups()))
                allowed = {method for methods, _, _ in matches for method in methods}
                answer.headers["Allow"] = ", ".join(method for method in ALL_METHODS if method in allowed)
                return answer
        raise Refusal("rest_no_route", "No route was found matching the URL and request method.", 404)

    def place(self, order: WebOrder) -> Record:
        """An order of the story's trade is placed: in the shop, its goods off the stock."""
        record = order_record(order, *payment_ids(order, self.story.seed))
        self.desk.place(record)
        return record

    def refund_one_of(self, order_id: int, reason: str) -> Record:
        """One piece of the order's first line is refunded, with its tax, and put back on the shelf."""
        record = self._copy(order_id)
        line = record["line_items"][0]
        quantity = line["quantity"]
        taxes = [
            {"id": row["id"], "refund_total": cents(row["total"]) // quantity / 100} for row in line["taxes"]
        ]
        total = cents(line["total"]) // quantity / 100
        given = {"id": line["id"], "quantity": 1, "refund_total": total, "refund_tax": taxes}
        return self.desk.refund(record, {"reason": reason, "line_items": [given]})

    def change(self, order_id: int, fields: Record) -> Record:
        """The order is changed as staff would change it."""
        return self.desk.update(self._copy(order_id), fields)

    def _copy(self, order_id: int) -> Record:
        copy: Record = orjson.loads(orjson.dumps(self.orders.get(order_id)))
        return copy

    def distort(self, kind: str, identity: str, fields: Record, removed: list[str]) -> None:
        """The record is shown wrong (or right again) and has a new date_modified, where its kind has one."""
        number = int(identity)
        found = {
            "order": self.orders.get(number),
            "refund": self.orders.get_refund(number),
            "product": self.catalogue.products.get(number),
            "variation": self.catalogue.variations.get(number),
        }
        record = found.get(kind)
        if record is None:
            raise ValueError(f"woocommerce has no {kind} {identity}")
        self.distortions.set(kind, identity, fields, removed)
        if kind == "order":
            self.change(number, {})
        elif kind != "refund":
            self.catalogue.changed(record)

    def act(self, what: str, identity: str, given: Record) -> Record:
        """Staff do something to an order: `edit_paid_order`, one more piece of its first line.

        Everything else staff can do goes through the API: a PUT of a status, a POST of a refund.
        """
        order_id = int(identity)
        record = self.orders.get(order_id)
        if what != "edit_paid_order" or record is None or not record["date_paid"]:
            raise ValueError(f"woocommerce cannot {what!r} order {identity}")
        line = record["line_items"][0]
        more = int(given.get("pieces", 1))
        return self.change(
            order_id, {"line_items": [{"id": line["id"], "quantity": line["quantity"] + more}]}
        )

    def truth(self) -> Record:
        """Orders with their totals, and the stock of everything that has one, by SKU."""
        every = (*self.catalogue.products.values(), *self.catalogue.variations.values())
        stock = {record["sku"]: record["stock_quantity"] for record in every if record["manage_stock"]}
        return {**self._order_calls.truth(), "stock": stock, "refunds_count": len(self.orders.refunds)}


def build_woocommerce(story: Story, faults: Faults, journal: Journal, clock: Clock) -> WooCommerce:
    """The stand-in; its faults answer a 429 in WordPress's words."""
    faults.too_many_body = (
        b'{"code":"rest_too_many_requests","message":"Too many requests.","data":{"status":429}}'
    )
    return WooCommerce(story, clock, journal)


def _site(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


def _json(body: bytes) -> Record:
    if not body.strip():
        return {}
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal("rest_invalid_json", "Invalid JSON body passed.", 400, json_error_code=4) from None
    return given if isinstance(given, dict) else {}


def _routes(
    orders: OrderCalls,
    notes: NoteCalls,
    products: ProductCalls,
    customers: CustomerCalls,
    others: OtherCalls,
) -> list[tuple[tuple[str, ...], re.Pattern[str], Handler]]:
    table: list[tuple[tuple[str, ...], str, Handler]] = [
        (_READ, "/orders", orders.list_orders),
        (("POST",), "/orders", orders.create_order),
        (_WRITE, "/orders/batch", orders.batch_orders),
        (_READ, r"/orders/(\d+)", orders.get_order),
        (_WRITE, r"/orders/(\d+)", orders.update_order),
        (("DELETE",), r"/orders/(\d+)", orders.delete_order),
        (_READ, r"/orders/(\d+)/refunds", orders.list_order_refunds),
        (("POST",), r"/orders/(\d+)/refunds", orders.create_refund),
        (_READ, r"/orders/(\d+)/refunds/(\d+)", orders.get_refund),
        (("DELETE",), r"/orders/(\d+)/refunds/(\d+)", orders.delete_refund),
        (_READ, r"/orders/(\d+)/notes", notes.list_notes),
        (("POST",), r"/orders/(\d+)/notes", notes.create_note),
        (_READ, r"/orders/(\d+)/notes/(\d+)", notes.get_note),
        (("DELETE",), r"/orders/(\d+)/notes/(\d+)", notes.delete_note),
        (_READ, "/refunds", orders.list_refunds),
        (_READ, "/products", products.list_products),
        (("POST",), "/products", products.create_product),
        (_WRITE, "/products/batch", products.batch_products),
        (_READ, r"/products/(\d+)", products.get_product),
        (_WRITE, r"/products/(\d+)", products.update_product),
        (("DELETE",), r"/products/(\d+)", products.delete_product),
        (_READ, r"/variations", products.list_all_variations),
        (_READ, r"/products/(\d+)/variations", products.list_variations),
        (("POST",), r"/products/(\d+)/variations", products.create_variation),
        (_WRITE, r"/products/(\d+)/variations/batch", products.batch_variations),
        (_READ, r"/products/(\d+)/variations/(\d+)", products.get_variation),
        (_WRITE, r"/products/(\d+)/variations/(\d+)", products.update_variation),
        (("DELETE",), r"/products/(\d+)/variations/(\d+)", products.delete_variation),
        (_READ, "/customers", customers.list_customers),
        (("POST",), "/customers", customers.create_customer),
        (_READ, r"/customers/(\d+)", customers.get_customer),
        (_WRITE, r"/customers/(\d+)", customers.update_customer),
        (("DELETE",), r"/customers/(\d+)", customers.delete_customer),
        (_READ, "/taxes/classes", others.list_tax_classes),
        (_READ, "/taxes", others.list_taxes),
        (("POST",), "/taxes", others.create_tax),
        (_READ, r"/taxes/(\d+)", others.get_tax),
        (_WRITE, r"/taxes/(\d+)", others.update_tax),
        (("DELETE",), r"/taxes/(\d+)", others.delete_tax),
        (_READ, r"/settings/(\w+)", others.list_settings),
        (_READ, r"/settings/(\w+)/(\w+)", others.get_setting),
        (_READ, "/system_status", others.system_status),
    ]
    return [(methods, re.compile(pattern), handler) for methods, pattern, handler in table]
