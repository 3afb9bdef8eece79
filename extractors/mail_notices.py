"""A notice about a mail that was not delivered, taken apart: which mail, which recipient, and why.

Standard notices are read by RFC 3464. Of others only those that a mail system sent are looked at, and
only for the Message-ID of the mail that they quote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

_QUOTED_ID = re.compile(rb"^[> \t]*message-id:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_SYSTEM_SENDERS = re.compile(r"(mailer-daemon|postmaster)@", re.IGNORECASE)
_UNDELIVERED = ("failed", "delayed")
_LONGEST = 500


def notices(text: bytes) -> list[dict[str, Any]]:
    """One payload for each recipient that the message tells of; none, where it is something else.

    `key` follows from the message's bytes: who reads it twice finds it twice.
    """
    message = message_from_bytes(text)
    found = list(_standard(message)) or list(_by_a_system(message, text))
    digest = hashlib.sha256(text).hexdigest()[:32]
    return [
        {"key": f"{digest}:{place}", "reported_at": _date(message), **notice}
        for place, notice in enumerate(found, start=1)
    ]


def _standard(message: Message) -> Iterator[dict[str, Any]]:
    original = _original_id(message)
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
            continue
        for block in part.get_payload():
            assert isinstance(block, Message)
            action = _field(block, "Action").lower()
            if action in _UNDELIVERED and original:
                yield {
                    "message_id": original,
                    "recipient": _after_type(_field(block, "Final-Recipient")),
                    "action": action,
                    "status": _field(block, "Status").partition(" ")[0] or None,
                    "diagnostic": _after_type(_field(block, "Diagnostic-Code")) or None,
                }


def _by_a_system(message: Message, text: bytes) -> Iterator[dict[str, Any]]:
    is_system = _SYSTEM_SENDERS.search(parseaddr(_field(message, "From"))[1])
    quoted = _QUOTED_ID.search(text.partition(b"\n\n")[2] or text.partition(b"\r\n\r\n")[2])
    if is_system and quoted and message.get_content_type() != "multipart/report":
        yield {
            "message_id": quoted[1].decode("ascii", "replace"),
            "recipient": None,
            "action": "failed",
            "status": None,
            "diagnostic": None,
        }


def _original_id(message: Message) -> str:
    """The Message-ID of the mail that the notice is about ('': it does not say)."""
    for part in message.walk():
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and payload:
            assert isinstance(payload[0], Message)
            return _field(payload[0], "Message-ID")
        if kind == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return _field(message_from_string(content.decode("utf-8", "replace")), "Message-ID")
    return ""


def _field(message: Message, name: str) -> str:
    return " ".join(str(message.get(name) or "").split())[:_LONGEST]


def _after_type(text: str) -> str:
    """`rfc822; a@b.ca` -> `a@b.ca`"""
    return text.partition(";")[2].strip() or text


def _date(message: Message) -> str | None:
    try:
        return parsedate_to_datetime(_field(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError):
        return None
