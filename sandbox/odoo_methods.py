"""Every method the stand-in answers to, by model; `*` is any model.

A method is called on no records (`on_class`, where the server refuses ids) or on the records of `ids`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import odoo_accounting, odoo_catalogue, odoo_orders, odoo_pickings, odoo_pos, odoo_reversal
from sandbox.odoo_access import BOOKKEEPER, INTEGRATION, OPERATIONS, allows, check_access
from sandbox.odoo_errors import AccessError, HttpError, OdooError, UserError, WrongValue
from sandbox.odoo_fields import Model
from sandbox.odoo_group import formatted_read_group
from sandbox.odoo_load import load
from sandbox.odoo_read import (
    Records,
    fields_get,
    find_ids,
    name_search,
    named,
    read,
    search,
    search_count,
    search_read,
    web_read,
    web_search_read,
)
from sandbox.odoo_store import Row
from sandbox.odoo_write import check_exist, create, unlink, write

_GROUPS = {
    INTEGRATION: (
        "base.group_user",
        "sales_team.group_sale_salesman_all_leads",
        "sales_team.group_sale_salesman",
        "stock.group_stock_manager",
        "stock.group_stock_user",
        "purchase.group_purchase_user",
        "account.group_account_invoice",
        "point_of_sale.group_pos_user",
        "product.group_product_manager",
        "base.group_partner_manager",
    ),
    BOOKKEEPER: (
        "base.group_user",
        "base.group_erp_manager",
        "account.group_account_invoice",
        "account.group_account_basic",
        "account.group_account_readonly",
        "account.group_account_user",
        "account.group_account_manager",
    ),
}


@dataclass(frozen=True)
class Method:
    """One method: what it does, and whether it is called without ids and only reads."""

    call: Callable[..., Any]
    on_class: bool = False
    reads: bool = False


def context_get(self: Records) -> Row:
    """Language, time zone and id of the key's user."""
    user = self.env.row("res.users", self.env.uid)
    return {"lang": user["lang"], "tz": user["tz"], "uid": self.env.uid}


def has_group(self: Records, group_ext_id: str) -> bool:
    """True if the user has the group."""
    user = self.env.row("res.users", self.ids[0] if self.ids else self.env.uid)
    return group_ext_id in _GROUPS.get(user["login"], ("base.group_user", "account.group_account_readonly"))


def has_access(self: Records, operation: str) -> bool:
    """True if the user may do this to the model."""
    _check_operation(operation)
    return allows(self.env, self.model, operation)


def check_rights(self: Records, operation: str) -> None:
    """Nothing, or AccessError."""
    _check_operation(operation)
    check_access(self.env, self.model, operation)


def _check_operation(operation: str) -> None:
    if operation not in OPERATIONS:
        raise OdooError("Invalid access mode", name="builtins.AssertionError")


def get_external_id(self: Records) -> dict[str, str]:
    """By database id, the record's first external id, or an empty text."""
    return {str(row_id): next(iter(_external_ids(self, row_id)), "") for row_id in self.ids}


def _external_ids(self: Records, row_id: int) -> list[str]:
    table = self.env.table("ir.model.data")
    rows = [table.rows[found] for found in sorted(table.find("res_id", row_id))]
    return [f"{row['module']}.{row['name']}" for row in rows if row["model"] == self.model]


def check_object_reference(
    self: Records, module: str, xml_id: str, raise_on_access_error: bool = False
) -> list[Any]:
    """Model and database id behind an external id, the id False where the user does not see the record. Every
    user may ask this, though ir.model.data itself is closed to most."""
    table = self.env.table("ir.model.data")
    for row in [table.rows[found] for found in table.find("name", xml_id)]:
        if row["module"] == module:
            check_access(self.env, row["model"], "read")
            seen = find_ids(self.env, row["model"], [["id", "=", row["res_id"]]])
            if not seen and raise_on_access_error:
                raise AccessError(f'Not enough access rights on the external ID "{module}.{xml_id}"')
            return [row["model"], row["res_id"] if seen else False]
    raise WrongValue(f"External ID not found in the system: {module}.{xml_id}")


def get_metadata(self: Records) -> list[Row]:
    """Who made and changed the records and when, and their external ids."""
    answer = []
    for row in self.rows():
        names = _external_ids(self, row["id"])
        answer.append(
            {
                "id": row["id"],
                "create_uid": named(self.env, "res.users", row["create_uid"]),
                "create_date": row["create_date"][:19],
                "write_uid": named(self.env, "res.users", row["write_uid"]),
                "write_date": row["write_date"][:19],
                "xmlid": names[0] if names else False,
                "noupdate": False,
                "xmlids": [{"xmlid": name, "noupdate": False} for name in names],
            }
        )
    return answer


