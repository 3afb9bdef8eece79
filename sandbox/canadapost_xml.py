"""The stand-in's XML API: which call is which."""

from __future__ import annotations

import re

from sandbox import canadapost_answers as answers
from sandbox import canadapost_documents as documents
from sandbox.canadapost_store import Refusal, Store

_PLAIN = re.compile(r"^/rs/(\d+)/ncshipment(?:/(\w+)(?:/(details|receipt|refund))?)?$")
_SHIPMENTS = re.compile(r"^/rs/(\d+)/(\d+)/shipment(?:/(\w+)(?:/(price|refund))?)?$")
_OTHERS = re.compile(r"^/rs/(\d+)/(\d+)/(manifest|authorizedreturn)$")
_TRACKING = re.compile(r"^/vis/track/pin/(\w+)/detail$")


def answer(
    store: Store, customer: str, url: str, method: str, path: str, query: dict[str, str], body: bytes
) -> tuple[int, bytes]:
    """Status and document of a call. Refusal."""
    base = f"{url}/rs/{customer}/{customer}"
    if method == "POST" and path == "/rs/ship/price":
        return 200, answers.rates(documents.read(body, "mailing-scenario"), url)
    if method == "GET" and (found := _TRACKING.match(path)):
        return 200, answers.tracking(store.tracked(found[1]))
    if found := _OTHERS.match(path):
        _check_customer(customer, found[1], found[2])
        if method == "POST" and found[3] == "manifest":
            return 200, answers.manifests(store, documents.read(body, "transmit-set"), base)
        if method == "POST":
            return 200, answers.returned(store, documents.read(body, "authorized-return"), url)
    if found := _PLAIN.match(path):
        _check_customer(customer, found[1])
        return _plain(
            store, f"{url}/rs/{customer}/ncshipment", url, (method, found[2], found[3]), query, body
        )
    if found := _SHIPMENTS.match(path):
        _check_customer(customer, found[1], found[2])
        return _shipments(store, f"{base}/shipment", url, (method, found[3], found[4]), query, body)
    raise Refusal("E404", "No resources match the requested URI", 404)


def error_body(refusal: Refusal) -> bytes:
    """Messages, as every error is told."""
    kind = "track" if refusal.code == "004" else "messages"
    content = [("message", [("code", refusal.code), ("description", refusal.words)])]
    return documents.document("messages", kind, content)


def _shipments(
    store: Store, base: str, url: str, call: tuple[str, str | None, str | None],
    query: dict[str, str], body: bytes,
) -> tuple[int, bytes]:  # fmt: skip
    match call:
        case ("POST", None, None):
            item = store.buy(documents.wanted(documents.read(body, "shipment"), is_contract=True))
            return 200, documents.document(
                "shipment-info", "shipment-v8", answers.info(item, base, url, with_price=True)
            )
        case ("GET", None, None):
            found = store.of_request(query.get("requestId", ""))
            if not found:
                raise Refusal("8713", "No such shipment.", 404)
            links = [documents.link("shipment", f"{base}/{item['id']}", "shipment-v8") for item in found]
            return 200, documents.document("shipments", "shipment-v8", links)
        case ("GET", str(identity), None):
            info = answers.info(store.get(identity), base, url, with_price=False)
            return 200, documents.document("shipment-info", "shipment-v8", info)
        case ("GET", str(identity), "price"):
            return 200, documents.document(
                "shipment-price", "shipment-v8", answers.price(store.get(identity))
            )
        case ("DELETE", str(identity), None):
            store.void(identity)
            return 204, b""
        case ("POST", str(identity), "refund"):
            return 200, answers.refund(store.refund(identity), "shipment-refund-request-info", "shipment-v8")
    raise Refusal("E404", "No resources match the requested URI", 404)


def _plain(
    store: Store, base: str, url: str, call: tuple[str, str | None, str | None],
    query: dict[str, str], body: bytes,
) -> tuple[int, bytes]:  # fmt: skip
    """Shipments without a contract."""
    kind = "ncshipment-v4"
    match call:
        case ("POST", None, None):
            item = store.buy(
                documents.wanted(documents.read(body, "non-contract-shipment"), is_contract=False)
            )
            return 200, documents.document(
                "non-contract-shipment-info", kind, answers.plain_info(item, base, url)
            )
        case ("GET", None, None):
            all_ = [item for item in store.shipments.values() if not item["is_contract"]]
            links = [documents.link("shipment", f"{base}/{item['id']}", kind) for item in all_]
            return 200, documents.document("non-contract-shipments", kind, links)
        case ("GET", str(identity), None):
            info = answers.plain_info(store.get(identity), base, url)
            return 200, documents.document("non-contract-shipment-info", kind, info)
        case ("GET", str(identity), "details"):
            return 200, documents.document(
                "non-contract-shipment-details", kind, answers.details(store.get(identity))
            )
        case ("GET", str(identity), "receipt"):
            return 200, documents.document(
                "non-contract-shipment-receipt", kind, answers.receipt(store.get(identity))
            )
        case ("POST", str(identity), "refund"):
            name = "non-contract-shipment-refund-request-info"
            return 200, answers.refund(store.refund(identity), name, kind)
    raise Refusal("E404", "No resources match the requested URI", 404)


def _check_customer(customer: str, *given: str) -> None:
    if {number.lstrip("0") for number in given} != {customer.lstrip("0")}:
        raise Refusal("9004", "You are not authorized for this customer number.", 403)
