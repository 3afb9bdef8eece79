"""The engine every loader runs on: outbound rows in, true things in the target and a record of each write.

    planned -> sent -> confirmed     read back and equal
                    -> refused       the system said no to this row
                    -> unknown       no answer, or we died: looked up by key before anything else
    planned -> held                  stale input, guard, switch, check, mapping; says which
    planned -> superseded            a newer intent for the same key

`sent` is committed before the call goes out. What is unknown is looked up by its key in the target
and sent again only if it is not there. Where not being found proves nothing (a mail: `can_look_up` is
False), it stays unknown and a person is asked. One delivery to a system at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connections.connection import Connection
from connections.errors import CounterflowError, Misconfigured, Rejected, Unavailable
from connections.warehouse import Jsonb, Warehouse, connect, exclusive
from loaders import planning
from loaders.answers import without_answered
from loaders.planning import Guards, Hold, can_look_up
from loaders.record import record, those_still


@dataclass(frozen=True)
class Intent:
    """A thing to be made true: a row of sync.writes, with the outbound row's other columns as `row`."""

    write_id: int
    key: str
    payload: Mapping[str, Any]
    row: Mapping[str, Any] = field(default_factory=dict)
    is_unknown: bool = False  # it was sent before, and what became of it is not known


@dataclass(frozen=True)
class Present:
    """How the thing stands in the target now: its id and name there, and its content as we compare it.

    `is_complete` False: it is there but unfinished (a draft), and is to be sent again.
    """

    target_id: str
    content: Mapping[str, Any]
    target_name: str = ""
    is_complete: bool = True


@dataclass(frozen=True)
class Sent:
    """The target took it. `content` is what must be read back (levels may differ from the intent)."""

    content: Mapping[str, Any]


@dataclass(frozen=True)
class NotSent:
    """The row was not sent, or the target refused it: status held or refused, and why."""

    status: str
    reason_class: str
    reason: str


class Loader(Protocol):
    """How one kind of thing is written to one system.

    A loader whose target cannot tell what it has not got says so with `can_look_up = False`. One that
    closes boxes has `ends_choice_of(intent)`: the order whose customer cannot choose any more (or None).
    """

    system: str
    thing: str
    kind: str  # level or posting
    outbound_model: str
    batch_size: int
    inputs: tuple[str, ...]  # systems whose data must be fresh
    flow: str  # the switch in the settings
    differs: str  # SQL over the outbound row `due`: the target, as last read, is not yet so (postings: true)
    money: str  # SQL over `due`: the amount it moves, in the business's currency
    zeroes: str  # SQL over `due`: whether it sets a stock level to 0
    row_columns: tuple[str, ...]  # further columns of the outbound row that the loader needs

    def open(self, connection: Connection) -> Any:
        """A client of the system, usable in a with block."""

    def present(self, client: Any, intents: Sequence[Intent]) -> Mapping[str, Present]:
        """What is there now, by key; keys that are not there are left out."""

    def send(
        self, client: Any, intents: Sequence[Intent], present: Mapping[str, Present]
    ) -> Mapping[str, Sent | NotSent]:
        """Each intent sent once. Unavailable: it may or may not have worked for any of them."""

    def wanted(self, intent: Intent) -> Mapping[str, Any]:
        """The content that makes the intent true, in the form of Present.content."""


@dataclass
class DeliverySummary:
    """What became of one system's writes in one delivery, by status; `lines` says it row by row."""

    system: str
    planned: int = 0
    confirmed: int = 0
    already_true: int = 0
    refused: int = 0
    held: int = 0
    unknown: int = 0
    drifted: int = 0
    lines: list[str] = field(default_factory=list)

    def count(self, outcomes: Counter[str]) -> None:
        """The outcomes are added."""
        for name, number in outcomes.items():
            setattr(self, name, getattr(self, name) + number)


