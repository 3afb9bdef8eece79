"""What failed or is held, wherever it stands: writes, records, quarantine, mails, unknown SKUs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connections.warehouse import Warehouse, rows

Row = Mapping[str, Any]
MOST = 200


@dataclass
class Failures:
    """Each list is cut at MOST rows, gravest or newest first."""

    writes: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    drifted: list[Row] = field(default_factory=list)
    records: list[Row] = field(default_factory=list)
    quarantine: list[Row] = field(default_factory=list)
    bounces: list[Row] = field(default_factory=list)
    unmapped: list[Row] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing failed and nothing is held."""
        return not any(vars(self).values())


def read(warehouse: Warehouse) -> Failures:
    """All that waits for a source, a check or a person. Marts that no build has made are passed over."""
    found = Failures(writes=open_writes(warehouse), waiting=_waiting(warehouse))
    found.drifted = list(
        rows(
            warehouse,
            """
            select write_id, system, thing, key, drift, finished_at from sync.writes
            where drift is not null and is_current order by write_id desc limit %s
            """,
            [MOST],
        )
    )
    found.records = list(
        rows(
            warehouse,
            """
            select refused_id, system, resource, key, reason, first_seen_at from sync.refused_records
            where resolved_at is null order by last_seen_at desc limit %s
            """,
            [MOST],
        )
    )
    for name, mart, query in _IN_MARTS:
        if rows(warehouse, "select to_regclass(%s) is not null as it_is", [f"marts.{mart}"])[0]["it_is"]:
            setattr(found, name, list(rows(warehouse, query, [MOST])))
    return found


def open_writes(warehouse: Warehouse) -> list[Row]:
    """Writes that are refused, unknown or under way, or held for a person; the gravest first."""
    return list(
        rows(
            warehouse,
            """
            select write_id, system, thing, key, status, reason_class, reason, attempts, is_current,
                planned_at, sent_at, finished_at, target_name, drift, payload ->> 'order_id' as order_id
            from sync.writes
            where status in ('refused', 'unknown', 'sent', 'held') and not (
                status = 'held'
                and coalesce(reason_class, '') in ('switch', 'guard', 'stale_input', 'check')
            )
            order by
                array_position(array['refused', 'unknown', 'sent', 'held'], status),
                (reason_class is distinct from 'needs_person'), write_id
            limit %s
            """,
            [MOST],
        )
    )


def _waiting(warehouse: Warehouse) -> list[Row]:
    """What is held for a switch, a guard, a source or a check: how many, since it may be thousands."""
    return list(
        rows(
            warehouse,
            """
            select system, thing, reason_class, reason, count(*) as writes, min(planned_at) as since
            from sync.writes
            where status = 'held' and reason_class in ('switch', 'guard', 'stale_input', 'check')
            group by system, thing, reason_class, reason order by writes desc, system, thing limit %s
            """,
            [MOST],
        )
    )


def counts(warehouse: Warehouse) -> dict[str, int | None]:
    """What waits on each page; None: no build has made its mart."""
    found: dict[str, int | None] = {}
    for name, mart, query in _COUNTS:
        is_there = rows(warehouse, "select to_regclass(%s) is not null as it_is", [mart])[0]["it_is"]
        found[name] = int(rows(warehouse, query)[0]["n"]) if is_there else None
    return found


_IN_MARTS = (
    (
        "quarantine",
        "quarantine",
        """
        select entity, record_key, order_id, reason from marts.quarantine
        order by build_id desc, entity, record_key limit %s
        """,
    ),
    (
        "bounces",
        "messages",
        """
        select message_key, kind, order_id, recipient, bounced_at, bounce_reason from marts.messages
        where state = 'bounced' order by bounced_at desc limit %s
        """,
    ),
    (
        "unmapped",
        "order_lines",
        """
        select sku, min(description) as description, count(*) as lines, max(order_id) as order_id
        from marts.order_lines where is_unmapped and sku is not null
        group by sku order by count(*) desc, sku limit %s
        """,
    ),
)
_COUNTS = (
    (
        "packing",
        "marts.shipments_to_pack",
        """
        select count(*) as n
        from marts.planned_shipments as boxes
        where boxes.shipment_id in (select shipment_id from marts.shipments_to_pack) and hold_reason is null
            and not exists (select from portal.packed where packed.shipment_id = boxes.shipment_id)
        """,
    ),
    ("backorders", "marts.backorders", "select count(*) as n from marts.backorders"),
    (
        "failures",
        "sync.writes",
        """
        select
            (select count(*) from sync.writes where status in ('refused', 'unknown', 'held'))
            + (select count(*) from sync.refused_records where resolved_at is null) as n
        """,
    ),
)
