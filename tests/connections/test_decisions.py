"""Every decision from every status, two at once, and what may have happened."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from connections.connection import Connection
from connections.decisions import Act, decide, map_sku, waive_record
from connections.errors import Rejected
from connections.warehouse import rows, session

STATUSES = ("planned", "sent", "confirmed", "refused", "unknown", "held", "superseded", "waived")
_numbers = itertools.count(1)

# (status before, act) -> status after, for a current write whose last word from its target was "refused"
ALLOWED: dict[tuple[str, Act], str] = {
    ("refused", "retry"): "planned",
    ("held", "retry"): "planned",
    ("waived", "retry"): "planned",
    ("unknown", "retry"): "unknown",
    ("refused", "waive"): "waived",
    ("held", "waive"): "waived",
    ("unknown", "waive"): "waived",
    ("planned", "waive"): "waived",
}


def make(
    warehouse: Connection,
    status: str,
    *,
    reason_class: str | None = None,
    attempts: tuple[str, ...] = (),
    is_current: bool = True,
) -> int:
    """A write in that status, with these outcomes of its attempts; its id."""
    with session(warehouse) as opened:
        row = opened.execute(
            """
            insert into sync.writes (
                system, thing, key, hash, kind, outbound_model, payload, status, reason_class, run_id,
                is_current
            ) values ('shelf', 'thing', %s, 'h', 'posting', 'out_shelf__things', '{}', %s, %s, 'run', %s)
            returning write_id
            """,
            [f"key-{next(_numbers)}", status, reason_class, is_current],
        ).fetchone()
        assert row is not None
        for outcome in attempts:
            opened.execute(
                "insert into sync.attempts (write_id, run_id, outcome) values (%s, 'run', %s)",
                [row["write_id"], outcome],
            )
        return int(row["write_id"])


def act_on(warehouse: Connection, write_id: int, act: Act, who: str = "anna", why: str = "she knows") -> str:
    with session(warehouse) as opened:
        return decide(opened, write_id, act, who=who, why=why)


def status_of(warehouse: Connection, write_id: int) -> str:
    with session(warehouse) as opened:
        return str(
            rows(opened, "select status from sync.writes where write_id = %s", [write_id])[0]["status"]
        )


@pytest.mark.parametrize("act", ["retry", "waive", "done", "not_done"])
@pytest.mark.parametrize("status", STATUSES)
def test_each_decision_from_each_status(warehouse: Connection, status: str, act: Act) -> None:
    write_id = make(warehouse, status, reason_class="permanent", attempts=("sent", "refused"))
    after = ALLOWED.get((status, act))
    if after is None:
        with pytest.raises(Rejected):
            act_on(warehouse, write_id, act)
        assert status_of(warehouse, write_id) == status
        with session(warehouse) as opened:
            assert rows(opened, "select * from portal.acts") == []
        return
    assert act_on(warehouse, write_id, act) == after
    assert status_of(warehouse, write_id) == after
    with session(warehouse) as opened:
        (told,) = rows(opened, "select who, act, subject, reason, detail from portal.acts")
        attempt = rows(opened, "select outcome, message from sync.attempts order by attempt_id")[-1]
    assert (told["who"], told["act"], told["reason"]) == ("anna", act, "she knows")
    assert told["subject"] == f"write {write_id}"
    assert (told["detail"]["from"], told["detail"]["to"]) == (status, after)
    assert attempt["message"] == "anna: she knows"


@pytest.mark.parametrize(
    ("attempts", "after"),
    [
        ((), "planned"),
        (("sent", "refused"), "planned"),
        (("sent", "unknown"), "unknown"),
        (("sent",), "unknown"),
        (("sent", "unknown", "planned"), "planned"),
        (("sent", "unknown", "held"), "unknown"),
        (("sent", "unknown", "waived", "retried"), "unknown"),
        (("sent", "held"), "unknown"),
    ],
)
def test_what_may_have_happened_is_looked_up_before_it_is_sent(
    warehouse: Connection, attempts: tuple[str, ...], after: str
) -> None:
    write_id = make(warehouse, "waived", attempts=attempts)
    assert act_on(warehouse, write_id, "retry") == after


def test_waived_and_taken_back_it_is_still_not_known(warehouse: Connection) -> None:
    write_id = make(warehouse, "unknown", attempts=("sent", "unknown"))
    act_on(warehouse, write_id, "waive")
    assert act_on(warehouse, write_id, "retry") == "unknown"


@pytest.mark.parametrize(
    ("act", "after"), [("done", "confirmed"), ("not_done", "planned"), ("waive", "waived")]
)
def test_what_nobody_can_look_up_is_for_a_person_to_say(warehouse: Connection, act: Act, after: str) -> None:
    write_id = make(warehouse, "unknown", reason_class="needs_person", attempts=("sent", "unknown"))
    with pytest.raises(Rejected, match="say first whether it did"):
        act_on(warehouse, write_id, "retry")
    assert act_on(warehouse, write_id, act) == after


def test_what_nobody_can_look_up_is_asked_again_after_a_waiver(warehouse: Connection) -> None:
    write_id = make(warehouse, "unknown", reason_class="needs_person", attempts=("sent", "unknown"))
    act_on(warehouse, write_id, "waive")
    assert act_on(warehouse, write_id, "retry") == "unknown"
    assert act_on(warehouse, write_id, "done") == "confirmed"
    held = make(warehouse, "held", reason_class="needs_person", attempts=("sent", "held"))
    act_on(warehouse, held, "waive")
    assert act_on(warehouse, held, "retry") == "unknown"
    with pytest.raises(Rejected):
        act_on(warehouse, held, "done")  # it is looked up


def test_what_gave_way_to_a_newer_one_can_only_be_waived(warehouse: Connection) -> None:
    write_id = make(warehouse, "held", reason_class="needs_person", is_current=False)
    with pytest.raises(Rejected, match="gave way"):
        act_on(warehouse, write_id, "retry")
    assert act_on(warehouse, write_id, "waive") == "waived"


@pytest.mark.parametrize(("who", "why"), [("", "x"), ("anna", "  "), (" ", "")])
def test_nobody_decides_without_name_and_reason(warehouse: Connection, who: str, why: str) -> None:
    write_id = make(warehouse, "refused")
    with pytest.raises(Rejected, match="who decides, and why"):
        act_on(warehouse, write_id, "waive", who, why)
    with pytest.raises(Rejected, match="there is no write"):
        act_on(warehouse, write_id + 1000, "waive")


def _both(calls: list[Callable[[], Any]]) -> list[Any]:
    """The calls at once; what each returned, or raised as Rejected."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return call()
        except Rejected as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.parametrize(
    "acts", [("retry", "retry"), ("waive", "waive"), ("retry", "waive"), ("waive", "retry", "waive", "retry")]
)
def test_several_at_once_are_one_after_the_other(warehouse: Connection, acts: tuple[Act, ...]) -> None:
    for _ in range(10):
        write_id = make(warehouse, "refused", attempts=("sent", "refused"))

        def call(act: Act, write_id: int = write_id) -> Callable[[], str]:
            return lambda: act_on(warehouse, write_id, act)

        outcomes = _both([call(act) for act in acts])
        done = [outcome for outcome in outcomes if isinstance(outcome, str)]
        with session(warehouse) as opened:
            told = rows(
                opened,
                "select detail from portal.acts where subject = %s order by act_id",
                [f"write {write_id}"],
            )
        # a chain from what was to what is, without a gap, one link for each that was let through
        chain = [(row["detail"]["from"], row["detail"]["to"]) for row in told]
        assert len(chain) == len(done) >= 1
        assert [link[0] for link in chain] == ["refused", *[link[1] for link in chain[:-1]]]
        assert chain[-1][1] == status_of(warehouse, write_id)
        if acts in (("retry", "retry"), ("waive", "waive")):
            assert len(done) == 1


