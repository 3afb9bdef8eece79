"""Files by path: whole or not at all, in a folder, in memory (as any place that fsspec knows), and in S3.

COUNTERFLOW_TEST_S3 names an S3 server (http://127.0.0.1:9000, any key); without it the last is skipped.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from connections.connection import Connection
from connections.errors import Misconfigured, Rejected, Unavailable
from connections.storage import Storage, kept, order_path

CONTENT = b"%PDF-1.7 \x00\xff"


def folder(tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "outbox"))


def memory(tmp_path: Path) -> Storage:
    return Storage(f"memory://{uuid.uuid4()}")


def bucket(tmp_path: Path) -> Storage:
    server = os.environ.get("COUNTERFLOW_TEST_S3")
    if not server:
        pytest.skip("COUNTERFLOW_TEST_S3 names no server")
    import s3fs

    name = f"counterflow-{uuid.uuid4()}"
    s3fs.S3FileSystem(key="k", secret="s", client_kwargs={"endpoint_url": server}).mkdir(name)
    return Storage.of(s3(f"s3://{name}/kept", server), "")


def s3(url: str, server: str) -> Connection:
    extra = {"url": url, "endpoint_url": server, "region": "ca-central-1"}
    return Connection.from_fields("documents", login="k", password="s", extra=extra)


@pytest.fixture(params=[folder, memory, bucket], ids=["folder", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    make: Callable[[Path], Storage] = request.param
    return make(tmp_path)


def test_a_file_is_found_as_it_was_put(storage: Storage) -> None:
    path = "orders/1001/invoice-INV-00001.pdf"
    assert storage.find(path) is None
    with pytest.raises(Rejected, match="no such file"):
        storage.get(path)
    assert storage.put(path, CONTENT) == kept(CONTENT)
    assert storage.get(path) == CONTENT and storage.find(path) == kept(CONTENT)
    storage.put(path, b"another")
    assert storage.get(path) == b"another"
    assert storage.shown(path).endswith(path)


def test_who_writes_at_once_leaves_one_whole_file(storage: Storage) -> None:
    contents = [bytes([letter]) * 200_000 for letter in range(65, 71)]
    threads = [threading.Thread(target=storage.put, args=("a/b.pdf", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert storage.get("a/b.pdf") in contents


def test_no_path_leads_out(storage: Storage) -> None:
    for path in ("", "/etc/passwd", "../x", "a/../../x"):
        with pytest.raises(Misconfigured, match="leads out"):
            storage.put(path, CONTENT)


def test_a_folder_has_no_half_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = folder(tmp_path)
    storage.put("a.pdf", b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        storage.put("a.pdf", CONTENT)
    assert storage.get("a.pdf") == b"before"
    assert [path.name for path in storage_files(tmp_path)] == ["a.pdf"]


def storage_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_the_connection_names_the_place_before_the_settings(tmp_path: Path) -> None:
    given = Connection.from_fields("documents", extra={"url": str(tmp_path / "there")})
    assert Storage.of(given, str(tmp_path / "here")).url == str(tmp_path / "there")
    assert Storage.of(Connection.from_fields("documents"), str(tmp_path / "here")).url == str(
        tmp_path / "here"
    )


def test_a_place_that_is_none_is_named() -> None:
    with pytest.raises(Misconfigured, match="nothing speaks"):
        Storage("gopher://somewhere")


def test_a_bucket_that_does_not_answer_can_be_tried_again() -> None:
    storage = Storage.of(s3("s3://bucket/kept", "http://127.0.0.1:9"), "")
    with pytest.raises(Unavailable, match="does not answer"):
        storage.put("a.pdf", CONTENT)


def test_an_order_has_a_folder_by_its_number() -> None:
    assert order_path("woocommerce:7", "1007", "invoice.pdf") == "orders/1007/invoice.pdf"
    odd = order_path("woocommerce:7", "#12/A é", "invoice.pdf")
    assert odd.startswith("orders/12-A-") and odd != order_path("woocommerce:8", "#12/A é", "invoice.pdf")
    assert ".." not in order_path("woocommerce:7", "../..", "../../x.pdf").split("/")
