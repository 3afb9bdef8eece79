"""The record of every write, on a real PostgreSQL, against a target that fails on demand.

The target is a shelf in memory: what stands on it is the truth that a test reads.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from connections.connection import Connection
from connections.errors import Misconfigured, Rejected, Unavailable
from connections.warehouse import rows, session
from loaders.base import DeliverySummary, Intent, NotSent, Present, Sent, deliver
from loaders.planning import Guards, Hold

GUARDS = Guards(most_rows=100, most_money=10_000, most_to_zero=3)


class Shelf:
    """A target: things by key. `before` and `after` are called around the effect of each send."""

    system = "shelf"
    thing = "thing"
    outbound_model = "out_shelf__things"
    batch_size = 10
    inputs: tuple[str, ...] = ()
    flow = "things"
    money = "due.amount"
    zeroes = "due.quantity = 0"
    row_columns: tuple[str, ...] = ()

    def __init__(self, kind: str = "posting") -> None:
        self.kind = kind
        self.differs = "true" if kind == "posting" else "due.quantity is distinct from due.observed_quantity"
        self.things: dict[str, dict[str, Any]] = {}
        self.effects: Counter[str] = Counter()
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self.refuses: set[str] = set()
        self.lock = threading.Lock()

    def open(self, connection: Connection) -> Shelf:
        return self

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None: ...

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        return dict(intent.payload)

    def present(self, client: Any, intents: Sequence[Intent]) -> Mapping[str, Present]:
        return {
            intent.key: Present(f"id-{intent.key}", dict(self.things[intent.key]))
            for intent in intents
            if intent.key in self.things
        }

    def send(
        self, client: Any, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        self.before()
        answers: dict[str, Sent | NotSent] = {}
        for intent in intents:
            if intent.key in self.refuses:
                answers[intent.key] = NotSent("refused", "permanent", "it does not fit")
                continue
            with self.lock:
                self.things[intent.key] = dict(intent.payload)
                self.effects[intent.key] += 1
            answers[intent.key] = Sent(dict(intent.payload))
        self.after()
        return answers


@pytest.fixture
def outbound(warehouse: Connection) -> Iterator[Callable[..., None]]:
    """Set the outbound model's rows: each call is a build that says what is wanted now."""
    with session(warehouse) as opened:
        opened.execute(
            """
            create table outbound.out_shelf__things (
                write_key text, payload jsonb, payload_hash text, hold_class text, hold_reason text,
                quantity integer, observed_quantity integer, observed_at timestamptz, amount numeric,
                build_id bigint
            )
            """
        )

    def want(*things: Mapping[str, Any]) -> None:
        with session(warehouse) as opened:
            build = opened.execute(
                """
                insert into sync.builds
                    (run_id, version_until, since_version, since_build, status, finished_at)
                values ('b', 0, 0, 0, 'succeeded', now()) returning build_id
                """
            ).fetchone()
            assert build is not None
            for thing in things:
                payload = json.dumps(thing.get("payload", {"quantity": thing.get("quantity")}))
                opened.execute("delete from outbound.out_shelf__things where write_key = %s", [thing["key"]])
                if thing.get("gone"):
                    continue
                opened.execute(
                    """
                    insert into outbound.out_shelf__things
                    values (%s, %s, %s, %s, %s, %s, %s, now(), %s, %s)
                    """,
                    [
                        thing["key"], payload, hashlib.md5(payload.encode()).hexdigest(),
                        thing.get("hold_class"), thing.get("hold_reason"), thing.get("quantity"),
                        thing.get("observed"), thing.get("amount", 1), build["build_id"],
                    ],
                )  # fmt: skip

    yield want


@pytest.fixture
def run(warehouse: Connection) -> Callable[..., DeliverySummary]:
    anywhere = Connection("shelf", "http", "127.0.0.1", 1, password="x")

    def once(shelf: Shelf, **options: Any) -> DeliverySummary:
        return deliver(shelf, anywhere, warehouse, "run", **{"guards": GUARDS, **options})

    return once


