"""Who is written to, once each: goods to come, new days, boxes that left, papers; and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from documents.messages.compose import words
from tests.dbt import boxes, shop
from tests.dbt import warehouse_days as days
from tests.dbt.conftest import Builder, Row
from tests.dbt.warehouse_days import NOW, TODAY

pytestmark = pytest.mark.timeout(900)
MODELS = ("+out_mail__messages", "+messages")


@dataclass
class Hour:
    """What is to be mailed after a build, and what became of all mails, by key."""

    due: dict[str, Row] = field(default_factory=dict)
    messages: dict[str, Row] = field(default_factory=dict)


def hour(builder: Builder, **options: Any) -> Hour:
    builder.build(*MODELS, **options)
    due = builder.rows("select * from outbound.out_mail__messages")
    messages = builder.rows("select * from marts.messages")
    return Hour({row["write_key"]: row for row in due}, {row["message_key"]: row for row in messages})


def mailed(builder: Builder, found: Hour, *keys: str, status: str = "confirmed") -> None:
    """The mails stand in the record as delivered: with that status."""
    for key in keys:
        row = found.due[key]
        boxes.write(builder, "mail", "message", key, row["payload"], status=status, at=NOW)
        builder.sql.execute(
            "update sync.writes set hash = %s where key = %s and is_current", [row["payload_hash"], key]
        )
        builder.sql.commit()


def issued(builder: Builder, order: int, kind: str, key: str, **payload: Any) -> None:
    """A document stands in the record as issued."""
    told = {
        "number": f"{kind[:3].upper()}-{order}",
        "issued_on": str(TODAY),
        "path": f"orders/{order}/{kind}.pdf",
        "sha256": "a" * 64,
        "page_count": 1,
    }
    payload |= {
        "kind": kind,
        "order": {"order_id": f"woocommerce:{order}"},
        "language": "en",
        "currency": "CAD",
    }
    boxes.write(builder, "documents", "document", key, payload, read_back=told)


@pytest.fixture(scope="module")
def hours(builder: Builder) -> list[Hour]:
    """Some hours in a row: purchase order 1 slips by ten days, comes forward by one, slips by five more."""
    days.open_shop(builder)
    days.stock(builder, tea=(9, 0), pot=(0, 0), cup=(0, 0))
    days.purchase(builder, 1, "POT-1", 40, TODAY + timedelta(days=20))
    days.sell(
        builder,
        days.order(1, ("TEA-1", 2), ("POT-1", 1), province="QC", email="zoe@mail.example"),
        days.order(2, ("POT-1", 1), hours_ago=24 * 400),
        days.order(3, ("CUP-1", 1), email=""),
        days.order(4, ("TEA-1", 1)),
        days.order(5, ("POT-1", 2)),
        days.order(6, ("POT-1", 1), status="on-hold"),
        days.order(7, ("POT-1", 1), ("CUP-1", 1)),
    )
    days.purchase(builder, 2, "CUP-1", 9, TODAY + timedelta(days=60))
    found = [hour(builder)]

    mailed(builder, found[0], *(f"backorder:woocommerce:{number}:1" for number in (1, 5, 7)))
    days.purchase(builder, 1, "POT-1", 40, TODAY + timedelta(days=30))
    boxes.label(builder, 4, [(1, 1)])
    issued(builder, 1, "invoice", "invoice:woocommerce:1", total_amount="126.56", is_paid=False)
    issued(builder, 1, "invoice", "invoice:woocommerce:1:paid", total_amount="126.56", is_paid=True)
    issued(
        builder, 4, "credit_note", "credit_note:woocommerce:77", refund_id="woocommerce:77", amount="45.20"
    )
    issued(builder, 2, "invoice", "invoice:woocommerce:2", total_amount="1.00", is_paid=True)
    found.append(hour(builder))

    mailed(builder, found[1], "delay:woocommerce:1:1", "refund:woocommerce:77", "shipped:woocommerce:4:1")
    mailed(builder, found[1], "delay:woocommerce:5:1", status="unknown")
    mailed(builder, found[1], "invoice:woocommerce:1:paid", status="refused")
    days.purchase(builder, 1, "POT-1", 40, TODAY + timedelta(days=29))
    _bounce(builder, found[1].due["shipped:woocommerce:4:1"]["payload"]["message_id"])
    found.append(hour(builder))

    days.purchase(builder, 1, "POT-1", 40, TODAY + timedelta(days=35))
    found.append(hour(builder))
    found.append(hour(builder, full_refresh=True))
    return found


def _bounce(builder: Builder, message_id: str) -> None:
    notice = {
        "message_id": message_id,
        "action": "failed",
        "status": "5.7.1",
        "recipient": "someone@shop.example",
        "diagnostic": "550 5.7.1 <someone@shop.example>: no",
        "reported_at": "2026-11-24T10:00:00+00:00",
    }
    late = notice | {"action": "delayed", "status": "4.4.1"}
    shop.land(builder.sql, "mail__bounces", {"a:1": late, "b:1": notice})


def test_the_customer_is_told_what_is_to_come_and_asked_where_a_part_is_ready(hours: list[Hour]) -> None:
    due = hours[0].due
    assert set(due) == {f"backorder:woocommerce:{number}:1" for number in (1, 3, 5, 7)}
    asked, told = (due[f"backorder:woocommerce:{number}:1"]["payload"] for number in (1, 5))
    assert asked["asks"] and not told["asks"]
    assert asked["promise_date"] == str(TODAY + timedelta(days=21))
    assert [(line["sku"], line["quantity"]) for line in asked["ready"]] == [("TEA-1", 2)]
    assert [(line["sku"], line["promise_date"]) for line in asked["waiting"]] == [
        ("POT-1", str(TODAY + timedelta(days=21)))
    ]
    assert asked["language"] == "fr" and asked["recipient"]["address"] == "zoe@mail.example"
    assert asked["link_expires_at"] and asked["promises"]


def test_what_is_due_can_be_written(hours: list[Hour]) -> None:
    for each in hours:
        for row in each.due.values():
            said = words(row["payload"], "https://orders.maplelane.example/o/x", NOW)
            assert said.subject and row["order_number"] in said.subject


def test_nobody_is_written_to_about_an_order_from_before_the_first_day(hours: list[Hour]) -> None:
    for each in hours:
        assert not [key for key, row in each.due.items() if row["order_id"] == "woocommerce:2"]


def test_an_order_without_an_address_waits_for_a_person(hours: list[Hour]) -> None:
    row = hours[0].due["backorder:woocommerce:3:1"]
    assert row["hold_class"] == "needs_person" and "no e-mail address" in row["hold_reason"]


def test_a_slip_is_told_once_each(hours: list[Hour]) -> None:
    """Later by ten days: told. Earlier by one: not. Later than told by five: told, with its own number."""
    delays = [sorted(key for key in each.due if key.startswith("delay:woocommerce:1")) for each in hours]
    assert delays == [
        [], ["delay:woocommerce:1:1"], [], ["delay:woocommerce:1:2"], ["delay:woocommerce:1:2"],
    ]  # fmt: skip
    payload = hours[3].due["delay:woocommerce:1:2"]["payload"]
    assert payload["told_date"] == str(TODAY + timedelta(days=31))
    assert payload["promise_date"] == str(TODAY + timedelta(days=36))
    assert not [key for each in hours[1:] for key in each.due if key.startswith("backorder:woocommerce:1")]


def test_a_slip_of_one_line_is_told_also_where_another_comes_later_still(hours: list[Hour]) -> None:
    delays = [[key for key in each.due if key.startswith("delay:woocommerce:7")] for each in hours]
    assert delays[:3] == [[], ["delay:woocommerce:7:1"], ["delay:woocommerce:7:1"]]
    payload = hours[1].due["delay:woocommerce:7:1"]["payload"]
    told, moved, all_of_it = (str(TODAY + timedelta(days=number)) for number in (21, 31, 61))
    assert (payload["told_date"], payload["moved_to"], payload["promise_date"]) == (told, moved, all_of_it)


def test_papers_go_out_and_only_the_newest_invoice(hours: list[Hour]) -> None:
    due = hours[1].due
    assert "invoice:woocommerce:1" not in due
    invoice, refund = due["invoice:woocommerce:1:paid"]["payload"], due["refund:woocommerce:77"]["payload"]
    assert (invoice["amount"], invoice["is_paid"], invoice["number"]) == ("126.56", True, "INV-1")
    assert invoice["documents"][0]["sha256"] == "a" * 64
    assert (refund["kind"], refund["amount"], refund["currency"]) == ("refund", "45.20", "CAD")


def test_a_box_that_left_is_told_with_its_number(hours: list[Hour]) -> None:
    payload = hours[1].due["shipped:woocommerce:4:1"]["payload"]
    assert [parcel["tracking_number"] for parcel in payload["parcels"]] == ["CP41"]
    assert payload["is_last"] and [line["sku"] for line in payload["lines"]] == ["TEA-1"]


def test_what_is_in_doubt_stands_as_it_was_sent(hours: list[Hour]) -> None:
    """The promise has moved on; what may have been said has not, and is not said anew."""
    sent = hours[1].due["delay:woocommerce:5:1"]
    for each in hours[2:]:
        row = each.due["delay:woocommerce:5:1"]
        assert (row["payload"], row["payload_hash"]) == (sent["payload"], sent["payload_hash"])
        assert each.messages["delay:woocommerce:5:1"]["state"] == "in_doubt"
    assert "delay:woocommerce:5:2" in hours[3].due, "a later slip is told all the same"


def test_what_was_refused_is_due_until_it_changes(hours: list[Hour]) -> None:
    assert "invoice:woocommerce:1:paid" in hours[2].due
    assert hours[2].messages["invoice:woocommerce:1:paid"]["state"] == "refused"


def test_what_came_back_is_seen_and_names_nobody(hours: list[Hour]) -> None:
    row = hours[2].messages["shipped:woocommerce:4:1"]
    assert row["state"] == "bounced" and row["is_failed"]
    assert row["recipient"] == "s***@shop.example"
    assert row["bounce_reason"] == "550 5.7.1 <***@shop.example>: no"
    assert "shipped:woocommerce:4:1" not in hours[2].due, "it is not sent again by itself"
    assert hours[2].messages["delay:woocommerce:1:1"]["state"] == "sent"
    assert hours[0].messages["backorder:woocommerce:1:1"]["state"] == "due"


def test_built_anew_it_is_the_same(hours: list[Hour]) -> None:
    def told(found: dict[str, Row]) -> dict[str, str]:
        return {
            key: json.dumps(
                {name: row[name] for name in row if name != "build_id"}, default=str, sort_keys=True
            )
            for key, row in found.items()
        }

    assert told(hours[4].due) == told(hours[3].due)
    assert told(hours[4].messages) == told(hours[3].messages)


def test_the_models_hold_what_they_say(hours: list[Hour], builder: Builder) -> None:
    builder.check(
        "path:models/staging/mail", "path:models/intermediate/messages", "path:models/marts/messages"
    )
    builder.check("out_mail__messages", "assert_mail_is_told_once")


def test_a_first_run_over_a_history_mails_nobody(hours: list[Hour], builder: Builder) -> None:
    """Without a first day, nothing; with one, nothing of before."""
    builder.sql.execute("update settings.mail set start_date = null")
    builder.sql.execute("delete from sync.writes where system = 'mail'")
    builder.sql.execute("delete from sync.builds")
    builder.sql.commit()
    assert hour(builder, full_refresh=True).due == {}
    builder.sql.execute("update settings.mail set start_date = %s", [TODAY + timedelta(days=1)])
    builder.sql.commit()
    assert hour(builder, full_refresh=True).due == {}
