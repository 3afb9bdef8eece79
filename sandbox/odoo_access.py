"""Who may do what: the rights of the stand-in's users by model, and record rules.

`counterflow` has the groups an integration needs (sandbox/real_odoo/shop.py); `counterflow_ro` is an employee
who may read the books (account.group_account_readonly): not reordering rules, not the till; `bookkeeper`
keeps the books, their currency rates and lock dates. The letters are read, write, create, unlink, as
`has_access` of a real server answers for these groups.
"""

from __future__ import annotations

from typing import Any

from sandbox.odoo_errors import AccessError
from sandbox.odoo_labels import label
from sandbox.odoo_store import Env

INTEGRATION, READ_ONLY, BOOKKEEPER = "counterflow", "counterflow_ro", "bookkeeper"
SUPERUSER_ID, STAFF_ID = 1, 2
OPERATIONS = {"read": "r", "write": "w", "create": "c", "unlink": "u"}
_VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}

_READ_BY_ALL = """
res.company res.country res.country.state res.currency res.currency.rate res.users res.groups res.partner
uom.uom
product.category product.template product.product product.supplierinfo stock.warehouse stock.location
stock.picking.type stock.quant stock.package stock.route account.account account.account.tag
account.tax.group account.tax account.tax.repartition.line account.fiscal.position ir.sequence
"""
_READ_BY_BOOKKEEPERS = """
sale.order sale.order.line purchase.order purchase.order.line stock.picking stock.move account.journal
account.move account.move.line account.full.reconcile account.bank.statement.line
"""
_BY_INTEGRATION = {
    "rwcu": """
res.country.state res.partner uom.uom product.category product.template product.product
product.supplierinfo sale.order.line purchase.order purchase.order.line stock.warehouse stock.location
stock.picking.type stock.lot stock.package stock.picking stock.move stock.scrap stock.move.line
stock.warehouse.orderpoint stock.route pos.order pos.order.line pos.payment account.move
account.move.line account.full.reconcile delivery.carrier
""",
    "rwc": "sale.order stock.quant pos.session account.move.reversal account.bank.statement.line",
    "rw": "pos.config account.journal",
    "r": "pos.payment.method",
}
_BY_BOOKKEEPER = """
res.company res.currency.rate account.account account.journal account.tax account.move account.move.line
account.move.reversal account.full.reconcile account.bank.statement.line
"""

RIGHTS: dict[str, dict[str, str]] = {
    READ_ONLY: {
        **dict.fromkeys((_READ_BY_ALL + _READ_BY_BOOKKEEPERS).split(), "r"),
        "stock.move.line": "rwcu",
    },
    BOOKKEEPER: {**dict.fromkeys(_READ_BY_ALL.split(), "r"), **dict.fromkeys(_BY_BOOKKEEPER.split(), "rwcu")},
    INTEGRATION: {
        **dict.fromkeys(_READ_BY_ALL.split(), "r"),
        **{model: letters for letters, models in _BY_INTEGRATION.items() for model in models.split()},
    },
}


def allows(env: Env, model: str, operation: str) -> bool:
    """True if the transaction's user has the right at all."""
    if env.uid in (SUPERUSER_ID, STAFF_ID):
        return True
    login = env.row("res.users", env.uid)["login"]
    return OPERATIONS[operation] in RIGHTS.get(login, {}).get(model, "")


def check_access(env: Env, model: str, operation: str) -> None:
    """Nothing, or AccessError in the server's words."""
    if not allows(env, model, operation):
        raise AccessError(
            f"You are not allowed to {_VERBS[operation]} '{label(model)}' ({model}) records.\n\n"
            "This operation is allowed for the following groups:\n\t- Role / Administrator\n\n"
            "Contact your administrator to request access if necessary."
        )


def visible(env: Env, model: str) -> list[Any]:
    """The record rule of this user and model as a domain: what it leaves out is not there, without a word."""
    return [] if env.uid in (SUPERUSER_ID, STAFF_ID) else env.store.rules.get((env.uid, model), [])
