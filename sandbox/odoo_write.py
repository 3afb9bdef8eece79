"""The methods every model answers to when it is written: create, write, unlink.

What a model does beyond storing (numbers, defaults from other records, the balance of an entry) is in
`RULES`: functions by model, filled by the modules of the business (sandbox/odoo_methods.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.odoo_access import check_access
from sandbox.odoo_errors import MissingError, OdooError, ValidationError, WrongValue
from sandbox.odoo_fields import TEXTS, Field
from sandbox.odoo_labels import label, words
from sandbox.odoo_read import Records
from sandbox.odoo_store import Env, Row


@dataclass(frozen=True)
class Rules:
    """What one model does around storing. Each may raise one of the server's errors."""

    prepare: Callable[[Env, Row], None] | None = None  # a new record's values, to be completed in place
    created: Callable[[Env, int], None] | None = None
    before_write: Callable[[Env, tuple[int, ...], Row], None] | None = None
    written: Callable[[Env, tuple[int, ...], Row], None] | None = None
    before_unlink: Callable[[Env, tuple[int, ...]], None] | None = None


RULES: dict[str, Rules] = {}
_NO_RULES = Rules()
# Models whose own write looks a field up before the common one checks its name.
_STUMBLES = ("account.move", "res.partner")
_FORMATS = {"date": "%Y-%m-%d", "datetime": "%Y-%m-%d %H:%M:%S"}


def create(self: Records, vals_list: list[Row] | Row) -> list[int]:
    """Ids of the new records."""
    check_access(self.env, self.model, "create")
    values = [vals_list] if isinstance(vals_list, dict) else vals_list
    return [create_record(self.env, self.model, dict(one)) for one in values]


def write(self: Records, vals: Row) -> bool:
    """The records have these values."""
    check_access(self.env, self.model, "write")
    write_records(self.env, self.model, self.ids, dict(vals))
    return True


def unlink(self: Records) -> bool:
    """The records are gone, and what belongs to them."""
    check_access(self.env, self.model, "unlink")
    unlink_records(self.env, self.model, self.ids)
    return True


def create_record(env: Env, model: str, values: Row) -> int:
    """A new record with its children; its id."""
    fields, rules = env.store.models[model].fields, RULES.get(model, _NO_RULES)
    for name in values:
        if name not in fields:
            raise WrongValue(f"Invalid field {name!r} in {model!r}")
    for name, field in fields.items():
        if field.default is not None and not field.path:
            values.setdefault(name, field.default)
    if rules.prepare:
        rules.prepare(env, values)
    stored = {
        name: stored_value(env, model, fields[name], value)
        for name, value in values.items()
        if fields[name].stored
    }
    _check_required(model, fields, stored)
    row_id = env.insert(model, stored)
    _write_unstored(env, model, row_id, values)
    if rules.created:
        rules.created(env, row_id)
    return row_id


def write_records(env: Env, model: str, ids: tuple[int, ...] | list[int], values: Row) -> None:
    """Set values on records, children and parents' fields included."""
    fields, rules = env.store.models[model].fields, RULES.get(model, _NO_RULES)
    for name in values:
        if name not in fields and model in _STUMBLES:
            raise OdooError(name, name="builtins.KeyError")
        if name not in fields:
            raise WrongValue(f"Invalid field {name!r} in {model!r}")
    check_exist(env, model, ids)
    if rules.before_write:
        rules.before_write(env, tuple(ids), values)
    stored = {
        name: stored_value(env, model, fields[name], value)
        for name, value in values.items()
        if fields[name].stored and fields[name].type != "many2many"
    }
    for row_id in ids:
        links = {
            name: _linked(env, model, row_id, fields[name], value)
            for name, value in values.items()
            if fields[name].type == "many2many" and fields[name].stored
        }
        env.update(model, row_id, {**stored, **links})
        _check_required(model, fields, env.row(model, row_id))
        _write_unstored(env, model, row_id, values)
    if rules.written:
        rules.written(env, tuple(ids), values)


def unlink_records(env: Env, model: str, ids: tuple[int, ...] | list[int]) -> None:
    """Delete records, their children and their external ids."""
    check_exist(env, model, ids)
    rules = RULES.get(model, _NO_RULES)
    if rules.before_unlink:
        rules.before_unlink(env, tuple(ids))
    for row_id in ids:
        for field in env.store.models[model].fields.values():
            if field.type == "one2many" and env.field(field.relation, field.inverse).required:
                for child in list(env.table(field.relation).find(field.inverse, row_id)):
                    if child in env.table(field.relation).rows:
                        unlink_records(env, field.relation, [child])
        named = env.table("ir.model.data")
        for data in [named.rows[found] for found in named.find("res_id", row_id)]:
            if data["model"] == model:
                env.remove("ir.model.data", data["id"])
        env.remove(model, row_id)


