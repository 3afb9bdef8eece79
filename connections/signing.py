"""Links that only their owner has: signed, sealed, expiring, each for one order and one purpose.

A token says nothing to whoever reads it. It is sealed with AES-SIV (RFC 5297), which encrypts and
authenticates at once, compares in constant time, and gives the same token for the same order, purpose
and expiry: a mail that is written twice carries the same link. A token of another purpose, another
shop's address or another key does not open, and neither does one that anybody made up: order numbers
cannot be tried out.

The key is the password of connection `portal` (AIRFLOW_CONN_PORTAL), the address its host: the one that
customers' browsers reach. To change the key, put the old one into the extra as `previous_key`: links
that are out keep opening, new ones are sealed with the new key. Take it out once they have expired.
"""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from connections.connection import Connection, variable
from connections.errors import Misconfigured

SHORTEST_KEY = 32
_BLOCK = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43,512}")


@dataclass(frozen=True)
class Sealed:
    """What a token was made for."""

    subject: str
    expires_at: datetime
    fingerprint: str


@dataclass(frozen=True)
class Seal:
    """Makes and opens tokens. `audience` is where they hold: a token for elsewhere does not open."""

    key: str = field(repr=False)
    previous_key: str | None = field(default=None, repr=False)
    audience: str = ""

    def seal(self, purpose: str, subject: str, expires_at: datetime) -> str:
        """A token of letters, digits, - and _; the same for the same input. `expires_at` to the second."""
        plain = int(expires_at.timestamp()).to_bytes(5, "big") + subject.encode()
        plain += bytes(-len(plain) % _BLOCK)  # so that its length tells nothing
        return _text(_cipher(self.key).encrypt(plain, self._bound_to(purpose)))

    def open(self, purpose: str, token: str, now: datetime) -> Sealed | None:
        """What the token was made for; None: not by us, for another purpose or place, or expired."""
        if not _TOKEN.fullmatch(token) or len(token) % 4 == 1:  # no bytes are spelled so
            return None
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if _text(sealed) != token:  # the same bytes, spelled otherwise
            return None
        for key in filter(None, (self.key, self.previous_key)):
            try:
                plain = _cipher(key).decrypt(sealed, self._bound_to(purpose))
            except InvalidTag:
                continue
            expires_at = datetime.fromtimestamp(int.from_bytes(plain[:5], "big"), UTC)
            if expires_at <= now:
                return None
            return Sealed(plain[5:].rstrip(b"\0").decode(), expires_at, fingerprint(token))
        return None

    def _bound_to(self, purpose: str) -> list[bytes]:
        return [b"counterflow 1", self.audience.encode(), purpose.encode()]


@dataclass(frozen=True)
class Links:
    """The addresses of customers' pages. `url` is where the portal is reached, without a slash at its end."""

    url: str
    seal: Seal

    @classmethod
    def of(cls, connection: Connection) -> Links:
        """The links of connection `portal`. Misconfigured: its host or key is missing, or a key too short."""
        if not connection.host:
            raise Misconfigured(
                "connection portal has no host, so that no link can be made",
                where=variable("portal"),
                remedy="Set it as .env.example shows: the address of the page, and the key of its links",
            )
        previous = connection.extra.get("previous_key")
        for key in (connection.password, *filter(None, [previous])):
            if len(str(key)) < SHORTEST_KEY:
                raise Misconfigured(
                    f"a key of connection portal is shorter than {SHORTEST_KEY} characters",
                    where=variable("portal"),
                    remedy="Use 32 random bytes as text, as deploy/make_env.sh makes them",
                )
        url = connection.url + str(connection.extra.get("base_path", "")).rstrip("/")
        return cls(url, Seal(connection.password, str(previous) if previous else None, url))

    @classmethod
    def from_env(cls) -> Links:
        """The links of AIRFLOW_CONN_PORTAL. Misconfigured: absent, malformed, or its key too short."""
        return cls.of(Connection.from_env("portal"))

    def order_page(self, order_id: str, expires_at: datetime) -> str:
        """The address of the order's page until then; the same for the same order and moment."""
        return f"{self.url}/o/{self.seal.seal('order', order_id, expires_at)}"


def fingerprint(token: str) -> str:
    """What tells one link from another in a record, without being one."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _cipher(key: str) -> AESSIV:
    derived = HKDF(algorithm=SHA512(), length=64, salt=None, info=b"counterflow portal").derive(key.encode())
    return AESSIV(derived)


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()
