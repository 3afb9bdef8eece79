"""Both dialects of Canada Post say the same, and each trouble as the error that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

import sandbox
from connections import canadapost
from connections.canadapost import Address, CanadaPost, Price
from connections.connection import Connection
from connections.errors import Misconfigured, Rejected, Unavailable
from tests.contract.canadapost_client import BUFFALO, LYON, MONTREAL, PARCEL, SHOP, label
from tests.contract.conftest import connection_of

DIALECTS = ("json", "xml")


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as running:
        yield running


@pytest.fixture(params=DIALECTS)
def connection(world: sandbox.World, request: pytest.FixtureRequest) -> Iterator[Connection]:
    given = connection_of("canadapost", world.connections["canadapost"])
    yield replace(given, extra={**given.extra, "dialect": request.param, "requests_per_second": 1000})
    world.clear_faults()


@pytest.fixture
def client(connection: Connection) -> Iterator[CanadaPost]:
    with canadapost.client(connection) as opened:
        yield opened


def number(world: sandbox.World) -> str:
    return str(world.truth["canadapost"]["labels_count"])


def test_prices_are_exact_decimals_and_add_up(client: CanadaPost) -> None:
    for place in (MONTREAL, BUFFALO, LYON):
        for rate in client.rates(SHOP.postal_code, place, PARCEL, True):
            price = rate.price
            assert all(isinstance(value, Decimal) for value in (price.amount, price.total))
            assert price.amount + price.gst + price.hst + price.qst == price.total
            assert -price.total.normalize().as_tuple().exponent <= 2  # type: ignore[operator]


def test_both_dialects_tell_the_same(world: sandbox.World) -> None:
    given = connection_of("canadapost", world.connections["canadapost"])
    told = []
    for dialect in DIALECTS:
        extra = {**given.extra, "dialect": dialect}
        with canadapost.client(replace(given, extra=extra)) as client:
            rates = [client.rates(SHOP.postal_code, place, PARCEL, True) for place in (MONTREAL, BUFFALO)]
            label_ = client.buy_label(label(f"same:{dialect}"))
            tracked = client.buy_label(label(f"plain:{dialect}", is_contract=False)).tracking_number
            events = client.track(tracked)["significantEvents"]
        told.append((rates, label_.price, [event["eventDescription"] for event in events]))
    assert told[0] == told[1]
    assert told[0][1] == Price(
        Decimal("14.11"), Decimal("0.71"), Decimal(0), Decimal("1.41"), Decimal("16.23")
    )


def test_a_label_is_found_by_our_id_only(client: CanadaPost, world: sandbox.World) -> None:
    for is_contract in (True, False):
        key = f"find:{number(world)}"
        assert client.find_label(key, is_contract) is None
        bought = client.buy_label(label(key, is_contract=is_contract))
        assert client.find_label(key, is_contract) == bought
        assert bought.tracking_number and bought.price


def test_another_process_finds_it_too(connection: Connection, world: sandbox.World) -> None:
    for is_contract in (True, False):
        key = f"other:{number(world)}"
        with canadapost.client(connection) as first:
            bought = first.buy_label(label(key, is_contract=is_contract))
        with canadapost.client(connection) as second:
            assert second.find_label(key, is_contract) == bought
            assert second.label_pdf(bought).startswith(b"%PDF-")


def test_throttled_is_unavailable_and_did_nothing(client: CanadaPost, world: sandbox.World) -> None:
    before = number(world)
    world.act("canadapost", "limit", "shipments", most=0)
    try:
        with pytest.raises(Unavailable, match="Rejected by SLM Monitor") as told:
            client.buy_label(label("throttled"))
    finally:
        world.act("canadapost", "limit", "shipments", most=646)
    assert told.value.may_have_worked is False and told.value.retry_after_seconds == 60
    assert number(world) == before


def test_a_time_out_may_have_worked(connection: Connection, world: sandbox.World) -> None:
    with canadapost.client(connection) as client:
        world.fault("canadapost", "dead", method="POST", path="shipment")
        with pytest.raises(Unavailable) as told:
            client.buy_label(label("dead"))
    assert told.value.may_have_worked


@pytest.mark.parametrize("fault", ["500_before", "503_html", "cut_body", "dead"])
def test_what_only_reads_is_asked_again(client: CanadaPost, world: sandbox.World, fault: str) -> None:
    bought = client.buy_label(label(f"read:{fault}:{number(world)}"))
    if fault == "503_html":
        world.fault("canadapost", "malformed_json", method="GET")
    else:
        world.fault("canadapost", fault, method="GET")
    assert client.label_pdf(bought).startswith(b"%PDF-")


def test_a_wrong_key_is_misconfigured(connection: Connection) -> None:
    with (
        canadapost.client(replace(connection, password="wrong")) as client,
        pytest.raises(Misconfigured) as told,
    ):
        client.rates(SHOP.postal_code, MONTREAL, PARCEL, True)
    assert "wrong" not in str(told.value)


def test_a_refusal_names_its_code_and_the_request(client: CanadaPost, connection: Connection) -> None:
    nowhere = replace(MONTREAL, postal_code="QQQ")
    with pytest.raises(Rejected) as told:
        client.rates(SHOP.postal_code, nowhere, PARCEL, True)
    assert told.value.code == "1152" and told.value.status == 400
    assert connection.extra["dialect"] == "xml" or told.value.request_id


def test_an_unknown_number_has_no_history(client: CanadaPost) -> None:
    with pytest.raises(Rejected) as told:
        client.track("7023210000000000")
    assert told.value.code == "004" and told.value.status == 404


def test_a_token_that_lapsed_is_fetched_again(world: sandbox.World) -> None:
    given = connection_of("canadapost", world.connections["canadapost"])
    with canadapost.client(given) as client:
        client.rates(SHOP.postal_code, MONTREAL, PARCEL, True)
        world.act("canadapost", "forget_tokens", "")
        assert client.rates(SHOP.postal_code, MONTREAL, PARCEL, True)


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"customer_number": "", "contract_id": "1"}, "customer_number"),
        ({"customer_number": "12-3", "contract_id": "1"}, "customer_number"),
        ({"customer_number": "123", "dialect": "soap"}, "dialect"),
    ],
)
def test_what_is_missing_in_the_connection_is_named(extra: dict[str, str], says: str) -> None:
    connection = Connection.from_fields("canadapost", host="localhost", password="k", extra=extra)
    with pytest.raises(Misconfigured, match=says):
        canadapost.client(connection)


def test_a_contract_needs_its_number(connection: Connection) -> None:
    bare = {name: value for name, value in connection.extra.items() if name != "contract_id"}
    with (
        canadapost.client(replace(connection, extra=bare)) as client,
        pytest.raises(Misconfigured, match="non_contract"),
    ):
        client.rates(SHOP.postal_code, MONTREAL, PARCEL, True)


@pytest.mark.parametrize(
    ("given", "country", "code"), [("h2x 1y4", "CA", "H2X1Y4"), (" 14201-1234 ", "US", "14201-1234")]
)
def test_postal_codes_as_canada_post_takes_them(given: str, country: str, code: str) -> None:
    assert Address("", "", "", "", given, country).code == code


def test_a_link_elsewhere_is_asked_of_our_own_host() -> None:
    assert canadapost.own_path("https://evil.example/rs/artifact/1/0?x=1") == "/rs/artifact/1/0?x=1"
