"""Over TLS with a private authority: named in the connection's extra it is trusted, else nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import sandbox
from connections.errors import Misconfigured
from extractors.odoo import Odoo
from extractors.stripe import Stripe
from extractors.woocommerce import WooCommerce
from tests.contract.conftest import connection_of

READ: list[tuple[Any, str]] = [(WooCommerce(), "taxes"), (Odoo(), "account_journal"), (Stripe(), "payouts")]


@pytest.fixture(scope="module")
def connections() -> Iterator[dict[str, str]]:
    with sandbox.serve(orders=20, seed=7, tls=True) as world:
        yield world.connections


@pytest.mark.parametrize(("extractor", "name"), READ, ids=[extractor.system for extractor, _ in READ])
def test_a_private_authority_is_trusted_where_it_is_named(
    connections: dict[str, str], extractor: Any, name: str
) -> None:
    [resource] = [resource for resource in extractor.resources if resource.name == name]
    text = connections[extractor.system]
    with extractor.open(connection_of(extractor.system, text)) as client:
        assert sum(len(page.records) for page in extractor.read(client, resource, None)) > 0
    fields = json.loads(text)
    fields["extra"]["ca_file"] = None
    stranger = extractor.open(connection_of(extractor.system, json.dumps(fields)))
    with stranger as client, pytest.raises(Misconfigured, match="not trusted"):
        list(extractor.read(client, resource, None))
    fields["extra"]["ca_file"] = "/nonexistent/ca.pem"
    with pytest.raises(Misconfigured, match="cannot be read"):
        extractor.open(connection_of(extractor.system, json.dumps(fields)))
