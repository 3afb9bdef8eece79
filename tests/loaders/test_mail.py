"""Mails go out at most once, whatever happens, and of what is not known a person is asked."""

from __future__ import annotations

import gc
import itertools
import json
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sandbox
from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable
from connections.warehouse import session
from loaders.planning import Guards, Hold
from tests.loaders.crashes import Killed
from tests.loaders.letters import GUARDS, PDF, TO, Letters, letter, message_id

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world() -> Iterator[sandbox.World]:
    with sandbox.serve(1, systems=("mail",)) as running:
        yield running


@pytest.fixture
def letters(world: sandbox.World, warehouse: Connection, tmp_path: Path) -> Iterator[Letters]:
    yield Letters(world, warehouse, tmp_path)
    world.act("mail", "mend", "")


@pytest.fixture
def number() -> int:
    return next(numbers)


def test_a_mail_is_sent_and_never_again(letters: Letters, number: int) -> None:
    letters.want(letter(number))
    assert letters.deliver().confirmed == 1
    letters.want(letter(number))  # in every later build
    assert letters.deliver().planned == 0
    assert letters.taken().count(message_id(number)) == 1
    mail = letters.world.stand_ins["mail"].taken[-1]  # type: ignore[attr-defined]
    assert mail.recipients == [TO]
    body = mail.message.get_body(("plain",)).get_content()
    assert "https://orders.maplelane.example/o/" in body


def test_the_document_goes_along(letters: Letters, number: int) -> None:
    invoice = letter(number, "invoice")
    invoice["payload"]["documents"][0]["sha256"] = letters.file()
    letters.want(invoice)
    assert letters.deliver().confirmed == 1
    mail = letters.world.stand_ins["mail"].taken[-1].message  # type: ignore[attr-defined]
    (attached,) = list(mail.iter_attachments())
    assert attached.get_payload(decode=True) == PDF


def test_a_document_that_is_missing_or_changed_holds_its_mail(letters: Letters, number: int) -> None:
    letters.want(letter(number, "invoice"))
    assert letters.deliver().held == 1
    assert letters.writes()[f"invoice:woocommerce:{number}"] == ("held", "retry")
    letters.file(content=b"%PDF-1.7 another")
    assert letters.deliver().held == 1
    assert letters.writes()[f"invoice:woocommerce:{number}"] == ("held", "needs_person")
    assert message_id(number, "invoice") not in letters.taken()


def test_while_the_place_for_documents_is_down_nothing_is_in_doubt(letters: Letters, number: int) -> None:
    invoice = letter(number, "invoice")
    invoice["payload"]["documents"][0]["sha256"] = letters.file()
    file = Path(letters.storage.shown("orders/1001/invoice.pdf"))
    file.unlink()
    file.mkdir()  # reading it fails as a disk does
    letters.want(invoice)
    with pytest.raises(Unavailable, match="place for documents"):
        letters.deliver()
    assert letters.writes()[invoice["write_key"]] == ("planned", "retry")
    file.rmdir()
    letters.file()
    assert letters.deliver().confirmed == 1


@pytest.mark.parametrize("trouble", ["take_then_drop", "take_then_wait", "lose_then_drop"])
def test_what_may_have_been_taken_is_asked_of_a_person(letters: Letters, number: int, trouble: str) -> None:
    due = [letter(number), letter(next(numbers))]
    letters.want(*due)
    letters.world.act("mail", "trouble", trouble)
    with pytest.raises(Unavailable, match="without an answer"):
        letters.deliver()
    first, second = (each["write_key"] for each in due)
    assert letters.writes() == {first: ("unknown", "needs_person"), second: ("planned", "retry")}
    for _ in range(3):
        letters.want(*due)
        letters.deliver()
    assert letters.writes() == {first: ("unknown", "needs_person"), second: ("confirmed", None)}
    assert letters.taken().count(message_id(number)) == (trouble != "lose_then_drop")


def test_a_person_finds_out(letters: Letters, number: int) -> None:
    """It was lost: it is sent again, under the same Message-ID. Or waived: never."""
    due = [letter(number), letter(next(numbers))]
    for each in due:
        letters.want(each)
        letters.world.act("mail", "trouble", "lose_then_drop")
        letters.deliver()
    with session(letters.warehouse) as opened:
        opened.execute(
            "update sync.writes set status = 'planned', reason = null, reason_class = null where key = %s",
            [due[0]["write_key"]],
        )
        opened.execute("update sync.writes set status = 'waived' where key = %s", [due[1]["write_key"]])
    letters.want(*due)
    assert letters.deliver().confirmed == 1
    assert letters.writes()[due[1]["write_key"]][0] == "waived"
    assert letters.taken().count(message_id(number)) == 1


