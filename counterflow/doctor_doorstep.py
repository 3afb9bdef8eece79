"""The doctor's questions on the way to the customer: Canada Post, documents, mail, the customer's page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from connections import canadapost
from connections.canadapost import Address, Parcel
from connections.connection import Connection
from connections.errors import CounterflowError
from connections.mail import Smtp
from connections.mailbox import Mailbox
from connections.signing import Links
from connections.storage import Storage
from counterflow.findings import Finding, finding_of, good, tried, wrong
from counterflow.settings import Settings, path_of_settings, place_of_documents

_CARRIER_KEY = "Check the key, the customer's number and the contract of connection canadapost"
_MAIL_SERVER = "Check the server's name, port and sign-in of connection mail"
_PLACE = "Name another place in [documents] folder, or give us the right to write there"
_PROBE = "doctor/probe.txt"
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def examine_canadapost(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Sign-in, by asking a rate; the boxes; what goods abroad need."""
    origin = chosen.business.postal_code if chosen else "K1A 0B1"
    is_contract = chosen is None or chosen.shipping.account == "contract"
    try:
        with canadapost.client(connection) as client:
            rates = client.rates(origin, _ourselves(origin), Parcel(500, 200, 150, 100), is_contract)
    except CounterflowError as error:
        yield finding_of("canadapost", error, _CARRIER_KEY)
    else:
        yield good("canadapost", f"signs in at {connection.url}, and offers {len(rates)} services")
    if chosen is None or chosen.flows.shipping_labels == "off":
        return
    if not chosen.boxes:
        yield wrong("settings boxes", "there is no box to pack into", "Add one or more [[boxes]]")
    if not chosen.shipping.phone:
        yield wrong(
            "settings shipping", "the sender has no telephone number: labels wait", "Set phone in [shipping]"
        )
    if chosen.shipping.customs_hs_code is None:
        remedy = "Set customs_hs_code in [shipping], or give each product its code"
        yield wrong(
            "settings shipping", "goods without a tariff code will be held when they go abroad", remedy
        )
    if chosen.shipping.rate_sheet and not (path_of_settings().parent / chosen.shipping.rate_sheet).is_file():
        yield wrong(
            "settings shipping",
            f"there is no rate sheet {chosen.shipping.rate_sheet}",
            "Put it there, or leave rate_sheet out",
        )


def examine_documents(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """A file can be put into the place for documents, and read again."""
    if chosen is None and not connection.extra:
        yield good("documents", "the place is named in the settings")
        return
    try:
        storage = Storage.of(connection, place_of_documents(chosen) if chosen else "")
        storage.put(_PROBE, b"Counterflow may write here.\n")
        storage.get(_PROBE)
    except CounterflowError as error:
        yield finding_of("documents", error, _PLACE)
        return
    yield good("documents", f"are kept at {storage.url}")
    if chosen and chosen.flows.documents != "off" and chosen.documents.start is None:
        remedy = "Set start in [documents] to the first day whose orders get them"
        yield wrong("settings documents", "no order gets an invoice: start is missing", remedy)


def examine_mail(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """Sign-in to the mail server, and to the mailbox of bounces where there is one."""
    with Smtp(connection) as session:
        yield tried("mail", f"signs in at {connection.host}", session.sign_in, _MAIL_SERVER)
    with Mailbox(connection) as mailbox:
        if mailbox.is_there:
            folder = str(connection.extra.get("bounce_folder") or "INBOX")
            yield tried(
                "mail", f"bounces are read from {folder}", lambda: mailbox.enter(folder), _MAIL_SERVER
            )
    if chosen and chosen.flows.customer_mail != "off" and chosen.mail.start is None:
        remedy = "Set start in [mail] to the first day whose orders are written about"
        yield wrong("settings mail", "nobody is written to: start is missing", remedy)


def examine_portal(connection: Connection, chosen: Settings | None) -> Iterator[Finding]:
    """The links' key and address."""
    try:
        links = Links.of(connection)
    except CounterflowError as error:
        yield finding_of("portal", error)
        return
    address = urlsplit(links.url)
    if address.scheme != "https" and address.hostname not in _THIS_MACHINE:
        remedy = "Put a server that speaks HTTPS before it, and name its address in connection portal"
        yield wrong("portal", f"customers would reach {links.url} without encryption", remedy)
    else:
        yield good("portal", f"links lead to {links.url}")


def _ourselves(postal_code: str) -> Address:
    return Address("Counterflow", "", "", "", postal_code, "CA")
