"""Any figure, back to the payloads of the systems; an order, forward to all that it led to.

explain 1001                        an order, by its number or id
explain entry MISC/2026/11/0001     an entry: its number in Odoo, external id or key
explain payout po_1                 a payout
explain account 411110 2026-11      an account in a year, month or day
"""

from __future__ import annotations

from collections.abc import Sequence

from connections.errors import Rejected
from connections.warehouse import Warehouse, session
from counterflow.explain_account import account_tree
from counterflow.explain_entry import entry_tree, payout_tree
from counterflow.explain_order import order_tree
from counterflow.tree import Branch, Say, draw

USAGE = (
    "say what to explain: an order's number, entry NUMBER, payout ID, or account CODE PERIOD "
    "(a year, a month as 2026-11, or a day)"
)


def explain(what: Sequence[str], *, whole: bool = False, show_all: bool = False, say: Say = print) -> None:
    """The tree of what was asked for is printed. Rejected: there is no such thing.

    `whole`: payloads in full, persons' data too. `show_all`: lists are not cut.
    """
    with session() as warehouse:
        warehouse.execute("set transaction isolation level repeatable read read only")
        draw(_tree(warehouse, list(what), whole, show_all), say)


def _tree(warehouse: Warehouse, what: list[str], whole: bool, show_all: bool) -> Branch:
    match what:
        case ["order", number] | [number] if number not in ("order", "entry", "payout", "account"):
            return order_tree(warehouse, number, whole=whole)
        case ["entry", name]:
            return entry_tree(warehouse, name, whole=whole, show_all=show_all)
        case ["payout", name]:
            return payout_tree(warehouse, name, whole=whole, show_all=show_all)
        case ["account", account, period]:
            return account_tree(warehouse, account, period, show_all=show_all)
        case _:
            raise Rejected(USAGE, where="explain")
