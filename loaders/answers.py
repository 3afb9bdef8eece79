"""A box is not closed over an answer that its customer gave since answers were read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from connections.warehouse import Warehouse
from loaders.record import record

if TYPE_CHECKING:
    from loaders.base import Intent, Loader

_REASON = "the customer has just answered: the next run reads it, and looks at this again"


def without_answered(
    loader: Loader, warehouse: Warehouse, intents: Sequence[Intent], run_id: str
) -> tuple[list[Intent], int]:
    """The intents that end no choice, or one of which every answer was read; how many others were held.

    Until the caller's transaction ends, no customer of these orders can answer.
    """
    ends_choice_of = getattr(loader, "ends_choice_of", None)
    if ends_choice_of is None:
        return list(intents), 0
    orders = {intent.write_id: ends_choice_of(intent) for intent in intents}
    answered = _answered_since_read(warehouse, {order for order in orders.values() if order})
    late = [intent.write_id for intent in intents if orders[intent.write_id] in answered]
    record(warehouse, late, "held", run_id, "stale_input", _REASON)
    return [intent for intent in intents if intent.write_id not in late], len(late)


def _answered_since_read(warehouse: Warehouse, order_ids: Collection[str]) -> set[str]:
    found = warehouse.execute(
        "select portal.answered_since_read(%s) as order_id", [sorted(order_ids)]
    ).fetchall()
    return {str(row["order_id"]) for row in found}
