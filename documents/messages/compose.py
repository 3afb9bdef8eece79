"""A message's row becomes a mail: subject, plain text and HTML that say the same, and the documents with it.

The row (outbound.out_mail__messages, payload): kind, language (en, fr), message_id, order_number,
`sender` {name, address, reply_to}, `shop` {name, legal_name, street, city, province, postal_code, time_zone},
`recipient` {name, address}, and what its kind tells (templates/<kind>.<language>.j2). Amounts are text,
days are ISO 8601. The same row, link, files and moment give the same mail, byte by byte.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from documents import amounts
from documents.amounts import Language

KINDS = ("invoice", "backorder", "delay", "shipped", "refund")
_TEMPLATES = Path(__file__).resolve().parent / "templates"
# What would end a field or a line, or turn the direction in which the rest is read.
_UNRULY = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+")
_LONGEST_LINE = 200
_TRACKING = {
    "en": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=",
    "fr": "https://www.canadapost-postescanada.ca/track-reperage/fr#/search?searchFor=",
}


@dataclass(frozen=True)
class File:
    """What is attached: a name with its ending, and a PDF's bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Words:
    """What a mail says, before it is packed."""

    subject: str
    text: str
    html: str


def words(row: Mapping[str, Any], link: str | None, sent_at: datetime) -> Words:
    """Subject, plain text and HTML. `link` is the order's page (None: there is none to look at)."""
    language: Language = "fr" if row["language"] == "fr" else "en"
    data = {**row, "language": language, "link": link, **_writing(language)}
    if row["kind"] == "backorder":
        data["answer_by"] = _local_day(sent_at, row["shop"]["time_zone"]) + timedelta(days=row["answer_days"])
    subject, text = _rendered("text", data)
    _, html = _rendered("html", data)
    return Words(one_line(subject), text, html)


def message(
    row: Mapping[str, Any], *, link: str | None, files: Sequence[File] = (), sent_at: datetime
) -> EmailMessage:
    """The mail as it is sent, dated `sent_at`. ValueError: an address in it is none."""
    said = words(row, link, sent_at)
    mail = EmailMessage()
    mail["From"] = _person(row["sender"])
    mail["To"] = _person(row["recipient"])
    if row["sender"].get("reply_to"):
        mail["Reply-To"] = _person({"address": row["sender"]["reply_to"]})
    mail["Subject"] = said.subject
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = row["message_id"]
    mail["Content-Language"] = row["language"]
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no "out of office" comes back
    mail.set_content(said.text, cte="quoted-printable")
    mail.add_alternative(said.html, subtype="html", cte="quoted-printable")
    for file in files:
        mail.add_attachment(file.content, maintype="application", subtype="pdf", filename=one_line(file.name))
    seed = hashlib.sha256(str(row["message_id"]).encode()).hexdigest()[:24]
    for place, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{place}")
    return mail


def one_line(text: str) -> str:
    """The text as it may stand in a field of a mail: on one line, and nothing in it that is read as code."""
    plain = " ".join(_UNRULY.sub(" ", text).replace("=?", "= ?").split())
    return plain[:_LONGEST_LINE]


def _person(given: Mapping[str, Any]) -> Address:
    address = str(given["address"])
    try:
        return Address(display_name=one_line(given.get("name") or ""), addr_spec=address)
    except (IndexError, MessageError):
        raise ValueError("an address is none") from None


def _rendered(form: Literal["text", "html"], data: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and page of the message in one form."""
    environment = _environment(form)
    given = {**data, "form": f"{form}.j2"}
    module: Any = environment.get_template(f"{data['kind']}.{data['language']}.j2").make_module(given)
    page = environment.get_template(f"page.{form}.j2")
    whole = page.render({**given, "subject": module.subject, "body": module.body()})
    return str(module.subject), whole if form == "html" else _tidy(whole)


@cache
def _environment(form: Literal["text", "html"]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=form == "html",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["plain"] = _plain
    environment.filters["wrapped"] = _wrapped
    return environment


def _writing(language: Language) -> dict[str, Any]:
    """How days, amounts and addresses are written in the templates."""
    return {
        "day": lambda text: amounts.day(date.fromisoformat(str(text)[:10]), language),
        "money": lambda text, currency: amounts.money(Decimal(text), currency, language),
        "track": lambda number: _TRACKING[language] + re.sub(r"\W", "", str(number)),
    }


def _local_day(moment: datetime, time_zone: str) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()


def _plain(text: Any) -> str:
    """A name or a word from elsewhere, on one line."""
    return " ".join(_UNRULY.sub(" ", str(text)).split())


def _wrapped(text: Any, indent: int = 0) -> str:
    """Lines that a phone and a terminal both show whole."""
    return textwrap.fill(
        str(text), 72, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _tidy(text: str) -> str:
    """No blanks at the ends of lines but that of a signature's mark, and never two empty lines."""
    lines = [line if line == "-- " else line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