def deliver(
    loader: Loader,
    connection: Connection,
    warehouse_connection: Connection,
    run_id: str,
    *,
    guards: Guards,
    hold_all: Hold | None = None,
    plan_only: bool = False,
) -> DeliverySummary:
    """Every due row of the loader's outbound model is confirmed, or stands in sync.writes with its reason.

    `plan_only`: nothing is sent or recorded; `lines` shows present and wanted for each due row.
    Misconfigured, Unavailable: the target as a whole; rows not yet sent stay planned.
    """
    summary = DeliverySummary(loader.system)
    with connect(warehouse_connection) as warehouse, exclusive(warehouse, f"deliver {loader.system}"):
        planning.recover(warehouse, loader)
        hold = planning.plan(warehouse, loader, run_id, guards, hold_all)
        if plan_only:
            with loader.open(connection) as client:
                _show(loader, client, list(_due(warehouse, loader)), summary)
            warehouse.rollback()
            return summary
        warehouse.commit()
        due = list(_due(warehouse, loader))
        summary.planned = len(due)
        if due:
            with loader.open(connection) as client:
                for start in range(0, len(due), loader.batch_size):
                    batch = due[start : start + loader.batch_size]
                    summary.count(_deliver_batch(loader, client, warehouse, batch, run_id, hold))
        summary.held = planning.count_held(warehouse, loader.system, loader.thing)
        warehouse.commit()
    return summary


def _due(warehouse: Warehouse, loader: Loader) -> Iterator[Intent]:
    """What is planned or unknown, oldest first."""
    for row in planning.due_rows(warehouse, loader):
        extra = {name: row[name] for name in loader.row_columns}
        yield Intent(row["write_id"], row["key"], row["payload"], extra, row["is_unknown"])


def _show(loader: Loader, client: Any, due: list[Intent], summary: DeliverySummary) -> None:
    summary.planned = len(due)
    for start in range(0, len(due), loader.batch_size):
        batch = due[start : start + loader.batch_size]
        present = loader.present(client, batch)
        for intent in batch:
            there = present.get(intent.key)
            nothing = (
                "it may have been sent" if intent.is_unknown and not can_look_up(loader) else "not there"
            )
            before = dict(there.content) if there else nothing
            summary.lines.append(f"{loader.thing} {intent.key}: {before} -> {dict(loader.wanted(intent))}")


def _deliver_batch(
    loader: Loader, client: Any, warehouse: Warehouse, batch: list[Intent], run_id: str, hold: Hold | None
) -> Counter[str]:
    """The batch is looked up, what is missing sent, all read back; the outcomes by name."""
    outcomes: Counter[str] = Counter()
    present = loader.present(client, batch)
    missing = []
    for intent in batch:
        there = present.get(intent.key)
        is_done = (
            there
            and there.is_complete
            and (loader.kind == "posting" or there.content == loader.wanted(intent))
        )
        if there and is_done:
            outcomes[_confirm(loader, warehouse, intent, there, loader.wanted(intent), run_id)] += 1
            outcomes["already_true"] += 1
        else:
            missing.append(intent)
    # what is not there after all is sent again only if it still may be
    unsure = [intent.write_id for intent in missing if intent.is_unknown]
    if unsure and not can_look_up(loader):
        missing = [intent for intent in missing if not intent.is_unknown]
        outcomes["unknown"] += len(unsure)
    elif unsure:
        allowed = planning.plan_again(warehouse, loader, unsure, run_id, hold)
        missing = [intent for intent in missing if not intent.is_unknown or intent.write_id in allowed]
    warehouse.commit()
    if missing:
        outcomes += _send_and_read_back(loader, client, warehouse, missing, present, run_id)
    return outcomes


