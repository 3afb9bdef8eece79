"""A mail that comes back: the notice that a mail server writes of it (RFC 3464)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

_TEXTS = {
    "5.1.1": "550 5.1.1 The email account that you tried to reach does not exist.",
    "5.2.2": "552 5.2.2 The recipient's inbox is full.",
    "4.4.1": "connect to mx.example.com: Connection timed out",
}


def bounce_of(
    mail: EmailMessage, recipient: str, hostname: str, status: str = "5.1.1", action: str = "failed"
) -> bytes:
    """The notice about one mail to one recipient; `action` failed or delayed."""
    reason = _TEXTS.get(status, f"550 {status} undeliverable")
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <MAILER-DAEMON@{hostname}>"
    report["To"] = str(mail["From"])
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(datetime.now(UTC))
    report["Auto-Submitted"] = "auto-replied"
    report.attach(
        MIMEText(
            f"Your message could not be delivered to {recipient}.\n\n    {reason}\n", _charset="us-ascii"
        )
    )
    status_part = MIMEBase("message", "delivery-status")
    about_server, about_recipient = Message(), Message()
    about_server["Reporting-MTA"] = f"dns; {hostname}"
    about_server["Arrival-Date"] = format_datetime(datetime.now(UTC))
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = action
    about_recipient["Status"] = status
    about_recipient["Diagnostic-Code"] = f"smtp; {reason}"
    status_part.set_payload([about_server, about_recipient])
    report.attach(status_part)
    headers = MIMEBase("text", "rfc822-headers")
    headers.set_payload(
        "".join(f"{name}: {mail[name]}\n" for name in ("Message-ID", "From", "To", "Subject"))
    )
    report.attach(headers)
    return report.as_bytes()
