"""Who has no link sees nothing, changes nothing, and learns nothing; who has one sees one order."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connections.connection import Connection
from connections.warehouse import rows, session
from portal.app import CustomerPages
from portal.orders import ROLE
from tests.portal import states
from tests.portal.states import KEY, path_to, portal


@pytest.fixture
def url(pages_url: str) -> str:
    return pages_url


def wrong_paths() -> dict[str, str]:
    """Links that must not open anything."""
    good = path_to("asking")
    now = datetime.now(UTC)
    seal = portal().seal

    def link(purpose: str, subject: str, until: datetime) -> str:
        return f"/o/{seal.seal(purpose, subject, until)}"

    day = timedelta(days=1)
    return {
        "made up": "/o/" + "A" * 64,
        "short": "/o/x",
        "empty": "/o/",
        "an order number": "/o/1001",
        "an order id": "/o/woocommerce:1001",
        "one letter changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
        "cut": good[:-1],
        "longer": good + "A",
        "padded": good + "=",
        "long": "/o/" + "A" * 5000,
        "expired": path_to("asking", until=now - timedelta(seconds=1)),
        "of another shop": path_to("asking", portal("orders.other.example")),
        "by another key": path_to("asking", portal(key="another key of at least 32 characters")),
        "for another purpose": link("staff", states.order_id("asking"), now + day),
        "of a form": link("answer", states.order_id("asking"), now + day),
        "of an order that has no page": link("order", "woocommerce:999999", now + day),
        "of no order at all": link("order", "", now + day),
        "the list": "/o",
        "the top": "/",
        "the staff": "/staff",
        "the health of others": "/health/x",
    }


def answers(told: Connection) -> int:
    with session(told) as opened:
        return int(rows(opened, "select count(*) as n from portal.answers")[0]["n"])


@pytest.mark.parametrize("which", list(wrong_paths()))
def test_every_wrong_link_gets_one_and_the_same_answer(url: str, told: Connection, which: str) -> None:
    path = wrong_paths()[which]
    form = re.search(r'name="form" value="([^"]*)"', httpx.get(url + path_to("asking")).text)
    assert form
    usual = httpx.get(url + "/o/" + "B" * 64)
    for answer in (httpx.get(url + path), httpx.post(url + path, data={"choice": "wait", "form": form[1]})):
        assert (answer.status_code, answer.text) == (404, usual.text)
        assert {**answer.headers, "date": ""} == {**usual.headers, "date": ""}
    assert answers(told) == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_do_nothing(url: str, told: Connection, method: str) -> None:
    answer = httpx.request(method, url + path_to("asking"))
    assert answer.status_code == 404
    assert answers(told) == 0


def test_opening_a_link_changes_nothing_whatever_it_carries(url: str, told: Connection) -> None:
    for query in ("?choice=wait", "?choice=wait&form=x", "?said=thanks", "?said=<script>", "?lang=<script>"):
        answer = httpx.get(url + path_to("asking") + query)
        assert answer.status_code == 200
        assert "<script" not in answer.text and "Thank you" not in answer.text
    assert httpx.head(url + path_to("asking")).status_code == 200
    assert answers(told) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choice": "wait"},
        {"choice": "wait", "form": "made-up"},
        {"choice": "all of it", "form": "FORM"},
        {"choice": "wait", "form": "OF ANOTHER ORDER"},
        {"choice": "wait", "form": "FORM", "padding": "x" * 5000},
        {"choice": "wait", "form": "FORM", **{f"field{number}": "x" for number in range(20)}},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing(url: str, told: Connection, fields: dict[str, str]) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    seal = portal().seal
    given = {
        "FORM": seal.seal("answer", f"{states.order_id('asking')} 0", until),
        "OF ANOTHER ORDER": seal.seal("answer", f"{states.order_id('answered')} 0", until),
    }
    sent = {name: given.get(value, value) for name, value in fields.items()}
    answer = httpx.post(url + path_to("asking"), data=sent)
    assert answer.status_code in (303, 422)
    assert "said=thanks" not in answer.headers.get("location", "")
    assert answers(told) == 0


def test_bytes_that_are_no_text_change_nothing(url: str, told: Connection) -> None:
    for body in (b"\xff\xfe\x00choice=wait", b"%ff%fe=1&choice=wait", b"choice=wait&choice=ship_now"):
        assert httpx.post(url + path_to("asking"), content=body).status_code in (303, 422)
    assert answers(told) == 0


@pytest.mark.parametrize("state", list(states.STATES))
def test_every_page_has_the_headers_that_keep_it_private(url: str, state: str) -> None:
    answer = httpx.get(url + path_to(state))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert "noindex" in answer.headers["x-robots-tag"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "script-src" not in policy
    assert policy["style-src"].startswith("'sha256-")
    assert "server" not in answer.headers and "set-cookie" not in answer.headers
    assert not re.search(r"<script|javascript:|\son\w+=|\sstyle=", answer.text, re.IGNORECASE)
    assert not re.search(
        r'(src|href)="(?!https://www\.canadapost|mailto:|\?lang=|#content|data:,)', answer.text
    )


def test_only_https_is_asked_for_where_it_is_spoken(url: str) -> None:
    assert "max-age" in httpx.get(url + path_to("asking")).headers["strict-transport-security"]


def test_one_order_s_page_names_no_other(url: str) -> None:
    text = httpx.get(url + path_to("asking")).text
    assert "1001" in text
    assert not re.search(r"woocommerce:|10(0[2-9]|1\d)", text)


def test_search_engines_are_kept_out(url: str) -> None:
    assert httpx.get(url + "/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_visitor_who_asks_too_often_waits_and_others_do_not(
    told: Connection, serve: Callable[..., str]
) -> None:
    pages = CustomerPages(portal(), told, most_per_minute=5)
    url = serve(pages.app(), proxy_headers=True, forwarded_allow_ips="127.0.0.1")

    def ask(address: str, path: str) -> httpx.Response:
        return httpx.get(url + path, headers={"X-Forwarded-For": address})

    # wrong links count as much as right ones
    found = [ask("203.0.113.7", "/o/" + "A" * 64).status_code for _ in range(7)]
    assert found == [404] * 5 + [429] * 2
    late = ask("203.0.113.7", path_to("asking"))
    assert late.status_code == 429 and 1 <= int(late.headers["retry-after"]) <= 60
    assert "Your order" not in late.text
    assert ask("203.0.113.8", path_to("asking")).status_code == 200


def test_who_tries_links_out_takes_nothing_from_those_who_have_one(
    told: Connection, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.app.MOST_STRANGERS", 10)
    url = serve(CustomerPages(portal(), told, 1000).app(), proxy_headers=True, forwarded_allow_ips="*")

    def ask(number: int, path: str) -> int:
        return httpx.get(url + path, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code

    found = [ask(number, "/o/" + "A" * 64) for number in range(20)]
    assert found[:10] == [404] * 10 and 429 in found[10:]
    assert ask(99, path_to("asking")) == 200


def test_all_visitors_together_have_a_limit(
    told: Connection, serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.app.MOST_OF_ALL", 3)
    url = serve(CustomerPages(portal(), told, 1000).app())
    assert [httpx.get(url + path_to("asking")).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_links_are_not_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        page = httpx.get(url + path_to("answered"))
        form = re.search(r'name="form" value="([^"]*)"', page.text)
        assert form
        path = path_to("answered")
        httpx.post(url + path, data={"choice": "ship_now", "form": form[1]})
    ours = [
        record.getMessage() for record in caplog.records if not record.name.startswith(("http", "asyncio"))
    ]
    assert any("an answer by link" in message for message in ours)
    assert not any(path.removeprefix("/o/") in message or KEY in message for message in ours)


def test_while_the_warehouse_is_away_nothing_is_lost_or_shown(serve: Callable[..., str]) -> None:
    away = Connection.from_fields("warehouse", host="127.0.0.1", port=1, login="x", password="x", schema="x")
    url = serve(CustomerPages(portal(), away).app())
    answer = httpx.get(url + path_to("asking"))
    assert answer.status_code == 503 and "Retry-After" in answer.headers
    assert "Nothing was changed" in answer.text
    assert httpx.get(url + "/o/made-up").status_code == 404  # told from the link alone


def test_what_nobody_foresaw_is_no_different(
    warehouse: Connection, serve: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    states.tell(warehouse)
    with session(warehouse) as opened:
        opened.execute("drop function portal.order_page")
    with caplog.at_level(logging.CRITICAL):
        answer = httpx.get(serve(CustomerPages(portal(), warehouse).app()) + path_to("asking"))
    assert answer.status_code == 500
    assert "Nothing was changed" in answer.text and "order_page" not in answer.text
    assert "no-store" in answer.headers["cache-control"]


def test_a_state_that_is_new_to_the_page_is_shown_plainly(told: Connection, pages_url: str) -> None:
    parcel = {"tracking_number": "1", "tracking_status": "on the moon", "service_code": "DOM.XX"}
    box = {"number": 1, "shipped_at": None, "lines": [], "parcels": [parcel]}
    with session(told) as opened:
        states.put(opened, "held", state="on the moon", shipments=[box])
    answer = httpx.get(pages_url + path_to("held"))
    assert answer.status_code == 200
    assert "We are preparing your order" in answer.text and "moon" not in answer.text
    with session(told) as opened:
        states.put(opened, "held")


def test_the_role_of_the_page_may_do_nothing_else(told: Connection) -> None:
    forbidden = (
        "select * from marts.portal_orders",
        "select * from portal.answers",
        "insert into portal.answers (order_id, answer_number, choice) values ('x', 1, 'wait')",
        "delete from portal.answers",
        "select * from sync.writes",
        "select * from settings.business",
        "create table portal.x (a text)",
        "create table public.x (a text)",
        "call portal.let_in('counterflow_portal')",
    )
    for statement in forbidden:
        with (
            pytest.raises(Exception, match=r"permission denied|must be owner"),
            session(told, role=ROLE) as opened,
        ):
            opened.execute(statement.encode())


def test_answers_are_never_changed_or_removed(told: Connection) -> None:
    for statement in (
        "update portal.answers set choice = 'wait'",
        "delete from portal.answers",
        "truncate portal.answers",
    ):
        with pytest.raises(Exception, match="append-only"), session(told) as opened:
            opened.execute(statement.encode())


def test_what_is_asked_at_once_is_answered_once(url: str, told: Connection) -> None:
    page = httpx.get(url + path_to("asking_paid")).text
    form = re.search(r'name="form" value="([^"]*)"', page)
    assert form

    def send(choice: str) -> Any:
        return httpx.post(url + path_to("asking_paid"), data={"choice": choice, "form": form[1]}).headers[
            "location"
        ]

    with ThreadPoolExecutor(8) as pool:
        told_back = list(pool.map(send, ["wait", "ship_now"] * 4))
    assert all("said=" in location for location in told_back)
    with session(told) as opened:
        found = rows(
            opened, "select choice from portal.answers where order_id = %s", [states.order_id("asking_paid")]
        )
    assert len(found) == 1