def _send_and_read_back(
    loader: Loader,
    client: Any,
    warehouse: Warehouse,
    intents: list[Intent],
    present: Mapping[str, Present],
    run_id: str,
) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    # what a person waived since it was looked at is not sent
    planned = those_still(warehouse, _ids(intents), "planned")
    intents = [intent for intent in intents if intent.write_id in planned]
    intents, outcomes["held"] = without_answered(loader, warehouse, intents, run_id)
    record(warehouse, _ids(intents), "sent", run_id)
    warehouse.commit()  # before the call: whatever happens now, we know that we may have sent them
    if not intents:
        return outcomes
    try:
        answers = loader.send(client, intents, present)
    except Unavailable as error:
        if error.may_have_worked:
            record(warehouse, _ids(intents), "unknown", run_id, *planning.unknown(loader, str(error)))
        else:
            record(warehouse, _ids(intents), "planned", run_id, "retry", str(error))
        warehouse.commit()
        outcomes["unknown"] += len(intents)
        if not error.may_have_worked:
            raise
        return outcomes
    except Misconfigured as error:
        record(warehouse, _ids(intents), "planned", run_id, "retry", str(error))
        warehouse.commit()
        raise
    except Rejected as error:
        answers = {intent.key: NotSent("refused", "permanent", str(error)) for intent in intents}
    sent: dict[int, Mapping[str, Any]] = {}
    for intent in intents:
        answer = answers.get(intent.key)
        if isinstance(answer, Sent):
            sent[intent.write_id] = answer.content
        elif isinstance(answer, NotSent):
            record(warehouse, [intent.write_id], answer.status, run_id, answer.reason_class, answer.reason)
            outcomes[answer.status] += 1
        else:
            reason = planning.unknown(loader, "the answer does not speak of this row")
            record(warehouse, [intent.write_id], "unknown", run_id, *reason)
            outcomes["unknown"] += 1
    warehouse.commit()
    return outcomes + _read_back(loader, client, warehouse, intents, sent, run_id)


def _read_back(
    loader: Loader,
    client: Any,
    warehouse: Warehouse,
    intents: list[Intent],
    sent: Mapping[int, Mapping[str, Any]],
    run_id: str,
) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    to_read = [intent for intent in intents if intent.write_id in sent]
    if not to_read:
        return outcomes
    try:
        present = loader.present(client, to_read)
    except CounterflowError as error:
        reason = planning.unknown(loader, f"it could not be read back: {error}")
        record(warehouse, _ids(to_read), "unknown", run_id, *reason)
        warehouse.commit()
        outcomes["unknown"] += len(to_read)
        return outcomes
    for intent in to_read:
        there = present.get(intent.key)
        if there is None:
            reason = planning.unknown(loader, "it was taken, but is not there")
            record(warehouse, [intent.write_id], "unknown", run_id, *reason)
            outcomes["unknown"] += 1
        else:
            outcomes[_confirm(loader, warehouse, intent, there, sent[intent.write_id], run_id)] += 1
    warehouse.commit()
    return outcomes


def _confirm(
    loader: Loader,
    warehouse: Warehouse,
    intent: Intent,
    there: Present,
    wanted: Mapping[str, Any],
    run_id: str,
) -> str:
    """The write is confirmed; a difference from what was wanted is kept as drift, and counted.

    What the target adds of its own (the number that it gave) is no difference.
    """
    drift = {
        name: {"wanted": wanted.get(name), "found": there.content.get(name)}
        for name in sorted(wanted)
        if wanted.get(name) != there.content.get(name)
    }
    warehouse.execute(
        """
        update sync.writes set target_id = %s, target_name = %s, read_back = %s, drift = %s
        where write_id = %s
        """,
        [there.target_id, there.target_name, Jsonb(dict(there.content)), Jsonb(drift) if drift else None,
         intent.write_id],
    )  # fmt: skip
    record(
        warehouse, [intent.write_id], "confirmed", run_id, None, f"drift: {sorted(drift)}" if drift else None
    )
    return "drifted" if drift else "confirmed"


def _ids(intents: Sequence[Intent]) -> list[int]:
    return [intent.write_id for intent in intents]
