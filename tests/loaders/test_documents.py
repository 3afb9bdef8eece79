"""Documents are issued once, without a gap in their numbers, whoever dies or comes at the same time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connections.connection import Connection
from connections.errors import Unavailable
from connections.storage import Storage, kept
from connections.warehouse import connect, rows, session
from documents.rendering import page_count
from loaders.base import DeliverySummary, deliver
from loaders.documents import Documents, NotIssued, issue
from loaders.planning import Guards, Hold
from tests.documents import examples
from tests.loaders.crashes import dying

GUARDS = Guards(most_rows=100, most_money=10_000, most_to_zero=3)
PLACE = Connection.from_fields("documents")
Payload = dict[str, Any]


def numbered(number: int, **parts: Any) -> Payload:
    """The payload of the invoice of order 1000 + number."""
    order = {"order_id": f"woocommerce:{number}", "order_number": str(1000 + number)}
    return examples.invoice(**parts) | {
        "document_key": f"invoice:{order['order_id']}",
        "order": order,
        "series": "invoice",
        "number_prefix": "INV-",
        "time_zone": "America/Toronto",
    }


def slip(number: int) -> Payload:
    """A packing slip, which has no number."""
    order = {"order_id": f"woocommerce:{number}", "order_number": str(1000 + number)}
    return examples.packing_slip() | {
        "document_key": f"packing_slip:{order['order_id']}:1",
        "order": order,
        "time_zone": "America/Toronto",
    }


class Office:
    """A warehouse with an outbound model of documents, and the folder where they are kept."""

    def __init__(self, warehouse: Connection, folder: Path) -> None:
        self.warehouse = warehouse
        self.folder = folder
        self.storage = Storage(str(folder))
        self.loader = Documents(lambda: self.storage)
        with session(warehouse) as opened:
            opened.execute(
                """
                create table outbound.out_documents__documents (
                    write_key text primary key, write_kind text, payload jsonb, payload_hash text,
                    hold_class text, hold_reason text, build_id bigint
                )
                """
            )

    def due(self, *payloads: Payload) -> None:
        """A new build wants exactly these."""
        with session(self.warehouse) as opened:
            opened.execute("delete from outbound.out_documents__documents")
            build = opened.execute(
                "insert into sync.builds (run_id, version_until, since_version, since_build, status)"
                " values ('test', 0, 0, 0, 'succeeded') returning build_id"
            ).fetchone()
            assert build is not None
            for payload in payloads:
                opened.execute(
                    "insert into outbound.out_documents__documents values"
                    " (%(key)s, 'posting', %(payload)s::jsonb, md5(%(payload)s::text), null, null,"
                    " %(build)s)",
                    {
                        "key": payload["document_key"],
                        "payload": json.dumps(payload),
                        "build": build["build_id"],
                    },
                )

    def deliver(self, hold: Hold | None = None) -> DeliverySummary:
        """One delivery of what is due."""
        return deliver(self.loader, PLACE, self.warehouse, "test", guards=GUARDS, hold_all=hold)

    def issued(self) -> list[Mapping[str, Any]]:
        """The record of what was issued, by number and key."""
        query = "select * from sync.issued_documents order by sequence_number, document_key"
        return self.ask(query)

    def ask(self, query: str) -> list[Mapping[str, Any]]:
        """The rows of a query."""
        with session(self.warehouse) as opened:
            return list(rows(opened, query))

    def check(self) -> None:
        """No number is missing or twice; each document has its file as recorded, and no file is beside."""
        documents = self.issued()
        numbers = [each["sequence_number"] for each in documents if each["series"]]
        assert numbers == list(range(1, len(numbers) + 1))
        last = self.ask("select last_number from sync.document_numbers")
        assert [row["last_number"] for row in last] in ([], [len(numbers)])
        for document in documents:
            file = self.storage.find(document["path"])
            assert file and file.sha256 == document["sha256"], document["document_key"]
        files = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        assert files == {document["path"] for document in documents}


@pytest.fixture
def office(warehouse: Connection, tmp_path: Path) -> Iterator[Office]:
    yield Office(warehouse, tmp_path / "outbox")


def test_a_document_is_issued_kept_and_found_again(office: Office) -> None:
    office.due(numbered(1), slip(1), numbered(2))
    assert office.deliver().confirmed == 3
    office.check()
    first, second, third = office.issued()
    assert [first["document_number"], second["document_number"]] == ["INV-00001", "INV-00002"]
    assert first["path"] == "orders/1001/invoice-INV-00001.pdf"
    assert (third["path"], third["document_number"]) == ("orders/1001/packing-slip-1.pdf", None)
    [write] = office.ask("select * from sync.writes where key = 'invoice:woocommerce:1'")
    assert (write["target_id"], write["target_name"]) == (first["path"], "INV-00001")
    assert write["read_back"]["number"] == "INV-00001" and write["drift"] is None
    assert page_count(office.storage.get(first["path"])) == write["read_back"]["page_count"] == 1
    # nothing is due any more, nor when the next build says the same
    office.due(numbered(1), slip(1), numbered(2))
    assert office.deliver().planned == 0


def test_a_file_that_is_lost_is_made_again_with_the_same_bytes(office: Office) -> None:
    office.due(numbered(1))
    office.deliver()
    [before] = office.issued()
    (office.folder / before["path"]).unlink()
    with session(office.warehouse) as opened:
        opened.execute("update sync.writes set status = 'unknown'")
    assert office.deliver().confirmed == 1
    assert office.issued() == [before]
    office.check()


def test_what_cannot_be_set_takes_no_number_and_does_not_stop_the_rest(office: Office) -> None:
    office.due(numbered(1, total_amount="no amount"), numbered(2))
    summary = office.deliver()
    assert (summary.refused, summary.confirmed) == (1, 1)
    office.check()
    [row] = office.issued()
    assert row["document_key"] == "invoice:woocommerce:2" and row["sequence_number"] == 1


def test_a_copy_marked_paid_has_the_number_of_its_invoice(office: Office) -> None:
    copy = numbered(1) | {
        "document_key": "invoice:woocommerce:1:paid", "copy_of": "invoice:woocommerce:1", "series": None,
    }  # fmt: skip
    office.due(copy)
    assert office.deliver().held == 1  # its invoice is not issued yet
    office.due(copy, numbered(1, is_paid=False, balance_amount="126.56", payments=[]))
    office.deliver()
    office.deliver()  # held rows are looked at again
    assert {row["document_number"] for row in office.issued()} == {"INV-00001"}
    assert {row["path"] for row in office.issued()} == {
        "orders/1001/invoice-INV-00001.pdf",
        "orders/1001/invoice-INV-00001-paid.pdf",
    }
    office.check()


def test_a_label_page_waits_for_its_label(office: Office) -> None:
    page = slip(1) | examples.label_page() | {"time_zone": "America/Toronto"}
    office.due(page)
    assert office.deliver().held == 1
    office.storage.put(page["label_path"], examples.label())
    assert office.deliver().confirmed == 1
    assert [row["kind"] for row in office.issued()] == ["label_page"]


def test_a_place_that_does_not_answer_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> None:
        raise Unavailable("the place for documents does not answer")

    office.due(numbered(1), numbered(2))
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "put", down)
        assert office.deliver().unknown == 2
    assert office.deliver().confirmed == 2
    office.check()


def test_orders_of_one_number_do_not_share_a_file(office: Office) -> None:
    other = numbered(2) | {"order": {"order_id": "woocommerce:2", "order_number": "1001"}}
    slips = [slip(1), slip(2) | {"order": other["order"]}]
    office.due(numbered(1), other, *slips)
    assert office.deliver().confirmed == 4
    office.check()


def test_issuers_at_once_leave_no_gap_and_nothing_twice(office: Office) -> None:
    payloads = [numbered(number, is_paid=False, balance_amount="126.56") for number in range(24)]
    payloads += [slip(number) for number in range(6)]
    errors: list[BaseException] = []
    made: list[tuple[str, bytes]] = []

    def work(mine: list[Payload], dies: bool) -> None:
        with connect(office.warehouse) as warehouse:
            for place, payload in enumerate(mine):
                try:
                    if dies and place % 3 == 0:  # set, and rolled back
                        warehouse.execute("set local statement_timeout = 0")
                        issue_and_die(warehouse, payload)
                    row, content = issue(warehouse, payload)
                    made.append((row["document_key"], content))
                except BaseException as error:
                    errors.append(error)
                    raise

    shares = [payloads, payloads[::-1], payloads[10:], payloads[:20]]
    threads = [threading.Thread(target=work, args=(share, place > 1)) for place, share in enumerate(shares)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    issued = office.issued()
    assert len(issued) == 30
    assert sorted(row["sequence_number"] for row in issued if row["series"]) == list(range(1, 25))
    hashes = {row["document_key"]: row["sha256"] for row in issued}
    assert all(kept(content).sha256 == hashes[key] for key, content in made)


def issue_and_die(warehouse: Any, payload: Payload) -> None:
    """Everything but the commit."""
    commit: Callable[[], None] = warehouse.commit
    warehouse.commit = lambda: None
    try:
        issue(warehouse, payload)
    finally:
        warehouse.commit = commit
        warehouse.rollback()


def test_a_delivery_that_dies_anywhere_is_taken_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 0
    for last in range(200):
        number += 2
        office.due(numbered(number), numbered(number + 1), slip(number))
        with dying(last) as steps, monkeypatch.context() as patch:
            put = Storage.put

            def counted(self: Storage, path: str, content: bytes, put: Any = put, steps: Any = steps) -> Any:
                steps.step()
                kept_now = put(self, path, content)
                steps.step()
                return kept_now

            patch.setattr(Storage, "put", counted)
            office.deliver()
        if not steps.is_dead:
            break
        office.deliver()
        office.check()
        states = office.ask("select distinct status from sync.writes where is_current")
        assert [row["status"] for row in states] == ["confirmed"], last
    assert 25 < last < 190
    assert len(office.issued()) == 3 * (last + 1)
    office.check()


def test_a_copy_of_nothing_is_not_issued(office: Office) -> None:
    with connect(office.warehouse) as warehouse, pytest.raises(NotIssued):
        issue(warehouse, numbered(1) | {"copy_of": "invoice:woocommerce:9", "series": None})
