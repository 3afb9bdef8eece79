"""What is due: outbound rows become rows of sync.writes, planned or held, each with its reason.

Only outbound rows of builds since the last planning are looked at (postings), and those whose
target is not yet so (levels); the history of what is long confirmed is never scanned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connections.warehouse import DictRow, Jsonb, Warehouse, sql, take_change_numbers
from loaders.record import record, those_still

if TYPE_CHECKING:
    from loaders.base import Loader


@dataclass(frozen=True)
class Hold:
    """Why rows are not sent: a reason class of sync.writes, and the reason in words."""

    reason_class: str
    reason: str


@dataclass(frozen=True)
class Guards:
    """The most that one run may do by itself; more is held until a person allows it.

    `most_money` is in the business's currency; `most_to_zero` counts stock levels set to 0.
    """

    most_rows: int
    most_money: int
    most_to_zero: int


def can_look_up(loader: Loader) -> bool:
    """Whether what is not found in the target is known not to be there, and may be sent again."""
    return bool(getattr(loader, "can_look_up", True))


def unknown(loader: Loader, reason: str) -> tuple[str, str]:
    """The reason class and the reason of a write of which it is not known whether it happened."""
    if can_look_up(loader):
        return "retry", reason
    return "needs_person", f"it may have been sent: {reason}. Find out, then say whether it was or waive it"


def recover(warehouse: Warehouse, loader: Loader) -> None:
    """Rows that a dead delivery left as sent are unknown now. The caller holds the delivery lock."""
    take_change_numbers(warehouse)
    warehouse.execute(
        """
        update sync.writes set
            status = 'unknown', reason_class = %s, reason = %s, version = nextval('sync.change_number')
        where system = %s and thing = %s and status = 'sent'
        """,
        [
            *unknown(loader, "the delivery that sent it did not live to see the answer"),
            loader.system,
            loader.thing,
        ],
    )
    warehouse.commit()


def plan(
    warehouse: Warehouse, loader: Loader, run_id: str, guards: Guards, hold_all: Hold | None
) -> Hold | None:
    """sync.writes has a current row for each outbound row that is due; what holds all of them, if anything.

    The caller commits.
    """
    take_change_numbers(warehouse)
    names = {"model": sql.Identifier("outbound", loader.outbound_model), "differs": sql.SQL(loader.differs)}
    parameters = {
        "system": loader.system,
        "thing": loader.thing,
        "kind": loader.kind,
        "model": loader.outbound_model,
        "run_id": run_id,
        "since_build": _planned_until(warehouse, loader),
    }
    warehouse.execute(
        sql.SQL(_LEVELS_DUE if loader.kind == "level" else _POSTINGS_DUE).format(**names), parameters
    )
    warehouse.execute(_SUPERSEDE, parameters)
    warehouse.execute(_HOLD_CHANGED_POSTINGS, parameters)
    warehouse.execute(_UPSERT, parameters)
    if loader.kind == "level":
        warehouse.execute(sql.SQL(_NO_LONGER_DUE).format(**names), parameters)
    else:
        warehouse.execute(sql.SQL(_NO_LONGER_WANTED).format(**names), parameters)
    warehouse.execute("drop table due")
    warehouse.execute(sql.SQL(_HOLD_OR_RELEASE).format(**names), parameters)
    hold = hold_all or _guard(warehouse, loader, guards)
    if hold:
        _hold_planned(warehouse, loader, hold, run_id)
    _move_planned_until(warehouse, loader, run_id)
    return hold


def plan_again(
    warehouse: Warehouse, loader: Loader, write_ids: Sequence[int], run_id: str, hold: Hold | None
) -> set[int]:
    """Unknown rows that the target turned out not to have are planned again, or held for what holds
    now; the ids of those that may be sent. What a person is to decide, or has decided, stays as it is.
    The caller commits."""
    unsure = sorted(those_still(warehouse, write_ids, "unknown"))
    record(warehouse, unsure, "planned", run_id, None, "it was sent, and is not there")
    model = sql.Identifier("outbound", loader.outbound_model)
    names = {"system": loader.system, "thing": loader.thing, "model": loader.outbound_model, "run_id": run_id}
    warehouse.execute(sql.SQL(_HOLD_OR_RELEASE).format(model=model), names)
    still = "select write_id from sync.writes where status = 'planned' and write_id = any(%s)"
    found = [int(row["write_id"]) for row in warehouse.execute(still, [unsure])]
    if hold and found:
        record(warehouse, found, "held", run_id, hold.reason_class, hold.reason)
        return set()
    return set(found)


_LEVELS_DUE = """
create temporary table due on commit drop as
select due.write_key as key, due.payload_hash as hash, due.payload, due.observed_at
from {model} as due
left join sync.writes as done
    on done.system = %(system)s and done.thing = %(thing)s and done.key = due.write_key and done.is_current
