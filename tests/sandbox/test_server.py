from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

import sandbox

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(*arguments: str) -> Iterator[dict[str, Any]]:
    """`python -m sandbox`, and what it printed; told to end afterwards."""
    command = [sys.executable, "-m", "sandbox", "--systems", "woocommerce,stripe", *arguments]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        yield json.loads(running.stdout.readline())
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert running.stdout is not None
        running.stdout.close()


def test_an_hour_of_trade_happens_in_every_system(
    world: sandbox.World, shop: Any, cards: stripe.StripeClient
) -> None:
    stock = world.truth["woocommerce"]["stock"]
    payouts = len(cards.v1.payouts.list({"limit": 100}).data)
    hour = world.trade_hour()
    assert hour["web_orders"] == list(range(1001, 1007))
    order = shop.get("/orders/1001")
    assert (order["status"], order["payment_method"], len(order["line_items"])) == ("processing", "stripe", 2)
    assert [line["rate_code"] for line in order["tax_lines"]] == ["CA-ON-HST-1"]
    charge = cards.v1.charges.retrieve(order["transaction_id"])
    assert f"{charge.amount / 100:.2f}" == order["total"]
    assert charge.metadata["order_id"] == "1001"
    assert charge.payment_intent == order["meta_data"][0]["value"]
    assert cards.v1.balance_transactions.retrieve(str(charge.balance_transaction)).status == "pending"
    assert len(cards.v1.payouts.list({"limit": 100}).data) == payouts + 1
    after = world.truth["woocommerce"]["stock"]
    for line in order["line_items"]:
        assert after[line["sku"]] < stock[line["sku"]]
    refund = hour["refunded"]
    assert shop.get(f"/orders/{refund['order_id']}")["refunds"][0]["id"] == refund["refund_id"]
    newest = cards.v1.refunds.list({"limit": 1}).data[0]
    assert f"{newest.amount / 100:.2f}" == refund["amount"]
    assert newest.metadata and newest.metadata.to_dict() == {
        "order_id": str(refund["order_id"]),
        "refund_id": str(refund["refund_id"]),
    }
    assert shop.get(f"/orders/{hour['edited']}")["customer_note"]
    assert shop.get(f"/orders/{hour['cancelled']}")["status"] == "cancelled"
    changed = shop.get(f"/orders?per_page=100&modified_after={world.story.until:%Y-%m-%dT%H:%M:%S}Z")
    touched = {refund["order_id"], hour["edited"], hour["cancelled"], *hour["web_orders"]}
    assert {record["id"] for record in changed} == touched
    assert world.trade_hour()["web_orders"] == list(range(1007, 1013))


def test_a_driver_of_a_real_odoo_can_repeat_the_counter_sales(world: sandbox.World) -> None:
    answer = httpx.post(world.url("stripe") + "/_sandbox/trade").json()
    sale = answer["counter_sales"][0]
    assert sale["lines"] == [{"sku": "22423", "odoo_code": "22423", "quantity": 1, "price": "12.75"}]
    assert sale["payment"] in ("cash", "card")


def test_the_process_says_where_it_listens_and_ends_when_told() -> None:
    with process("--orders", "50", "--seed", "3") as told:
        assert set(told["urls"]) == {"woocommerce", "stripe"}
        connection = json.loads(told["connections"]["woocommerce"])
        assert connection["extra"]["base_path"] == "/wp-json/wc/v3"
        truth = httpx.get(told["urls"]["woocommerce"] + "/_sandbox/truth").json()
        assert truth["orders_count"] == 50


def test_a_restarted_process_goes_on_where_it_was(tmp_path: Path, shop_client: Any) -> None:
    state = ("--orders", "50", "--state-dir", str(tmp_path / "state"))
    with process(*state) as told:
        httpx.post(told["urls"]["woocommerce"] + "/_sandbox/trade")
        shop = shop_client(told["urls"]["woocommerce"])
        shop.put("/products/12", {"stock_quantity": 4})
        shop.request("DELETE", "/orders/955?force=true")
        shop.post("/customers", {"email": "kept@example.com"})
        before = {name: httpx.get(url + "/_sandbox/truth").json() for name, url in told["urls"].items()}
        listed = [order["id"] for order in shop.get("/orders?orderby=modified&per_page=100")]
    with process(*state) as told:
        after = {name: httpx.get(url + "/_sandbox/truth").json() for name, url in told["urls"].items()}
        assert after == before
        shop = shop_client(told["urls"]["woocommerce"])
        assert [order["id"] for order in shop.get("/orders?orderby=modified&per_page=100")] == listed
        assert len(shop.get("/customers?email=kept@example.com")) == 1
        hour = httpx.post(told["urls"]["woocommerce"] + "/_sandbox/trade").json()
        assert (hour["hour"], hour["web_orders"][0]) == (1, 1007)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [(["--orders", "0"], 2, "1 to 1000000"), (["--woocommerce-port", "1"], 1, "cannot listen")],
)
def test_what_cannot_be_is_said(arguments: list[str], code: int, message: str) -> None:
    if code == 1 and os.geteuid() == 0:
        with sandbox.serve(orders=5, systems=("stripe",)) as other:
            arguments = ["--woocommerce-port", str(other.ports["stripe"])]
            done = run(arguments)
    else:
        done = run(arguments)
    assert done.returncode == code
    assert message in done.stderr


def test_state_of_another_story_is_refused(tmp_path: Path) -> None:
    with sandbox.serve(orders=5, systems=("stripe",), state_dir=tmp_path):
        pass
    done = run(["--orders", "6", "--state-dir", str(tmp_path)])
    assert done.returncode == 2
    assert "another story" in done.stderr


def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", "--systems", "woocommerce", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_a_counter_sale_is_off_odoos_stock_and_unknown_to_the_shop() -> None:
    with sandbox.serve(orders=50, seed=7) as everywhere:
        before = everywhere.truth
        hour = everywhere.trade_hour()
        after = everywhere.truth
    sold: dict[str, int] = {}
    for sale in hour["counter_sales"]:
        for line in sale["lines"]:
            sold[line["odoo_code"]] = sold.get(line["odoo_code"], 0) + line["quantity"]
    for code, quantity in sold.items():
        assert before["odoo"]["stock"][code] - after["odoo"]["stock"][code] == quantity
    with sandbox.serve(orders=50, seed=7, systems=("woocommerce",)) as without_counter:
        without_counter.trade_hour()
        assert without_counter.truth["woocommerce"]["stock"] == after["woocommerce"]["stock"]
