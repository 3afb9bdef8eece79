"""Requests and answers as Stripe's API handles them: form bodies, errors, lists, expansion, idempotency."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Record = dict[str, Any]
LARGEST_PAGE = 100
KEPT_SECONDS = 24 * 3600
_MISMATCH = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. "
    "Try using a key other than '{key}' if you meant to execute a different request."
)


class StripeError(Exception):
    """An error answer in Stripe's shape."""

    def __init__(
        self, status: int, kind: str, message: str, code: str = "", param: str = "", **more: Any
    ) -> None:
        """`kind` is the error's type, such as invalid_request_error."""
        super().__init__(message)
        self.status = status
        error: Record = {"message": message, "type": kind, **more}
        if code:
            error |= {
                "code": code,
                "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
            }
        if param:
            error["param"] = param
        self.body: Record = {"error": error}


def bad_request(message: str, code: str = "", param: str = "") -> StripeError:
    """400 invalid_request_error."""
    return StripeError(400, "invalid_request_error", message, code, param)


def missing(kind: str, identity: str, param: str = "id") -> StripeError:
    """404 resource_missing (400 where it is only named in a parameter)."""
    status = 404 if param == "id" else 400
    message = f"No such {kind}: '{identity}'"
    return StripeError(status, "invalid_request_error", message, "resource_missing", param)


def read_form(text: str) -> Record:
    """A form's fields, nested as their names say: a[b]=1 and a[]=1 and a[0][b]=1."""
    root: Record = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        keys = [part for part in re.split(r"[\[\]]+", name) if part] + ([""] if name.endswith("[]") else [])
        node: Any = root
        for key, following in zip(keys, [*keys[1:], None], strict=True):
            key = str(len(node)) if key == "" else key
            if following is None:
                node[key] = value
            else:
                node = node.setdefault(key, {})
    return {key: _lists(value) for key, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    return list(inner.values()) if inner and all(key.isdigit() for key in inner) else inner


@dataclass
class StripeCall:
    """One request: its parameters from address and body together."""

    method: str
    path: str
    params: Record = field(default_factory=dict)

    def whole(self, name: str, default: int | None = None, low: int = 0) -> int:
        """A whole number; Stripe's own error where it is missing or none."""
        value = self.params.get(name, default)
        if value is None:
            raise bad_request(f"Missing required param: {name}.", "parameter_missing", name)
        if not re.fullmatch(r"-?\d+", str(value)):
            raise bad_request(f"Invalid integer: {value}", "parameter_invalid_integer", name)
        if int(value) < low:
            raise bad_request(
                f"This value must be greater than or equal to {low}.", "parameter_invalid_integer", name
            )
        return int(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A text; Stripe's own error where it is missing."""
        value = self.params.get(name, default)
        if value is None:
            raise bad_request(f"Missing required param: {name}.", "parameter_missing", name)
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        return str(self.params.get(name, default)).lower() == "true"

    @property
    def limit(self) -> int:
        """How many of a list are asked for, 1 to 100."""
        limit = self.whole("limit", 10)
        if not 1 <= limit <= LARGEST_PAGE:
            message = f"This value must be less than or equal to {LARGEST_PAGE}."
            raise bad_request(message, "parameter_invalid_integer", "limit")
        return limit

    def created(self) -> tuple[int | None, int | None]:
        """(first second, first second no more) of the created filter; None where there is no bound."""
        given = self.params.get("created")
        if given is None:
            return None, None
        if not isinstance(given, dict):
            return int(given), int(given) + 1
        low = max((int(given[k]) + (k == "gt") for k in ("gt", "gte") if k in given), default=None)
        high = min((int(given[k]) + (k == "lte") for k in ("lt", "lte") if k in given), default=None)
        return low, high


def as_list(path: str, records: list[Record], has_more: bool) -> Record:
    """A page of a list."""
    return {"object": "list", "data": records, "has_more": has_more, "url": path}


def expand(record: Record, paths: list[str], look_up: Callable[[str], Record | None]) -> Record:
    """The record with the named ids replaced by what they stand for (a.b reaches on, data. into lists)."""
    for path in paths:
        head, _, rest = path.partition(".")
        value = record.get(head)
        if isinstance(value, list):
            record = record | {head: [expand(item, [rest], look_up) if rest else item for item in value]}
        elif isinstance(value, dict):
            record = record | ({head: expand(value, [rest], look_up)} if rest else {})
        elif isinstance(value, str) and (found := look_up(value)) is not None:
            record = record | {head: expand(found, [rest], look_up) if rest else found}
    return record


class Idempotency:
    """First answers by idempotency key, for 24 hours; the same parameters are demanded again."""

    def __init__(self) -> None:
        """No key is known."""
        self._answers: dict[str, tuple[int, tuple[str, str], int, bytes]] = {}

    def known(self, key: str, request: tuple[str, str], now: int) -> tuple[int, bytes] | None:
        """The first answer to this key, None when it is new. StripeError where the request differs."""
        kept = self._answers.get(key)
        if kept is None or kept[0] < now - KEPT_SECONDS:
            return None
        if kept[1] != request:
            raise StripeError(400, "idempotency_error", _MISMATCH.format(key=key))
        return kept[2], kept[3]

    def keep(self, key: str, request: tuple[str, str], now: int, status: int, body: bytes) -> None:
        """The answer is the key's; refusals of the parameters are not kept."""
        if status < 400 or status == 402 or status >= 500:
            self._answers[key] = (now, request, status, body)
