"""The project's own rules, read from dbt's manifest: who may read what, and what every table must have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from counterflow import dbt
from tests.dbt.conftest import Builder

Node = dict[str, Any]
LAYERS = ("staging", "intermediate", "marts", "outbound")


@pytest.fixture(scope="module")
def manifest(builder: Builder, dbt_home: Path) -> Node:
    builder.parse()
    found: Node = json.loads((dbt.target() / "manifest.json").read_text())
    return found


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def _layer(node: Node) -> str:
    return str(node["fqn"][1])


def test_every_model_stands_in_the_layer_of_its_name(models: dict[str, Node]) -> None:
    prefixes = {"staging": "stg_", "intermediate": "int_", "outbound": "out_"}
    for node in models.values():
        layer, name = _layer(node), node["name"]
        assert node["schema"] == layer, name
        assert name.startswith(prefixes.get(layer, "")), name
        if layer == "marts":
            assert not name.startswith(tuple(prefixes.values())), name


def test_only_staging_reads_sources(models: dict[str, Node]) -> None:
    for node in models.values():
        if _layer(node) != "staging":
            assert not node["sources"], node["name"]


def test_a_layer_reads_itself_and_what_stands_before_it(models: dict[str, Node]) -> None:
    # marts may be asked by a later changed set; what outbound reads is told below
    allowed = {
        "staging": {"staging"},
        "intermediate": {"staging", "intermediate", "marts"},
        "marts": {"staging", "intermediate", "marts"},
    }
    for node in models.values():
        if _layer(node) in allowed:
            read = {_layer(models[name]) for name in node["depends_on"]["nodes"] if name in models}
            assert read <= allowed[_layer(node)], node["name"]


def test_outbound_reads_marts_and_changed_sets_only(models: dict[str, Node]) -> None:
    for node in models.values():
        if _layer(node) == "outbound":
            for name in node["depends_on"]["nodes"]:
                read = models[name]
                assert _layer(read) == "marts" or read["name"].endswith("_changed"), (
                    node["name"],
                    read["name"],
                )


def test_every_column_of_marts_and_outbound_is_described_and_typed(models: dict[str, Node]) -> None:
    for node in models.values():
        assert node["description"], node["name"]
        if _layer(node) in ("marts", "outbound"):
            assert node["config"]["contract"]["enforced"], node["name"]
            for column in node["columns"].values():
                assert column["description"], (node["name"], column["name"])
                assert column["data_type"], (node["name"], column["name"])


def test_every_table_that_is_read_has_its_key_tested(manifest: Node, models: dict[str, Node]) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name") in ("is_key", "unique")
    }
    for name, node in models.items():
        if _layer(node) in ("marts", "outbound") or node["config"]["materialized"] == "incremental":
            is_posting = node["name"].endswith("_posted") and _layer(node) == "intermediate"
            assert name in tested or is_posting or node["name"] in _WITHOUT_KEY, node["name"]


# one row per entry and event: no column of it is a key; posting models have the test `balances` instead
_WITHOUT_KEY = {"int_ledger_events_sent"}


def test_every_increment_names_what_it_replaces_and_finds_it_by_index(models: dict[str, Node]) -> None:
    for node in models.values():
        config = node["config"]
        if config["materialized"] == "incremental":
            assert config["incremental_strategy"] == "replace_changed", node["name"]
            indexed = [index["columns"][0] for index in config["indexes"]]
            assert config["unique_key"] in indexed, node["name"]


def test_every_money_mart_has_an_identity(manifest: Node, models: dict[str, Node]) -> None:
    identities = {
        node["attached_node"].rsplit(".", 1)[-1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node.get("test_metadata", {}).get("name") == "holds"
    }
    money = {
        "orders",
        "order_lines",
        "order_taxes",
        "payments",
        "balance_transactions",
        "payouts",
        "disputes",
        "refunds",
        "ledger_lines_due",
        "ledger_lines",
    }
    assert money <= identities


def test_every_source_is_described_and_every_system_has_a_freshness(manifest: Node) -> None:
    for source in manifest["sources"].values():
        assert source["source_description"] and source["description"], source["name"]
        if source["schema"] == "raw":
            assert source["freshness"]["error_after"]["count"], source["name"]


def test_outbound_models_say_what_they_make_true(models: dict[str, Node]) -> None:
    common = {"write_key", "write_kind", "payload", "payload_hash", "hold_class", "hold_reason", "build_id"}
    for node in models.values():
        if _layer(node) == "outbound":
            assert {"system", "thing"} <= node["config"]["meta"].keys(), node["name"]
            assert common <= node["columns"].keys(), node["name"]
