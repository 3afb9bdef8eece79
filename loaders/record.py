"""What became of a write: its status in sync.writes, and a row of sync.attempts that stays."""

from __future__ import annotations

from collections.abc import Sequence

from connections.warehouse import Warehouse, take_change_numbers


def record(
    warehouse: Warehouse,
    write_ids: Sequence[int],
    status: str,
    run_id: str,
    reason_class: str | None = None,
    reason: str | None = None,
) -> None:
    """The writes' new status, and a row of sync.attempts for each, in the caller's transaction."""
    ids = list(write_ids)
    take_change_numbers(warehouse)
    warehouse.execute(
        """
        update sync.writes set
            status = %(status)s, reason_class = %(class)s, reason = %(reason)s, run_id = %(run_id)s,
            version = nextval('sync.change_number'),
            attempts = attempts + (%(status)s = 'sent')::int,
            sent_at = case when %(status)s = 'sent' then clock_timestamp() else sent_at end,
            finished_at = case when %(status)s in ('confirmed', 'refused') then clock_timestamp() end
        where write_id = any(%(ids)s)
        """,
        {"status": status, "class": reason_class, "reason": reason, "run_id": run_id, "ids": ids},
    )
    warehouse.execute(
        """
        insert into sync.attempts (write_id, run_id, outcome, message)
        select unnest(%s::bigint[]), %s, %s, %s
        """,
        [ids, run_id, status, reason],
    )


def those_still(warehouse: Warehouse, write_ids: Sequence[int], status: str) -> set[int]:
    """Those of the writes that still have the status, locked until the caller's transaction ends.

    A person may have decided about the others in the meantime (connections/decisions.py); and what is
    unknown and left to a person is none of ours to look up.
    """
    take_change_numbers(warehouse)
    found = warehouse.execute(
        """
        select write_id from sync.writes
        where write_id = any(%s) and status = %s
            and not (status = 'unknown' and reason_class is not distinct from 'needs_person')
        order by write_id for update
        """,
        [list(write_ids), status],
    )
    return {int(row["write_id"]) for row in found}
