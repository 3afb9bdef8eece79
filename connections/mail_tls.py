"""Whom a mail session believes, and where it may do without: the same for sending and for reading."""

from __future__ import annotations

import ipaddress
import ssl

from connections.connection import Connection
from connections.errors import Misconfigured


def trust(connection: Connection) -> ssl.SSLContext:
    """Whom the session believes. Misconfigured: the private authority's file cannot be read."""
    try:
        return ssl.create_default_context(cafile=connection.ca_file)
    except OSError:
        raise Misconfigured(
            "the file of the certificate authority cannot be read",
            where="connection mail, extra.ca_file",
            remedy="Give the path of a PEM file",
        ) from None


def distrust(error: ssl.SSLCertVerificationError, where: str) -> Misconfigured:
    """The server is not who it says."""
    return Misconfigured(
        f"its certificate is not trusted: {error.verify_message}",
        where=where,
        remedy="Renew it, or name the private authority's file in the connection's extra.ca_file",
    )


def is_this_machine(host: str) -> bool:
    """Whether what is said to the host never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