def test_the_next_build_sees_a_decision(warehouse: Connection) -> None:
    write_id = make(warehouse, "refused")
    with session(warehouse) as opened:
        before = rows(opened, "select version from sync.writes")[0]["version"]
        decide(opened, write_id, "retry", who="anna", why="mended")
        assert rows(opened, "select version from sync.writes")[0]["version"] > before
        locks = "select mode from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"
        assert [row["mode"] for row in rows(opened, locks)] == ["ShareLock"], "a build waits for its end"


def test_a_mapping_makes_the_next_build_look_at_everything(warehouse: Connection) -> None:
    with session(warehouse) as opened:
        opened.execute(
            """
            insert into sync.builds (run_id, version_until, since_version, since_build, status)
            values ('r', 1, 0, 0, 'succeeded')
            """
        )
        map_sku(opened, " TEA-Old ", "Tea-1", who="anna", why="renamed")
        (row,) = rows(opened, "select shop_sku, sku, set_by, reason from sync.sku_mappings")
        assert tuple(row.values()) == ("tea-old", "tea-1", "anna", "renamed")
        assert rows(opened, "select is_whole from sync.builds") == [{"is_whole": False}]
    with session(warehouse) as opened, pytest.raises(Rejected, match="so already"):
        map_sku(opened, "tea-old", "TEA-1", who="bo", why="again")
    with session(warehouse) as opened:
        map_sku(opened, "tea-old", None, who="bo", why="wrong")
        assert rows(opened, "select * from sync.sku_mappings") == []
        told = rows(opened, "select who, detail from portal.acts order by act_id")
    assert [(row["who"], row["detail"]) for row in told] == [
        ("anna", {"from": None, "to": "tea-1"}),
        ("bo", {"from": "tea-1", "to": None}),
    ]


