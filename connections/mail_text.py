"""What mail looks like on the wire: one plain address, a message's bytes, and what a server's codes mean."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP

from connections.errors import Rejected

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_FIELD = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_MEANINGS = {
    "1.0": "other trouble with the address",
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail server",
    "1.3": "the address is malformed",
    "1.6": "the mailbox has moved",
    "1.10": "the recipient's domain takes no mail",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the message is too long for the mailbox",
    "3.4": "the message is too big",
    "7.1": "delivery is not allowed",
    "7.26": "the message has no valid SPF or DKIM",
}


def address(text: str) -> str:
    """One plain address in ASCII. Rejected: it is none, or more than one.

    Letters beyond ASCII may stand in the domain only, as in the shop.
    """
    local, _, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        domain = ""
    if len(text) > 254 or len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise Rejected("the address is not one e-mail address")
    return f"{local}@{domain}"


def bytes_of(message: EmailMessage) -> bytes:
    """The message as it is sent. Rejected: one of its fields would have become two."""
    try:
        text = message.as_bytes(policy=SMTP)
    except (ValueError, MessageError, UnicodeError):
        raise Rejected("the message cannot be written: a field of it is malformed") from None
    fields = [name.decode().lower() for name in _FIELD.findall(text.partition(b"\r\n\r\n")[0])]
    if fields != [name.lower() for name in message]:
        raise Rejected("a field of the message has a line break in it")
    return text


def stuffed(text: bytes) -> bytes:
    """Lines end in CRLF, and one that begins with a dot gets a second (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", text)
    return re.sub(rb"(?m)^\.", b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def enhanced_code(text: str) -> str | None:
    """RFC 3463's code in a server's answer, like 5.1.1 (None: it gave none)."""
    found = _ENHANCED.search(text)
    return found.group() if found else None


def said(code: int, text: str) -> str:
    """The server's codes, and what they mean; never its words, which may name the recipient."""
    found = enhanced_code(text)
    if not found:
        return str(code)
    meaning = meaning_of(found)
    return f"{code} {found}" + (f" ({meaning})" if meaning else "")


def meaning_of(code: str) -> str:
    """What a code of RFC 3463 means, whether it is for good or for now; '' where it is rare."""
    return _MEANINGS.get(code.partition(".")[2], "")
