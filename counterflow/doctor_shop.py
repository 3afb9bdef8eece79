"""The doctor's questions to WooCommerce and Stripe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from connections import stripe, woocommerce
from connections.connection import Connection
from connections.errors import CounterflowError, Rejected
from connections.http import Http
from counterflow.findings import Finding, finding_of, good, tried, wrong
from counterflow.settings import Settings
from extractors.stripe import Stripe
from extractors.woocommerce import WooCommerce

_WRITTEN_TO_THE_SHOP = ("stock_levels", "tracking", "backorder_status")
_WOOCOMMERCE_KEY = (
    "In WooCommerce > Settings > Advanced > REST API, make a key with Read/Write for a shop manager"
)
_STRIPE_KEY = "In Stripe's dashboard > Developers > API keys, give the restricted key Read on this resource"
_STRIPE_WRITE = (
    "In Stripe's dashboard > Developers > API keys, give the restricted key Write on PaymentIntents and on"
    " Charges and Refunds"
)


def examine_woocommerce(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Sign-in, the right to read each resource, the right to write, and the currency."""
    with woocommerce.client(connection) as client:
        try:
            client.get("/orders", {"per_page": 1, "_fields": "id"})
        except CounterflowError as error:
            yield finding_of("woocommerce", error, _WOOCOMMERCE_KEY)
            return
        yield good("woocommerce", f"signs in at {connection.url}")
        yield from _readable("woocommerce", client, _woocommerce_paths(), {"per_page": 1}, _WOOCOMMERCE_KEY)
        if chosen is None or any(map(chosen.flows.sends, _WRITTEN_TO_THE_SHOP)):
            # a key that may only read is refused before its empty batch is looked at
            yield tried(
                "woocommerce",
                "the key may write",
                lambda: client.send("POST", "/products/batch", json={"update": []}),
                _WOOCOMMERCE_KEY,
            )
        if chosen:
            yield _shop_currency(client, chosen)


def examine_stripe(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Sign-in, the right to list each resource, and to capture and refund where that is switched on."""
    with stripe.client(connection) as client:
        try:
            client.get("/charges", {"limit": 1})
        except CounterflowError as error:
            yield finding_of("stripe", error, _STRIPE_KEY)
            return
        mode = "live" if "_live_" in connection.password else "test"
        yield good("stripe", f"signs in at {connection.url} ({mode} mode)")
        # events tell which objects changed
        paths = sorted({*(resource.path for resource in Stripe().resources), "/events"})
        yield from _readable("stripe", client, paths, {"limit": 1}, _STRIPE_KEY)
        if chosen is None or chosen.flows.card_captures != "off":
            path = "/payment_intents/pi_of_nobody/capture"
            yield tried("stripe", "the key may capture", lambda: _may_write(client, path), _STRIPE_WRITE)
        if chosen is None or chosen.flows.card_refunds != "off":
            yield tried("stripe", "the key may refund", lambda: _may_write(client, "/refunds"), _STRIPE_WRITE)


def _may_write(client: Http, path: str) -> None:
    """Asked of a payment that does not exist: a key that may write is told so. Misconfigured: it may not."""
    with suppress(Rejected):
        client.send("POST", path, data={"charge": "ch_of_nobody"} if path == "/refunds" else {})


def _woocommerce_paths() -> list[str]:
    return sorted({resource.path for resource in WooCommerce().resources})


def _readable(
    system: str, client: Http, paths: list[str], params: dict[str, int], remedy: str
) -> Iterator[Finding]:
    """One finding for all that can be read, one for each that cannot."""
    closed = []
    for path in paths:
        try:
            client.get(path, params)
        except CounterflowError as error:
            closed.append(finding_of(f"{system} {path}", error, remedy))
    yield from closed
    if len(closed) < len(paths):
        yield good(system, f"{len(paths) - len(closed)} of {len(paths)} resources can be read")


def _shop_currency(client: Http, chosen: Settings) -> Finding:
    try:
        currency = client.get("/settings/general/woocommerce_currency").data["value"]
    except CounterflowError as error:
        return finding_of("woocommerce /settings", error, _WOOCOMMERCE_KEY)
    if currency != chosen.business.currency:
        remedy = "Set business.currency in settings.toml to the shop's, or change it in the shop"
        return wrong(
            "woocommerce",
            f"the shop sells in {currency}, the books are in {chosen.business.currency}",
            remedy,
        )
    return good("woocommerce", f"sells in {currency}")
