"""Both APIs of Canada Post's stand-in: what we send and what it answers are as the official contracts say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from lxml import etree

import sandbox
from connections import canadapost
from connections.canadapost import CanadaPost
from connections.connection import Connection
from connections.errors import Rejected
from tests.contract.canadapost_client import BUFFALO, LYON, MONTREAL, PARCEL, SHOP, label
from tests.contract.conftest import connection_of

DIALECTS = ("json", "xml")
_NUMBER = r"[0-9]+"
# method and path of the JSON API -> its request's and its answer's schema (a list of it: [name])
JSON_CALLS: dict[tuple[str, str], tuple[str | None, str | list[str] | None]] = {
    ("POST", "/rating/v1/prices"): ("priceRequest", ["priceQuote"]),
    ("POST", f"/shipping/v1/{_NUMBER}/{_NUMBER}/shipments"): (
        "createShipmentRequest",
        "createShipmentResponse",
    ),
    ("GET", f"/shipping/v1/{_NUMBER}/{_NUMBER}/shipments"): (None, ["createShipmentResponse"]),
    ("GET", f"/shipping/v1/{_NUMBER}/{_NUMBER}/shipments/{_NUMBER}/price"): (None, "shipmentPrice"),
    ("POST", f"/shipping/v1/{_NUMBER}/{_NUMBER}/manifests"): (None, ["link"]),
    ("GET", f"/tracking/v1/pins/{_NUMBER}/details"): (None, "trackingDetail"),
}


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(orders=5, seed=7, systems=("canadapost",)) as running:
        yield running


def dialect_of(world: sandbox.World, dialect: str) -> Connection:
    connection = connection_of("canadapost", world.connections["canadapost"])
    return replace(connection, extra={**connection.extra, "dialect": dialect, "requests_per_second": 1000})


def everything(client: CanadaPost, tag: str) -> None:
    """Every call, of which some are refused."""
    for place in (MONTREAL, BUFFALO, LYON):
        assert client.rates(SHOP.postal_code, place, PARCEL, True)
        for is_contract in (True, False):
            request = label(f"{tag}:{place.country}:{is_contract}", place, is_contract=is_contract)
            bought = client.buy_label(request)
            assert client.find_label(request.request_id, is_contract) == bought
            client.label_pdf(bought)
    client.transmit([f"g-{tag}:CA:True"], f"{tag}-m", SHOP)
    found = client.find_label(f"{tag}:CA:True", True)
    assert found and found.status == "transmitted"
    client.track(found.tracking_number)
    client.refund(found.shipment_id, "shop@example.ca", True)
    void = client.find_label(f"{tag}:US:True", True)
    assert void
    client.void(void.shipment_id)
    assert client.find_label(f"{tag}:US:True", True) is None
    back = label(f"{tag}:r", SHOP, sender=MONTREAL)
    assert client.label_pdf(client.return_label(back)).startswith(b"%PDF")
    for refused in (
        lambda: client.void(found.shipment_id),
        lambda: client.refund(found.shipment_id, "shop@example.ca", True),
        lambda: client.track("1234567890123456"),
        lambda: client.buy_label(label("x" * 30, replace(MONTREAL, street="9" * 45))),
        lambda: client.transmit(["nothing"], "m2", SHOP),
    ):
        with pytest.raises(Rejected) as told:
            refused()
        assert told.value.code


def test_json_is_as_the_description_says(world: sandbox.World, contracts: Path) -> None:
    file = contracts / "canadapost" / "json" / "canadapost-2026.condensed.openapi.json"
    described = json.loads(file.read_text(), parse_float=Decimal)
    exchanges = world.stand_ins["canadapost"].exchanges  # type: ignore[attr-defined]
    exchanges.clear()
    with canadapost.client(dialect_of(world, "json")) as client:
        everything(client, "j")
    checked = 0
    for exchange in exchanges:
        path = exchange.path.partition("developpeurs")[2]
        calls = [names for (method, pattern), names in JSON_CALLS.items()
                 if method == exchange.method and re.fullmatch(pattern, path)]  # fmt: skip
        if exchange.status >= 400:
            valid(described, "messages", exchange.answer)
            checked += 1
        elif calls:
            if calls[0][0] and exchange.status < 400:
                valid(described, calls[0][0], exchange.body)
            valid(described, calls[0][1], exchange.answer)
            checked += 1
    assert checked > 25


def valid(described: dict[str, Any], schema: str | list[str] | None, body: bytes) -> None:
    assert schema is not None
    name = schema if isinstance(schema, str) else schema[0]
    wanted: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    if isinstance(schema, list):
        wanted = {"type": "array", "items": wanted}
    # the description's dialect is that of draft 4: "exclusiveMinimum": true
    root = {**wanted, "components": described["components"]} if "type" in wanted else {
        "allOf": [wanted], "components": described["components"]
    }  # fmt: skip
    jsonschema.Draft4Validator(root).validate(json.loads(body, parse_float=Decimal))


@cache
def schema_of(folder: Path, namespace: str) -> etree.XMLSchema:
    kind = namespace.rsplit("/", 1)[-1].rsplit("-v", 1)[0]
    files = {"rate": "rating", "authreturn": "authreturn"}
    return etree.XMLSchema(etree.parse(folder / f"{files.get(kind, kind)}.xsd"))


def test_xml_is_as_the_schemas_say(world: sandbox.World, contracts: Path) -> None:
    folder = contracts / "canadapost" / "xsd"
    exchanges = world.stand_ins["canadapost"].exchanges  # type: ignore[attr-defined]
    exchanges.clear()
    with canadapost.client(dialect_of(world, "xml")) as client:
        everything(client, "x")
    checked = 0
    for exchange in exchanges:
        sent = [exchange.body] if exchange.status < 400 else []
        for document in (*sent, exchange.answer):
            if document.startswith(b"<"):
                root = etree.fromstring(document)
                namespace = etree.QName(root).namespace or ""
                if root.tag.endswith("messages") and namespace.endswith("/track"):
                    continue  # told as in the official sample, which no schema describes
                schema = schema_of(folder, namespace)
                assert schema.validate(root), f"{exchange.method} {exchange.path}: {schema.error_log}"
                checked += 1
    assert checked > 40


def test_labels_are_pdfs_of_a_page_with_the_number(world: sandbox.World, tmp_path: Path) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    with canadapost.client(dialect_of(world, "json")) as client:
        bought = client.buy_label(label("pdf"))
        content = client.label_pdf(bought)
        assert content == client.label_pdf(bought)
    document = pdfium.PdfDocument(content)
    assert len(document) == 1
    assert [round(side) for side in document[0].get_size()] == [288, 432]  # four by six inches
    text = document[0].get_textpage().get_text_range()
    assert bought.tracking_number in text and "Montréal" in text


def test_what_is_not_signed_is_refused(world: sandbox.World) -> None:
    url = world.url("canadapost")
    base = f"{url}/prod/devportal-portaildesdeveloppeurs"
    assert httpx.get(f"{base}/tracking/v1/pins/1/details").status_code == 401
    token = httpx.post(f"{base}/cpc-api-native-oauth-provider/oauth2/token", data={"grant_type": "x"})
    assert token.status_code == 401
    assert httpx.get(f"{url}/vis/track/pin/1/detail").status_code == 401
    own = dialect_of(world, "xml")
    starred = httpx.get(f"{url}/vis/track/pin/1/detail", auth=(own.login, own.password))
    assert starred.status_code == 406


def test_a_restart_keeps_what_was_bought(tmp_path: Path) -> None:
    bought = None
    for _ in range(2):
        with sandbox.serve(orders=5, seed=7, systems=("canadapost",), state_dir=tmp_path) as running:
            with canadapost.client(dialect_of(running, "json")) as client:
                bought = bought or client.buy_label(label("kept"))
                assert client.find_label("kept", True) == bought
            assert running.truth["canadapost"]["labels_count"] == 1
