"""SMTP against a server that has its moods: taken, not taken, and perhaps taken are told apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

import sandbox
from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.mail import Smtp
from connections.mail_text import address
from connections.mailbox import Mailbox

TO = "zoe.private@customer.example"


@pytest.fixture(scope="module", params=[True, False], ids=["tls", "plain"])
def world(request: pytest.FixtureRequest) -> Iterator[sandbox.World]:
    with sandbox.serve(1, systems=("mail",), tls=request.param) as running:
        yield running


@pytest.fixture
def connection(world: sandbox.World) -> Connection:
    world.act("mail", "mend", "")
    given = json.loads(world.connections["mail"])
    given["extra"]["timeout_seconds"] = 0.3
    return Connection.from_fields("mail", **{name: given[name] for name in _FIELDS})


_FIELDS = ("host", "port", "login", "password", "schema", "extra")


def letter(number: int = 1, subject: str = "Your order", body: str = "Hello\n") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Maple Lane Goods <orders@maplelane.example>"
    message["To"] = TO
    message["Subject"] = subject
    message["Message-ID"] = f"<{number}@maplelane.example>"
    message.set_content(body)
    return message


def taken(world: sandbox.World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.truth["mail"]["mails"]
    return found


def test_a_mail_is_taken_word_for_word(connection: Connection, world: sandbox.World) -> None:
    body = "Première ligne\n.\n..zwei Punkte\n" + "x" * 2000 + "\n"
    with Smtp(connection) as smtp:
        assert smtp.send(letter(1, "Ihre Bestellung 🙂", body), TO).is_taken
        assert smtp.send(letter(2), TO).is_taken
    mails = world.stand_ins["mail"].taken[-2:]  # type: ignore[attr-defined]
    assert mails[0].message.get_content() == body
    assert mails[0].recipients == [TO]
    assert str(mails[0].message["Subject"]) == "Ihre Bestellung 🙂"


@pytest.mark.parametrize(
    ("trouble", "is_taken", "may_have_worked"),
    [
        ("close", False, False),
        ("drop_before", False, False),
        ("drop_within", False, True),
        ("lose_then_drop", False, True),
        ("take_then_drop", True, True),
        ("take_then_wait", True, True),
    ],
)
def test_what_may_have_worked_is_said_exactly(
    connection: Connection, world: sandbox.World, trouble: str, is_taken: bool, may_have_worked: bool
) -> None:
    """Only where the whole message was handed over: of that, nobody but the server knows."""
    before = len(taken(world))
    world.act("mail", "trouble", trouble)
    with Smtp(connection) as smtp:
        with pytest.raises(Unavailable) as caught:
            smtp.send(letter(), TO)
        assert caught.value.may_have_worked is may_have_worked
        assert len(taken(world)) - before == is_taken
        assert smtp.send(letter(2), TO).is_taken, "the next goes out by a new session"


@pytest.mark.parametrize(("trouble", "code"), [("refuse_recipient", "5.1.1"), ("refuse_message", "5.7.1")])
def test_a_refusal_is_the_recipients_own(
    connection: Connection, world: sandbox.World, trouble: str, code: str
) -> None:
    before = len(taken(world))
    world.act("mail", "trouble", trouble, address=TO)
    with Smtp(connection) as smtp:
        with pytest.raises(Rejected) as caught:
            smtp.send(letter(), TO)
        assert caught.value.code == code
        assert smtp.send(letter(2), "another@customer.example").is_taken
    assert len(taken(world)) - before == 1
    assert "zoe" not in str(caught.value).lower(), "the server quotes the address; we do not"


@pytest.mark.parametrize("trouble", ["defer_recipient", "defer_message"])
def test_what_is_put_off_is_not_taken(connection: Connection, world: sandbox.World, trouble: str) -> None:
    before = len(taken(world))
    world.act("mail", "trouble", trouble)
    with Smtp(connection) as smtp:
        outcome = smtp.send(letter(), TO)
        assert not outcome.is_taken and outcome.answer.startswith("45")
        assert smtp.send(letter(), TO).is_taken
    assert len(taken(world)) - before == 1


def test_a_sender_that_is_not_allowed_is_a_setting(connection: Connection, world: sandbox.World) -> None:
    world.act("mail", "trouble", "refuse_sender")
    with Smtp(connection) as smtp, pytest.raises(Misconfigured, match="sender"):
        smtp.send(letter(), TO)


def test_a_session_that_was_closed_meanwhile_is_opened_anew(
    connection: Connection, world: sandbox.World
) -> None:
    with Smtp(connection) as smtp:
        assert smtp.send(letter(), TO).is_taken
        world.stop("mail")
        world.start("mail")
        assert smtp._session is not None and smtp._session.sock is not None
        smtp._session.sock.shutdown(2)
        assert smtp.send(letter(2), TO).is_taken


def test_a_wrong_password(connection: Connection) -> None:
    with (
        Smtp(replace(connection, password="not-it")) as smtp,
        pytest.raises(Misconfigured, match="sign-in") as caught,
    ):
        smtp.send(letter(), TO)
    assert "not-it" not in str(caught.value)


def test_nobody_listens(connection: Connection, world: sandbox.World) -> None:
    world.stop("mail")
    try:
        with Smtp(connection) as smtp, pytest.raises(Unavailable) as caught:
            smtp.send(letter(), TO)
        assert not caught.value.may_have_worked
    finally:
        world.start("mail")


def test_a_server_that_cannot_prove_who_it_is(connection: Connection, world: sandbox.World) -> None:
    if world.scheme == "http":
        pytest.skip("it shows no certificate")
    extra = {**connection.extra, "ca_file": None}
    before = len(taken(world))
    with Smtp(replace(connection, extra=extra)) as smtp, pytest.raises(Misconfigured, match="certificate"):
        smtp.send(letter(), TO)
    assert len(taken(world)) == before


def test_no_word_without_encryption_beyond_this_machine(
    connection: Connection, world: sandbox.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in is on this machine: reached by another name, it is treated as a stranger."""
    if world.scheme == "https":
        pytest.skip("it offers STARTTLS")
    import socket

    stranger = replace(connection, host="mail.elsewhere.example")
    dial = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda where, *a, **k: dial(("127.0.0.1", where[1]), *a, **k)
    )
    with Smtp(stranger) as smtp, pytest.raises(Misconfigured, match="no encryption"):
        smtp.send(letter(), TO)


