"""Mail to one person at a time, by SMTP (RFC 5321) with TLS and sign-in.

Nothing is said to a server that cannot prove who it is: `smtps` speaks TLS from the start, `smtp` turns
to it by STARTTLS, and only on this very machine may it be missing. What is not known is said exactly:
`Unavailable.may_have_worked` is True from the final dot of DATA until the server's answer to it, and
False everywhere else. No message names a person: servers like to quote the address that they refuse,
so only their codes are repeated (RFC 3463).

Connection: host, port, login, password, schema smtp or smtps; extra: ca_file, timeout_seconds (30),
return_path (the envelope's sender, where bounces go), archive_address (gets a blind copy of each).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.mail_text import address, bytes_of, enhanced_code, said, stuffed
from connections.mail_tls import distrust, is_this_machine, trust

# The server waits for the recipient's own server, or looks through the attachments, before it answers.
_LAST_ANSWER = 10


@dataclass(frozen=True)
class Outcome:
    """The server took the message (`is_taken`), or will take it later, and wants to be asked again."""

    is_taken: bool
    answer: str


class Smtp:
    """A session that opens with the first message, and again where the server has closed it."""

    def __init__(self, connection: Connection) -> None:
        if connection.scheme not in ("smtp", "smtps"):
            raise Misconfigured(
                f"schema {connection.scheme} is none of mail's",
                where="connection mail",
                remedy='Say "smtps", or "smtp" for a server with STARTTLS',
            )
        self.requests = 0
        self._connection = connection
        self._where = f"mail: {connection.host}"
        self._timeout = float(connection.extra.get("timeout_seconds", 30))
        self._session: smtplib.SMTP | None = None

    def __enter__(self) -> Smtp:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def sign_in(self) -> None:
        """The server knows us, and nothing was sent. Unavailable, Misconfigured."""
        with self._speaking():
            self._session = self._session or self._opened()

    def send(self, message: EmailMessage, recipient: str) -> Outcome:
        """The server's answer to the message, which was offered once, for this recipient alone.

        Rejected: it will never take it (`code` is RFC 3463's). Unavailable, Misconfigured.
        """
        to, text = address(recipient), bytes_of(message)
        self.requests += 1
        copies = [str(self._connection.extra["archive_address"])] if self._archives else []
        with self._speaking():
            session, outcome = self._announced(message, to, copies)
            return outcome or self._hand_over(session, text)

    @property
    def _archives(self) -> bool:
        return bool(self._connection.extra.get("archive_address"))

    def _announced(
        self, message: EmailMessage, to: str, copies: list[str]
    ) -> tuple[smtplib.SMTP, Outcome | None]:
        """The session, after it knows sender and recipients; the outcome where it does not want them yet."""
        sender = address(str(self._connection.extra.get("return_path") or _sender(message)))
        session, code, text = self._begun(sender)
        if code in (552, 554):
            raise self._refusal(code, text)
        if code >= 500:
            raise Misconfigured(
                f"the server does not take mail from this sender: {said(code, text)}",
                where=self._where,
                remedy="Check [mail] sender in settings.toml, and the rights of the sign-in",
            )
        if code >= 400:
            raise _not_now(f"the server takes no mail now: {said(code, text)}", self._where)
        for place, recipient in enumerate([to, *copies]):
            code, text = _decoded(session.rcpt(recipient))
            if code >= 400 and place > 0:
                raise Misconfigured(
                    f"the archive's address is not taken: {said(code, text)}",
                    where="connection mail, extra.archive_address",
                )
            if code >= 500:
                raise self._refusal(code, text)
            if code == 421:
                raise _not_now("the server closes the session", self._where)
            if code >= 400:
                session.rset()
                return session, Outcome(False, said(code, text))
        return session, None

    def _begun(self, sender: str) -> tuple[smtplib.SMTP, int, str]:
        """The session and its answer to the sender: a new one, where the server closed it in the meantime."""
        for is_last in (False, True):
            is_new = self._session is None
            session = self._session = self._session or self._opened()
            try:
                code, text = _decoded(session.mail(sender))
            except (smtplib.SMTPServerDisconnected, OSError):
                code, text = 421, ""
            if code != 421 or is_new or is_last:
                break
            self._close()
        return session, code, text

    def _hand_over(self, session: smtplib.SMTP, text: bytes) -> Outcome:
        """The server's answer to the whole message. From the final dot on, no answer means: perhaps."""
        code, words = _decoded(session.docmd("DATA"))
        if code < 354 or code == 421:
            raise _not_now(f"the server does not go on with the message: {code}", self._where)
        if code != 354:
            return self._judged(code, words)
        session.send(stuffed(text))
        doubt = Unavailable("no answer after the whole message was handed over", where=self._where)
        doubt.may_have_worked = True
        try:
            if session.sock is not None:
                session.sock.settimeout(self._timeout * _LAST_ANSWER)
            session.send(b".\r\n")
            code, words = _decoded(session.getreply())
        except (smtplib.SMTPException, OSError):
            self._close()
            raise doubt from None
        if session.sock is not None:
            session.sock.settimeout(self._timeout)
        if not 200 <= code < 600:
            self._close()
            raise doubt
        return self._judged(code, words)

    def _judged(self, code: int, words: str) -> Outcome:
        if code >= 500:
            raise self._refusal(code, words)
        return Outcome(200 <= code < 300, said(code, words))

    def _refusal(self, code: int, text: str) -> Rejected:
        if self._session is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._session.rset()
        error = Rejected(f"the message is refused: {said(code, text)}", where=self._where)
        error.status, error.code = code, enhanced_code(text)
        return error

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """What the session raises before the final dot, in our words: nothing was sent."""
        try:
            yield
        except CounterflowError as error:
            if not isinstance(error, Rejected):
                self._close()
            raise
        except (smtplib.SMTPException, OSError) as error:
            self._close()
            raise _not_now(f"the session ended: {type(error).__name__}", self._where) from None

    def _opened(self) -> smtplib.SMTP:
        connection = self._connection
        context = trust(connection)
        session: smtplib.SMTP | None = None
        try:
            if connection.scheme == "smtps":
                session = smtplib.SMTP_SSL(
                    connection.host, connection.port or 465, timeout=self._timeout, context=context
                )
            else:
                session = smtplib.SMTP(connection.host, connection.port or 587, timeout=self._timeout)
                self._secure(session, context)
            self._sign_in(session)
        except ssl.SSLCertVerificationError as error:
            _drop(session)
            raise distrust(error, self._where) from None
        except BaseException:
            _drop(session)
            raise
        return session

    def _secure(self, session: smtplib.SMTP, context: ssl.SSLContext) -> None:
        session.ehlo()
        if session.has_extn("starttls"):
            session.starttls(context=context)
            session.ehlo()
        elif not is_this_machine(self._connection.host):
            raise Misconfigured(
                "the server offers no encryption: nothing was said to it",
                where=self._where,
                remedy='Name one with STARTTLS, or one with TLS from the start (schema "smtps")',
            )

    def _sign_in(self, session: smtplib.SMTP) -> None:
        try:
            session.login(self._connection.login, self._connection.password)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise _not_now(f"the sign-in is not taken now: {error.smtp_code}", self._where) from None
            raise Misconfigured(
                f"the server refuses the sign-in: {error.smtp_code}",
                where=self._where,
                remedy="Check login and password of connection mail",
            ) from None
        except smtplib.SMTPNotSupportedError:
            raise Misconfigured("the server offers no sign-in that we know", where=self._where) from None

    def _close(self) -> None:
        session, self._session = self._session, None
        _drop(session)


def _sender(message: EmailMessage) -> str:
    return str(message["From"].addresses[0].addr_spec)


def _decoded(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], answer[1].decode("ascii", "replace")


def _not_now(what: str, where: str) -> Unavailable:
    error = Unavailable(what, where=where)
    error.may_have_worked = False
    return error


def _drop(session: smtplib.SMTP | None) -> None:
    if session is not None:
        with suppress(smtplib.SMTPException, OSError):
            session.sock.settimeout(2) if session.sock else None
            session.quit()
        session.close()
