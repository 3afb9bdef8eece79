"""Requests and answers as WooCommerce's REST server handles them: parameters, pages, fields, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from sandbox.woocommerce_money import from_query

Record = dict[str, Any]
T = TypeVar("T")
LARGEST_PAGE = 100
_OAUTH = "oauth_"
_NUMBERED = re.compile(r"\[\d*\]$")


class Refusal(Exception):
    """An error answer: WordPress's code, message and status, and what else `data` holds."""

    def __init__(self, code: str, message: str, status: int, **data: Any) -> None:
        """The answer's body is {"code", "message", "data": {"status": .., ..}}."""
        super().__init__(message)
        self.body: Record = {"code": code, "message": message, "data": {"status": status, **data}}
        self.status = status


@dataclass
class Answer:
    """What goes back: a JSON body, and the headers beside the usual ones."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """One request, after the key was accepted. `base` is the address of wc/v3 as the client wrote it."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Record
    base: str

    def text(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        values = self.query.get(name)
        return values[-1] if values else default

    def items(self, name: str) -> list[str]:
        """A list parameter in any of its spellings: a=1,2 or a[]=1&a[]=2."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def ids(self, name: str) -> list[int]:
        """A list parameter of ids."""
        return [int(part) for part in self.items(name) if part.isdigit()]

    def flag(self, name: str) -> bool:
        """A true-or-false parameter; false where it is missing."""
        return self.text(name).lower() in ("1", "true", "yes") or self.body.get(name) is True

    def number(self, name: str, default: int, low: int = 1, high: int | None = None) -> int:
        """A whole number within bounds, else the server's rest_invalid_param."""
        text = self.text(name, str(default))
        bounds = (
            f"between {low} (inclusive) and {high} (inclusive)" if high else f"greater than or equal to {low}"
        )
        if not re.fullmatch(r"-?\d+", text):
            raise invalid_parameter(name, f"{name} is not of type integer.", "rest_invalid_type")
        if int(text) < low or (high is not None and int(text) > high):
            raise invalid_parameter(name, f"{name} must be {bounds}", "rest_out_of_bounds")
        return int(text)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """A parameter with a fixed set of values."""
        value = self.text(name, default)
        if value not in allowed:
            raise invalid_parameter(name, f"{name} is not one of {', '.join(allowed)}.", "rest_not_in_enum")
        return value

    def moment(self, name: str) -> int | None:
        """A date filter as seconds since 1970, with WooCommerce's own skew; None where it is missing."""
        if not self.text(name):
            return None
        try:
            return from_query(self.text(name), self.flag("dates_are_gmt"))
        except ValueError:
            raise invalid_parameter(name, "Invalid date.", "rest_invalid_date") from None

    @property
    def page(self) -> tuple[int, int]:
        """(offset, size) of the page asked for."""
        size = self.number("per_page", 10, 1, LARGEST_PAGE)
        page = self.number("page", 1)
        return self.number("offset", (page - 1) * size, 0), size


def invalid_parameter(name: str, message: str, code: str) -> Refusal:
    """400 rest_invalid_param, as WordPress words it."""
    details = {name: {"code": code, "message": message, "data": None}}
    return Refusal(
        "rest_invalid_param", f"Invalid parameter(s): {name}", 400, params={name: message}, details=details
    )


def read_query(query_string: str) -> dict[str, list[str]]:
    """The parameters without the signature's own; a[] and a[0] count as a."""
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        if not name.startswith(_OAUTH) and name not in ("consumer_key", "consumer_secret"):
            query.setdefault(_NUMBERED.sub("", name), []).append(value)
    return query


def page_of(call: Call, records: Iterable[Record], total: int, known_past_end: bool = True) -> Answer:
    """A page of a list with its totals and its Link to the neighbours.

    `known_past_end` says whether a page past the end still tells the total (orders do not).
    """
    found = list(records)
    _, size = call.page
    if not found and not known_past_end:
        total = 0
    pages = -(-total // size)
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    page = call.number("page", 1)
    links = []
    if page > 1:
        links.append(_page_link(call, min(page - 1, max(pages, 1)), "prev"))
    if page < pages:
        links.append(_page_link(call, page + 1, "next"))
    if links:
        headers["Link"] = ", ".join(links)
    return Answer([only_fields(call, record) for record in found], 200, headers)


def _page_link(call: Call, page: int, relation: str) -> str:
    pairs = [(name, value) for name, values in call.query.items() if name != "page" for value in values]
    return f'<{call.base}{call.path}?{urlencode([*pairs, ("page", str(page))])}>; rel="{relation}"'


def only_fields(call: Call, record: Record) -> Record:
    """The record cut down to what `_fields` names (dotted names reach into objects)."""
    wanted = [name.strip() for name in call.items("_fields")]
    if not wanted:
        return record
    result: Record = {}
    for name in wanted:
        head, _, rest = name.partition(".")
        if head in record and (not rest or isinstance(record[head], dict)):
            if rest:
                result.setdefault(head, {})[rest] = record[head].get(rest)
            else:
                result[head] = record[head]
    return result


def links(base: str, own: str, collection: str, allow: tuple[str, ...], up: str = "", **more: Any) -> Record:
    """The _links object of a record."""
    result: Record = {
        "self": [{"href": base + own, "targetHints": {"allow": list(allow)}}],
        "collection": [{"href": base + collection}],
    }
    if up:
        result["up"] = [{"href": base + up}]
    return result | more


ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
BATCH_LIMIT = 100


def run_batch(
    call: Call,
    create: Callable[[Record], Record],
    update: Callable[[Record], Record],
    delete: Callable[[int], Record],
) -> Answer:
    """A batch: each item by itself, failures as {"id", "error"} in a 200; more than 100 items are a 413."""
    jobs = {name: call.body.get(name) or [] for name in ("create", "update", "delete")}
    if sum(len(items) for items in jobs.values()) > BATCH_LIMIT:
        raise Refusal(
            "woocommerce_rest_request_entity_too_large",
            f"Unable to accept more than {BATCH_LIMIT} items for this request.",
            413,
        )
    body: Record = {}
    if jobs["create"]:
        body["create"] = [_one_of_batch(0, create, item) for item in jobs["create"]]
    if jobs["update"]:
        body["update"] = [_one_of_batch(item.get("id", 0), update, item) for item in jobs["update"]]
    if jobs["delete"]:
        body["delete"] = [_one_of_batch(int(key), delete, int(key)) for key in jobs["delete"]]
    return Answer(body)


def _one_of_batch(identity: int, job: Callable[[T], Record], item: T) -> Record:
    try:
        return job(item)
    except Refusal as refusal:
        return {"id": identity, "error": refusal.body}
