"""Passwords as they are kept: scrypt (RFC 7914) with a salt of their own. Pure functions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from base64 import b64decode, b64encode

SHORTEST = 12
LONGEST = 200
_COST, _BLOCK, _LANES = 2**15, 8, 1  # 32 MB and about a tenth of a second
_MEMORY = 64 * 1024 * 1024


def problem_of(password: str, name: str) -> str | None:
    """Why a new password is not good enough; None: it is."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"a password has {SHORTEST} to {LONGEST} characters"
    if len(set(password)) < 5:
        return "a password has at least five different characters"
    if name.lower() in password.lower() and len(password) < len(name) + SHORTEST:
        return "a password is not made of the name"
    return None


def hashed(password: str) -> str:
    """What is kept of a password: method, cost, salt and hash."""
    salt = secrets.token_bytes(16)
    return "$".join(
        ["scrypt", str(_COST), str(_BLOCK), str(_LANES), _text(salt), _text(_derived(password, salt))]
    )


def matches(password: str, kept: str) -> bool:
    """Whether the password is the one that is kept. It takes as long either way."""
    method, cost, block, lanes, salt, wanted = kept.split("$")
    if method != "scrypt":
        return False
    found = _derived(password, b64decode(salt), int(cost), int(block), int(lanes))
    return hmac.compare_digest(found, b64decode(wanted))


def _derived(
    password: str, salt: bytes, cost: int = _COST, block: int = _BLOCK, lanes: int = _LANES
) -> bytes:
    # the same characters typed on another keyboard are the same password
    plain = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(plain, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32)


def _text(value: bytes) -> str:
    return b64encode(value).decode()
