"""Every shape the stand-ins answer with, against real servers' own answers and schemas."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import stripe

import sandbox

# Which of our addresses answers in the shape of which of the real server's files.
SHAPES = {
    "/orders?per_page=100": "order_*.json orders_page1.json",
    "/orders?per_page=100&page=2": "order_*.json orders_page1.json",
    "/refunds?per_page=100": "refunds_all_page.json",
    "/products?per_page=100": "product_simple.json product_variable.json",
    "/products?sku=85099B": "variation_by_sku.json",
    "/products/52/variations": "product_variations.json",
    "/customers?per_page=100": "customer.json",
    "/taxes?per_page=100": "taxes.json",
    "/taxes/classes": "tax_classes.json",
}
# Stripe gives these only where there is something to say.
SOMETIMES = {"refund": {"failure_balance_transaction", "failure_reason", "pending_reason"}}
# Only some records have these, and the story's all lack them or all have them.
NOT_COMPARED = (".meta_data[]", ".attributes[]", ".categories[]", ".lab_struct")


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    """Enough orders for every kind of them."""
    with sandbox.serve(orders=160, seed=7, systems=("woocommerce", "stripe")) as running:
        yield running


def keys_by_place(value: Any, place: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """(place, key set) of every object in a value."""
    if isinstance(value, dict):
        yield place, frozenset(value)
        for key, item in value.items():
            yield from keys_by_place(item, f"{place}.{key}")
    elif isinstance(value, list):
        for item in value:
            yield from keys_by_place(item, f"{place}[]")


def real_records(contracts: Path, patterns: str) -> list[Any]:
    records: list[Any] = []
    for pattern in patterns.split():
        for file in (contracts / "woocommerce" / "server").glob(pattern):
            given = json.loads(file.read_text())
            if file.name not in ("order_notes.json", "order_refunds.json"):
                records += given if isinstance(given, list) else [given]
    return records


@pytest.mark.parametrize("path", SHAPES)
def test_woocommerce_records_have_the_real_servers_keys(contracts: Path, shop: Any, path: str) -> None:
    real: dict[str, set[frozenset[str]]] = {}
    for known in real_records(contracts, SHAPES[path]):
        for place, keys in keys_by_place(known):
            real.setdefault(place, set()).add(keys)
    ours = shop.get(path)
    assert ours
    for record in ours:
        for place, keys in keys_by_place(record):
            if place in real and not place.endswith(NOT_COMPARED):
                links = place == "._links"  # guests' orders have no link to a customer
                own = keys - {"gift_cards"} if not place else keys  # of the extension, which is not on there
                assert own in real[place] or (links and own | {"customer"} in real[place]), (place, keys)


def relaxed(schema: Any) -> Any:
    """The server's schema with its own words in JSON Schema's (null, date-time and mixed as it uses them)."""
    if isinstance(schema, list):
        return [relaxed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: relaxed(item) for key, item in schema.items() if key not in ("format", "readonly", "context")
    }
    kind = schema.get("type")
    if isinstance(kind, str):
        kinds = {
            "date-time": ["string", "null"],
            "mixed": None,
            "float": ["number"],
            "bool": ["boolean"],
        }.get(kind, [kind, "null"])
        result.pop("type")
        if kinds:
            result["type"] = kinds
    if isinstance(schema.get("required"), bool):
        result.pop("required")
    if "enum" in result:
        result["enum"] = [*result["enum"], "trash", None, ""]
    return result


@pytest.mark.parametrize(
    ("path", "schema", "real"),
    [
        ("/orders?per_page=100", "schema_orders.json", "order_*.json"),
        ("/orders?per_page=100&page=2", "schema_orders.json", "order_*.json"),
        ("/refunds?per_page=100", "schema_refunds.json", "refunds_all_page.json"),
        ("/products?per_page=100", "schema_products.json", "product_simple.json product_variable.json"),
        ("/customers?per_page=100", "schema_customers.json", "customer.json"),
    ],
)
def test_woocommerce_records_meet_the_servers_schema(
    contracts: Path, shop: Any, path: str, schema: str, real: str
) -> None:
    rules = json.loads((contracts / "woocommerce" / "server" / schema).read_text())["schema"]
    rules["properties"] = {k: v for k, v in rules["properties"].items() if k not in ("image", "images")}
    validator = jsonschema.Draft4Validator(relaxed(rules))

    def breaches(records: list[Any]) -> set[str]:
        found = (error for record in records for error in validator.iter_errors(record))
        return {
            f"{'.'.join(str(p) for p in error.path if not isinstance(p, int))}: {error.validator}"
            for error in found
        }

    assert breaches(shop.get(path)) <= breaches(real_records(contracts, real))


@pytest.fixture(scope="session")
def stripe_schemas(contracts: Path) -> dict[str, Any]:
    with gzip.open(contracts / "stripe" / "component-schemas-2023-08-16.normalised.json.gz") as file:
        schemas: dict[str, Any] = json.load(file)
    return schemas


STRIPE = ("charges", "payment_intents", "refunds", "balance_transactions", "payouts", "disputes", "events")


@pytest.mark.parametrize("name", STRIPE)
def test_stripe_objects_meet_schema_and_fixture(
    contracts: Path,
    stripe_schemas: dict[str, Any],
    world: sandbox.World,
    cards: stripe.StripeClient,
    name: str,
) -> None:
    kind = name.removesuffix("s")
    world.trade_hour()
    validator = jsonschema.Draft202012Validator({**stripe_schemas, "$ref": f"#/components/schemas/{kind}"})
    fixtures = json.loads((contracts / "stripe" / "fixtures3-2026-07.json").read_text())["resources"]
    service = getattr(cards.v1, name)
    for record in service.list({"limit": 100}).auto_paging_iter():
        plain = json.loads(json.dumps(record.to_dict()))
        errors = [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(plain)]
        assert not errors, errors
        # Old ways to pay, and a list that has to be asked for.
        absent = {"source", "refunds"} if kind == "charge" else set()
        assert set(plain) - SOMETIMES.get(kind, set()) == set(fixtures[kind]) - absent