@pytest.fixture
def writes(warehouse: Connection) -> Callable[[], dict[str, tuple[str, str | None]]]:
    def current() -> dict[str, tuple[str, str | None]]:
        with session(warehouse) as opened:
            found = rows(
                opened, "select key, status, reason_class from sync.writes where is_current order by key"
            )
        return {row["key"]: (row["status"], row["reason_class"]) for row in found}

    return current


def posting(key: str, value: int = 1, **more: Any) -> dict[str, Any]:
    return {"key": key, "payload": {"value": value}, **more}


def level(key: str, quantity: int, observed: int | None) -> dict[str, Any]:
    return {"key": key, "quantity": quantity, "observed": observed}


def fail(error: BaseException) -> Callable[[], None]:
    def raise_it() -> None:
        raise error

    return raise_it


def test_a_posting_is_sent_read_back_and_never_sent_again(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(posting("a"), posting("b"))
    first = run(shelf)
    assert (first.planned, first.confirmed) == (2, 2)
    assert run(shelf).planned == 0
    outbound(posting("a"), posting("b"))  # the same again, in a later build
    assert run(shelf).planned == 0
    assert shelf.effects == {"a": 1, "b": 1}
    assert writes() == {"a": ("confirmed", None), "b": ("confirmed", None)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("error", [Unavailable("time-out"), KeyboardInterrupt(), SystemExit(9)])
def test_whatever_happens_around_the_effect_it_happens_once(
    outbound: Any, run: Any, writes: Any, moment: str, error: BaseException
) -> None:
    shelf = Shelf()
    outbound(posting("a"))
    setattr(shelf, moment, fail(error))
    if isinstance(error, Unavailable):
        assert run(shelf).unknown == 1
        assert writes() == {"a": ("unknown", "retry")}
    else:
        with pytest.raises(type(error)):
            run(shelf)
        assert writes() == {"a": ("sent", None)}
    shelf.before = shelf.after = lambda: None
    assert run(shelf).confirmed == 1
    assert shelf.effects == {"a": 1}
    assert writes() == {"a": ("confirmed", None)}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_what_is_not_known_is_looked_up_and_not_sent_where_it_may_not_be(
    outbound: Any, run: Any, writes: Any, moment: str
) -> None:
    shelf = Shelf()
    outbound(posting("a"))
    setattr(shelf, moment, fail(Unavailable("no answer")))
    assert run(shelf).unknown == 1
    shelf.before = shelf.after = lambda: None
    happened = shelf.effects.copy()
    off = run(shelf, hold_all=Hold("switch", "the flow is off"))
    assert shelf.effects == happened, "nothing is sent while the flow is off"
    assert (off.confirmed, off.held) == ((0, 1) if moment == "before" else (1, 0))
    run(shelf)
    assert shelf.effects == {"a": 1} and writes() == {"a": ("confirmed", None)}


def test_a_target_that_is_down_leaves_everything_planned(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(posting("a"))
    down = Unavailable("no connection")
    down.may_have_worked = False
    shelf.before = fail(down)
    with pytest.raises(Unavailable):
        run(shelf)
    assert writes() == {"a": ("planned", "retry")}


def test_a_wrong_key_leaves_everything_planned(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(posting("a"))
    shelf.before = fail(Misconfigured("the key is refused"))
    with pytest.raises(Misconfigured):
        run(shelf)
    assert writes()["a"][0] == "planned"


def test_a_refused_row_does_not_stop_the_others(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    shelf.refuses = {"b"}
    outbound(posting("a"), posting("b"), posting("c"))
    summary = run(shelf)
    assert (summary.confirmed, summary.refused) == (2, 1)
    assert writes()["b"] == ("refused", "permanent")
    assert run(shelf).planned == 0, "a refused row waits for a change, or for a person"
    shelf.refuses = set()
    outbound(posting("b", value=2))
    assert run(shelf).confirmed == 1


def test_a_batch_refused_as_a_whole_is_refused_row_by_row(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    shelf.before = fail(Rejected("bad request"))
    outbound(posting("a"))
    assert run(shelf).refused == 1
    assert writes()["a"] == ("refused", "permanent")


def test_what_differs_after_the_write_is_drift(outbound: Any, run: Any, warehouse: Connection) -> None:
    shelf = Shelf()

    def meddle() -> None:
        shelf.things["a"]["value"] = 99

    shelf.after = meddle
    outbound(posting("a"))
    assert run(shelf).drifted == 1
    with session(warehouse) as opened:
        (row,) = rows(opened, "select status, drift, read_back from sync.writes")
    assert row["drift"] == {"value": {"wanted": 1, "found": 99}}
    assert row["read_back"] == {"value": 99}


def test_a_posting_that_changed_stands_and_the_change_waits_for_a_person(
    outbound: Any, run: Any, warehouse: Connection
) -> None:
    shelf = Shelf()
    outbound(posting("a", value=1))
    run(shelf)
    outbound(posting("a", value=2))
    for _ in range(2):
        assert run(shelf).held == 1
    assert shelf.things["a"] == {"value": 1} and shelf.effects == {"a": 1}
    with session(warehouse) as opened:
        found = rows(opened, "select status, reason_class, is_current from sync.writes order by write_id")
    assert [tuple(row.values()) for row in found] == [
        ("confirmed", None, True),
        ("held", "needs_person", False),
    ]


@pytest.mark.parametrize(
    ("options", "reason_class"),
    [
        ({"hold_all": Hold("switch", "the flow is off")}, "switch"),
        ({"guards": Guards(most_rows=1, most_money=10_000, most_to_zero=3)}, "guard"),
        ({"guards": Guards(most_rows=9, most_money=1, most_to_zero=3)}, "guard"),
    ],
)
def test_held_then_released(
    outbound: Any, run: Any, writes: Any, options: dict[str, Any], reason_class: str
) -> None:
    shelf = Shelf()
    outbound(posting("a"), posting("b"))
    for _ in range(2):
        assert run(shelf, **options).held == 2
        assert writes() == {"a": ("held", reason_class), "b": ("held", reason_class)}
    assert shelf.effects == {}
    assert run(shelf).confirmed == 2


def test_a_missing_mapping_holds_its_row_alone(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(posting("a", hold_class="mapping_missing", hold_reason="no account for tips"), posting("b"))
    assert run(shelf).confirmed == 1
    assert writes() == {"a": ("held", "mapping_missing"), "b": ("confirmed", None)}
    outbound(posting("a"))
    assert run(shelf).confirmed == 1


def test_the_gates_hold_is_for_its_row_alone(
    outbound: Any, run: Any, writes: Any, warehouse: Connection
) -> None:
    shelf = Shelf()
    outbound(posting("a"), posting("b"))
    with session(warehouse) as opened:
        opened.execute("insert into sync.holds values ('out_shelf__things', 'a', 'not balanced', 'run')")
    assert run(shelf).confirmed == 1
    assert writes() == {"a": ("held", "check"), "b": ("confirmed", None)}
    with session(warehouse) as opened:
        opened.execute("delete from sync.holds")
    assert run(shelf).confirmed == 1


def test_what_is_no_longer_wanted_is_not_sent(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(posting("a"))
    run(shelf, hold_all=Hold("switch", "off"))
    outbound({"key": "a", "gone": True})
    assert run(shelf).held == 0
    assert shelf.effects == {}
    assert writes() == {}, "no current row: it may become due again"


def test_a_plan_leaves_no_trace(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    shelf.things["b"] = {"quantity": 7}
    shelf.kind = "level"
    shelf.differs = "due.quantity is distinct from due.observed_quantity"
    outbound(level("a", 3, None), level("b", 5, 7))
    plan = run(shelf, plan_only=True)
    assert plan.lines == [
        "thing a: not there -> {'quantity': 3}",
        "thing b: {'quantity': 7} -> {'quantity': 5}",
    ]
    assert shelf.effects == {} and writes() == {}
    assert run(shelf).confirmed == 2


def test_a_level_that_is_so_already_costs_nothing(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf("level")
    outbound(level("a", 5, 5))
    assert run(shelf).planned == 0
    assert writes() == {}


def test_a_newer_level_supersedes_an_older_and_an_old_one_may_come_back(outbound: Any, run: Any) -> None:
    shelf = Shelf("level")
    for wanted, observed in ((5, 9), (4, 5), (5, 4)):
        outbound(level("a", wanted, observed))
        assert run(shelf).confirmed == 1
        assert shelf.things["a"] == {"quantity": wanted}
    assert shelf.effects == {"a": 3}


def test_a_level_written_but_not_yet_seen_is_not_written_again(
    outbound: Any, run: Any, warehouse: Connection
) -> None:
    shelf = Shelf("level")
    outbound(level("a", 5, 9))
    run(shelf)
    with session(warehouse) as opened:  # the same build again: what was observed is older than the write
        opened.execute("update outbound.out_shelf__things set observed_at = now() - interval '1 hour'")
    assert run(shelf).planned == 0
    outbound(level("a", 5, 9))  # observed after the write: somebody has set it back
    shelf.things["a"] = {"quantity": 9}
    assert run(shelf).confirmed == 1
    assert shelf.things["a"] == {"quantity": 5}


def test_too_many_levels_to_zero_are_held(outbound: Any, run: Any) -> None:
    shelf = Shelf("level")
    outbound(*(level(str(number), 0, 5) for number in range(4)))
    assert run(shelf).held == 4
    assert shelf.effects == {}


def test_two_deliveries_at_once(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Shelf()
    outbound(*(posting(str(number)) for number in range(30)))
    threads = [threading.Thread(target=run, args=(shelf,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert set(shelf.effects.values()) == {1} and len(shelf.effects) == 30
    assert set(writes().values()) == {("confirmed", None)}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("error", [Unavailable("no answer"), KeyboardInterrupt()])
def test_what_cannot_be_looked_up_is_asked_of_a_person_and_never_sent_again(
    outbound: Any, run: Any, writes: Any, warehouse: Connection, moment: str, error: BaseException
) -> None:
    shelf = Forgetful()
    outbound(posting("a"))
    setattr(shelf, moment, fail(error))
    with suppress(KeyboardInterrupt):
        run(shelf)
    shelf.before = shelf.after = lambda: None
    happened = shelf.effects.copy()
    for _ in range(3):
        assert run(shelf).unknown == 1
        outbound(posting("a"))  # wanted still, in every later build
    assert writes() == {"a": ("unknown", "needs_person")}
    assert shelf.effects == happened
    with session(warehouse) as opened:  # a person has found out that it was not sent
        opened.execute("update sync.writes set status = 'planned', reason = null, reason_class = null")
    assert run(shelf).confirmed == 1
    assert shelf.effects["a"] == happened["a"] + 1


def test_what_cannot_be_looked_up_may_turn_up(outbound: Any, run: Any, writes: Any) -> None:
    shelf = Forgetful()
    outbound(posting("a"))
    shelf.after = fail(Unavailable("no answer"))
    run(shelf)
    shelf.found = {"a"}
    assert run(shelf).already_true == 1
    assert writes() == {"a": ("confirmed", None)}
    assert shelf.effects == {"a": 1}


class Forgetful(Shelf):
    """A target that takes things, and shows only those `found` or just taken."""

    can_look_up = False

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def send(
        self, client: Any, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        answers = super().send(client, intents, present)
        self.found |= answers.keys()
        return answers

    def present(self, client: Any, intents: Sequence[Intent]) -> Mapping[str, Present]:
        shown = super().present(client, intents)
        return {key: there for key, there in shown.items() if key in self.found}
