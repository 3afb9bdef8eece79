"""Faults on demand: an ASGI layer around any stand-in that spoils chosen answers.

A fault is `{"kind": .., "times": 1, "match": {"method": "GET", "path": "regex"}, "seconds": 30}`;
`POST /_sandbox/faults` takes a list of them, `DELETE` forgets them, `GET` shows those left. `match`
fields left out match everything; `path` is searched in path?query. Each match uses up one of `times`
(-1 = for ever). Kinds:

    429                 too many requests, without Retry-After
    429_retry_after     the same with Retry-After (`seconds`, 1 unless told)
    500_before          the request fails and has no effect
    500_after           the request takes effect, then fails
    timeout_before      nothing happens and no answer comes for `seconds`
    timeout_after       the request takes effect and no answer comes for `seconds`
    cut_body            the right answer, cut off half way through its body
    junk_before_json    200 with a PHP notice before the JSON
    malformed_json      200 with half a JSON text, complete as far as HTTP goes
    503_html            maintenance page, text/html, Retry-After 600
    dead                the connection closes without a word
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = (
    "429",
    "429_retry_after",
    "500_before",
    "500_after",
    "timeout_before",
    "timeout_after",
    "cut_body",
    "junk_before_json",
    "malformed_json",
    "503_html",
    "dead",
)
CONTROL_PREFIX = "/_sandbox/"
MAINTENANCE_PAGE = (
    b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>"
    b"Briefly unavailable for scheduled maintenance. Check back in a minute.</body></html>"
)
PHP_NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: sku in <b>plugin.php</b> on line <b>12</b><br />\n"


@dataclass
class Fault:
    """One kind of trouble, for the next `times` requests that match."""

    kind: str
    times: int = 1
    method: str = ""
    path: str = ""
    seconds: float = 30.0

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Fault:
        """Read one as the control address takes it; ValueError names what is wrong."""
        kind = str(fields.get("kind", ""))
        if kind not in KINDS:
            raise ValueError(f"unknown fault kind {kind!r}; known: {', '.join(KINDS)}")
        match = fields.get("match") or {}
        default_seconds = 1.0 if kind == "429_retry_after" else 30.0
        return cls(
            kind=kind,
            times=int(fields.get("times", 1)),
            method=str(match.get("method", "")).upper(),
            path=str(match.get("path", "")),
            seconds=float(fields.get("seconds", default_seconds)),
        )

    def matches(self, method: str, target: str) -> bool:
        """Whether a request of this method to this path?query meets the fault."""
        if self.times == 0 or (self.method and self.method != method):
            return False
        return not self.path or re.search(self.path, target) is not None

    def as_dict(self) -> dict[str, Any]:
        """The fault as the control address shows it."""
        match = {"method": self.method, "path": self.path}
        return {"kind": self.kind, "times": self.times, "match": match, "seconds": self.seconds}


class Faults:
    """The faults one stand-in has before it."""

    def __init__(self, too_many_body: bytes = b'{"message":"Too many requests."}') -> None:
        """None yet. `too_many_body` is what the system says with a 429, as JSON."""
        self.pending: list[Fault] = []
        self.too_many_body = too_many_body

    def add(self, *faults: Fault) -> None:
        """The faults are met in the order in which they were added."""
        self.pending.extend(faults)

    def clear(self) -> None:
        """No fault is left."""
        self.pending.clear()

    def take(self, method: str, target: str) -> Fault | None:
        """The fault this request meets, used up by one; None when it goes well."""
        for fault in self.pending:
            if fault.matches(method, target):
                if fault.times > 0:
                    fault.times -= 1
                if fault.times == 0:
                    self.pending.remove(fault)
                return fault
        return None


class FaultLayer:
    """The stand-in's app with its faults before it. Control addresses are never spoiled."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        """Wrap `app`; `faults` may change at any time."""
        self.app = app
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or spoil its answer as the fault it meets says."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        fault = self.faults.take(scope["method"], scope["path"] + (f"?{query}" if query else ""))
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in ("500_after", "timeout_after"):
            # Stripe replays its first answer to an idempotency key, this failure too: it must know of it.
            await self._perform({**scope, "sandbox_fault": fault.kind}, receive)
        if fault.kind.startswith("timeout"):
            await asyncio.sleep(fault.seconds)
        if fault.kind == "dead" or fault.kind.startswith("timeout"):
            _close(receive)
        elif fault.kind.startswith("500"):
            await _answer(send, 500, b"<html><body>Internal Server Error</body></html>", "text/html")
        elif fault.kind == "503_html":
            await _answer(send, 503, MAINTENANCE_PAGE, "text/html; charset=UTF-8", retry_after="600")
        elif fault.kind.startswith("429"):
            after = f"{fault.seconds:g}" if fault.kind == "429_retry_after" else ""
            await _answer(send, 429, self.faults.too_many_body, "application/json", retry_after=after)
        else:
            await self._disfigure(fault.kind, scope, receive, send)

    async def _disfigure(self, kind: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the right answer with a spoilt body."""
        start, body = await self._perform(scope, receive)
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        sent: bytes = body[: len(body) // 2]
        promised = len(body)
        if kind == "junk_before_json":
            sent = PHP_NOTICE + body
        if kind != "cut_body":
            promised = len(sent)
        headers.append((b"content-length", str(promised).encode()))
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": sent, "more_body": kind == "cut_body"})
        if kind == "cut_body":
            _close(receive, flush=True)

    async def _perform(self, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
        """The request has had its effect; the answer is kept back."""
        start: Message = {"type": "http.response.start", "status": 200, "headers": []}
        parts: list[bytes] = []

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        return start, b"".join(parts)


def _close(receive: Receive, flush: bool = False) -> None:
    """Close the client's connection. `receive` is a method of uvicorn's request cycle, which holds it."""
    transport = receive.__self__.transport  # type: ignore[attr-defined]
    closing: Callable[[], None] = transport.close if flush else transport.abort
    closing()


async def _answer(send: Send, status: int, body: bytes, content_type: str, retry_after: str = "") -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    if retry_after:
        headers.append((b"retry-after", retry_after.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def read_faults(body: bytes) -> list[Fault]:
    """The faults in a control request's body: one object or a list of them. ValueError if it is neither."""
    given = json.loads(body)
    return [Fault.from_dict(fields) for fields in (given if isinstance(given, list) else [given])]
