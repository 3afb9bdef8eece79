"""What comes back is read once, and belongs to the mail that it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable
from connections.mail import Smtp
from connections.warehouse import ensure_raw_tables, rows, session
from extractors.base import ResourceCount, extract
from extractors.mail import Mail
from extractors.mail_notices import notices

_FIELDS = ("host", "port", "login", "password", "schema", "extra")


@pytest.fixture(params=[True, False], ids=["tls", "plain"])
def world(request: pytest.FixtureRequest) -> Iterator[sandbox.World]:
    with sandbox.serve(1, systems=("mail",), tls=request.param) as running:
        yield running


@pytest.fixture
def connection(world: sandbox.World) -> Connection:
    given = json.loads(world.connections["mail"])
    return Connection.from_fields("mail", **{name: given[name] for name in _FIELDS})


@pytest.fixture
def raw(warehouse: Connection) -> Connection:
    with session(warehouse) as opened:
        ensure_raw_tables(opened, "mail", ["bounces"])
    return warehouse


def read(connection: Connection, raw: Connection, **options: Any) -> ResourceCount:
    (count,) = extract(Mail(), connection, raw, "run", **options)
    return count


def landed(raw: Connection) -> list[dict[str, Any]]:
    with session(raw) as opened:
        found = rows(opened, "select payload from raw.mail__bounces where deleted_at is null")
    return sorted((row["payload"] for row in found), key=lambda payload: str(payload["message_id"]))


def sent(connection: Connection, number: int) -> str:
    message = EmailMessage()
    message["From"] = "orders@maplelane.example"
    message["To"] = "gone@customer.example"
    message["Subject"] = "Your order"
    message["Message-ID"] = f"<{number}@maplelane.example>"
    message.set_content("Hello")
    with Smtp(connection) as smtp:
        assert smtp.send(message, "gone@customer.example").is_taken
    return f"<{number}@maplelane.example>"


def test_bounces_are_read_once(connection: Connection, raw: Connection, world: sandbox.World) -> None:
    assert read(connection, raw).counts.read == 0
    world.act("mail", "bounce", sent(connection, 1))
    world.act("mail", "bounce", sent(connection, 2), status="4.4.1", action="delayed")
    assert read(connection, raw).counts.written == 2
    assert read(connection, raw).counts.read == 0
    first, second = landed(raw)
    assert (first["message_id"], first["action"], first["status"]) == (
        "<1@maplelane.example>",
        "failed",
        "5.1.1",
    )
    assert first["recipient"] == "gone@customer.example" and first["reported_at"]
    assert (second["action"], second["status"]) == ("delayed", "4.4.1")
    census = read(connection, raw, census=True)
    assert (census.counts.read, census.counts.written, census.counts.deleted) == (2, 0, 0)


def test_what_else_lies_there_is_left_alone(
    connection: Connection, raw: Connection, world: sandbox.World
) -> None:
    server = world.stand_ins["mail"]
    for text in (ANSWER, AWAY, b"", b"\xff\xfe\x00", NOT_OURS):
        world.call(lambda text=text: server.drop(text))  # type: ignore[attr-defined, misc]
    assert read(connection, raw).counts.read == 0


def test_without_a_mailbox_there_is_nothing_to_read(connection: Connection, raw: Connection) -> None:
    assert read(replace(connection, extra={}), raw).counts.read == 0


def test_a_mailbox_that_cannot_be_read(connection: Connection, raw: Connection, world: sandbox.World) -> None:
    for change, kind in (({"imap_password": "no"}, Misconfigured), ({"bounce_folder": "X"}, Misconfigured)):
        with pytest.raises(kind):
            read(replace(connection, extra={**connection.extra, **change}), raw)
    world.stop("mail")
    with pytest.raises(Unavailable):
        read(connection, raw)
    world.start("mail")
    assert read(connection, raw).error is None


def test_a_notice_that_keeps_to_no_standard() -> None:
    (found,) = notices(QMAIL)
    assert found["message_id"] == "<7@maplelane.example>" and found["action"] == "failed"
    assert found["status"] is None and found["recipient"] is None


def test_a_notice_about_several_recipients_with_the_whole_mail() -> None:
    found = notices(TWO)
    assert [(each["recipient"], each["status"]) for each in found] == [
        ("one@a.example", "5.1.1"),
        ("two@b.example", "5.2.2"),
    ]
    assert {each["message_id"] for each in found} == {"<8@maplelane.example>"}
    assert len({each["key"] for each in found}) == 2
    assert notices(TWO) == found, "whoever reads it again finds the same"


def test_a_delivered_notice_is_no_bounce() -> None:
    assert notices(TWO.replace(b"Action: failed", b"Action: delivered")) == []


@pytest.mark.parametrize("length", range(0, 1400, 50))
def test_a_notice_cut_off_anywhere_is_read_as_far_as_it_goes(length: int) -> None:
    for each in notices(TWO[:length]):
        assert each["message_id"] in ("<8@maplelane.example>", "")


ANSWER = (
    b"From: zoe@customer.example\nSubject: Re: Your order\nIn-Reply-To: <1@m>\n\nThanks!\nMessage-ID: <1@m>\n"
)
AWAY = b"From: zoe@customer.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nBack on Monday\n"
NOT_OURS = b"From: MAILER-DAEMON@x.example\nSubject: Your quota\n\nThe mailbox is nearly full.\n"
QMAIL = b"""From: MAILER-DAEMON@mx.example
To: orders@maplelane.example
Subject: failure notice
Message-ID: <notice@mx.example>

Hi. This is the qmail-send program. I wasn't able to deliver your message.
<gone@customer.example>: Sorry, no mailbox here by that name.

--- Below this line is a copy of the message.

Message-ID: <7@maplelane.example>
Subject: Your order
"""
TWO = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: orders@maplelane.example
Subject: Undelivered
Date: Tue, 24 Nov 2026 10:00:00 -0500
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; one@a.example
Action: failed
Status: 5.1.1 (no such user)
Diagnostic-Code: smtp; 550 5.1.1 unknown

Final-Recipient: rfc822; two@b.example
Action: failed
Status: 5.2.2

--b
Content-Type: message/rfc822

From: orders@maplelane.example
To: one@a.example, two@b.example
Message-ID: <8@maplelane.example>
Subject: Your order

Hello
--b--
"""
