"""The mail server's stand-in: takes mail by SMTP, keeps bounces for IMAP, and shows everything on a page.

    SMTP  STARTTLS where the world has a certificate; AUTH PLAIN and LOGIN; sandbox/mail_smtp.py
    IMAP  TLS where the world has a certificate; folders INBOX (bounces) and Archive; sandbox/mail_imap.py
    HTTP  the mails that were taken, to look at; sandbox/mail_pages.py

What goes wrong on demand (`act("mail", "trouble", kind, address=.., times=..)`): sandbox/mail_smtp.py.
`act("mail", "bounce", <Message-ID>, status="5.1.1")`: a mail that was taken comes back.
`act("mail", "mend", "")`: no trouble is left.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.mail_bounces import bounce_of
from sandbox.mail_imap import ImapSession
from sandbox.mail_pages import pages
from sandbox.mail_smtp import HOSTNAME, Desk, sign_in
from sandbox.story import Story
from sandbox.tls import Certificate

LOGIN = "shop"
PASSWORD = "sandbox-mail-password"
ARCHIVE_ADDRESS = "archive@maplelane.example"


@dataclass
class Taken:
    """A mail that the server has taken: number, envelope, text, and when (seconds since 1970)."""

    number: int
    sender: str
    recipients: list[str]
    text: str
    taken_at: int

    @property
    def message(self) -> EmailMessage:
        """The mail, taken apart."""
        found = message_from_bytes(self.text.encode("utf-8", "surrogateescape"), policy=default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def message_id(self) -> str:
        """Its Message-ID ('' if it has none)."""
        return str(self.message["Message-ID"] or "")


class MailServer:
    """What the server holds, and how it is spoken to."""

    login = LOGIN
    password = PASSWORD

    def __init__(self, faults: Faults, journal: Journal, clock: Clock) -> None:
        faults.too_many_body = b'{"message":"Too many requests."}'
        self._journal = journal
        self._clock = clock
        self._servers: list[asyncio.Server] = []
        self.taken = [Taken(**body) for _, body in journal.load("mail", "taken")]
        self.inbox: list[bytes] = [body.encode() for _, body in journal.load("mail", "bounce")]
        self.desk = Desk(self._take)
        self.app = pages(self)
        self.ports: dict[str, int] = {"smtp": 0, "imap": 0}
        for _, ports in journal.load("mail", "ports"):
            self.ports = ports  # whoever knows them from before still finds it
        self.extra: dict[str, Any] = {"bounce_folder": "INBOX", "archive_folder": None}

    async def listen(self, bind: Callable[[int], socket.socket], certificate: Certificate | None) -> None:
        """SMTP and IMAP listen, on their old ports if they were stopped; `ports` says where."""
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.cert_file, certificate.key_file)
        loop = asyncio.get_running_loop()

        def smtp() -> SMTP:
            return SMTP(
                self.desk,
                hostname=HOSTNAME,
                tls_context=context,
                require_starttls=context is not None,
                auth_required=True,
                auth_require_tls=context is not None,
                authenticator=sign_in(LOGIN, PASSWORD),
                enable_SMTPUTF8=True,
                loop=loop,
            )

        sockets = {name: bind(port) for name, port in self.ports.items()}
        self.ports = {name: found.getsockname()[1] for name, found in sockets.items()}
        self._journal.put("mail", "ports", "", self.ports)
        self._servers = [
            await loop.create_server(smtp, sock=sockets["smtp"]),
            await asyncio.start_server(self._read, sock=sockets["imap"], ssl=context),
        ]
        self.extra |= {
            "imap_host": sockets["imap"].getsockname()[0],
            "imap_port": self.ports["imap"],
            "imap_schema": "imaps" if context else "imap",
        }

    async def close(self) -> None:
        """Nothing listens any more."""
        for server in self._servers:
            server.close()
        self._servers = []

    def connection(self) -> dict[str, Any]:
        """What AIRFLOW_CONN_MAIL says otherwise than for a system that speaks HTTP."""
        return {"conn_type": "smtp", "port": self.ports["smtp"], "schema": "smtp"}

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        folders = {"INBOX": self.inbox, "Archive": [self._text(mail) for mail in self.archived]}
        await ImapSession(folders, LOGIN, PASSWORD).serve(reader, writer)

    @property
    def archived(self) -> list[Taken]:
        """The mails of which the archive has a copy."""
        return [mail for mail in self.taken if ARCHIVE_ADDRESS in mail.recipients]

    def _text(self, mail: Taken) -> bytes:
        return mail.text.encode("utf-8", "surrogateescape")

    def _take(self, sender: str, recipients: list[str], content: bytes) -> None:
        text = content.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        number = len(self.taken) + 1
        mail = Taken(number, sender, recipients, text, self._clock.timestamp())
        self.taken.append(mail)
        self._journal.put("mail", "taken", f"{number:09}", asdict(mail))

    def truth(self) -> dict[str, Any]:
        """What was taken: for each mail its Message-ID, recipients and subject; and how many came back."""
        mails = [
            {
                "message_id": mail.message_id,
                "recipients": mail.recipients,
                "subject": str(mail.message["Subject"]),
            }
            for mail in self.taken
        ]
        return {"mails": mails, "bounces": len(self.inbox)}

    def act(self, what: str, identity: str, given: dict[str, Any]) -> dict[str, Any]:
        """Trouble, mending, or a bounce (see above). ValueError where there is no such act or mail."""
        if what == "trouble":
            self.desk.trouble(identity, **given)
        elif what == "mend":
            self.desk.mend()
        elif what == "bounce":
            found = [mail for mail in self.taken if mail.message_id == identity]
            if not found:
                raise ValueError(f"no mail {identity} was taken")
            bounced = bounce_of(found[-1].message, found[-1].recipients[0], HOSTNAME, **given)
            self.drop(bounced)
        else:
            raise ValueError(f"the mail server knows no act {what!r}")
        return {}

    def drop(self, message: bytes) -> None:
        """A message lies in INBOX."""
        self.inbox.append(message)
        self._journal.put("mail", "bounce", f"{len(self.inbox):09}", message.decode("utf-8", "replace"))


def build_mail(story: Story, faults: Faults, journal: Journal, clock: Clock) -> MailServer:
    """The mail server, with what it had taken before."""
    return MailServer(faults, journal, clock)