def export_data(self: Records, fields_to_export: list[str]) -> Row:
    """Only for administrators and people with the export group."""
    raise UserError("You don't have the rights to export data. Please contact an Administrator.")


METHODS: dict[tuple[str, str], Method] = {
    ("*", "search"): Method(search, on_class=True, reads=True),
    ("*", "search_count"): Method(search_count, on_class=True, reads=True),
    ("*", "search_read"): Method(search_read, on_class=True, reads=True),
    ("*", "read"): Method(read, reads=True),
    ("*", "web_read"): Method(web_read, reads=True),
    ("*", "web_search_read"): Method(web_search_read, on_class=True, reads=True),
    ("*", "formatted_read_group"): Method(formatted_read_group, on_class=True, reads=True),
    ("*", "name_search"): Method(name_search, on_class=True, reads=True),
    ("*", "fields_get"): Method(fields_get, on_class=True, reads=True),
    ("*", "has_access"): Method(has_access, reads=True),
    ("*", "check_access"): Method(check_rights, reads=True),
    ("*", "get_external_id"): Method(get_external_id, reads=True),
    ("*", "get_metadata"): Method(get_metadata, reads=True),
    ("*", "export_data"): Method(export_data, reads=True),
    ("*", "create"): Method(create, on_class=True),
    ("*", "write"): Method(write),
    ("*", "unlink"): Method(unlink),
    ("*", "load"): Method(load, on_class=True),
    ("ir.model.data", "check_object_reference"): Method(check_object_reference, on_class=True, reads=True),
    ("res.users", "context_get"): Method(context_get, on_class=True, reads=True),
    ("res.users", "has_group"): Method(has_group, reads=True),
    ("product.template", "create"): Method(odoo_catalogue.create_template, on_class=True),
    ("stock.quant", "create"): Method(odoo_catalogue.create_quants, on_class=True),
    ("stock.quant", "write"): Method(odoo_catalogue.write_quants),
    ("stock.quant", "action_apply_inventory"): Method(odoo_catalogue.action_apply_inventory),
    ("stock.picking", "button_validate"): Method(odoo_pickings.button_validate),
    ("stock.picking", "action_assign"): Method(odoo_pickings.action_assign),
    ("sale.order", "action_confirm"): Method(odoo_orders.action_confirm),
    ("sale.order", "action_cancel"): Method(odoo_orders.action_cancel),
    ("purchase.order", "button_confirm"): Method(odoo_orders.button_confirm),
    ("purchase.order", "button_cancel"): Method(odoo_orders.purchase_cancel),
    ("account.move", "action_post"): Method(odoo_accounting.action_post),
    ("account.move", "button_draft"): Method(odoo_accounting.button_draft),
    ("account.move", "button_cancel"): Method(odoo_accounting.button_cancel),
    ("account.move.line", "create"): Method(odoo_accounting.create_lines, on_class=True),
    ("account.move.line", "unlink"): Method(odoo_accounting.unlink_lines),
    ("account.move.reversal", "reverse_moves"): Method(odoo_reversal.reverse_moves),
    ("pos.session", "set_opening_control"): Method(odoo_pos.set_opening_control),
    ("pos.session", "close_session_from_ui"): Method(odoo_pos.close_session_from_ui),
    ("pos.order", "sync_from_ui"): Method(odoo_pos.sync_from_ui, on_class=True),
}


def find_method(models: dict[str, Model], model: str, name: str) -> Method:
    """The method; HttpError or AccessError as the server refuses what is not there or not public."""
    if model not in models:
        raise HttpError(404, "NotFound", f"the model {model!r} does not exist")
    if name.startswith("_"):
        raise AccessError(f"Private methods (such as '{model}.{name}') cannot be called remotely.")
    method = METHODS.get((model, name)) or METHODS.get(("*", name))
    if method is None:
        raise HttpError(404, "NotFound", f"The method '{model}.{name}' does not exist")
    return method


def call_method(records: Records, name: str, method: Method, arguments: Row) -> Any:
    """The method's result; HttpError 422 if the arguments are not the method's."""
    if method.on_class and records.ids:
        raise HttpError(422, "UnprocessableEntity", f"cannot call {records.model}.{name} with ids")
    try:
        inspect.signature(method.call).bind(records, **arguments)
    except TypeError as error:
        raise HttpError(422, "UnprocessableEntity", str(error)) from error
    if not method.reads:
        check_exist(records.env, records.model, records.ids)
    return method.call(records, **arguments)
