"""OFX and QFX: a bank's own statement file, version 1 (SGML) or 2 (XML), read by ofxtools.

Only its parts are read, and each by itself: one transaction that cannot be read does not lose the others.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

from extractors.files_values import Unreadable

_ENTITIES = {"&apos;": "'", "&quot;": '"', "&nbsp;": " ", "&#39;": "'"}


@dataclass(frozen=True)
class Transaction:
    """A transaction's elements as they stand ('' where there is none), its account and its place there."""

    place: int
    account: str
    currency: str
    fitid: str
    day: str
    amount: str
    description: str
    problem: Unreadable | None = None


def is_whole(content: bytes) -> bool:
    """Whether the file is written to its end."""
    return content.rstrip().upper().endswith(b"</OFX>")


def transactions(content: bytes) -> Iterator[Transaction]:
    """Every transaction of every bank account in the file. Unreadable: the file is no OFX, or is cut off."""
    if not is_whole(content):
        raise Unreadable("it ends before its last line, </OFX>", "Download it from the bank again")
    from ofxtools.Parser import OFXTree  # takes half a second: only those who read a file pay for it

    tree = OFXTree()
    try:
        root = tree.parse(io.BytesIO(content.lstrip(b"\xef\xbb\xbf")))
    except (SyntaxError, ValueError, AssertionError, IndexError, LookupError) as error:
        what = str(error).split(" - ")[0].split(" in ")[0][:100]
        raise Unreadable(f"it is no OFX ({what})", "Download it from the bank again") from None
    if root.find(".//CCSTMTRS") is not None:
        raise Unreadable(
            "it is a credit card's statement, not a bank account's", "Enter it in the books as the card's"
        )
    statements = root.findall(".//STMTRS")
    if not statements:
        raise Unreadable("it has no statement of a bank account", "Download the account's transactions")
    for statement in statements:
        account = _text(statement, "BANKACCTFROM/ACCTID")
        if not account:
            raise Unreadable("a statement has no ACCTID", "Download it from the bank again")
        currency = _text(statement, "CURDEF").upper()
        for place, item in enumerate(statement.iterfind("BANKTRANLIST/STMTTRN"), start=1):
            yield Transaction(
                place=place,
                account=account,
                currency=currency,
                fitid=_text(item, "FITID"),
                day=_text(item, "DTPOSTED"),
                amount=_text(item, "TRNAMT"),
                description=_description(item),
                problem=_problem(item),
            )


def _problem(item: Element) -> Unreadable | None:
    if _text(item, "CORRECTFITID"):
        return Unreadable("it corrects an earlier one", "Enter the correction in the books by hand")
    if item.find("CURRENCY") is not None:
        return Unreadable("its amount is in another currency", "Enter it in the books by hand")
    return None


def _description(item: Element) -> str:
    """The payee and the memo, once if they are the same."""
    parts = [_text(item, "NAME") or _text(item, "PAYEE/NAME"), _text(item, "MEMO")]
    return " ".join(dict.fromkeys(part for part in parts if part))


def _text(item: Element, path: str) -> str:
    found = item.find(path)
    return " ".join(unescape(found.text or "", _ENTITIES).split()) if found is not None else ""
