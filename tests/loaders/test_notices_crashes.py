"""Notes, tracking, backorder texts and deliveries happen once, whatever fails and whoever dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

import sandbox
from connections.connection import Connection
from connections.warehouse import connect
from loaders.base import Loader, deliver
from loaders.odoo_deliveries import Deliveries
from loaders.woocommerce_backorders import BackorderTexts
from loaders.woocommerce_orders import OrderNotes, OrderStatuses
from tests.contract.conftest import connection_of
from tests.contract.deliveries import GUARDS, Parcels
from tests.contract.odoo_client import Json2, stock
from tests.contract.shop_orders import Due
from tests.contract.woocommerce_client import Shop
from tests.loaders.crashes import dying


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    """The shop and the ERP; every test makes its own orders there."""
    with sandbox.serve(orders=5, seed=7, systems=("woocommerce", "odoo")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No client waits longer than a second for an answer."""
    original = httpx.Client.__init__

    def impatient(self: httpx.Client, **options: Any) -> None:
        original(self, **{**options, "timeout": httpx.Timeout(1.0)})

    monkeypatch.setattr(httpx.Client, "__init__", impatient)


class Bench:
    """One warehouse before both systems: makes what is due, delivers it, and counts what came of it."""

    def __init__(self, world: sandbox.World, warehouse: Connection) -> None:
        self.world, self.warehouse = world, warehouse
        self.connections = {
            system: replace(found, extra={**found.extra, "requests_per_second": 1000})
            for system in ("woocommerce", "odoo")
            if (found := connection_of(system, world.connections[system]))
        }
        self.landing = connect(warehouse)
        self.shop = Shop(self.connections["woocommerce"], "crash")
        self.odoo = Json2(self.connections["odoo"], "tcrash")
        self.due = Due(self.landing, warehouse, self.shop)
        [house] = self.odoo.find("stock.warehouse", [], "lot_stock_id")
        self.parcels = Parcels(self.landing, warehouse, self.odoo, house["lot_stock_id"])

    def deliver(self, loader: Loader) -> None:
        """One delivery of that kind of thing."""
        deliver(loader, self.connections[loader.system], self.warehouse, "run", guards=GUARDS)

    def status(self, key: str) -> str:
        """What became of the write; it is as it was wanted."""
        row = self.landing.execute(
            "select status, drift from sync.writes where key = %s and is_current", [key]
        ).fetchone()
        self.landing.commit()
        assert row is not None and row["drift"] is None, row
        return str(row["status"])


@pytest.fixture
def bench(world: sandbox.World, warehouse: Connection) -> Iterator[Bench]:
    made = Bench(world, warehouse)
    yield made
    made.landing.close()
    world.clear_faults()


Made = tuple[str, Callable[[], Any]]  # the key, and what there is to count


def _note(bench: Bench) -> Made:
    order = bench.shop.order(set_paid=True)
    return bench.due.note(order), lambda: len(bench.due.notes(order))


def _status(bench: Bench) -> Made:
    order = bench.shop.order(set_paid=True)
    path = f"/orders/{order['id']}"

    def truth() -> Any:
        items = bench.due.meta(path)["_wc_shipment_tracking_items"]
        return bench.shop.get(path)["status"], len(items), len(bench.due.mails(order))

    return bench.due.status(order, "CP1", status="completed"), truth


def _text(bench: Bench) -> Made:
    product = bench.shop.product(stock_quantity=0)
    path = f"/products/{product['id']}"

    def truth() -> Any:
        rows = [row for row in bench.shop.get(path)["meta_data"] if row["key"].startswith("_counterflow")]
        return bench.shop.get(path)["backorders"], len(rows)

    return bench.due.backorder(product, "2026-12-09"), truth


def _delivery(bench: Bench) -> Made:
    tea = bench.parcels.product()
    order = bench.parcels.order((tea, 3))
    address = {"name": "Ana", "company": "", "street": "9 New Street", "street_2": "", "city": "Ottawa",
               "province": "ON", "postal_code": "K1A 0B1", "country": "CA", "phone": ""}  # fmt: skip

    def truth() -> Any:
        [sale] = bench.odoo.find("sale.order", [["id", "=", order]], "partner_id")
        contacts = bench.odoo.find("res.partner", [["parent_id", "=", sale["partner_id"]]], "name")
        states = [picking["state"] == "done" for picking in bench.parcels.pickings(order)]
        return states, stock(bench.odoo, tea), len(contacts)

    return bench.parcels.due(order, (tea, 2), address=address), truth


KINDS: dict[str, tuple[Loader, Callable[[Bench], Made], Any]] = {
    "note": (OrderNotes(), _note, 1),
    "status": (OrderStatuses(), _status, ("completed", 1, 2)),  # the mails of processing and completed
    "text": (BackorderTexts(), _text, ("notify", 2)),
    "delivery": (Deliveries(), _delivery, ([True, False], (8, 1), 1)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["timeout_after", "500_after", "cut_body", "malformed_json", "500_before"])
def test_an_answer_that_does_not_come(bench: Bench, kind: str, fault: str) -> None:
    loader, make, wanted = KINDS[kind]
    key, truth = make(bench)
    where: dict[str, Any] = {"method": {"status": "PUT"}.get(kind, "POST")}
    if kind == "delivery":
        where["path"] = "button_validate"
    bench.world.fault(loader.system, fault, seconds=2, **where)
    bench.deliver(loader)
    assert bench.status(key) in ("unknown", "confirmed")
    bench.deliver(loader)
    assert (bench.status(key), truth()) == ("confirmed", wanted)
    bench.deliver(loader)
    assert truth() == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_killed_between_any_two_steps(bench: Bench, kind: str) -> None:
    """The process dies before each of its steps in turn; the next one finds its way."""
    loader, make, wanted = KINDS[kind]
    for last in range(15, 200):  # before that nothing is sent yet
        key, truth = make(bench)
        with dying(last) as steps:
            bench.deliver(loader)
        bench.deliver(loader)
        assert (bench.status(key), truth()) == ("confirmed", wanted), f"step {last}"
        if not steps.is_dead:
            break
    assert last > 20


def test_an_odoo_without_its_module_for_carriers(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracking number stands in the note alone."""
    models = bench.world.stand_ins["odoo"].store.models  # type: ignore[attr-defined]
    fields = models["stock.picking"].fields
    for name in ("carrier_id", "carrier_tracking_ref"):
        monkeypatch.delitem(fields, name)
    tea = bench.parcels.product()
    order = bench.parcels.order((tea, 1))
    key = bench.parcels.due(order, (tea, 1), tracking_reference="CP77")
    bench.deliver(Deliveries())
    [picking] = bench.odoo.find("stock.picking", [["sale_id", "=", order]], "state", "note")
    assert bench.status(key) == "confirmed" and picking["state"] == "done" and "CP77" in picking["note"]
