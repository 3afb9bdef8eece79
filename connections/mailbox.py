"""A mailbox by IMAP4rev1 (RFC 3501), only ever read: bounces that came back, copies of what was sent.

It is named in the extra of connection mail: imap_host (none: there is no mailbox), imap_port,
imap_schema (imaps, or imap for STARTTLS), imap_login and imap_password (else those for sending).
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from connections.connection import Connection
from connections.errors import Misconfigured, Unavailable
from connections.mail_tls import distrust, is_this_machine, trust

# What a bounce says stands at its beginning; what it quotes, pictures and all, after it.
MOST_BYTES = 256 * 1024


class Mailbox:
    """A session with one folder at a time. `is_there` False: no mailbox is configured."""

    def __init__(self, connection: Connection) -> None:
        self.requests = 0
        self._connection = connection
        self._host = str(connection.extra.get("imap_host") or "")
        self._where = f"mail: IMAP at {self._host}"
        self._session: imaplib.IMAP4 | None = None

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_: object) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                session.logout()

    @property
    def is_there(self) -> bool:
        """Whether there is a mailbox to read."""
        return bool(self._host)

    def enter(self, folder: str) -> int:
        """The folder is the one that is read; its UIDVALIDITY. Misconfigured: there is none of this name."""
        with self._speaking() as session:
            status, _ = session.select(_quoted(folder), readonly=True)
            if status != "OK":
                raise Misconfigured(
                    f'the mailbox has no folder "{folder}"',
                    where=self._where,
                    remedy="Name it in the extra of connection mail (bounce_folder, archive_folder)",
                )
            _, found = session.response("UIDVALIDITY")
            return int(found[0]) if found and found[0] else 0

    def after(self, uid: int) -> list[int]:
        """The numbers of the folder's messages above this one, ascending."""
        found = self._search("UID", f"{uid + 1}:*")
        return sorted(number for number in found if number > uid)  # `*` is the last one, new or not

    def has(self, message_id: str) -> bool:
        """Whether the folder holds a message of this Message-ID."""
        return bool(self._search("HEADER", "Message-ID", _quoted(message_id)))

    def get(self, uid: int) -> bytes | None:
        """The message, cut off after 256 KB; None: somebody has removed it."""
        with self._speaking() as session:
            status, data = session.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            if status != "OK":
                raise Unavailable("a message cannot be read", where=self._where)
            for part in data:
                if isinstance(part, tuple):
                    return bytes(part[1])
            return None

    def _search(self, *criteria: str) -> list[int]:
        with self._speaking() as session:
            status, data = session.uid("SEARCH", *criteria)
            if status != "OK":
                raise Unavailable("the folder cannot be searched", where=self._where)
            return [int(number) for number in (data[0] or b"").split()]

    @contextmanager
    def _speaking(self) -> Iterator[imaplib.IMAP4]:
        self.requests += 1
        try:
            self._session = self._session or self._opened()
            yield self._session
        except ssl.SSLCertVerificationError as error:
            raise distrust(error, self._where) from None
        except (imaplib.IMAP4.error, OSError) as error:
            # its words may name a person, or quote a message
            self.__exit__()
            raise Unavailable(f"the session ended: {type(error).__name__}", where=self._where) from None

    def _opened(self) -> imaplib.IMAP4:
        extra, context = self._connection.extra, trust(self._connection)
        timeout = float(extra.get("timeout_seconds", 30))
        if extra.get("imap_schema", "imaps") == "imaps":
            port = int(extra.get("imap_port") or 993)
            session: imaplib.IMAP4 = imaplib.IMAP4_SSL(self._host, port, ssl_context=context, timeout=timeout)
        else:
            session = imaplib.IMAP4(self._host, int(extra.get("imap_port") or 143), timeout=timeout)
            self._secure(session, context)
        try:
            login = str(extra.get("imap_login") or self._connection.login)
            session.login(login, str(extra.get("imap_password") or self._connection.password))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise Misconfigured(
                "the mailbox refuses the sign-in",
                where=self._where,
                remedy="Check imap_login and imap_password in the extra of connection mail",
            ) from None
        return session

    def _secure(self, session: imaplib.IMAP4, context: ssl.SSLContext) -> None:
        capabilities: tuple[Any, ...] = session.capabilities
        if "STARTTLS" in capabilities:
            session.starttls(context)
        elif not is_this_machine(self._host):
            raise Misconfigured(
                "the mailbox offers no encryption: nothing was said to it",
                where=self._where,
                remedy='Say "imap_schema": "imaps", or name a server with STARTTLS',
            )


def _quoted(text: str) -> str:
    """As IMAP quotes text that may have blanks in it."""
    plain = re.sub(r"[\x00-\x1f\x7f]", "", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
