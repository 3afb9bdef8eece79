"""What customers are written: both forms say the same, in their language, and nothing foreign gets in."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from connections.mail_text import bytes_of
from documents.messages.compose import File, message, one_line, words
from tests.documents.letters import KINDS, LINK, SENT_AT, row

PREVIEWS = Path(__file__).resolve().parents[2] / "docs" / "mails"
BOTH = pytest.mark.parametrize("language", ["en", "fr"])
EACH = pytest.mark.parametrize("kind", KINDS)


class Page(HTMLParser):
    """What a reader sees of a page, and how it is made."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.language = ""
        self.said: list[str] = []
        self._is_body = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.tags.append(tag)
        self._is_body = self._is_body or tag == "body"
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "a":
            self.links.append(given.get("href") or "")

    def handle_data(self, data: str) -> None:
        if self._is_body:
            self.said.append(data)

    @property
    def words(self) -> set[str]:
        return _words(" ".join(self.said))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{2,}", re.sub(r"https?://\S+", "", text)))


def taken_apart(mail: EmailMessage) -> EmailMessage:
    """The mail as its reader gets it."""
    found = message_from_bytes(bytes_of(mail), policy=default)
    assert isinstance(found, EmailMessage)
    return found


@EACH
@BOTH
def test_both_forms_say_the_same(kind: str, language: str) -> None:
    said = words(row(kind, language), LINK, SENT_AT)
    page = Page(said.html)
    assert page.words - {"Maple"} <= _words(f"{said.subject} {said.text}")
    assert _words(said.text) <= page.words
    assert all(link in said.text for link in page.links)
    assert "None" not in said.text and "{" not in said.text


@EACH
@BOTH
def test_a_page_that_everybody_can_read(kind: str, language: str) -> None:
    page = Page(words(row(kind, language), LINK, SENT_AT).html)
    assert page.language == language
    assert not {"table", "img", "script", "style", "link", "font"} & set(page.tags)
    assert page.tags.count("h1") == 1 and page.tags.count("title") == 1
    assert all(link.startswith("https://") for link in page.links)


@EACH
@BOTH
def test_lines_that_a_phone_shows_whole(kind: str, language: str) -> None:
    for line in words(row(kind, language), LINK, SENT_AT).text.splitlines():
        assert len(line) <= 76 or line.startswith("https://"), line


@EACH
def test_each_language_is_its_own(kind: str) -> None:
    english, french = (words(row(kind, language), LINK, SENT_AT).text for language in ("en", "fr"))
    assert "Hello" in english and "Bonjour" in french
    shared = _words(english) & _words(french)
    assert not shared & {"order", "commande", "your", "votre", "expected", "prévu"}


@EACH
@BOTH
def test_the_same_row_gives_the_same_mail(kind: str, language: str) -> None:
    files = [File("invoice.pdf", b"%PDF-1.7 x")]
    first, second = (
        message(row(kind, language), link=LINK, files=files, sent_at=SENT_AT).as_bytes(policy=SMTP)
        for _ in range(2)
    )
    assert first == second
    assert all(byte < 128 for byte in first), "every server takes it"
    assert max(map(len, first.split(b"\r\n"))) <= 998


def test_the_question_has_both_answers_and_the_day() -> None:
    said = words(row("backorder"), LINK, SENT_AT)
    links = Page(said.html).links
    assert links == [f"{LINK}?choice=ship_now", f"{LINK}?choice=wait"]
    assert "November 29, 2026" in said.text.replace("\xa0", " ")


def test_a_notice_asks_nothing() -> None:
    said = words(row("backorder_notice"), None, SENT_AT)
    assert "choice=" not in said.text and not Page(said.html).links
    assert "date not known yet" in said.text


def test_documents_are_attached() -> None:
    files = [File("INV-000042.pdf", b"%PDF-1.7 content")]
    mail = taken_apart(message(row("invoice"), link=LINK, files=files, sent_at=SENT_AT))
    (attached,) = list(mail.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "INV-000042.pdf"
    assert attached.get_payload(decode=True) == b"%PDF-1.7 content"
    body = mail.get_body(("plain",))
    assert body is not None and "INV-000042" in body.get_content()


def test_who_writes_and_who_reads() -> None:
    mail = taken_apart(message(row("invoice", "fr"), link=None, sent_at=SENT_AT))
    assert str(mail["From"]) == "Maple Lane Goods <orders@maplelane.example>"
    assert str(mail["To"]) == "Zoé Tremblay <customer@mail.example>"
    assert str(mail["Reply-To"]) == "help@maplelane.example"
    assert mail["Message-ID"] == "<invoice.1001@maplelane.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


WICKED = [
    "x\r\nBcc: thief@evil.example",
    "x\nBcc: thief@evil.example\n\nbody",
    "x\rBcc: thief@evil.example",
    "x\u2028Bcc: thief@evil.example",
    "x\x85Bcc: thief@evil.example",
    "=?utf-8?q?x=0ABcc:_thief=40evil.example?=",
    "=?utf-8?b?eA0KQmNjOiB0aGllZkBldmlsLmV4YW1wbGU=?=",
    'x" <thief@evil.example>, "y',
    "x, thief@evil.example",
    "\u202emoc.live",
    "x" * 5000,
    "🙂" * 300,
    "{{ 7 * 7 }}<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", WICKED)
def test_no_text_becomes_a_field_or_code(text: str) -> None:
    line: dict[str, Any] = {"name": text, "sku": text, "quantity": 1, "promise_date": None}
    given = row("backorder", order_number=text, ready=[line], waiting=[line])
    given["recipient"] |= {"name": text}
    given["sender"] |= {"name": text}
    files = [File(text + ".pdf", b"%PDF")]
    mail = taken_apart(message(given, link=LINK, files=files, sent_at=SENT_AT))
    assert mail["Bcc"] is None
    assert [each.addr_spec for each in mail["To"].addresses] == ["customer@mail.example"]
    assert [each.addr_spec for each in mail["From"].addresses] == ["orders@maplelane.example"]
    html = mail.get_body(("html",))
    assert html is not None
    page = Page(html.get_content())
    assert "script" not in page.tags and page.links == [f"{LINK}?choice=ship_now", f"{LINK}?choice=wait"]
    assert "49" not in html.get_content().replace("000049", "")


@pytest.mark.parametrize("text", WICKED)
def test_one_line(text: str) -> None:
    found = one_line(text)
    assert len(found.splitlines()) <= 1 and len(found) <= 200 and "=?" not in found


@pytest.mark.parametrize("who", ["recipient", "sender"])
def test_an_address_with_a_line_break_is_none(who: str) -> None:
    given = row("invoice")
    given[who] |= {"address": "a@b.ca\r\nBcc: c@d.ca"}
    with pytest.raises(ValueError):
        message(given, link=None, sent_at=SENT_AT)


@EACH
@BOTH
def test_the_previews_are_what_is_sent(kind: str, language: str) -> None:
    """docs/mails: `python -m tests.documents.preview_mails` writes them anew."""
    said = words(row(kind, language), LINK, SENT_AT)
    assert (PREVIEWS / f"{kind}.{language}.html").read_text() == said.html
    assert (PREVIEWS / f"{kind}.{language}.txt").read_text() == f"{said.subject}\n\n{said.text}"
