"""Nothing without a sign-in, cookies that hold for this host, and forms that are ours alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from connections.connection import Connection
from connections.signing import Seal
from connections.storage import Storage
from connections.warehouse import rows, session
from portal.staff.app import build
from portal.staff.visit import form_key
from tests.portal.staff import day
from tests.portal.staff.clicks import PAGES, form_key_in, sign_in
from tests.portal.staff.day import KEY, PASSWORD


def test_nothing_without_a_sign_in(client: httpx.Client) -> None:
    for cookie in ("", "x" * 64):
        client.cookies.set("counterflow_staff", cookie)
        for path in PAGES:
            answer = client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in"), path
            assert answer.text == ""


def test_no_act_without_a_sign_in(client: httpx.Client, warehouse: Connection) -> None:
    for path in ("/staff/packing", "/staff/failures", "/staff/mappings", "/staff/sign-out"):
        answer = client.post(path, data={"form_key": "x", "act": "waive", "id": "1", "reason": "x"})
        assert answer.status_code == 303
    with session(warehouse) as opened:
        assert rows(opened, "select * from portal.acts") == []


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_cookie_is_for_this_host_and_not_for_scripts(client: httpx.Client, scheme: str) -> None:
    client.headers["x-forwarded-proto"] = scheme  # as the server in front says it
    key = form_key_in(client.get("/staff/sign-in").text)
    nonce = client.cookies["counterflow_form"] if scheme == "http" else _nonce(client)
    form = {"form_key": key if scheme == "http" else form_key(nonce), "name": "anna", "password": PASSWORD}
    answer = client.post("/staff/sign-in", data=form, headers={"cookie": f"counterflow_form={nonce}"})
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if "counterflow_staff" in c]
    assert (
        all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/")) and "Domain" not in cookie
    )
    assert cookie.startswith("__Host-counterflow_staff=") == ("Secure" in cookie) == (scheme == "https")


def _nonce(client: httpx.Client) -> str:
    """The nonce of a form whose cookie the browser keeps for HTTPS only."""
    given = client.get("/staff/sign-in").headers["set-cookie"]
    assert "Secure" in given
    return given.partition("counterflow_form=")[2].partition(";")[0]


def test_in_by_the_form(client: httpx.Client) -> None:
    assert sign_in(client) == 303
    assert client.get("/staff").status_code == 200


def test_a_cookie_that_was_changed_or_of_another_key_opens_nothing(anna: httpx.Client) -> None:
    good = anna.cookies["counterflow_staff"]
    assert anna.get("/staff").status_code == 200
    for bad in (good[:-2] + ("AA" if good[-2:] != "AA" else "BB"), good[: len(good) // 2], good + "A"):
        anna.cookies.clear()
        anna.cookies.set("counterflow_staff", bad)
        assert anna.get("/staff").status_code == 303


def test_wrong_and_unknown_look_the_same(client: httpx.Client) -> None:
    told = set()
    for name, password in (("anna", "wrong"), ("nobody", PASSWORD), ("", "")):
        key = form_key_in(client.get("/staff/sign-in").text)
        answer = client.post("/staff/sign-in", data={"form_key": key, "name": name, "password": password})
        told.add((answer.status_code, re.sub(r'value="[0-9a-f]{64}"', "", answer.text)))
    assert len(told) == 1 and next(iter(told))[0] == 401


def test_signed_out_the_cookie_is_worth_nothing(anna: httpx.Client) -> None:
    good = anna.cookies["counterflow_staff"]
    key = form_key_in(anna.get("/staff").text)
    assert anna.post("/staff/sign-out", data={"form_key": "0" * 64}).status_code == 303
    assert anna.get("/staff").status_code == 200, "a foreign page signs nobody out"
    assert anna.post("/staff/sign-out", data={"form_key": key}).status_code == 303
    anna.cookies.clear()
    anna.cookies.set("counterflow_staff", good)
    assert anna.get("/staff").status_code == 303


def test_every_page_forbids_scripts_frames_and_copies(anna: httpx.Client) -> None:
    for path in PAGES[:9]:
        answer = anna.get(path, follow_redirects=True)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-") and "script" not in policy
        assert "frame-ancestors 'none'" in policy and answer.headers["cache-control"] == "no-store"
        assert not any(word in answer.text for word in ("<script", " style=", "javascript:")), path


def test_a_form_from_elsewhere_does_nothing(anna: httpx.Client, warehouse: Connection) -> None:
    key = form_key_in(anna.get("/staff/packing").text)
    form = {"form_key": key, "act": "packed", "shipment_id": "woocommerce:1001:1"}
    for name, value in (
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ):
        assert anna.post("/staff/packing", data=form, headers={name: value}).status_code == 403
    for forged in ({**form, "form_key": ""}, {**form, "form_key": form_key("x")}, {}):
        assert anna.post("/staff/packing", data=forged).status_code == 403
    with session(warehouse) as opened:
        assert rows(opened, "select * from portal.packings") == []


def test_the_form_key_is_the_sessions_own(anna: httpx.Client, warehouse: Connection) -> None:
    foreign = form_key_in(anna.get("/staff/packing").text)
    anna.cookies.clear()
    anna.cookies.set("counterflow_staff", day.cookie(warehouse, "bo"))
    form = {"form_key": foreign, "act": "packed", "shipment_id": "woocommerce:1001:1"}
    assert anna.post("/staff/packing", data=form).status_code == 403


def test_the_warehouse_is_away(tmp_path: Path, serve: Callable[..., str]) -> None:
    nowhere = Connection("warehouse", "postgresql", "127.0.0.1", 9, "x", "x", "x")
    with httpx.Client(base_url=serve(build(nowhere, Seal(KEY), Storage(str(tmp_path))))) as client:
        assert sign_in(client) == 503
