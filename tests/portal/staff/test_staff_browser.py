"""The staff's pages in a real browser: without script, on a phone, and nothing for axe to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from connections.connection import Connection
from connections.signing import Seal
from connections.storage import Storage
from connections.warehouse import rows, session
from portal.staff.app import build
from tests.portal.staff import day
from tests.portal.staff.day import KEY, PASSWORD

PAGES = (
    "/staff", "/staff?q=10", "/staff?q=nobody", "/staff/orders/woocommerce:1001",
    "/staff/orders/woocommerce:1003", "/staff/picking", "/staff/packing", "/staff/backorders",
    "/staff/failures", "/staff/failures?told=waive",
    "/staff/mappings?shop_sku=x", "/staff/acts", "/staff/orders/none", "/staff/no-such-page",
)  # fmt: skip


@pytest.fixture(scope="module")
def morning(module_warehouse: Connection) -> Connection:
    day.begin(module_warehouse)
    return module_warehouse


@pytest.fixture
def url(morning: Connection, tmp_path: Path, serve: Callable[..., str]) -> Iterator[str]:
    yield serve(build(morning, Seal(KEY), Storage(str(tmp_path))))


@pytest.fixture
def cookies(morning: Connection, url: str) -> Iterator[list[dict[str, Any]]]:
    """What a browser has after bo signed in."""
    yield [{"name": "counterflow_staff", "value": day.cookie(morning, "bo"), "url": url}]
    with session(morning) as opened:
        opened.execute("delete from portal.sessions")


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing(
    url: str, cookies: list[dict[str, Any]], axe: Callable[..., list[str]], size: str
) -> None:
    found = {path: axe(url + path, size, cookies) for path in PAGES}
    found["/staff/sign-in"] = axe(url + "/staff/sign-in", size)
    assert found == {path: [] for path in found}


def test_nothing_is_wider_than_a_phone(
    url: str, cookies: list[dict[str, Any]], phone: BrowserContext
) -> None:
    phone.add_cookies(cookies)  # type: ignore[arg-type]
    page = phone.new_page()
    for path in (*PAGES, "/staff/sign-in"):
        page.goto(url + path)
        assert page.url == url + path
        wide = page.locator("html").evaluate("it => it.scrollWidth")
        assert wide <= 360, path
        captions = page.locator("caption:visible")
        widths = captions.evaluate_all("all => all.map(it => it.getBoundingClientRect().width)")
        assert all(width > 250 for width in widths), path
        low = page.locator("button:visible, nav a:visible, input:visible").evaluate_all(
            "all => all.filter(it => it.getBoundingClientRect().height < 36).map(it => it.outerHTML)"
        )
        assert low == [], "a finger finds it"


def test_a_morning_without_script(url: str, morning: Connection, phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto(url)
    assert page.url == f"{url}/staff/sign-in"
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    page.get_by_label("Number, name").fill("#1001")
    page.get_by_role("button", name="Find").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Order #1001"
    assert page.get_by_text("Track 7023210039414604").is_visible()

    page.get_by_role("link", name="Packing", exact=True).click()
    page.get_by_role("button", name="Packed: #1001, shipment 1").click()
    assert page.get_by_role("status").inner_text() == "It is packed."
    page.get_by_role("button", name="Open again: #1001, shipment 1").click()

    page.get_by_role("link", name="Failures").click()
    card = page.locator("section", has_text="delay woocommerce:1001:1")
    card.get_by_role("button", name="Put aside").click()
    assert "/staff/failures" in page.url and page.get_by_role("status").count() == 0, "the browser asks why"
    card.get_by_label("Why").fill("she was told by telephone")
    card.get_by_role("button", name="Put aside").click()
    assert page.get_by_role("status").inner_text() == "It is put aside."

    page.get_by_role("link", name="Map TEA").click()
    assert page.get_by_label("SKU in the shop").input_value() == "TEA & <OLD>"
    page.get_by_label("SKU in Odoo").fill("TEA-1")
    page.get_by_label("Why").fill("renamed")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Acts").click()
    assert page.locator("tbody tr").count() == 4
    page.get_by_role("button", name="Sign out").click()
    page.goto(url + "/staff/acts")
    assert page.url == f"{url}/staff/sign-in"
    with session(morning) as opened:
        acts = rows(opened, "select act, who from portal.acts order by act_id")
    assert [(row["act"], row["who"]) for row in acts] == [
        ("packed", "anna"),
        ("opened", "anna"),
        ("waive", "anna"),
        ("map", "anna"),
    ]


def test_by_keyboard_alone(url: str, morning: Connection, desk: BrowserContext) -> None:
    page = desk.new_page()
    page.goto(url)
    page.get_by_label("Name").focus()
    page.keyboard.type("bo")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/staff")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/staff#main")  # the first stop leads past the menu