where {differs}
    -- already done, and only not yet seen in what we read before
    and not coalesce(
        done.hash = due.payload_hash and done.status = 'confirmed' and done.finished_at > due.observed_at,
        false
    )
    and not coalesce(done.hash = due.payload_hash and done.status in ('refused', 'waived'), false)
"""

_POSTINGS_DUE = """
create temporary table due on commit drop as
select due.write_key as key, due.payload_hash as hash, due.payload, null::timestamptz as observed_at
from {model} as due
left join sync.writes as done
    on done.system = %(system)s and done.thing = %(thing)s and done.key = due.write_key and done.is_current
where due.build_id > %(since_build)s and {differs} and done.hash is distinct from due.payload_hash
"""

# What was never sent gives way to the newer intent; a level always does.
_SUPERSEDE = """
update sync.writes as old set
    is_current = false,
    status = case when old.status in ('confirmed', 'refused', 'waived') then old.status else 'superseded' end,
    version = nextval('sync.change_number')
from due
where old.system = %(system)s and old.thing = %(thing)s and old.key = due.key and old.is_current
    and old.hash <> due.hash
    and (old.kind = 'level' or old.status in ('planned', 'held', 'refused'))
"""

# A posting is never changed: the newer intent waits for a reversal, beside the one that stands.
_HOLD_CHANGED_POSTINGS = """
with changed as (
    delete from due using sync.writes as stands
    where stands.system = %(system)s and stands.thing = %(thing)s and stands.key = due.key
        and stands.is_current and stands.hash <> due.hash
    returning due.key, due.hash, due.payload
)
insert into sync.writes (
    system, thing, key, hash, kind, outbound_model, payload, run_id, status, is_current, reason_class, reason
)
select %(system)s, %(thing)s, key, hash, %(kind)s, %(model)s, payload, %(run_id)s, 'held', false,
    'needs_person', 'it changed after it was sent: the next build plans what follows, or a person waives it'
from changed
on conflict (system, thing, key, hash) do nothing
"""

_UPSERT = """
insert into sync.writes as known (system, thing, key, hash, kind, outbound_model, payload, run_id)
select %(system)s, %(thing)s, key, hash, %(kind)s, %(model)s, payload, %(run_id)s from due
on conflict (system, thing, key, hash) do update set
    status = 'planned', is_current = true, reason = null, reason_class = null, run_id = excluded.run_id,
    planned_at = now(), finished_at = null, version = nextval('sync.change_number')
where known.status in ('confirmed', 'superseded') or not known.is_current
"""

_NO_LONGER_DUE = """
update sync.writes as open set
    status = 'superseded', version = nextval('sync.change_number'),
    reason = 'the target is so already', finished_at = now()
from {model} as due
where open.system = %(system)s and open.thing = %(thing)s and open.key = due.write_key
    and open.status in ('planned', 'held', 'unknown') and not ({differs})
"""

# A posting that is not in the target, and is not to come there any more.
_NO_LONGER_WANTED = """
update sync.writes as open set
    status = 'superseded', is_current = false, version = nextval('sync.change_number'),
    reason = 'it is no longer due', finished_at = now()
where open.system = %(system)s and open.thing = %(thing)s and open.status in ('planned', 'held', 'refused')
    and not exists (
        select from {model} as due where due.write_key = open.key and due.payload_hash = open.hash
    )
"""

# The model's own hold (a mapping that is missing), then the gate's.
_HOLD_OR_RELEASE = """
with verdict as (
    select open.write_id, reasons.hold_class, reasons.hold_reason
    from sync.writes as open
    left join {model} as due on due.write_key = open.key and due.payload_hash = open.hash
    left join lateral (
        select due.hold_class, due.hold_reason where due.hold_reason is not null
        union all
        select 'check', holds.reason from sync.holds as holds
        where holds.outbound_model = %(model)s and (holds.key is null or holds.key = open.key)
        union all
        select 'stale_input', 'its outbound row is gone: the thing is no longer wanted, or in quarantine'
        where due.write_key is null
        limit 1
    ) as reasons on true
    where open.system = %(system)s and open.thing = %(thing)s and open.status in ('planned', 'held')
        and open.is_current
)
update sync.writes as open set
    status = case when verdict.hold_reason is null then 'planned' else 'held' end,
    reason_class = verdict.hold_class, reason = verdict.hold_reason, run_id = %(run_id)s,
    version = nextval('sync.change_number')
