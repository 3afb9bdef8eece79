"""The staff's pages on a port of the test's own, over a shop's morning: as nobody (`client`), as `anna`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from connections.connection import Connection
from connections.signing import Seal
from connections.storage import Storage
from portal.staff.app import build
from tests.portal.staff import day
from tests.portal.staff.day import KEY


@pytest.fixture
def client(warehouse: Connection, tmp_path: Path, serve: Callable[..., str]) -> Iterator[httpx.Client]:
    """A browser of nobody yet, on the pages of a shop's morning."""
    day.begin(warehouse)
    storage = Storage(str(tmp_path))
    storage.put("orders/1001/slip.pdf", b"%PDF-slip")
    storage.put("orders/1001/label-1.pdf", b"%PDF-label")
    with httpx.Client(base_url=serve(build(warehouse, Seal(KEY), storage))) as opened:
        yield opened


@pytest.fixture
def anna(client: httpx.Client, warehouse: Connection) -> httpx.Client:
    """The browser after she signed in."""
    client.cookies.set("counterflow_staff", day.cookie(warehouse, "anna"))
    return client
