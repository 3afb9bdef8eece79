"""The stand-ins on free ports, and clients that sign as a shop's integrator does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from oauthlib.oauth1 import Client

import sandbox
from sandbox.woocommerce_auth import KEY, SECRET

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"


class Shop:
    """A client of the WooCommerce stand-in: OAuth over http, Basic over TLS."""

    def __init__(self, url: str, key: str = KEY, secret: str = SECRET, ca_file: str | None = None) -> None:
        self.base = f"{url}/wp-json/wc/v3"
        self._signer = Client(key, secret, signature_type="QUERY", signature_method="HMAC-SHA256")
        tls = url.startswith("https")
        self._http = httpx.Client(auth=(key, secret) if tls else None, verify=_context(ca_file), timeout=10)
        self._tls = tls

    def request(self, method: str, path: str, json: Any = None) -> httpx.Response:
        url = self.base + path
        if not self._tls:
            url = self._signer.sign(url, method)[0]
        return self._http.request(method, url, json=json)

    def get(self, path: str) -> Any:
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, json: Any) -> Any:
        answer = self.request("POST", path, json)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def put(self, path: str, json: Any) -> Any:
        answer = self.request("PUT", path, json)
        assert answer.status_code == 200, answer.text
        return answer.json()


def _context(ca_file: str | None) -> Any:
    import ssl

    return ssl.create_default_context(cafile=ca_file) if ca_file else True


@pytest.fixture
def shop_client() -> Any:
    """Makes a client of any WooCommerce stand-in."""
    return Shop


@pytest.fixture
def world() -> Iterator[sandbox.World]:
    """WooCommerce and Stripe over a story of 60 orders, fresh for each test."""
    with sandbox.serve(orders=60, seed=7, systems=("woocommerce", "stripe")) as running:
        yield running


@pytest.fixture
def shop(world: sandbox.World) -> Shop:
    """A client of this world's shop."""
    return Shop(world.url("woocommerce"))


@pytest.fixture
def cards(world: sandbox.World) -> stripe.StripeClient:
    """Stripe's own client, pointed at this world's stand-in."""
    password = world.stand_ins["stripe"].password
    return stripe.StripeClient(password, base_addresses={"api": world.url("stripe")}, max_network_retries=0)


@pytest.fixture(scope="session")
def contracts() -> Path:
    """Real servers' own answers; what needs them is skipped, with the reason, where they are not at hand."""
    if not CONTRACTS.is_dir():
        pytest.skip(f"the real servers' answers are not at hand ({CONTRACTS})")
    return CONTRACTS
