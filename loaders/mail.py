"""Mails to customers, each sent at most once.

A mail server cannot be asked what it has taken. So each mail is committed as sent by itself, right before
it goes out; one of which the server's answer is missing stays unknown until a person has found out, and
is never sent again by itself. Where copies are kept (extra.archive_folder of connection mail) it is looked
up there by its Message-ID, which follows from its key. After such a mail the delivery stops: whatever
keeps the server from answering should not befall all the others.

What is read back names nobody: the recipient's address is masked, and the link to the order's page, which
opens it, is made while the mail is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from connections.connection import Connection
from connections.errors import Rejected, Unavailable
from connections.mail import Smtp
from connections.mailbox import Mailbox
from connections.signing import Links
from connections.storage import Storage
from documents.messages.compose import File, message
from loaders.base import Intent, NotSent, Present, Sent


@dataclass
class Office:
    """What it takes to send mail, and what the server has taken in this session, by Message-ID."""

    smtp: Smtp
    box: Mailbox
    archive_folder: str | None
    taken: dict[str, str] = field(default_factory=dict)
    is_in_doubt: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.box.__exit__()
        self.smtp.__exit__()

    def has_copy(self, message_id: str) -> bool:
        """Whether the archive holds it; False where there is none, or none that answers now."""
        if not self.archive_folder or not self.box.is_there:
            return False
        with suppress(Unavailable):
            self.box.enter(self.archive_folder)
            return self.box.has(message_id)
        return False


class Messages:
    """outbound.out_mail__messages made true. `storage`: where documents are; `links`: to orders' pages."""

    system = "mail"
    thing = "message"
    kind = "posting"
    outbound_model = "out_mail__messages"
    batch_size = 1  # each is committed as sent by itself: a crash leaves one in doubt, not twenty
    inputs: tuple[str, ...] = ("woocommerce", "odoo")
    flow = "customer_mail"
    differs = "true"
    money = "0"
    zeroes = "false"
    row_columns: tuple[str, ...] = ()
    can_look_up = False

    def __init__(self, storage: Callable[[], Storage], links: Callable[[], Links] = Links.from_env) -> None:
        self._storage = storage
        self._links = links

    def open(self, connection: Connection) -> Office:
        """The mail server, and the mailbox where copies are kept. Nothing is said to either yet."""
        folder = connection.extra.get("archive_folder")
        return Office(Smtp(connection), Mailbox(connection), str(folder) if folder else None)

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The mail under its Message-ID, taken for its recipient."""
        return {
            "message_id": intent.payload["message_id"],
            "recipient": masked(intent.payload["recipient"]["address"]),
        }

    def present(self, client: Office, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """What the server has taken in this session, and what was in doubt and has a copy in the archive."""
        present = {}
        for intent in intents:
            message_id = intent.payload["message_id"]
            answer = client.taken.get(message_id)
            if answer is None and intent.is_unknown and client.has_copy(message_id):
                answer = "in the archive"
            if answer is not None:
                present[intent.key] = Present(message_id, self.wanted(intent), answer)
        return present

    def send(
        self, client: Office, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each offered to the server once. Unavailable: it is not known of the last, or was of one before."""
        return {intent.key: self._send_one(client, intent) for intent in intents}

    def _send_one(self, client: Office, intent: Intent) -> Sent | NotSent:
        if client.is_in_doubt:
            waits = Unavailable("the server left a mail without an answer: the others wait", where="mail")
            waits.may_have_worked = False
            raise waits
        row = intent.payload
        try:
            files = self._files(row)
        except Unavailable as error:
            error.may_have_worked = False  # the documents are not there: nothing was offered to the server
            raise
        if isinstance(files, NotSent):
            return files
        try:
            mail = message(row, link=self._link(row), files=files, sent_at=datetime.now(UTC))
            outcome = client.smtp.send(mail, row["recipient"]["address"])
        except Unavailable as error:
            client.is_in_doubt = error.may_have_worked
            raise
        except Rejected as error:
            return NotSent("refused", "permanent", str(error))
        except ValueError:
            return NotSent("refused", "permanent", "the address is not one e-mail address")
        if not outcome.is_taken:
            return NotSent("held", "retry", f"the server takes it later: {outcome.answer}")
        client.taken[row["message_id"]] = outcome.answer
        return Sent(self.wanted(intent))

    def _link(self, row: Mapping[str, Any]) -> str | None:
        """The order's page; None where the row names no day until which it opens."""
        if not row.get("link_expires_at"):
            return None
        return self._links().order_page(row["order_id"], datetime.fromisoformat(row["link_expires_at"]))

    def _files(self, row: Mapping[str, Any]) -> list[File] | NotSent:
        """The documents that go along, as they were issued."""
        files = []
        for document in row["documents"]:
            try:
                content = self._storage().get(document["path"])
            except Rejected:
                return NotSent("held", "retry", f"document {document['document_key']} is not in its place")
            if hashlib.sha256(content).hexdigest() != document["sha256"]:
                reason = f"document {document['document_key']} is not as it was issued"
                return NotSent("held", "needs_person", reason)
            files.append(File(document["name"], content))
        return files


def masked(address: str) -> str:
    """The address as it may be shown: its first letter and its domain."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
