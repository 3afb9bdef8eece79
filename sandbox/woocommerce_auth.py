"""Who may call: OAuth 1.0a one-legged over plain http, Basic over TLS, as WooCommerce checks them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections import deque
from urllib.parse import parse_qsl, quote, unquote

from starlette.requests import Request

from sandbox.clock import Clock
from sandbox.woocommerce_http import Refusal

KEY = "ck_maplelane0000000000000000000000000readwrite"
SECRET = "cs_maplelane0000000000000000000000000readwrite"
READ_ONLY_KEY = "ck_maplelane00000000000000000000000000readonly"
READ_ONLY_SECRET = "cs_maplelane00000000000000000000000000readonly"
_SECRETS = {KEY: SECRET, READ_ONLY_KEY: READ_ONLY_SECRET}
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_WINDOW_SECONDS = 15 * 60
_AUTHENTICATION = "woocommerce_rest_authentication_error"


class Doorkeeper:
    """Lets a request in, or raises the refusal a real server answers with (always 401)."""

    def __init__(self, clock: Clock) -> None:
        """Nonces are remembered for as long as their timestamps are accepted."""
        self._clock = clock
        self._nonces: set[tuple[str, str]] = set()
        self._order: deque[tuple[int, tuple[str, str]]] = deque()

    def admit(self, request: Request) -> None:
        """The request carries a known key that may do what it asks."""
        key = self._by_basic(request) if request.url.scheme == "https" else self._by_oauth(request)
        if key is None:
            raise Refusal("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", 401)
        if key == READ_ONLY_KEY and request.method not in ("GET", "HEAD", "OPTIONS"):
            raise Refusal(_AUTHENTICATION, "The API key provided does not have write permissions.", 401)

    def _by_basic(self, request: Request) -> str | None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                key, _, secret = base64.b64decode(credentials).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return None
        else:
            key, secret = (
                request.query_params.get("consumer_key", ""),
                request.query_params.get("consumer_secret", ""),
            )
        if not key:
            return None
        if key not in _SECRETS:
            raise Refusal(_AUTHENTICATION, "Consumer key is invalid.", 401)
        if not hmac.compare_digest(_SECRETS[key], secret):
            raise Refusal(_AUTHENTICATION, "Consumer secret is invalid.", 401)
        return key

    def _by_oauth(self, request: Request) -> str | None:
        pairs = parse_qsl(request.url.query, keep_blank_values=True) + _header_pairs(request)
        given = {name: value for name, value in pairs if name.startswith("oauth_")}
        if not given:
            return None  # Basic over plain http is not looked at
        names = ("consumer_key", "timestamp", "nonce", "signature", "signature_method")
        missing = [f"oauth_{name}" for name in names if not given.get(f"oauth_{name}")]
        if missing:
            raise Refusal(
                "woocommerce_rest_authentication_missing_parameter",
                f"Missing OAuth parameter {', '.join(missing)}",
                401,
            )
        key = given["oauth_consumer_key"]
        if key not in _SECRETS:
            raise Refusal(_AUTHENTICATION, "Consumer key is invalid.", 401)
        self._check_signature(request, pairs, given, key)
        self._check_fresh(key, given["oauth_nonce"], given["oauth_timestamp"])
        return key

    def _check_signature(
        self, request: Request, pairs: list[tuple[str, str]], given: dict[str, str], key: str
    ) -> None:
        digest = _DIGESTS.get(given["oauth_signature_method"])
        if digest is None:
            raise Refusal(_AUTHENTICATION, "Invalid signature - signature method is invalid.", 401)
        signed = sorted((_encode(name), _encode(value)) for name, value in pairs if name != "oauth_signature")
        address = f"{request.url.scheme}://{request.headers['host']}{request.url.path}"
        text = "&".join((request.method, _encode(address), _encode("&".join(f"{n}={v}" for n, v in signed))))
        expected = base64.b64encode(
            hmac.new(f"{_SECRETS[key]}&".encode(), text.encode(), digest).digest()
        ).decode()
        if not hmac.compare_digest(expected, given["oauth_signature"]):
            raise Refusal(_AUTHENTICATION, "Invalid signature - provided signature does not match.", 401)

    def _check_fresh(self, key: str, nonce: str, timestamp: str) -> None:
        now = self._clock.real_timestamp()
        if not timestamp.isdigit() or abs(int(timestamp) - now) > _WINDOW_SECONDS:
            raise Refusal(_AUTHENTICATION, "Invalid timestamp.", 401)
        while self._order and self._order[0][0] < now - _WINDOW_SECONDS:
            self._nonces.discard(self._order.popleft()[1])
        if (key, nonce) in self._nonces:
            raise Refusal(_AUTHENTICATION, "Invalid nonce - nonce has already been used.", 401)
        self._nonces.add((key, nonce))
        self._order.append((now, (key, nonce)))


def _header_pairs(request: Request) -> list[tuple[str, str]]:
    scheme, _, fields = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "oauth":
        return []
    parts = [part.strip().partition("=") for part in fields.split(",")]
    return [(unquote(name), unquote(value.strip('"'))) for name, _, value in parts if name != "realm"]


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
