"""What a person decides about a write, a record or a SKU: each one transaction, whole or not at all.

The rules stand in the database (schema/003_doorstep.sql), so that they hold whoever asks, under whatever
role, and when two decide at once: the second sees what the first did, and is Rejected where that leaves
nothing to do. Each decision is a row of portal.acts, and of sync.attempts where it is about a write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, cast, get_args

import psycopg

from connections.errors import Rejected
from connections.warehouse import Warehouse

Act = Literal["retry", "waive", "done", "not_done"]
ACTS: tuple[Act, ...] = get_args(Act)
_OURS = "CF001"


def decide(warehouse: Warehouse, write_id: int, act: Act, *, who: str, why: str) -> str:
    """The write's status afterwards; the caller commits.

    retry: it is sent again with the next delivery, after a look-up where it may have happened.
    waive: it is not sent. done, not_done: what a person saw of one that cannot be looked up.
    Rejected: there is no such write, its status does not allow it, or who or why is empty.
    """
    with _told():
        row = warehouse.execute(
            "select status_after from sync.decide(%s, %s, %s, %s)", [write_id, act, who, why]
        ).fetchone()
    assert row is not None
    return cast(str, row["status_after"])


def map_sku(warehouse: Warehouse, shop_sku: str, sku: str | None, *, who: str, why: str) -> None:
    """The shop's SKU is Odoo's `sku` from the next build on (None: no longer); the caller commits.

    Rejected: it is so already, or who or why is empty.
    """
    with _told():
        warehouse.execute("select sync.map_sku(%s, %s, %s, %s)", [shop_sku, sku, who, why])


def waive_record(warehouse: Warehouse, refused_id: int, *, who: str, why: str) -> None:
    """The record that could not be landed is not waited for any more; the caller commits.

    Rejected: it does not wait, or who or why is empty.
    """
    with _told():
        warehouse.execute("select sync.waive_record(%s, %s, %s)", [refused_id, who, why])


@contextmanager
def _told() -> Iterator[None]:
    """What the rules refuse is Rejected, in their words."""
    try:
        yield
    except psycopg.DatabaseError as error:
        if error.sqlstate != _OURS:
            raise
        raise Rejected(str(error.diag.message_primary)) from None
