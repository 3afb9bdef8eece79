"""A customer's way through the page in a real browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from connections.connection import Connection
from connections.warehouse import rows, session
from portal.app import CustomerPages
from tests.portal import states
from tests.portal.states import path_to, portal

TIMES = "\u00d7"


@pytest.fixture
def url(warehouse: Connection, serve: Callable[..., str]) -> Iterator[str]:
    """The portal, over a warehouse with an order in every state."""
    states.tell(warehouse)
    yield serve(CustomerPages(portal(), warehouse).app())


def answers(warehouse: Connection) -> list[tuple[Any, ...]]:
    with session(warehouse) as opened:
        found = rows(opened, "select order_id, answer_number, choice from portal.answers order by answer_id")
    return [tuple(row.values()) for row in found]


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    answer = page.goto(address)
    assert answer is not None and answer.status == 200
    return page


def test_what_is_here_what_comes_when_and_what_each_way_costs(url: str, phone: BrowserContext) -> None:
    page = opened(phone, url + path_to("asking"))
    expect(page).to_have_title("Your order 1001 · Maple Lane Goods")
    here, later = (
        page.locator("section[aria-labelledby=here]"),
        page.locator("section[aria-labelledby=later]"),
    )
    assert here.locator("li").all_inner_texts() == [
        f"2 {TIMES}\nMaple syrup, 540 ml",
        f"1 {TIMES}\nCanoe paddle, cherry",
    ]
    assert [text.split("\n") for text in later.locator("li").all_inner_texts()] == [
        [f"1 {TIMES}", "Canoe paddle, cherry", "expected about December\u00a04, 2026"],
        [f"4 {TIMES}", "Enamel mug <b>“Élan”</b> & saucer", "expected about December\u00a010, 2026"],
        [f"1 {TIMES}", "قبعة صوفية 🧶", "date not known yet"],
    ]
    expect(page.get_by_label("Send now what is here")).not_to_be_checked()
    assert page.locator(".cost").all_inner_texts() == [
        "Shipping: $31.40 before tax",
        "Shipping: about $18.25 before tax",
    ]
    # 23:00 UTC is still that day in Toronto
    expect(page.get_by_text("Please answer by December\u00a01, 2026")).to_be_visible()


def test_an_answer_is_taken_changed_and_shown_again(
    url: str, warehouse: Connection, phone: BrowserContext
) -> None:
    page = opened(phone, url + path_to("asking"))
    page.get_by_label("Wait and send everything together").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("status")).to_have_text("Thank you. Your answer is in.")
    expect(page.locator(".lead")).to_contain_text("wait and send everything together")
    page.reload()  # a reload sends nothing again
    page.get_by_label("Send now what is here").check()
    page.get_by_role("button", name="Change my answer").click()
    expect(page.locator(".lead")).to_contain_text("send now what is here")
    order = states.order_id("asking")
    assert answers(warehouse) == [(order, 1, "wait"), (order, 2, "ship_now")]
    # the same link, opened later, shows what stands
    again = opened(phone, url + path_to("asking"))
    expect(again.get_by_label("Send now what is here")).to_be_checked()


def test_in_french_by_the_order_or_by_choice(url: str, warehouse: Connection, phone: BrowserContext) -> None:
    with session(warehouse) as open_warehouse:
        states.put(open_warehouse, "asking", language="fr")
    page = opened(phone, url + path_to("asking"))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_text("prévu vers le 4\u00a0décembre 2026")).to_be_visible()
    expect(page.get_by_text("Livraison : 31,40\u00a0$ avant taxes")).to_be_visible()
    page.get_by_label("Attendre et tout envoyer ensemble").check()
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.get_by_role("status")).to_have_text("Merci. Votre réponse est enregistrée.")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".lead")).to_contain_text("You asked us to wait")
    # an answer keeps the language that the page was switched to
    page.get_by_label("Send now what is here").check()
    page.get_by_role("button", name="Change my answer").click()
    expect(page.get_by_role("status")).to_have_text("Thank you. Your answer is in.")


def test_an_old_page_that_is_sent_changes_nothing(
    url: str, warehouse: Connection, phone: BrowserContext
) -> None:
    old, new = opened(phone, url + path_to("asking")), opened(phone, url + path_to("asking"))
    new.get_by_label("Wait and send everything together").check()
    new.get_by_role("button", name="Send my answer").click()
    old.get_by_label("Send now what is here").check()
    old.get_by_role("button", name="Send my answer").click()
    expect(old.get_by_role("status")).to_contain_text("Nothing was changed")
    expect(old.locator(".lead")).to_contain_text("wait and send everything together")
    assert answers(warehouse) == [(states.order_id("asking"), 1, "wait")]


def test_the_same_answer_twice_is_one(url: str, warehouse: Connection, phone: BrowserContext) -> None:
    first, second = opened(phone, url + path_to("asking")), opened(phone, url + path_to("asking"))
    for page in (first, second):
        page.get_by_label("Wait and send everything together").check()
        page.get_by_role("button", name="Send my answer").click()
        expect(page.get_by_role("status")).to_have_text("Thank you. Your answer is in.")
    assert answers(warehouse) == [(states.order_id("asking"), 1, "wait")]


def test_once_packed_an_answer_comes_too_late(url: str, warehouse: Connection, phone: BrowserContext) -> None:
    page = opened(phone, url + path_to("asking"))
    with session(warehouse) as open_warehouse:
        states.put(open_warehouse, "asking", state="packing", is_choice_open=False)
    page.get_by_label("Wait and send everything together").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("status")).to_contain_text("too late for another answer")
    expect(page.locator("form")).to_have_count(0)
    assert answers(warehouse) == []


def test_once_staff_closed_the_box_an_answer_comes_too_late(
    url: str, warehouse: Connection, phone: BrowserContext
) -> None:
    page = opened(phone, url + path_to("asking"))
    with session(warehouse) as open_warehouse:
        order = states.order_id("asking")
        open_warehouse.execute(
            "insert into portal.packings (shipment_id, order_id, is_packed, packed_by)"
            " values (%s, %s, true, 'ana')",
            [f"{order}:1", order],
        )
    page.get_by_label("Wait and send everything together").check()
    page.get_by_role("button", name="Send my answer").click()
    expect(page.get_by_role("status")).to_contain_text("too late for another answer")
    expect(page.locator(".lead")).to_have_text(
        "Your parcel is packed. What is in it can no longer be changed."
    )
    assert answers(warehouse) == []


def test_without_a_choice_the_page_says_so(url: str, warehouse: Connection, phone: BrowserContext) -> None:
    page = opened(phone, url + path_to("asking"))
    page.get_by_role("button", name="Send my answer").click()
    assert "said" not in page.url  # the browser itself asks for a choice
    answer = phone.request.post(
        url + path_to("asking"), form={"form": page.locator("input[name=form]").input_value()}
    )
    assert answer.status == 422
    assert "Please choose one of the two." in answer.text()
    assert answers(warehouse) == []


def test_a_button_of_the_mail_chooses_on_the_form_and_takes_nothing(
    url: str, warehouse: Connection, phone: BrowserContext
) -> None:
    page = opened(phone, f"{url}{path_to('asking')}?choice=wait")
    assert page.locator("input[value=wait]").is_checked()
    assert not page.locator("input[value=ship_now]").is_checked()
    assert answers(warehouse) == []
    page.get_by_role("button").click()
    assert [answer[2] for answer in answers(warehouse)] == ["wait"]
    page = opened(phone, f"{url}{path_to('asking')}?choice=ship_now")
    assert page.locator("input[value=wait]").is_checked(), "what was answered stands"


def test_parcels_can_be_followed(pages_url: str, phone: BrowserContext) -> None:
    page = opened(phone, pages_url + path_to("part_shipped"))
    shipment = page.get_by_role("article")
    expect(shipment).to_contain_text("left on November\u00a024, 2026")  # in Toronto
    expect(shipment).to_contain_text("On its way")
    expect(shipment).to_contain_text("Delayed: the carrier reports a problem")
    link = page.get_by_role("link", name="Track parcel 7023210039414604")
    expect(link).to_have_attribute(
        "href", re.compile(r"^https://www\.canadapost-postescanada\.ca/.*7023210039414604$")
    )
    expect(page.locator("form")).to_have_count(0)
    expect(page.get_by_role("heading", name="Still to come")).to_be_visible()


@pytest.mark.parametrize(
    "state", [name for name in states.STATES if not states.STATES[name].get("is_choice_open")]
)
def test_where_nothing_is_asked_there_is_no_form(pages_url: str, phone: BrowserContext, state: str) -> None:
    page = opened(phone, pages_url + path_to(state))
    expect(page.locator("form")).to_have_count(0)
    assert page.locator(".lead").inner_text().strip()


@pytest.mark.parametrize("state", list(states.STATES))
def test_on_a_phone_nothing_runs_over_the_edge(pages_url: str, phone: BrowserContext, state: str) -> None:
    for language in ("en", "fr"):
        page = opened(phone, f"{pages_url}{path_to(state)}?lang={language}")
        whole = page.locator("html").bounding_box()
        assert whole is not None and whole["width"] <= 360
        boxes = page.locator("a:not(.skip), button, label").all()
        assert all(box["x"] + box["width"] <= 360 for each in boxes if (box := each.bounding_box()))
        page.close()