def test_a_record_is_waived_once(warehouse: Connection) -> None:
    with session(warehouse) as opened:
        opened.execute(
            """
            insert into sync.refused_records (system, resource, payload_hash, payload, reason, run_id)
            values ('woocommerce', 'orders', 'h', '{}', 'no key', 'r')
            """
        )
        waive_record(opened, 1, who="anna", why="a test order")
        (row,) = rows(opened, "select resolved_at, resolution from sync.refused_records")
        assert row["resolved_at"] and row["resolution"] == "waived by anna: a test order"
    with session(warehouse) as opened, pytest.raises(Rejected, match="does not wait"):
        waive_record(opened, 1, who="bo", why="again")


@pytest.mark.parametrize("table", ["acts", "packings", "sign_ins"])
def test_what_was_done_stays(warehouse: Connection, table: str) -> None:
    for statement in (f"delete from portal.{table}", f"truncate portal.{table}"):
        with session(warehouse) as opened, pytest.raises(psycopg.DatabaseError, match="only grows"):
            opened.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "update sync.writes set status = 'planned'",
        "insert into sync.attempts (write_id, run_id, outcome) values (1, 'r', 'confirmed')",
        "delete from portal.acts",
        "update portal.packings set is_packed = false",
        "update portal.staff set password_hash = 'x'",
        "insert into portal.staff (name, password_hash) values ('eve', 'x')",
        "insert into sync.sku_mappings (shop_sku, sku, set_by, reason) values ('a', 'b', 'c', 'd')",
        "update sync.builds set is_whole = false",
        "select * from portal.answers",
        "create table marts.mine (a text)",
    ],
)
def test_the_pages_role_does_nothing_but_decide(warehouse: Connection, statement: str) -> None:
    write_id = make(warehouse, "refused")
    with session(warehouse, role="counterflow_staff") as opened:
        assert decide(opened, write_id, "waive", who="anna", why="knows") == "waived"
    with (
        session(warehouse, role="counterflow_staff") as opened,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        opened.execute(statement.encode())