def test_a_copy_in_the_archive_tells(letters: Letters, number: int) -> None:
    connection = letters.connection
    extra = {
        **connection.extra,
        "archive_address": "archive@maplelane.example",
        "archive_folder": "Archive",
    }
    archived = replace(connection, extra=extra)
    letters.want(letter(number))
    letters.world.act("mail", "trouble", "take_then_drop")
    letters.deliver(connection=archived)
    assert letters.writes()[letter(number)["write_key"]] == ("unknown", "needs_person")
    assert letters.deliver(connection=archived).already_true == 1
    assert letters.writes()[letter(number)["write_key"]] == ("confirmed", None)
    assert letters.taken().count(message_id(number)) == 1


def test_no_copy_in_the_archive_proves_nothing(letters: Letters, number: int) -> None:
    connection = letters.connection
    archived = replace(connection, extra={**connection.extra, "archive_folder": "Archive"})
    letters.want(letter(number))
    letters.world.act("mail", "trouble", "take_then_drop")
    for _ in range(2):
        letters.deliver(connection=archived)
    assert letters.writes()[letter(number)["write_key"]] == ("unknown", "needs_person")
    deaf = replace(archived, extra={**archived.extra, "imap_port": 1})
    other = letter(next(numbers))
    letters.want(letter(number), other)
    assert letters.deliver(connection=deaf).confirmed == 1, "an archive that is down holds nobody up"


def test_a_refused_recipient_is_a_row_and_the_others_go_out(letters: Letters, number: int) -> None:
    wrong = letter(number, to="nobody.private@gone.example")
    other = letter(next(numbers))
    letters.want(wrong, other)
    letters.world.act("mail", "trouble", "refuse_recipient", address="nobody.private@gone.example", times=-1)
    summary = letters.deliver()
    assert (summary.refused, summary.confirmed) == (1, 1)
    assert letters.writes()[wrong["write_key"]] == ("refused", "permanent")
    assert "5.1.1 (there is no such mailbox)" in letters.record()
    assert letters.deliver().planned == 0
    letters.want(letter(number, to="somebody@mail.example"), other)  # mended in the shop
    assert letters.deliver().confirmed == 1
    assert letters.taken().count(message_id(number)) == 1


@pytest.mark.parametrize(
    "address", ["nobody", "a@b.ca, c@d.ca", "a@b.ca\r\nBcc: c@d.ca", "a b@c.ca", "<a@b.ca>", ""]
)
def test_what_is_no_address_is_refused(letters: Letters, number: int, address: str) -> None:
    before = len(letters.taken())
    letters.want(letter(number, to=address))
    assert letters.deliver().refused == 1
    assert len(letters.taken()) == before


@pytest.mark.parametrize("trouble", ["defer_recipient", "defer_message"])
def test_what_is_put_off_goes_out_later(letters: Letters, number: int, trouble: str) -> None:
    letters.want(letter(number))
    letters.world.act("mail", "trouble", trouble, address=TO)
    assert letters.deliver().held == 1
    assert letters.writes()[letter(number)["write_key"]] == ("held", "retry")
    assert letters.deliver().confirmed == 1
    assert letters.taken().count(message_id(number)) == 1


@pytest.mark.parametrize("trouble", ["close", "drop_before"])
def test_a_session_that_ends_before_the_message(letters: Letters, number: int, trouble: str) -> None:
    letters.want(letter(number))
    letters.world.act("mail", "trouble", trouble)
    with pytest.raises(Unavailable):
        letters.deliver()
    assert letters.writes()[letter(number)["write_key"]] == ("planned", "retry")
    assert letters.deliver().confirmed == 1
    assert letters.taken().count(message_id(number)) == 1


def test_the_server_is_down(letters: Letters, number: int) -> None:
    letters.want(letter(number))
    letters.world.stop("mail")
    try:
        with pytest.raises(Unavailable):
            letters.deliver()
    finally:
        letters.world.start("mail")
    assert letters.deliver().confirmed == 1


def test_a_wrong_password(letters: Letters, number: int) -> None:
    letters.want(letter(number))
    with pytest.raises(Misconfigured):
        letters.deliver(connection=replace(letters.connection, password="not-it"))
    assert letters.writes()[letter(number)["write_key"]][0] == "planned"


def test_the_switch_and_the_guard(letters: Letters, number: int) -> None:
    due = [letter(number), letter(next(numbers)), letter(next(numbers))]
    letters.want(*due)
    before = len(letters.taken())
    letters.deliver(hold_all=Hold("switch", "flow customer_mail is off"))
    letters.deliver(guards=Guards(most_rows=2, most_money=1, most_to_zero=1))
    assert len(letters.taken()) == before
    assert {status for status, _ in letters.writes().values()} == {"held"}
    assert letters.deliver().confirmed == 3


