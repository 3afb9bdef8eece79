"""The SMTP side of the mail server's stand-in (aiosmtpd), and what goes wrong on demand.

Trouble is `trouble(kind, address="", times=1)`: for mails to that address (any, where it is left out),
so often (-1: for ever). Kinds:

    refuse_recipient   550 5.1.1, with the address quoted, as many servers do
    defer_recipient    450 4.2.0: greylisting
    refuse_sender      553 5.7.1
    refuse_message     554 5.7.1 after the whole message: a filter
    defer_message      451 4.3.0 after the whole message
    close              421 before the message, and the session ends
    drop_before        the session dies when the message is announced
    drop_within        the message does not arrive whole: it is not taken, and the session dies
    take_then_drop     the message is taken, and the session dies without an answer
    take_then_wait     the message is taken, and no answer comes for `seconds`
    lose_then_drop     the whole message arrives, is lost, and the session dies without an answer
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOSTNAME = "mail.maplelane.example"
KINDS = (
    "refuse_recipient",
    "defer_recipient",
    "refuse_sender",
    "refuse_message",
    "defer_message",
    "close",
    "drop_before",
    "drop_within",
    "take_then_drop",
    "take_then_wait",
    "lose_then_drop",
)
_ANSWERS = {
    "refuse_sender": "553 5.7.1 sender not allowed",
    "refuse_message": "554 5.7.1 this looks like spam",
    "defer_message": "451 4.3.0 try again later",
    "close": "421 4.3.2 shutting down",
}


@dataclass
class Trouble:
    """One kind of it, for the next `times` mails to the address."""

    kind: str
    address: str = ""
    times: int = 1
    seconds: float = 5.0

    def strikes(self, kind: str, recipients: list[str]) -> bool:
        """Whether it befalls a mail to these now; one of `times` is used up then."""
        wanted = not self.address or self.address in recipients
        if self.kind != kind or self.times == 0 or not wanted:
            return False
        self.times -= self.times > 0
        return True


class Desk:
    """Who takes the mails in: the hooks that aiosmtpd calls."""

    def __init__(self, take: Callable[[str, list[str], bytes], None]) -> None:
        self._take = take
        self._troubles: list[Trouble] = []

    def trouble(self, kind: str, **given: Any) -> None:
        """The next mails meet it. ValueError where there is no such kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown trouble {kind!r}; known: {', '.join(KINDS)}")
        self._troubles.append(Trouble(kind, **given))

    def mend(self) -> None:
        """No trouble is left."""
        self._troubles.clear()

    def _struck_by(self, kinds: tuple[str, ...], recipients: list[str]) -> Trouble | None:
        for kind in kinds:
            for trouble in self._troubles:
                if trouble.strikes(kind, recipients):
                    return trouble
        return None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender is noted, or not allowed."""
        if self._struck_by(("refuse_sender",), []):
            return _ANSWERS["refuse_sender"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The recipient is noted, refused, or put off."""
        if self._struck_by(("refuse_recipient",), [address]):
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if self._struck_by(("defer_recipient",), [address]):
            return f"450 4.2.0 <{address}>: Recipient address rejected: Greylisted"
        trouble = self._struck_by(("close", "drop_before"), [address])
        if trouble:
            _end(server, _ANSWERS.get(trouble.kind, ""))
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The message is taken, unless there is trouble."""
        recipients = list(envelope.rcpt_tos)
        content = envelope.original_content or b""
        trouble = self._struck_by(KINDS[KINDS.index("drop_within") :], recipients)
        if trouble is None:
            trouble = self._struck_by(("refuse_message", "defer_message"), recipients)
        if trouble is None or trouble.kind.startswith("take"):
            self._take(str(envelope.mail_from), recipients, content)
        if trouble is None:
            return "250 2.0.0 OK: queued"
        if trouble.kind == "take_then_wait":
            await asyncio.sleep(trouble.seconds)
        if trouble.kind not in _ANSWERS:
            _end(server)
        return _ANSWERS.get(trouble.kind, "451 4.3.0 gone")


def sign_in(login: str, password: str) -> Callable[..., AuthResult]:
    """An authenticator that knows one account."""

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = (data.login, data.password) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == (login.encode(), password.encode()), handled=False)

    return known


def _end(server: SMTP, answer: str = "") -> None:
    """The session dies, after this answer if there is one."""
    transport = server.transport
    assert isinstance(transport, asyncio.Transport)
    if answer:
        transport.write(answer.encode() + b"\r\n")
        transport.close()
    else:
        transport.abort()
