"""The documents of the stand-in's XML API: what every one is made of, and requests read."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from sandbox.canadapost_store import Record, Refusal, Wanted

_NAMESPACE = "http://www.canadapost.ca/ws/"
_MEDIA = "application/vnd.cpc.{}+xml"


def document(name: str, kind: str, content: list[Any]) -> bytes:
    """A document of the kind, such as shipment-v8."""
    root = Element(name, xmlns=_NAMESPACE + kind.replace("ship.rate", "ship/rate"))
    _fill(root, content)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _fill(parent: Element, content: list[Any]) -> None:
    for item in content:
        if isinstance(item, Element):
            parent.append(item)
            continue
        name, value = item
        child = SubElement(parent, name)
        if isinstance(value, list):
            _fill(child, value)
        else:
            child.text = str(value)


def link(rel: str, href: str, kind: str) -> Element:
    """A link."""
    media = "application/pdf" if kind == "pdf" else _MEDIA.format(kind)
    return Element("link", {"rel": rel, "href": href, "media-type": media})


def read(body: bytes, name: str) -> Element:
    """The request's document, its names without their namespace. Refusal: it is none, or another."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        raise Refusal("Server", "The document cannot be read.") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag != name:
        raise Refusal("Server", f"{name} is expected here.")
    return root


def text(element: Element, path: str) -> str:
    """The text at the path; empty where there is none."""
    return (element.findtext(path) or "").strip()


def wanted(root: Element, is_contract: bool) -> Wanted:
    """The shipment that is asked for."""
    spec = root.find("delivery-spec")
    if spec is None:
        raise Refusal("Server", "delivery-spec is missing.")
    group, transmits = text(root, "group-id"), root.find("transmit-shipment") is not None
    if is_contract and bool(group) == transmits:
        raise Refusal("9160", "Either a group-id or transmit-shipment is needed, not both.")
    return Wanted(
        service=text(spec, "service-code"),
        sender=address(spec, "sender"),
        destination=address(spec, "destination"),
        grams=grams(spec),
        sides_mm=sides(spec),
        request_id=text(root, "customer-request-id") if is_contract else "",
        group=group,
        is_contract=is_contract,
        options=tuple(code.text or "" for code in spec.findall("options/option/option-code")),
        customs=tuple(
            {field.tag: field.text for field in item} for item in spec.findall("customs/sku-list/item")
        ),
        references=references(spec),
    )


def references(element: Element) -> Record:
    """Our two references."""
    names = ("customer-ref-1", "customer-ref-2")
    return {name.replace("-", "_"): text(element, f"references/{name}") for name in names}


def grams(element: Element) -> int:
    """The parcel's weight; 0 where none is given."""
    return round(float(text(element, "parcel-characteristics/weight") or 0) * 1000)


def sides(element: Element) -> tuple[int, ...] | None:
    """The parcel's sides in millimetres."""
    found = element.find("parcel-characteristics/dimensions")
    if found is None:
        return None
    return tuple(round(float(text(found, name)) * 10) for name in ("length", "width", "height"))


def address(spec: Element, party: str, details: str = "address-details") -> Record:
    """The party's name and address."""

    def field(*names: str) -> str:
        return next((found for name in names if (found := text(spec, f"{party}/{details}/{name}"))), "")

    return {
        "name": text(spec, f"{party}/name"),
        "company": text(spec, f"{party}/company"),
        "phone": text(spec, f"{party}/contact-phone"),
        "street": field("address-line-1"),
        "street_2": field("address-line-2"),
        "city": field("city"),
        "province": field("prov-state", "province"),
        "postal_code": field("postal-zip-code", "postal-code"),
        "country": field("country-code") or "CA",
    }
