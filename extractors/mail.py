"""Bounces: mails of ours that came back, from the mailbox that the return path leads to (IMAP4rev1).

    folder extra.bounce_folder (INBOX) -> raw.mail__bounces   one row per recipient of whom a notice tells

Where connection mail names no mailbox (extra.imap_host) there is nothing to read. The folder is read
from the last message on, and only read: nothing is marked or removed. Times are the notices' own, with
their zone. Not read: answers, and everything else that is no notice about a mail (RFC 3464).
"""

from __future__ import annotations

from collections.abc import Iterator

from connections.connection import Connection
from connections.landing import Record
from connections.mailbox import Mailbox
from extractors.base import Page, Position, Resource
from extractors.mail_notices import notices

PER_PAGE = 50


class BounceBox(Mailbox):
    """The mailbox, and the folder that bounces lie in."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.folder = str(connection.extra.get("bounce_folder") or "INBOX")


class Mail:
    """The extractor of what comes back."""

    system = "mail"
    resources: tuple[Resource, ...] = (Resource("bounces", "INBOX", key="key"),)

    def open(self, connection: Connection) -> BounceBox:
        """The mailbox. Nothing is said to it yet."""
        return BounceBox(connection)

    def read(self, client: BounceBox, resource: Resource, cursor: Position | None) -> Iterator[Page]:
        """The messages after the cursor's; all of them, where the folder was made anew."""
        if not client.is_there:
            return
        validity = client.enter(client.folder)
        known = cursor or {}
        last = known["uid"] if known.get("validity") == validity else 0
        numbers = client.after(last)
        for start in range(0, len(numbers), PER_PAGE):
            records: list[Record] = []
            for number in numbers[start : start + PER_PAGE]:
                text = client.get(number)
                records += [resource.record(notice) for notice in notices(text or b"")]
                last = number
            yield Page(records, cursor={"validity": validity, "uid": last})

    def census(self, client: BounceBox, resource: Resource) -> Iterator[Page]:
        """Everything anew. What was removed from the folder did come back all the same: it stays."""
        return self.read(client, resource, None)
