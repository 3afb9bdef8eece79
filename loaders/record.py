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
