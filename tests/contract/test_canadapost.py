"""Canada Post through our own client: the account that AIRFLOW_CONN_CANADAPOST names, else our stand-in.

A real account is asked for prices and buys one label, which is void again at once; on the development
environment that costs nothing. `extra.contract_id` missing: without a contract, and the money is asked back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest

from connections import canadapost
from connections.canadapost import CanadaPost, Label, LabelRequest
from connections.connection import Connection, variable
from connections.errors import Misconfigured, Rejected
from tests.contract.canadapost_client import BUFFALO, MONTREAL, PARCEL, SHOP, label
from tests.contract.conftest import connection_of


@pytest.fixture(scope="session")
def connection() -> Iterator[Connection]:
    import os

    if os.environ.get(variable("canadapost")):
        yield Connection.from_env("canadapost")
        return
    import sandbox

    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as world:
        yield connection_of("canadapost", world.connections["canadapost"])


@pytest.fixture(scope="session")
def is_contract(connection: Connection) -> bool:
    return bool(connection.extra.get("contract_id"))


@pytest.fixture(scope="session")
def client(connection: Connection) -> Iterator[CanadaPost]:
    with canadapost.client(connection) as opened:
        yield opened


@pytest.fixture(scope="session")
def request_() -> LabelRequest:
    return label(f"contract-{uuid4().hex[:16]}")


@pytest.fixture(scope="session")
def bought(client: CanadaPost, request_: LabelRequest, is_contract: bool) -> Iterator[Label]:
    made = client.buy_label(replace(request_, is_contract=is_contract))
    yield made
    if is_contract:
        client.void(made.shipment_id)
        assert client.find_label(request_.request_id, is_contract) is None
    else:
        client.refund(made.shipment_id, "shop@example.ca", is_contract)


def test_prices_within_canada_and_to_the_usa(client: CanadaPost, is_contract: bool) -> None:
    home = {rate.service_code: rate for rate in client.rates(SHOP.postal_code, MONTREAL, PARCEL, is_contract)}
    assert {"DOM.EP", "DOM.XP"} <= set(home)
    for rate in home.values():
        assert rate.price.amount + rate.price.gst + rate.price.hst + rate.price.qst == rate.price.total > 0
    assert any(rate.transit_days for rate in home.values())
    abroad = client.rates(SHOP.postal_code, BUFFALO, PARCEL, is_contract)
    assert abroad and all(rate.service_code.startswith("USA.") for rate in abroad)


def test_a_label_has_a_number_a_price_and_a_file(client: CanadaPost, bought: Label) -> None:
    assert 11 <= len(bought.tracking_number) <= 16 and bought.price and bought.price.total > 0
    assert client.label_pdf(bought).startswith(b"%PDF-")


def test_it_is_found_by_our_id(
    client: CanadaPost, bought: Label, request_: LabelRequest, is_contract: bool
) -> None:
    found = client.find_label(request_.request_id, is_contract)
    assert found and (found.shipment_id, found.tracking_number) == (
        bought.shipment_id,
        bought.tracking_number,
    )
    assert client.find_label(f"none-{uuid4().hex[:16]}", is_contract) is None


def test_what_is_wrong_is_refused(client: CanadaPost, is_contract: bool) -> None:
    with pytest.raises(Rejected):
        client.rates(SHOP.postal_code, replace(MONTREAL, postal_code="QQQ QQQ"), PARCEL, is_contract)
    with pytest.raises(Rejected):
        client.track("1234567890123456")


def test_a_wrong_key_is_misconfigured(connection: Connection, is_contract: bool) -> None:
    wrong = replace(connection, password="x" * 20)
    with canadapost.client(wrong) as stranger, pytest.raises(Misconfigured):
        stranger.rates(SHOP.postal_code, MONTREAL, PARCEL, is_contract)
