"""Prices, labels, manifests, voids and return labels at Canada Post's stand-in, through both dialects."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from connections.canadapost import Price, Rate
from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable
from connections.warehouse import ensure_raw_tables, session
from loaders.canadapost import choose
from loaders.rate_sheet import RateSheet
from tests.contract.conftest import connection_of
from tests.loaders.post import CUSTOMER, SENDER, Post, label, quote

NUMBERS = itertools.count(1)
COLUMNS = (
    "service_code,service_name,zone_label,country_codes,min_weight,max_weight,max_length,max_width,max_height,"
    "rate,currency,transit_days"
)
SHEET = f"""{COLUMNS}
DOM.RP,Regular Parcel,Canada,CA,0.01,5.0,200,130,130,9.99,CAD,4-9
DOM.XP,Xpresspost,Canada,CA,0.01,5.0,200,130,130,14.99,CAD,1-2
INT.XP,Xpresspost International,World,,0.01,5.0,200,130,130,35.99,CAD,4-7
"""


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as running:
        yield running


@pytest.fixture(params=["json", "xml"])
def post(
    world: sandbox.World, module_warehouse: Connection, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Post]:
    given = connection_of("canadapost", world.connections["canadapost"])
    opened = Post(given, module_warehouse, tmp_path / "files", request.param)
    opened.forget()
    yield opened
    world.clear_faults()


@pytest.fixture
def sheet(tmp_path: Path) -> RateSheet:
    file = tmp_path / "rates.csv"
    file.write_text(SHEET)
    return RateSheet.read(file)


def key() -> str:
    return f"woocommerce:{next(NUMBERS)}:1:1"


def truth(world: sandbox.World) -> dict[str, Any]:
    return world.truth["canadapost"]


def rate(code: str, total: str, days: int | None) -> Rate:
    from decimal import Decimal

    amount = Decimal(total)
    return Rate(code, code, Price(amount, Decimal(0), Decimal(0), Decimal(0), amount), days)


SERVICES = [rate("DOM.RP", "14", 8), rate("DOM.EP", "16", 5), rate("DOM.XP", "23", 2)]


@pytest.mark.parametrize(
    ("service", "max_days", "chosen"),
    [
        ("DOM.XP", 9, "DOM.XP"),  # as the customer paid
        (None, 9, "DOM.RP"),  # the cheapest in time
        (None, 6, "DOM.EP"),
        ("DOM.PC", 6, "DOM.EP"),  # paid, and does not go there
        (None, 1, "DOM.XP"),  # none in time: the fastest
    ],
)
def test_the_service_by_rule(service: str | None, max_days: int, chosen: str) -> None:
    rule = {"service": service, "max_days": max_days, "not": []}
    assert choose(SERVICES, rule).service_code == choose(SERVICES[::-1], rule).service_code == chosen


def test_a_service_that_does_not_go_there_is_left_out() -> None:
    rule = {"service": "DOM.XP", "max_days": 1, "not": ["DOM.XP"]}
    assert choose(SERVICES, rule).service_code != "DOM.XP"
    (only,) = [rate for rate in SERVICES if rate.service_code == "DOM.XP"]
    assert choose([only], rule) == only, "a person is asked at the label"


def test_a_quote_has_boxes_service_and_price(post: Post) -> None:
    post.want("quotes", "q:1", quote())
    post.deliver()
    found = post.write("quote", "q:1")
    kept = found["read_back"]
    assert found["status"] == "confirmed" and found["drift"] is None and not kept["is_estimate"]
    assert kept["service_code"] == "DOM.RP" and kept["source"] == "canadapost"
    assert [(box["box"], box["weight_g"]) for box in kept["parcels"]] == [("Small", 1_090)]
    assert kept["parcels"][0]["contents"] == [{"order_line_id": "l1", "quantity": 2}]
    assert [service["service_code"] for service in kept["services"]] == [
        "DOM.RP",
        "DOM.EP",
        "DOM.XP",
        "DOM.PC",
    ]
    assert post.deliver()[0].planned == 0


def test_two_parcels_cost_the_sum_of_both(post: Post) -> None:
    post.want("quotes", "q:2", quote(90, rule={"service": "DOM.EP", "max_days": 9, "not": []}))
    post.deliver()
    kept = post.write("quote", "q:2")["read_back"]
    assert kept["service_code"] == "DOM.EP" and len(kept["parcels"]) == 2
    total = sum(float(parcel["total_amount"]) for parcel in kept["parcels"])
    assert float(kept["total_amount"]) == pytest.approx(total)
    assert sum(item["quantity"] for box in kept["parcels"] for item in box["contents"]) == 90


def test_a_quote_is_asked_anew_when_goods_change(post: Post) -> None:
    post.want("quotes", "q:3", quote(1))
    post.deliver()
    post.want("quotes", "q:3", quote(3))
    post.deliver()
    assert post.write("quote", "q:3")["read_back"]["parcels"][0]["contents"][0]["quantity"] == 3


@pytest.mark.parametrize("trouble", ["dead", "503_html", "429"])
def test_while_it_is_down_the_rate_sheet_prices_and_the_next_run_asks_again(
    post: Post, world: sandbox.World, sheet: RateSheet, trouble: str
) -> None:
    post.sheet = sheet
    post.want("quotes", "q:4", quote())
    world.fault("canadapost", trouble, times=-1, path="price")
    post.deliver("one")
    found = post.write("quote", "q:4")
    assert found["status"] == "confirmed" and found["read_back"]["is_estimate"]
    assert (found["read_back"]["amount"], found["read_back"]["source"]) == ("9.99", "rates.csv")
    assert post.deliver("one")[0].planned == 0, "not again in the same run"
    world.clear_faults()
    post.deliver("two")
    kept = post.write("quote", "q:4")["read_back"]
    assert not kept["is_estimate"] and kept["source"] == "canadapost"
    assert post.deliver("three")[0].planned == 0


def test_throttled_falls_back_too(post: Post, world: sandbox.World, sheet: RateSheet) -> None:
    post.sheet = sheet
    post.want("quotes", "q:5", quote())
    world.act("canadapost", "limit", "rates", most=0)
    try:
        post.deliver()
    finally:
        world.act("canadapost", "limit", "rates", most=840)
    assert post.write("quote", "q:5")["read_back"]["is_estimate"]


def test_down_without_a_rate_sheet_stays_due(post: Post, world: sandbox.World) -> None:
    post.want("quotes", "q:6", quote())
    world.fault("canadapost", "dead", times=-1, path="price")
    with pytest.raises(Unavailable):
        post.deliver()
    assert post.write("quote", "q:6")["status"] == "planned"
    world.clear_faults()
    post.deliver()
    assert post.write("quote", "q:6")["status"] == "confirmed"


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"length_mm": 900}, "too big: one MUG"), ({"weight_g": 31_000}, "too heavy: one MUG")],
)
def test_what_fits_no_box_is_held_by_name(post: Post, changes: dict[str, int], says: str) -> None:
    payload = quote()
    payload["goods"][0] |= changes
    post.want("quotes", "q:7", payload)
    post.deliver()
    found = post.write("quote", "q:7")
    assert (found["status"], found["reason_class"]) == ("held", "needs_person") and says in found["reason"]


def test_a_postal_code_that_is_none_is_refused(post: Post) -> None:
    post.want("quotes", "q:8", quote(destination={"country": "CA", "postal_code": "XXX"}))
    post.deliver()
    assert post.write("quote", "q:8")["status"] == "refused"
    assert "1152" in post.write("quote", "q:8")["reason"]


@pytest.mark.parametrize("is_contract", [True, False])
def test_a_label_is_bought_and_its_file_kept(post: Post, world: sandbox.World, is_contract: bool) -> None:
    before, name = truth(world)["labels_count"], key()
    post.want("labels", name, label(name, is_contract=is_contract))
    post.deliver()
    found = post.write("label", name)
    kept = found["read_back"]
    assert found["status"] == "confirmed" and found["drift"] is None
    assert found["target_name"] == kept["tracking_number"] and kept["total_amount"] > "0"
    assert post.storage.get(kept["document_path"]).startswith(b"%PDF-")
    assert truth(world)["labels_count"] == before + 1
    post.deliver()
    assert truth(world)["labels_count"] == before + 1


def test_what_crosses_the_border_is_declared(post: Post, world: sandbox.World) -> None:
    name = key()
    buffalo = {**CUSTOMER, "street": "5 Elm St", "city": "Buffalo", "province": "NY", "postal_code": "14201",
               "country": "US"}  # fmt: skip
    goods = {"description": "Mug, stoneware", "quantity": 2, "unit_weight_g": 500, "unit_value": "12.50",
             "sku": "MUG", "hs_code": "6912.00", "origin_country": "CA"}  # fmt: skip
    post.want("labels", name, label(name, service_code="USA.EP", destination=buffalo, customs=[goods]))
    post.deliver()
    assert post.write("label", name)["status"] == "confirmed"
    undeclared = key()
    post.want("labels", undeclared, label(undeclared, service_code="USA.EP", destination=buffalo))
    post.deliver()
    assert post.write("label", undeclared)["status"] == "refused"


def test_a_held_label_is_not_bought(post: Post, world: sandbox.World) -> None:
    before, name = truth(world)["labels_count"], key()
    post.want("labels", name, label(name), hold="the price is only an estimate")
    post.deliver()
    assert post.write("label", name)["status"] == "held" and truth(world)["labels_count"] == before


def test_a_refused_label_does_not_stop_the_others(post: Post) -> None:
    good, bad = key(), key()
    post.want("labels", bad, label(bad, destination={**CUSTOMER, "street": "9" * 45}))
    post.want("labels", good, label(good))
    post.deliver()
    assert post.write("label", bad)["status"] == "refused" and "1161" in post.write("label", bad)["reason"]
    assert post.write("label", good)["status"] == "confirmed"


def test_no_box_is_closed_over_an_answer_that_nobody_read(post: Post) -> None:
    order, name = f"woocommerce:{next(NUMBERS)}", key()
    with session(post.warehouse) as opened:
        ensure_raw_tables(opened, "portal", ["answers"])
        opened.execute(
            "insert into settings.flows values ('customer_choice', 'both_ways') on conflict do nothing"
        )
        answer = opened.execute(
            "insert into portal.answers (order_id, answer_number, choice, link_fingerprint)"
            " values (%s, 1, 'wait', 'f') returning answer_id",
            [order],
        ).fetchone()
    post.want("labels", name, label(name, order_id=order))
    post.deliver()
    held = post.write("label", name)
    assert (held["status"], held["reason_class"]) == ("held", "stale_input") and "answered" in held["reason"]
    with session(post.warehouse) as opened:
        assert answer is not None
        opened.execute(
            "insert into raw.portal__answers (key, payload, payload_hash, extracted_at, run_id)"
            " values (%s, '{}', 'h', now(), 'run')",
            [str(answer["answer_id"])],
        )
    post.want("labels", name, label(name, order_id=order))
    post.deliver()
    assert post.write("label", name)["status"] == "confirmed"


def bought(post: Post, **changes: Any) -> tuple[str, dict[str, Any]]:
    name = key()
    post.want("labels", name, label(name, **changes))
    post.deliver()
    return name, post.write("label", name)


def listed(name: str, write: dict[str, Any]) -> dict[str, Any]:
    group = label(name)["group_id"]
    return {"parcel_id": name, "shipment_id_canadapost": write["target_id"], "group_id": group}


def test_a_manifest_hands_over_exactly_its_labels(post: Post, world: sandbox.World) -> None:
    first, second, other = (bought(post) for _ in range(3))
    payload = {
        "parcels": [first[0], second[0]], "sender": SENDER, "labels": [listed(*first), listed(*second)],
    }  # fmt: skip
    before = truth(world)
    manifest = f"manifest:2026-11-24:{next(NUMBERS)}"
    post.want("manifests", manifest, payload)
    post.deliver()
    assert post.write("manifest", manifest)["status"] == "confirmed"
    assert truth(world)["transmitted_count"] == before["transmitted_count"] + 2
    assert truth(world)["manifests_count"] == before["manifests_count"] + 1
    post.deliver()
    assert truth(world)["manifests_count"] == before["manifests_count"] + 1
    assert other


def void(name: str, write: dict[str, Any], is_contract: bool = True) -> dict[str, Any]:
    return {
        "parcel_id": name, "shipment_id_canadapost": write["target_id"],
        "is_contract": is_contract, "email": "shop@example.ca",
    }  # fmt: skip


def test_a_label_that_is_not_handed_over_is_void(post: Post, world: sandbox.World) -> None:
    name, write = bought(post)
    before = truth(world)
    post.want("voids", name, void(name, write))
    post.deliver()
    found = post.write("void", name)
    assert found["status"] == "confirmed" and found["read_back"]["refund_ticket"] is None
    assert truth(world)["voids_count"] == before["voids_count"] + 1


@pytest.mark.parametrize("is_contract", [True, False])
def test_one_that_is_handed_over_is_asked_back(post: Post, world: sandbox.World, is_contract: bool) -> None:
    name, write = bought(post, is_contract=is_contract)
    if is_contract:
        post.want("manifests", f"manifest:2026-11-24:{next(NUMBERS)}",
                  {"parcels": [name], "labels": [listed(name, write)], "sender": SENDER})  # fmt: skip
        post.deliver()
    post.want("voids", name, void(name, write, is_contract))
    world.fault("canadapost", "500_after", method="POST", path="refund")
    post.deliver()
    assert post.write("void", name)["status"] == "unknown"
    post.deliver()
    found = post.write("void", name)
    assert found["status"] == "confirmed" and found["read_back"]["refund_ticket"]


def test_a_return_label_goes_the_other_way(post: Post) -> None:
    name = key()
    payload = label(f"{name}:r", sender={**CUSTOMER}, destination=SENDER, request_id=f"{name}:r",
                    document_path="orders/1001/return-label-1-1.pdf")  # fmt: skip
    post.want("return_labels", f"{name}:return", payload)
    post.deliver()
    found = post.write("return_label", f"{name}:return")
    assert found["status"] == "confirmed" and found["read_back"]["tracking_number"]
    assert post.storage.get("orders/1001/return-label-1-1.pdf").startswith(b"%PDF-")


def test_the_rate_sheet_prices_by_weight_size_and_country(sheet: RateSheet) -> None:
    from connections.canadapost import Parcel

    small = Parcel(1_000, 300, 200, 100)
    assert [rate.service_code for rate in sheet.rates("CA", small)] == ["DOM.RP", "DOM.XP"]
    assert [rate.transit_days for rate in sheet.rates("CA", small)] == [9, 2]
    assert [rate.service_code for rate in sheet.rates("FR", small)] == ["INT.XP"]
    assert sheet.rates("US", small) == []
    assert sheet.rates("CA", Parcel(5_001, 300, 200, 100)) == []
    assert sheet.rates("CA", Parcel(1_000, 2_100, 200, 100)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("9.99", "nine"), "line 2"),
        (("CAD,4-9", "USD,4-9"), "currency is not CAD"),
        ((",rate,", ",price,"), "rate"),
    ],
)
def test_a_rate_sheet_that_is_wrong_is_named(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(SHEET.replace(*change, 1))
    with pytest.raises(Misconfigured, match=says):
        RateSheet.read(file)
    with pytest.raises(Misconfigured, match="cannot be read"):
        RateSheet.read(tmp_path / "absent.csv")
