"""The one HTTP client against a real server on loopback: errors, retries, bounds, trust."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import connections.http
from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.http import Http

Script = list[tuple[int, dict[str, str], bytes]]


class Scripted:
    """A server that gives the scripted answers in turn, the last one for ever, and counts requests."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.seen.append(f"{self.command} {self.path}")
                status, headers, body = script[min(len(outer.seen), len(script)) - 1]
                time.sleep(float(headers.get("wait-seconds", 0)))
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                if "content-length" in headers:
                    self.close_connection = True

            do_GET = do_POST = answer

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def client(self, scheme: str = "http", extra: dict[str, Any] | None = None, **options: Any) -> Http:
        host, port = self.server.server_address[:2]
        connection = Connection("shop", scheme, str(host), int(port), "key", "secret", extra=extra or {})
        return Http(connection, requests_per_second=1000, **options)


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    servers: list[Scripted] = []

    def start(script: Script, context: ssl.SSLContext | None = None) -> Scripted:
        servers.append(Scripted(script, context))
        return servers[-1]

    yield start
    for item in servers:
        item.server.shutdown()
        item.server.server_close()


OK = (200, {}, b'{"fine": true}')


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Rejected), (401, Misconfigured), (403, Misconfigured), (404, Rejected), (408, Unavailable),
        (409, Rejected), (422, Rejected), (429, Unavailable), (500, Unavailable), (503, Unavailable),
        (301, Misconfigured), (302, Misconfigured),
    ],
)  # fmt: skip
def test_status_to_error(
    scripted: Callable[..., Scripted], status: int, kind: type[CounterflowError]
) -> None:
    server = scripted(
        [(status, {"x-request-id": "req_9", "location": "http://other.example/"}, b"secret body")]
    )
    with server.client() as client, pytest.raises(kind) as raised:
        client.send("POST", "/things")
    assert type(raised.value) is kind
    assert "shop: POST /things" in str(raised.value) and "[req_9]" in str(raised.value)
    assert "secret body" not in str(raised.value)
    assert len(server.seen) == 1, "a request that writes is sent once"


def test_a_reading_request_is_tried_again(scripted: Callable[..., Scripted]) -> None:
    server = scripted([(503, {}, b""), (200, {}, b"<br>Notice: oops {"), OK])
    with server.client() as client:
        assert client.get("/things").data == {"fine": True}
    assert len(server.seen) == 3


def test_retry_after_is_kept_to(scripted: Callable[..., Scripted]) -> None:
    server = scripted([(429, {"retry-after": "1"}, b""), OK])
    began = datetime.now(UTC)
    with server.client() as client:
        client.get("/things")
    assert datetime.now(UTC) - began >= timedelta(seconds=1)


def test_a_long_retry_after_is_for_the_scheduler(scripted: Callable[..., Scripted]) -> None:
    server = scripted([(503, {"retry-after": "600"}, b"<html>maintenance</html>")])
    with server.client() as client, pytest.raises(Unavailable) as raised:
        client.get("/things")
    assert raised.value.retry_after_seconds == 600
    assert len(server.seen) == 1


def test_whether_it_may_have_worked(scripted: Callable[..., Scripted]) -> None:
    for status, may_have_worked in ((429, False), (500, True)):
        server = scripted([(status, {}, b"")])
        with server.client() as client, pytest.raises(Unavailable) as raised:
            client.send("POST", "/things")
        assert raised.value.may_have_worked is may_have_worked
    connection = Connection("shop", "http", "127.0.0.1", 1, "", "secret")
    with Http(connection) as client, pytest.raises(Unavailable) as raised:
        client.send("POST", "/things")
    assert raised.value.may_have_worked is False


def test_a_cut_body_is_no_answer(scripted: Callable[..., Scripted]) -> None:
    server = scripted([(200, {"content-length": "5000"}, b'[{"id": 1}')])
    with server.client() as client, pytest.raises(Unavailable, match="no whole answer"):
        client.send("GET", "/things")


def test_a_time_out(scripted: Callable[..., Scripted]) -> None:
    slow = scripted([(200, {"wait-seconds": "0.5"}, b"{}")])
    with (
        slow.client(timeout_seconds=0.1) as client,
        pytest.raises(Unavailable, match="ReadTimeout") as raised,
    ):
        client.send("POST", "/things")
    assert raised.value.may_have_worked is True


def test_the_size_of_an_answer_is_bounded(
    scripted: Callable[..., Scripted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections.http, "MAX_ANSWER_BYTES", 1000)
    with scripted([(200, {}, b"x" * 2000)]).client() as client, pytest.raises(Unavailable, match="larger"):
        client.send("GET", "/things")


def test_redirects_are_not_followed(scripted: Callable[..., Scripted]) -> None:
    other = scripted([OK])
    host, port = other.server.server_address[:2]
    server = scripted([(302, {"location": f"http://{host!s}:{port}/"}, b"")])
    with server.client() as client, pytest.raises(Misconfigured, match="redirects"):
        client.send("GET", "/things")
    assert other.seen == []


def test_a_private_authority(scripted: Callable[..., Scripted], tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = _self_signed(tmp_path)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    server = scripted([OK], context)
    with server.client("https") as client, pytest.raises(Misconfigured, match="certificate"):
        client.get("/things")
    with server.client("https", {"ca_file": str(certificate)}) as client:
        assert client.get("/things").data == {"fine": True}
    with pytest.raises(Misconfigured, match="cannot be read"):
        server.client("https", {"ca_file": str(tmp_path / "absent.pem")})


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"
