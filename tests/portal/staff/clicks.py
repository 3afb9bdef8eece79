"""What a person does with the pages, over HTTP."""

from __future__ import annotations

import re

import httpx

from connections.connection import Connection
from connections.warehouse import rows, session
from tests.portal.staff.day import PASSWORD

PAGES = (
    "/staff",
    "/staff?q=1001",
    "/staff/orders/woocommerce:1001",
    "/staff/picking",
    "/staff/packing",
    "/staff/backorders",
    "/staff/failures",
    "/staff/mappings",
    "/staff/acts",
    "/staff/documents/packing_slip:woocommerce:1001:1",
    "/staff/labels/woocommerce:1001:1:1",
)


def sign_in(client: httpx.Client, name: str = "anna", password: str = PASSWORD) -> int:
    key = form_key_in(client.get("/staff/sign-in").text)
    form = {"form_key": key, "name": name, "password": password}
    return client.post("/staff/sign-in", data=form).status_code


def form_key_in(text: str) -> str:
    found = re.search(r'name="form_key" value="([0-9a-f]{64})"', text)
    assert found, text
    return found[1]


def post(client: httpx.Client, path: str, **form: str) -> int:
    key = form_key_in(client.get(path).text)
    return client.post(path, data={"form_key": key, **form}).status_code


def write_id(warehouse: Connection, key: str) -> int:
    with session(warehouse) as opened:
        return int(rows(opened, "select write_id from sync.writes where key = %s", [key])[0]["write_id"])