def test_two_deliveries_at_once(letters: Letters) -> None:
    due = [letter(next(numbers)) for _ in range(10)]
    letters.want(*due)
    threads = [threading.Thread(target=letters.deliver) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    sent = letters.taken()
    assert [sent.count(each["payload"]["message_id"]) for each in due] == [1] * 10


def test_the_record_names_nobody(letters: Letters, number: int) -> None:
    due = letter(number, to="zoe.private@mail.example")
    due["payload"]["recipient"]["name"] = "Zoé Private"
    letters.want(due)
    plan = letters.deliver(plan_only=True)
    letters.world.act("mail", "trouble", "defer_recipient")
    letters.deliver()
    letters.deliver()
    told = letters.record() + " ".join(plan.lines)
    assert "zoe.private" not in told and "Zoé" not in told and "/o/" not in told
    assert "z***@mail.example" in told


_KILLED = """
import os
from connections.connection import Connection
from connections.mail import Smtp
from connections.signing import Links
from connections.storage import Storage
from loaders.base import deliver
from loaders.mail import Messages
from loaders.planning import Guards
original = Smtp.send
def send(self, message, recipient):
    original(self, message, recipient)
    os._exit(9)  # the server has it; nobody here lives to hear of it
Smtp.send = send
portal = Connection.from_fields("portal", host="orders.maplelane.example", password="k" * 43)
guards = Guards(most_rows=10, most_money=10**6, most_to_zero=0)
loader = Messages(lambda: Storage("."), lambda: Links.of(portal))
deliver(loader, Connection.from_env("mail"), Connection.from_env("warehouse"), "run", guards=guards)
"""


def test_a_process_that_is_killed_after_the_effect(letters: Letters, number: int) -> None:
    due = [letter(number), letter(next(numbers)), letter(next(numbers))]
    letters.want(*due)
    variables = {**os.environ, "AIRFLOW_CONN_MAIL": letters.world.connections["mail"]}
    killed = subprocess.run([sys.executable, "-c", _KILLED], env=variables, check=False)
    assert killed.returncode == 9
    assert letters.writes()[due[0]["write_key"]] == ("sent", None)
    for _ in range(2):
        letters.deliver()
    assert letters.writes() == {
        due[0]["write_key"]: ("unknown", "needs_person"),
        due[1]["write_key"]: ("confirmed", None),
        due[2]["write_key"]: ("confirmed", None),
    }, "one in doubt, not three"
    sent = letters.taken()
    assert [sent.count(each["payload"]["message_id"]) for each in due] == [1, 1, 1]


def test_killed_between_any_two_steps(letters: Letters) -> None:
    """The process dies before each statement, commit, and word to the server in turn: never twice.

    What comes before the mail is committed as sent is the engine's, and tested with it.
    """
    for last in range(20, 1_000):
        due = [letter(next(numbers))]
        letters.want(*due)
        dead = _deliver_dying(letters, last)
        letters.deliver()
        sent, status = letters.taken(), letters.writes()
        for each in due:
            times = sent.count(each["payload"]["message_id"])
            assert times <= 1, f"step {last}"
            assert status[each["write_key"]] == ("confirmed", None) or status[each["write_key"]] == (
                "unknown",
                "needs_person",
            ), f"step {last}"
            assert times == 1 or status[each["write_key"]][0] == "unknown", f"step {last}"
        if not dead:
            break
        with session(letters.warehouse) as opened:  # somebody has looked
            opened.execute("update sync.writes set status = 'waived' where status = 'unknown'")
    assert last > 45


def _deliver_dying(letters: Letters, last: int) -> bool:
    """One delivery, whose process dies before step `last`; whether it did."""
    made = itertools.count(1)
    dead = False

    def counted(original: Any) -> Any:
        def step(self: Any, *args: Any, **options: Any) -> Any:
            nonlocal dead
            dead = dead or next(made) >= last
            if dead:
                raise Killed
            return original(self, *args, **options)

        return step

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "execute", counted(psycopg.Connection.execute))
        patch.setattr(psycopg.Connection, "commit", counted(psycopg.Connection.commit))
        patch.setattr(smtplib.SMTP, "send", counted(smtplib.SMTP.send))
        patch.setattr(smtplib.SMTP, "getreply", counted(smtplib.SMTP.getreply))
        with suppress(Killed):
            letters.deliver()
    gc.collect(1)  # a process that dies leaves no connection open
    return dead


def test_the_connection_is_what_the_environment_says(world: sandbox.World) -> None:
    given = json.loads(world.connections["mail"])
    assert given["schema"] == "smtp" and given["extra"]["imap_port"] > 0
    assert GUARDS.most_rows > 0
