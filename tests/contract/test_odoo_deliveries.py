"""Our shipments on a whole Odoo, real or ours: what left the shelf is done there, once, with its tracking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connections.connection import Connection
from connections.warehouse import connect
from loaders.planning import Hold
from tests.contract.conftest import Relay
from tests.contract.deliveries import Parcels
from tests.contract.odoo_client import Json2, stock

MONTREAL: dict[str, Any] = {
    "name": "Zoé Tremblay",
    "company": "",
    "street": "200 Rue Sainte-Catherine",
    "street_2": "App. 4",
    "city": "Montréal",
    "province": "QC",
    "postal_code": "H2X 1L4",
    "country": "CA",
    "phone": "514 555 0101",
}


@pytest.fixture
def parcels(warehouse: Connection, odoo: Json2, warehouse_location: int) -> Iterator[Parcels]:
    with connect(warehouse) as landing:
        yield Parcels(landing, warehouse, odoo, warehouse_location)


def test_what_was_shipped_is_done_with_its_tracking(parcels: Parcels, odoo: Json2) -> None:
    tea, pot = parcels.product(), parcels.product()
    order = parcels.order((tea, 3), (pot, 1))
    key = parcels.due(order, (tea, 3), (pot, 1), tracking_reference="1234567890123456")
    assert parcels.deliver().confirmed == 1
    [picking] = parcels.pickings(order)
    assert (picking["state"], picking["carrier_tracking_ref"]) == ("done", "1234567890123456")
    assert parcels.moved(picking["id"]) == {tea: 3, pot: 1}
    assert f"[{key}]" in picking["note"] and "Canada Post 1234567890123456" in picking["note"]
    assert stock(odoo, tea) == (7, 0) and stock(odoo, pot) == (9, 0)
    write = parcels.write(key)
    assert (write["status"], write["drift"], write["target_id"]) == ("confirmed", None, str(picking["id"]))
    assert parcels.deliver().planned == 0


def test_a_part_leaves_the_rest_in_a_back_order_which_the_next_parcel_takes(
    parcels: Parcels, odoo: Json2
) -> None:
    tea, pot = parcels.product(), parcels.product()
    order = parcels.order((tea, 3), (pot, 1))
    first = parcels.due(order, (tea, 2))
    assert parcels.deliver().confirmed == 1
    done, rest = parcels.pickings(order)
    assert (done["state"], rest["backorder_id"]) == ("done", done["id"]) and rest["state"] != "done"
    assert parcels.moved(done["id"]) == {tea: 2}
    assert not rest["carrier_tracking_ref"]
    assert stock(odoo, tea) == (8, 1) and stock(odoo, pot) == (10, 1)

    second = parcels.due(order, (tea, 1), (pot, 1), number=2)
    assert parcels.deliver().confirmed == 1
    done, rest = parcels.pickings(order)
    assert rest["state"] == "done" and parcels.moved(rest["id"]) == {tea: 1, pot: 1}
    assert f"[{first}]" not in rest["note"] and f"[{second}]" in rest["note"]
    assert [parcels.write(key)["target_id"] for key in (first, second)] == [str(done["id"]), str(rest["id"])]
    assert stock(odoo, tea) == (7, 0) and stock(odoo, pot) == (9, 0)


def test_two_parcels_of_one_order_in_one_delivery(parcels: Parcels) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 5))
    keys = [parcels.due(order, (tea, 2)), parcels.due(order, (tea, 3), number=2)]
    assert parcels.deliver().confirmed == 2
    assert [parcels.status(key)[0] for key in keys] == ["confirmed", "confirmed"]
    assert [parcels.moved(picking["id"]) for picking in parcels.pickings(order)] == [{tea: 2}, {tea: 3}]


def test_words_in_the_note_stay(parcels: Parcels, odoo: Json2) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 2))
    [picking] = parcels.pickings(order)
    odoo.call("stock.picking", "write", ids=[picking["id"]], vals={"note": "<p>Ring twice</p>"})
    parcels.due(order, (tea, 1))
    parcels.deliver()
    parcels.due(order, (tea, 1), number=2)
    parcels.deliver()
    for picking in parcels.pickings(order):
        assert picking["note"].count("Ring twice") == 1 and picking["note"].count("[woocommerce:") == 1


@pytest.mark.parametrize("step", ["stock.picking/write", "stock.picking/button_validate", "res.partner/load"])
def test_an_answer_that_is_lost_ships_nothing_twice(
    parcels: Parcels, odoo: Json2, relay: Callable[[Connection], Relay], step: str
) -> None:
    hop = relay(odoo.connection)
    tea = parcels.product()
    order = parcels.order((tea, 3))
    key = parcels.due(order, (tea, 2), address={**MONTREAL, "street": f"1 {odoo.tag} {step[:9]}"})
    hop.swallow_next(step)
    assert parcels.deliver(hop.connection).unknown == 1
    assert parcels.status(key) == ("unknown", "retry")
    assert parcels.deliver(hop.connection).confirmed == 1
    assert parcels.status(key)[0] == "confirmed"
    done, rest = parcels.pickings(order)
    assert (done["state"], parcels.moved(done["id"])) == ("done", {tea: 2})
    assert rest["state"] != "done" and stock(odoo, tea) == (8, 1)
    [sale] = odoo.find("sale.order", [["id", "=", order]], "partner_id")
    assert len(odoo.find("res.partner", [["parent_id", "=", sale["partner_id"]]], "name")) == 1


def test_what_was_done_by_hand_is_left_alone(parcels: Parcels, odoo: Json2) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 3))
    key = parcels.due(order, (tea, 2))
    [picking] = parcels.pickings(order)
    parcels.by_hand(picking["id"], (tea, 2))
    assert parcels.deliver().held == 1
    assert parcels.status(key) == ("held", "stale_input") and picking["name"] in parcels.write(key)["reason"]
    assert [row["state"] == "done" for row in parcels.pickings(order)] == [True, False]
    assert stock(odoo, tea) == (8, 1)


def test_what_was_done_by_hand_and_is_known_of_does_not_stop_the_next(parcels: Parcels) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 3))
    [picking] = parcels.pickings(order)
    parcels.by_hand(picking["id"], (tea, 2))
    key = parcels.due(order, (tea, 1), number=2, known=[picking["id"]])
    assert parcels.deliver().confirmed == 1
    assert parcels.write(key)["target_id"] == str(parcels.pickings(order)[1]["id"])


def test_a_back_order_of_ours_done_by_hand_is_not_taken_for_ours(parcels: Parcels) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 3))
    first = parcels.due(order, (tea, 1))
    parcels.deliver()
    parcels.by_hand(parcels.pickings(order)[1]["id"], (tea, 1))  # its note is a copy of the first's
    second = parcels.due(order, (tea, 2), number=2)
    assert parcels.deliver().held == 1
    assert parcels.status(second) == ("held", "stale_input")
    assert parcels.status(first)[0] == "confirmed"


def test_more_than_odoo_asks_for_waits_for_a_person(parcels: Parcels, odoo: Json2) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 1))
    key = parcels.due(order, (tea, 2))
    assert parcels.deliver().held == 1
    assert parcels.status(key) == ("held", "needs_person") and "1 more" in parcels.write(key)["reason"]
    assert stock(odoo, tea) == (10, 1)


def test_an_order_that_is_only_a_quotation_waits_for_a_person(parcels: Parcels) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 1), is_confirmed=False)
    key = parcels.due(order, (tea, 1))
    assert parcels.deliver().held == 1
    assert parcels.status(key) == ("held", "needs_person") and "draft" in parcels.write(key)["reason"]


def test_off_holds_and_later_releases(parcels: Parcels) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 1))
    key = parcels.due(order, (tea, 1))
    assert parcels.deliver(hold_all=Hold("switch", "flow deliveries is off")).held == 1
    assert parcels.status(key) == ("held", "switch") and parcels.pickings(order)[0]["state"] != "done"
    assert parcels.deliver().confirmed == 1
    assert parcels.pickings(order)[0]["state"] == "done"


def test_the_delivery_address_is_made_once_and_stands_on_order_and_picking(
    parcels: Parcels, odoo: Json2
) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 2))
    parcels.due(order, (tea, 1), address=MONTREAL)
    parcels.due(order, (tea, 1), number=2, address={**MONTREAL, "city": "MONTRÉAL"})
    assert parcels.deliver().confirmed == 2
    [sale] = odoo.find("sale.order", [["id", "=", order]], "partner_id", "partner_shipping_id")
    contact = odoo.one(
        "res.partner",
        sale["partner_shipping_id"],
        "name",
        "street",
        "street2",
        "city",
        "zip",
        "parent_id",
        "type",
    )
    assert contact["parent_id"] == sale["partner_id"] and contact["type"] == "delivery"
    assert (contact["street"], contact["street2"], contact["city"], contact["zip"]) == (
        "200 Rue Sainte-Catherine",
        "App. 4",
        "Montréal",
        "H2X 1L4",
    )
    assert {row["partner_id"] for row in parcels.pickings(order)} == {contact["id"]}
    assert len(odoo.find("res.partner", [["parent_id", "=", sale["partner_id"]]], "name")) == 1


def test_the_customers_own_address_needs_no_contact(parcels: Parcels, odoo: Json2) -> None:
    tea = parcels.product()
    order = parcels.order((tea, 1))
    own = {"street": "1 old street ", "street_2": None, "city": "TORONTO", "postal_code": "m5v2t6"}
    parcels.due(order, (tea, 1), address={**MONTREAL, **own, "province": None, "country": None})
    assert parcels.deliver().confirmed == 1
    [sale] = odoo.find("sale.order", [["id", "=", order]], "partner_id", "partner_shipping_id")
    assert sale["partner_shipping_id"] == sale["partner_id"]


def test_odoos_own_delivery_method_of_the_carrier_is_named(parcels: Parcels, odoo: Json2) -> None:
    service = odoo.make("product.product", name=f"Post {odoo.tag}", type="service")
    values = {"delivery_type": "fixed", "product_id": service}
    method = odoo.make("delivery.carrier", name=f"Canada Post {odoo.tag}", **values)
    tea = parcels.product()
    order = parcels.order((tea, 1))
    parcels.due(order, (tea, 1), carrier=f"Canada Post {odoo.tag}", service=None)
    assert parcels.deliver().confirmed == 1
    assert parcels.pickings(order)[0]["carrier_id"] == method
