"""Canada Post, both its APIs over the same shipments: JSON with OAuth2 tokens, and the older XML with Basic.

Prices are made up (sandbox/canadapost_prices.py); labels are real PDFs. Calls are throttled per key and
minute as at the real one, by "Rejected by SLM Monitor". Parcels move when the story's next hour comes, or by
an act: scan (id: the tracking number, with: {"code": "1496"}), advance, limit (id: tracking, with:
{"most": 5}), calls (what came of the limits), forget_tokens.
"""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qs, parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox import canadapost_json, canadapost_xml
from sandbox.canadapost_label import draw
from sandbox.canadapost_store import Record, Refusal, Store
from sandbox.canadapost_throttle import WORDS, Throttle, kind_of
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.story import Story

CUSTOMER = "0007023210"
CONTRACT = "0042708517"
CLIENT = "maplelane-client"
SECRET = "maplelane-sandbox-secret"
TOKEN_PATH = f"{canadapost_json.BASE}/cpc-api-native-oauth-provider/oauth2/token"
TOKEN_SECONDS = 3600
_ARTIFACT = re.compile(r"^(?:/rs/artifact|/shipping/v1/artifacts)/(\w+)/0$")
_JSON = "application/json"


class Exchange(NamedTuple):
    """A request as it came, and what was answered."""

    method: str
    path: str
    body: bytes
    status: int
    answer: bytes


class CanadaPost:
    """The stand-in: an ASGI app, and what happens to parcels."""

    login = CLIENT
    password = SECRET

    def __init__(self, journal: Journal, clock: Clock) -> None:
        """What the journal knows of is there."""
        self.extra: Record = {"customer_number": CUSTOMER, "contract_id": CONTRACT, "dialect": "json"}
        self.store = Store(journal, clock)
        self.throttle = Throttle(time.monotonic)
        self.exchanges: deque[Exchange] = deque(maxlen=1000)  # the last ones, for whoever wants to look
        self._tokens: dict[str, float] = {}
        self._labels: dict[str, bytes] = {}
        self._requests = 0
        self.app = self._answer_asgi

    async def _answer_asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self._requests += 1
        status, content, media_type = self._answer(request, body)
        self.exchanges.append(Exchange(request.method, request.url.path, body, status, content))
        headers = {"X-Global-Transaction-ID": f"{0x6A8F0000 + self._requests:024x}"}
        await Response(content, status, headers, media_type=media_type)(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> tuple[int, bytes, str]:
        path = request.url.path
        if path == TOKEN_PATH:
            return self._token(request, body)
        if path.startswith(canadapost_json.BASE):
            return self._json(request, path.removeprefix(canadapost_json.BASE), body)
        return self._xml(request, path, body)

    def _json(self, request: Request, path: str, body: bytes) -> tuple[int, bytes, str]:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) < time.monotonic():
            refused = {"httpCode": "401", "httpMessage": "Unauthorized", "moreInformation": "Invalid token."}
            return 401, orjson.dumps(refused), _JSON
        try:
            self._let_in("json", request.method, path)
            if request.method == "GET" and (found := _ARTIFACT.match(path)):
                return 200, self._label(found[1]), "application/pdf"
            query = dict(parse_qsl(request.url.query))
            given = (request.method, path, query, body)
            status, content = canadapost_json.answer(self.store, CUSTOMER, _url(request), *given)
            return status, b"" if content is None else orjson.dumps(content), _JSON
        except Refusal as refusal:
            return refusal.status, orjson.dumps(canadapost_json.error_body(refusal)), _JSON

    def _xml(self, request: Request, path: str, body: bytes) -> tuple[int, bytes, str]:
        media_type = request.headers.get("accept", "*/*")
        try:
            _check_basic(request)
            if "*/*" in media_type:
                media_type = "text/xml"
                raise Refusal("E406", "Accept: */* is not allowed.", 406)
            self._let_in("xml", request.method, path)
            if request.method == "GET" and (found := _ARTIFACT.match(path)):
                return 200, self._label(found[1]), "application/pdf"
            query = dict(parse_qsl(request.url.query))
            given = (request.method, path, query, body)
            status, content = canadapost_xml.answer(self.store, CUSTOMER, _url(request), *given)
            return status, content, media_type
        except Refusal as refusal:
            return refusal.status, canadapost_xml.error_body(refusal), media_type

    def _token(self, request: Request, body: bytes) -> tuple[int, bytes, str]:
        given = (request.headers.get("x-ibm-client-id"), request.headers.get("x-ibm-client-secret"))
        form = parse_qs(body.decode(errors="replace"))
        if given != (CLIENT, SECRET) or form.get("grant_type") != ["client_credentials"]:
            return 401, orjson.dumps({"error": "invalid_client"}), _JSON
        token = f"sandbox-token-{self._requests}"
        self._tokens[token] = time.monotonic() + TOKEN_SECONDS
        answer = {"token_type": "Bearer", "access_token": token, "expires_in": TOKEN_SECONDS,
                  "scope": "merchant"}  # fmt: skip
        return 200, orjson.dumps(answer), _JSON

    def _let_in(self, key: str, method: str, path: str) -> None:
        if not self.throttle.lets_in(key, kind_of(method, path)):
            raise Refusal("Server", WORDS, 503 if key == "json" else 500)

    def _label(self, identity: str) -> bytes:
        if identity not in self._labels:
            self._labels[identity] = draw(self.store.get(identity))
        return self._labels[identity]

    def advance(self) -> int:
        """Every parcel on its way meets the next event; how many did."""
        return self.store.advance()

    def act(self, what: str, identity: str, given: Record) -> Record:
        """Something happens to parcels, tokens or limits. ValueError: the act is not known."""
        if what == "scan":
            return self.store.scan(identity, str(given["code"]))
        if what == "advance":
            return {"moved": self.store.advance()}
        if what == "limit" and identity in self.throttle.most:
            self.throttle.most[identity] = int(given["most"])
            return dict(self.throttle.most)
        if what == "calls":
            return {"rejected": self.throttle.rejected, "most_a_minute": dict(self.throttle.highest)}
        if what == "forget_tokens":
            self._tokens.clear()
            return {}
        raise ValueError(f"canadapost knows no act {what} for {identity}")

    def truth(self) -> Record:
        """Labels, money and parcels (sandbox/canadapost_store.py)."""
        return self.store.truth()


def _url(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _check_basic(request: Request) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        known = base64.b64decode(given).decode() == f"{CLIENT}:{SECRET}"
    except (binascii.Error, UnicodeDecodeError):
        known = False
    if scheme.lower() != "basic" or not known:
        raise Refusal("E002", "AAA Authentication Failure", 401)


def build_canadapost(story: Story, faults: Faults, journal: Journal, clock: Clock) -> CanadaPost:
    """The stand-in; its faults answer a 429 in Canada Post's words."""
    refusal: Any = Refusal("Server", WORDS, 429)
    faults.too_many_body = orjson.dumps(canadapost_json.error_body(refusal))
    return CanadaPost(journal, clock)