@pytest.mark.parametrize(
    "text",
    [
        "", "nobody", "a@b", "a@@b.ca", "a b@c.ca", "a@b.ca, c@d.ca", "a@b.ca\r\nBcc: x@y.ca", "<a@b.ca>",
        "a@b.ca\x00", "a@b.ca;c@d.ca", '"a\\" b"@c.ca', "a@" + "x" * 250 + ".ca", "x" * 65 + "@b.ca",
        "a@b.ca>\r\nDATA", "a@[127.0.0.1]", "a@b..ca", "@b.ca", "é@b.ca", ".a@b.ca", "a..b@c.ca",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_unseen(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        address(text)
    assert not text or text not in str(caught.value)


def test_a_domain_with_letters_of_other_scripts(connection: Connection, world: sandbox.World) -> None:
    assert address("info@müller.example") == "info@xn--mller-kva.example"
    with Smtp(connection) as smtp:
        assert smtp.send(letter(7), "info@παράδειγμα.example").is_taken
    assert taken(world)[-1]["recipients"] == ["info@xn--hxajbheg2az3al.example"]


@pytest.mark.parametrize("subject", ["=?utf-8?q?Hi=0ABcc:_x=40y.ca?=", "=?utf-8?b?SGkNCkJjYzogeEB5LmNh?="])
def test_no_field_can_be_smuggled_in(connection: Connection, world: sandbox.World, subject: str) -> None:
    before = len(taken(world))
    with Smtp(connection) as smtp:
        try:
            smtp.send(letter(8, subject), TO)
        except Rejected:
            assert len(taken(world)) == before
        else:
            assert world.stand_ins["mail"].taken[-1].message["Bcc"] is None  # type: ignore[attr-defined]


def test_a_copy_for_the_archive(connection: Connection, world: sandbox.World) -> None:
    extra = {**connection.extra, "archive_address": "archive@maplelane.example"}
    with Smtp(replace(connection, extra=extra)) as smtp:
        assert smtp.send(letter(9), TO).is_taken
    assert taken(world)[-1]["recipients"] == [TO, "archive@maplelane.example"]
    with Mailbox(connection) as box:
        box.enter("Archive")
        assert box.has("<9@maplelane.example>") and not box.has("<10@maplelane.example>")


def test_a_mailbox_is_read_without_a_trace(connection: Connection, world: sandbox.World) -> None:
    with Smtp(connection) as smtp:
        smtp.send(letter(11), TO)
    world.act("mail", "bounce", "<11@maplelane.example>")
    with Mailbox(connection) as box:
        assert box.enter("INBOX") == 1
        last = box.after(0)[-1]
        assert box.after(last) == []
        assert b"delivery-status" in (box.get(last) or b"")
        assert box.get(last + 1) is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"imap_password": "not-it"}, Misconfigured),
        ({"imap_port": 1}, Unavailable),
        ({"folder": "Nowhere"}, Misconfigured),
    ],
)
def test_a_mailbox_that_cannot_be_read(
    connection: Connection, change: dict[str, Any], kind: type[CounterflowError]
) -> None:
    folder = change.get("folder", "INBOX")
    with Mailbox(replace(connection, extra={**connection.extra, **change})) as box, pytest.raises(kind):
        box.enter(folder)