def check_exist(env: Env, model: str, ids: tuple[int, ...] | list[int]) -> None:
    """MissingError if one of the records is not there."""
    for row_id in ids:
        if row_id not in env.table(model).rows:
            raise MissingError(
                f"Record does not exist or has been deleted.\n(Record: {model}({row_id},), User: {env.uid})"
            )


def _check_required(model: str, fields: dict[str, Field], stored: Row) -> None:
    for name, field in fields.items():
        if field.required and field.stored and stored.get(name) in (None, False, ""):
            raise ValidationError(missing_value(model, name))


def missing_value(model: str, field: str) -> str:
    """What the server says where a required field is empty."""
    return (
        "The operation cannot be completed: "
        f"Missing required value for the field '{words(field)}' ({field}).\n"
        f"Model: '{label(model)}' ({model})\n- create/update: a mandatory field is not set\n"
        "- delete: another model requires the record being deleted, you can archive it instead\n"
    )


def stored_value(env: Env, model: str, field: Field, value: Any) -> Any:
    """The value as a row holds it, rounded and checked by the field's type."""
    if field.type == "many2many":
        return _linked(env, model, 0, field, value)
    if value is None or value is False or field.type == "boolean":
        return (
            bool(value)
            if field.type == "boolean"
            else (0 if field.type in ("integer", "float", "monetary") else False)
        )
    if field.type == "many2one":
        return _link(env, model, field, value)
    if field.type in ("float", "monetary"):
        return _number(field, value)
    if field.type == "integer":
        return int(value)
    if field.type in _FORMATS:
        return _moment(field, value)
    if field.choices and value not in field.choices:
        raise WrongValue(f"Wrong value for {model}.{field.name}: {value!r}")
    return str(value) if field.type in TEXTS else value


def _link(env: Env, model: str, field: Field, value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else False
    if isinstance(value, str):
        text = f'invalid input syntax for type integer: "{value}"\n'
        raise OdooError(text, name="psycopg2.errors.InvalidTextRepresentation")
    if value and value not in env.table(field.relation).rows:
        raise ValidationError(
            "The operation cannot be completed: "
            "Another model is using the record you are trying to delete.\n\n"
            f"The troublemaker is: '{label(model)}' ({model})\nThanks to the following constraint: "
            f"'{words(field.name)}' ({field.name})\nHow about archiving the record instead?"
        )
    return value


def _number(field: Field, value: Any) -> float:
    number = float(value)
    if field.decimals is None:
        return number
    return float(Decimal(repr(number)).quantize(Decimal(1).scaleb(-field.decimals), ROUND_HALF_UP))


def _moment(field: Field, value: Any) -> str:
    text = str(value)
    if field.type == "date":
        text = text[:10]
    elif len(text) == 10:
        text += " 00:00:00"
    try:
        datetime.strptime(text, _FORMATS[field.type])
    except ValueError as error:
        raise WrongValue(str(error)) from error
    return text


def _linked(env: Env, model: str, row_id: int, field: Field, commands: Any) -> list[int]:
    """The ids of a many2many after its commands."""
    ids = list(env.row(model, row_id).get(field.name, ())) if row_id else []
    for command in commands or ():
        if isinstance(command, int):
            ids.append(command)
        elif command[0] == 6:
            ids = list(command[2])
        elif command[0] == 5:
            ids = []
        elif command[0] == 4 and command[1] not in ids:
            ids.append(command[1])
        elif command[0] == 3:
            ids = [other for other in ids if other != command[1]]
        elif command[0] == 0:
            ids.append(create_record(env, field.relation, dict(command[2])))
    return ids


def _write_unstored(env: Env, model: str, row_id: int, values: Row) -> None:
    """Children, and fields that live in another record."""
    through: dict[str, Row] = {}
    for name, value in values.items():
        field = env.field(model, name)
        if field.type == "one2many" and not field.path and not field.computed:
            _write_children(env, row_id, field, value)
        elif field.path and len(field.path) == 2 and (model, field.path[0]) in _WRITTEN_THROUGH:
            through.setdefault(field.path[0], {})[field.path[1]] = value
    for link, parent_values in through.items():
        parent = env.field(model, link).relation
        write_records(env, parent, [env.row(model, row_id)[link]], parent_values)


_WRITTEN_THROUGH = {("product.product", "product_tmpl_id"), ("res.users", "partner_id")}


def _write_children(env: Env, parent_id: int, field: Field, commands: Any) -> None:
    for command in commands or ():
        if command[0] == 0:
            create_record(env, field.relation, {**command[2], field.inverse: parent_id})
        elif command[0] == 1:
            write_records(env, field.relation, [command[1]], dict(command[2]))
        elif command[0] in (2, 3):
            unlink_records(env, field.relation, [command[1]])
        elif command[0] == 4:
            write_records(env, field.relation, [command[1]], {field.inverse: parent_id})
        elif command[0] in (5, 6):
            kept = set(command[2]) if command[0] == 6 else set()
            children = list(env.table(field.relation).find(field.inverse, parent_id))
            unlink_records(env, field.relation, [child for child in children if child not in kept])