from verdict
where open.write_id = verdict.write_id
    and (open.status = 'held' or verdict.hold_reason is not null)
    and (open.status, open.reason) is distinct from
        (case when verdict.hold_reason is null then 'planned' else 'held' end, verdict.hold_reason)
"""


def due_rows(warehouse: Warehouse, loader: Loader) -> list[DictRow]:
    """The current writes that are planned or unknown, with the outbound row's further columns."""
    columns = [sql.SQL("due.{}").format(sql.Identifier(name)) for name in loader.row_columns]
    query = sql.SQL(
        """
        select {columns}
        from sync.writes as open
        left join {model} as due on due.write_key = open.key
        where open.system = %s and open.thing = %s and open.is_current
            and open.status in ('planned', 'unknown')
        order by open.write_id
        """
    ).format(
        columns=sql.SQL(", ").join(
            [
                sql.SQL("open.write_id, open.key, open.payload, open.status = 'unknown' as is_unknown"),
                *columns,
            ]
        ),
        model=sql.Identifier("outbound", loader.outbound_model),
    )
    return warehouse.execute(query, [loader.system, loader.thing]).fetchall()


def count_held(warehouse: Warehouse, system: str, thing: str) -> int:
    """How many rows of the thing are held."""
    row = warehouse.execute(
        "select count(*) as held from sync.writes where system = %s and thing = %s and status = 'held'",
        [system, thing],
    ).fetchone()
    return int(row["held"]) if row else 0


def _guard(warehouse: Warehouse, loader: Loader, guards: Guards) -> Hold | None:
    query = sql.SQL(
        """
        select
            count(*) as rows_planned,
            count(*) filter (where {zeroes}) as to_zero,
            coalesce(sum({money}), 0) as money
        from sync.writes as open inner join {model} as due on due.write_key = open.key
        where open.system = %s and open.thing = %s and open.status = 'planned'
        """
    ).format(
        zeroes=sql.SQL(loader.zeroes),
        money=sql.SQL(loader.money),
        model=sql.Identifier("outbound", loader.outbound_model),
    )
    row = warehouse.execute(query, [loader.system, loader.thing]).fetchone()
    assert row is not None
    for found, most, what in (
        (row["rows_planned"], guards.most_rows, "rows"),
        (row["to_zero"], guards.most_to_zero, "stock levels to zero"),
        (row["money"], guards.most_money, "in money"),
    ):
        if found > most:
            return Hold(
                "guard", f"{found} {what} are due, more than the {most} that one run may send by itself"
            )
    return None


def _hold_planned(warehouse: Warehouse, loader: Loader, hold: Hold, run_id: str) -> None:
    warehouse.execute(
        """
        update sync.writes set
            status = 'held', reason_class = %s, reason = %s, run_id = %s,
            version = nextval('sync.change_number')
        where system = %s and thing = %s and status = 'planned'
        """,
        [hold.reason_class, hold.reason, run_id, loader.system, loader.thing],
    )


def _planned_until(warehouse: Warehouse, loader: Loader) -> int:
    row = warehouse.execute(
        "select cursor from sync.cursors where system = 'outbound' and resource = %s", [loader.outbound_model]
    ).fetchone()
    return int(row["cursor"]["build_id"]) if row else 0


def _move_planned_until(warehouse: Warehouse, loader: Loader, run_id: str) -> None:
    """Up to the last build of which no older one may still be writing."""
    row = warehouse.execute(
        """
        select coalesce(
            min(build_id) filter (where status = 'running' and started_at > now() - interval '6 hours') - 1,
            max(build_id), 0
        ) as build_id from sync.builds
        """
    ).fetchone()
    assert row is not None
    warehouse.execute(
        """
        insert into sync.cursors (system, resource, cursor, run_id) values ('outbound', %s, %s, %s)
        on conflict (system, resource) do update
        set cursor = excluded.cursor, run_id = excluded.run_id, moved_at = now()
        """,
        [loader.outbound_model, Jsonb({"build_id": row["build_id"]}), run_id],
    )
